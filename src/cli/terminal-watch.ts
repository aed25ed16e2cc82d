import { isatty } from 'node:tty';

/**
 * Where this process was started from a terminal, SIGHUP may say that this is gone, or, from logrotate or by hand, that
 * files are to be opened anew. After a hang-up, none of its descriptors is a terminal any more (tty_hangup).
 *
 * @returns whether the terminal is gone that was there when this was called
 */
export function watchTerminal(isTerminal: (descriptor: number) => boolean = isatty): () => boolean {
  const hasTerminal = () => [0, 1, 2].some((descriptor) => isTerminal(descriptor));
  const had = hasTerminal();
  return () => had && !hasTerminal();
}

/** As a process ends whose terminal is gone. By its own exit, Node 20 would abort: it cannot reset that terminal. */
export function endByHangUp(): void {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
