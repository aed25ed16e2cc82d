import type { Send } from './notify-socket.ts';
import { type SessionStatus, statusText } from './status-text.ts';

/** How often, in milliseconds, the manager is told how the session stands, where that has changed. */
const STATUS_MS = 5_000;
/** Of the time after which the manager takes this process for dead: one message may be late, and one lost. */
const WATCHDOG_PART = 3;
/** The manager's queue is full (errno(3)), as while it is busy with many others at boot. */
const EAGAIN = 11;
const RETRY_MS = 100;
const MAX_RETRIES = 100;

export interface NotifierOptions {
  send: Send;
  /** WATCHDOG_USEC and WATCHDOG_PID of sd_watchdog_enabled(3). */
  env: Readonly<Record<string, string | undefined>>;
  pid: number;
  /** That the manager cannot be told; once. */
  onTrouble(text: string): void;
}

/** What a running session says. */
export type Told = Omit<SessionStatus, 'problem'>;

/** Tells a service manager that the session is ready, how it stands, that it is alive, and that it ends. */
export class Notifier {
  readonly #options: NotifierOptions;
  readonly #watchdogMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #retry: NodeJS.Timeout | undefined;
  #problem: string | undefined;
  #status = '';
  #failed = false;

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#watchdogMs = watchdogMs(options);
  }

  /** Everything is attached. From now on `told` is asked every few seconds, by a timer of the main loop. */
  ready(told: () => Told): void {
    this.#insist(`READY=1\n${this.#statusLine(told)}`, MAX_RETRIES);
    const period = Math.min(STATUS_MS, (this.#watchdogMs ?? STATUS_MS * WATCHDOG_PART) / WATCHDOG_PART);
    this.#timer = setInterval(() => this.#tell(told), period);
  }

  /** Shown with the status until there is another. */
  problem(text: string): void {
    this.#problem = text.trim();
  }

  /** It ends, and that is meant. */
  stopping(): void {
    this.end();
    this.#send('STOPPING=1');
  }

  end(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#retry);
  }

  #tell(told: () => Told): void {
    const before = this.#status;
    const line = this.#statusLine(told);
    const parts = [
      ...(this.#watchdogMs === undefined ? [] : ['WATCHDOG=1']),
      ...(this.#status === before ? [] : [line]),
    ];
    if (parts.length > 0) this.#send(parts.join('\n'));
  }

  #statusLine(told: () => Told): string {
    this.#status = statusText({ ...told(), problem: this.#problem });
    return `STATUS=${this.#status}`;
  }

  /** Again and again, without waiting for it, where the manager's queue is full. */
  #insist(state: string, retries: number): void {
    if (this.#send(state) !== EAGAIN || retries === 0) return;
    this.#retry = setTimeout(() => this.#insist(state, retries - 1), RETRY_MS);
  }

  #send(state: string): number {
    const error = this.#options.send(state);
    if (error !== 0 && error !== EAGAIN && !this.#failed) {
      this.#failed = true;
      this.#options.onTrouble(`the service manager cannot be told how this session stands (errno ${error})`);
    }
    return error;
  }
}

/** Undefined where no watchdog is asked for, or one for another process. */
function watchdogMs({ env, pid }: NotifierOptions): number | undefined {
  const { WATCHDOG_USEC: time = '', WATCHDOG_PID: whose = String(pid) } = env;
  if (!/^[1-9]\d{0,15}$/.test(time) || whose !== String(pid)) return undefined;
  return Number(time) / 1000;
}
