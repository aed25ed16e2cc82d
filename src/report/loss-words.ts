import { countOf, countText } from '../words.ts';
import { escapeText } from './escape.ts';

/** What a counter counts, in the words of somebody who reads a report; `output.md` explains each. */
const WORDS: Readonly<Record<string, readonly [unit: string, what: string]>> = {
  'attribution.lookups_evicted': ['look-up', 'forgotten'],
  'attribution.processes_evicted': ['process record', 'forgotten'],
  'attribution.sockets_evicted': ['socket', 'forgotten'],
  'attribution.strays_evicted': ['connection', 'without a socket forgotten'],
  'attribution.waits_cut_short': ['call', 'reported before its records'],
  'capture.custom_blocks': ['custom block', 'skipped'],
  'capture.damaged_records': ['damaged record', 'skipped'],
  'capture.skipped_bytes': ['byte', 'skipped after damage'],
  'capture.unknown_blocks': ['unknown block', 'skipped'],
  'events.lines_torn': ['last line', 'cut short'],
  'events.lines_unreadable': ['line', 'that is no event'],
  'events.output_full': ['record', 'of the kernel side for which its output had no room'],
  'events.ring_full': ['record', 'of the kernel side for which its buffer had no room'],
  'events.shed': ['record', 'of a client that had more than its share of the buffer'],
  'clock.steps': ['step', 'of the clock: times are by the clock at the start of the session'],
  'host.turned_away': ['question', 'to the host turned away'],
  'host.unanswered': ['question', 'to the host without an answer'],
  'http.pending_evicted': ['request', 'without its answer'],
  'http.unread_request_bytes': ['byte', 'of requests not readable'],
  'http.unread_response_bytes': ['byte', 'of answers not readable'],
  'http.unsolicited_responses': ['answer', 'without a request'],
  'inventory.callers_turned_away': ['caller', 'given up for room in the inventory'],
  'inventory.calls_turned_away': ['call', 'of callers for which the inventory had no room'],
  'ip.fragments_conflicting': ['IP fragment', 'with other bytes than an earlier one'],
  'ip.fragments_cut': ['IP fragment', 'cut by the snap length'],
  'ip.fragments_evicted': ['fragmented datagram', 'given up for memory'],
  'ip.fragments_expired': ['fragmented datagram', 'never whole'],
  'packets.cut': ['packet', 'cut beyond 68 KB'],
  'packets.incomplete': ['packet', 'of which a piece was lost'],
  'packets.output_full': ['packet', 'for which the output of the probe had no room'],
  'packets.ring_full': ['packet', 'for which the buffer of the kernel side had no room'],
  'packets.shed': ['packet', 'of a client that had more than its share of the buffer'],
  'packets.unreadable': ['packet', 'that the kernel could not copy'],
  'probe.exits': ['end', 'of the probe before that of the session'],
  'procfs.exits': ['end', 'of the process for look-ups in /proc before that of the session'],
  'procfs.overloaded': ['look-up', 'turned away'],
  'procfs.unanswered': ['look-up', 'without an answer'],
  'records.invalid': ['record', 'that could not be read'],
  'records.too_long': ['record', 'too long to read'],
  'records.torn': ['last record', 'cut short'],
  'tcp.connections_evicted': ['connection', 'given up for memory'],
  'tcp.half_open_evicted': ['half-open connection', 'given up for memory'],
  'tcp.missing_bytes': ['byte', 'of the streams not captured'],
  'tcp.out_of_window': ['segment', 'outside its connection'],
  'tcp.overlap_conflicts': ['segment', 'with other bytes than an earlier one'],
  'tcp.resets_ignored': ['reset', 'outside its connection'],
  'tcp.snaplen_cut_bytes': ['byte', 'cut by the snap length'],
};

const UNSUPPORTED = 'link.unsupported.';
const UNREAD_PACKETS = ['packet', 'of a link type that is not read'] as const;

/** `90 bytes of the streams not captured (tcp.missing_bytes)`; a counter of no known name stands by itself. */
export function lossWords(name: string, count: number): string {
  const words = WORDS[name] ?? (name.startsWith(UNSUPPORTED) ? UNREAD_PACKETS : undefined);
  if (words === undefined) return `${escapeText(name)} ${countText(count)}`;
  const [unit, what] = words;
  return `${countOf(count, unit)} ${what} (${name})`;
}
