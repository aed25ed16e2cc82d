import { isIP } from 'node:net';
import type { AttributedCall, Host, Process, ProcessIdentity, SocketAddress } from '../model.ts';
import { MAX_PID } from './event-process.ts';
import { HEAD, KINDS, MAX_WORDS } from './log-forms.ts';
import { LogLineIds } from './log-line-ids.ts';
import type { LogOpening } from './log-openings.ts';

const PID = /^\(pid:(\d{1,7}|-):/i;
const ARGUMENTS = / argv:/i;
/** Behind the last process, the predecessor writes the request's lines, escaping nothing. */
const REQUEST = /\) [Rr]eq details: /g;
/** Marks that are looked at. A name has 15 bytes, so that it holds one at most; what has more is made to be long. */
const MAX_MARKS = 16;
const CLIENT = /^- client:\[?([0-9a-f.:]+?)\]?:(\d{1,5})(?: user-agent:(.*))?$/is;
const CALLED_BY = / called by -> (?=\(pid:)/i;
const ANCESTOR = / -> (?=\(pid:)/i;
const NEXT = /(?: called by)? -> (?=\(pid:)/i;
/** The log has no address of the service. */
const ENDPOINT = { address: '169.254.169.254', port: 80, family: 4 } as const;
const NOBODY: SocketAddress = { address: '', port: 0 };
const NANOSECONDS_IN_MS = 1_000_000n;

/**
 * Lines of `imds-trace.log`, ours and those of aws-imds-packet-analyzer, which lower-cases some. They have the
 * time to the second, in the zone of whoever wrote them, taken to be that of this machine; no address, path or
 * status. A line has no id: see {@link LogLineIds}.
 */
export class TraceLogParser {
  readonly #ids = new LogLineIds();
  #host: Host | undefined;

  /** @param host that the file is of, where that is known: its lines do not say it */
  beginFile(opening?: LogOpening, host?: Host): void {
    this.#ids.beginFile(opening);
    this.#host = host;
  }

  /** @param file or the log that it is a part of */
  parse(line: string, file: string): AttributedCall | undefined {
    const [head = '', date = '', time = '', fraction = ''] = HEAD.exec(line) ?? [];
    const begin = line.slice(0, head.length + MAX_WORDS).indexOf('(pid:', head.length);
    const { chain, isAmbiguous } = chainOf(line.slice(begin).trimEnd());
    if (head === '' || begin < 0 || !chain.endsWith(')')) return undefined;
    const what = line.slice(head.length, begin).trimEnd();
    const milliseconds = Date.parse(`${date}T${time}${fraction.replace(',', '.')}`);
    const kind = KINDS.find(([pattern]) => pattern.test(what));
    if (kind === undefined || Number.isNaN(milliseconds)) return undefined;
    const [, version] = kind;
    const [own = '', ...rest] = chain.split(CALLED_BY);
    const caller = identityOf(own);
    const { client, userAgent } =
      caller === undefined ? clientOf(own) : { client: NOBODY, userAgent: undefined };
    // Of two such, one is in somebody's arguments.
    const [ancestry = ''] = isAmbiguous || rest.length > 1 ? [] : rest;
    const ancestors = ancestry.split(ANCESTOR).flatMap((text) => identityOf(text) ?? []);
    const process: Process | undefined = caller && { ...caller, ancestors };
    const nanoseconds = BigInt(milliseconds) * NANOSECONDS_IN_MS;
    return {
      call: {
        endpoint: ENDPOINT,
        client,
        requestOffset: 0,
        connectionTime: nanoseconds,
        time: nanoseconds,
        packetNumber: 0,
        version,
        operation: version === undefined ? 'attempt' : undefined,
        userAgent,
      },
      process,
      attribution:
        process === undefined ? { source: 'none', match: 'none' } : { source: 'log', match: 'log' },
      host: this.#host,
      session: file,
      capture: file,
      eventId: this.#ids.idOf(line, milliseconds),
    };
  }
}

/**
 * The processes, without the request: up to the first mark that stands behind nothing but whole processes. Paths and
 * arguments are the caller's and may hold marks and processes: where there are some between that mark and the last
 * one, nobody can tell which are real, and none but the caller is to be named.
 */
function chainOf(text: string): { chain: string; isAmbiguous: boolean } {
  let first: number | undefined;
  let looked = 0;
  for (const { index } of text.matchAll(REQUEST)) {
    first ??= index;
    if (++looked > MAX_MARKS) break;
    const chain = text.slice(0, index + 1);
    if (!chain.split(NEXT).every((process) => partsOf(process) !== undefined)) continue;
    const behind = text.slice(index + 1);
    const last = Math.max(...['R', 'r'].map((letter) => behind.lastIndexOf(`) ${letter}eq details: `)));
    return { chain, isAmbiguous: ANCESTOR.test(behind.slice(0, Math.max(0, last))) };
  }
  return { chain: first === undefined ? text : text.slice(0, first + 1), isAmbiguous: first !== undefined };
}

function identityOf(text: string): ProcessIdentity | undefined {
  const { pid = '-', name = '', argv = '' } = partsOf(text) ?? {};
  if (pid === '-' || Number(pid) > MAX_PID) return undefined;
  // Arguments are joined by blanks: those that have blanks in them are not to be told.
  return { pid: Number(pid), start: '', name, args: argv.trim() === '' ? undefined : argv.trim().split(' ') };
}

/** `(pid:1016:curl argv:curl http://…)` */
function partsOf(text: string): { pid: string; name: string; argv: string } | undefined {
  const [head = '', pid = ''] = PID.exec(text) ?? [];
  const from = text.slice(head.length);
  const {
    index,
    0: { length },
  } = ARGUMENTS.exec(from) ?? { index: -1, 0: '' };
  if (head === '' || index < 0 || !text.endsWith(')')) return undefined;
  return { pid, name: from.slice(0, index), argv: from.slice(index + length, -1) };
}

function clientOf(text: string): { client: SocketAddress; userAgent: string | undefined } {
  const { argv = '' } = partsOf(text) ?? {};
  const [, address = '', port = '', userAgent] = CLIENT.exec(argv) ?? [];
  return { client: isIP(address) === 0 ? NOBODY : { address, port: Number(port) }, userAgent };
}
