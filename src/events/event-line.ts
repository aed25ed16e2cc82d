import type { AttributedCall, Host, SessionProof } from '../model.ts';
import { EventHosts } from './event-hosts.ts';
import { EventScanner } from './event-scanner.ts';
import { parseJson } from './json-object.ts';
import type { Line } from './line.ts';
import { isRemark } from './log-forms.ts';
import type { LogOpening } from './log-openings.ts';
import { parseEvent } from './parse-event.ts';
import { mayBeSession, parseSession } from './parse-session.ts';
import { theScanner } from './scan/scanner.ts';
import { TraceLogParser } from './trace-log.ts';

const OPENING_BRACKET = 0x5b;

/** Lines to calls: those of imds-trace.log, those that are laid out as ours are, and any other event. */
export class EventLineParser {
  readonly #hosts = new EventHosts();
  readonly #scanner = eventScanner(this.#hosts);
  readonly #traceLog = new TraceLogParser();

  /** @param opening of a file of the log; @param host that it is of */
  beginFile(opening?: LogOpening, host?: Host): void {
    this.#traceLog.beginFile(opening, host);
  }

  /** What a session says of itself, where the line is that. */
  parseSession(line: Line): SessionProof | undefined {
    return mayBeSession(line.latin1()) ? parseSession(parseJson(line.utf8()), this.#hosts) : undefined;
  }

  /** Whether the line is one of those that tell of no call, and are left out without a word. */
  isRemark(line: Line): boolean {
    return isLogLine(line) && isRemark(line.utf8());
  }

  /** @param file where it was read @returns undefined for what is no event */
  parse(line: Line, file: string): AttributedCall | undefined {
    if (isLogLine(line)) return this.#traceLog.parse(line.utf8(), file);
    return this.#scanner?.scan(line, file) ?? parseEvent(parseJson(line.utf8()), this.#hosts, file);
  }
}

/** Undefined where there is no room for it: then each line is parsed as a whole, which takes several times as long. */
function eventScanner(hosts: EventHosts): EventScanner | undefined {
  const scanner = theScanner();
  return scanner && new EventScanner(scanner, hosts);
}

/** Of imds-trace.log, which begins with a time in brackets; events are objects. */
export function isLogLine({ bytes, start }: Line): boolean {
  return bytes[start] === OPENING_BRACKET;
}
