import { compiledFile } from '../live/compiled-file.ts';
import { Notifier } from '../service/notifier.ts';
import { notifySocket } from '../service/notify-socket.ts';
import type { Surroundings } from './surroundings.ts';

/** See src/bpf/sd-notify.c. */
export const ADD_ON = 'sd-notify.node';

/**
 * For a service manager that wants to be told (NOTIFY_SOCKET); undefined where there is none. To be made while root
 * can read the add-on.
 *
 * @param root folder of package.json
 */
export function createNotifier(
  root: string,
  env: Surroundings['env'],
  onTrouble: (text: string) => void,
): Notifier | undefined {
  const { NOTIFY_SOCKET: address } = env;
  if (address === undefined || address === '') return undefined;
  const addOn = compiledFile(root, ADD_ON);
  try {
    if (addOn === undefined) throw new Error(`there is none for ${process.platform}-${process.arch}`);
    const send = notifySocket(addOn, address);
    return new Notifier({ send, env, pid: process.pid, onTrouble });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    onTrouble(
      `${ADD_ON} cannot be used (${reason}), so the service manager is not told that this session is ready: it needs Type=exec and no WatchdogSec=`,
    );
    return undefined;
  }
}
