import type { AttributedCall, Process, SessionProof } from '../model.ts';
import { EventHosts } from './event-hosts.ts';
import { processOf } from './event-process.ts';
import { objectOf } from './json-object.ts';
import { parseEvent } from './parse-event.ts';
import { mayBeSession, parseSession } from './parse-session.ts';
import { TraceLogParser } from './trace-log.ts';

const MAX_KEPT = 4096;
/** Characters of lines, in all: what is made of them is about as much again. */
const MAX_KEPT_TEXT = 8 * 1024 * 1024;

/** Where the parts about the process begin and end in a line as we write it. */
interface Parts {
  /** `,"ancestors":[…]}`, with the brace that closes `imds`. */
  ancestors: string;
  /** `,"process":{…}`, and container and service behind it. */
  process: string;
  /** The line without both. */
  rest: string;
}

/**
 * Lines to calls. Most of a line is the process and its ancestors, and a process makes many calls: what was
 * parsed of the same text is taken again. A line that is not laid out as ours are is parsed as a whole.
 */
export class EventLineParser {
  readonly #hosts = new EventHosts();
  readonly #known = new Map<string, Process>();
  #knownText = 0;
  readonly #traceLog = new TraceLogParser();

  beginFile(): void {
    this.#traceLog.beginFile();
  }

  /** What a session says of itself, where the line is that. */
  parseSession(line: string): SessionProof | undefined {
    return mayBeSession(line) ? parseSession(parseJson(line), this.#hosts) : undefined;
  }

  /** @param file where it was read @returns undefined for what is no event */
  parse(line: string, file: string): AttributedCall | undefined {
    if (isLogLine(line)) return this.#traceLog.parse(line, file);
    const parts = partsOf(line);
    if (parts === undefined) return parseEvent(parseJson(line), this.#hosts, file);
    const process = this.#processOf(parts);
    if (process === undefined) return parseEvent(parseJson(line), this.#hosts, file);
    const call = parseEvent(parseJson(parts.rest), this.#hosts, file);
    return call && { ...call, process };
  }

  #processOf({ ancestors, process: fragment }: Parts): Process | undefined {
    const key = ancestors + fragment;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const json = objectOf(parseJson(`{${fragment.slice(1)},"imds":{${ancestors.slice(1)}}`));
    const process = json && processOf(json, objectOf(json.imds)?.ancestors);
    if (process === undefined) return undefined;
    if (this.#known.size >= MAX_KEPT || this.#knownText > MAX_KEPT_TEXT) {
      this.#known.clear();
      this.#knownText = 0;
    }
    this.#known.set(key, process);
    this.#knownText += key.length;
    return process;
  }
}

/** Of imds-trace.log, which begins with a time in brackets; events are objects. */
export function isLogLine(line: string): boolean {
  return line.startsWith('[');
}

/** In JSON, a quotation mark within text has a backslash before it: none of these stands in one. */
function partsOf(line: string): Parts | undefined {
  const ancestors = line.indexOf(',"ancestors":[');
  if (ancestors < 0) return undefined;
  const network = line.indexOf(',"network":{', ancestors);
  const process = line.indexOf(',"process":{', network);
  const attribution = line.indexOf(',"attribution":{', process);
  if (network < 0 || process < 0 || attribution < 0) return undefined;
  const afterAncestors = firstOf(line, [',"http":{', ',"url":{', ',"user_agent":{'], ancestors, network);
  const afterProcess = firstOf(line, [',"host":{'], process, attribution);
  return {
    ancestors: line.slice(ancestors, afterAncestors),
    process: line.slice(process, afterProcess),
    rest: `${line.slice(0, ancestors)}}${line.slice(afterAncestors, process)}${line.slice(afterProcess)}`,
  };
}

function firstOf(line: string, marks: readonly string[], from: number, end: number): number {
  for (const mark of marks) {
    const at = line.indexOf(mark, from);
    if (at >= 0 && at < end) return at;
  }
  return end;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
