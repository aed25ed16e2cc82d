import { countOf, countText, pluralOf } from '../words.ts';
import { escapeText } from './escape.ts';

/** What a counter counts, in the words of somebody who reads a report; `output.md` explains each. */
const WORDS: Readonly<Record<string, readonly [unit: string, what: string]>> = {
  'attribution.lookups_evicted': ['look-up', 'forgotten'],
  'attribution.processes_evicted': ['process record', 'forgotten'],
  'attribution.sockets_evicted': ['socket', 'forgotten'],
  'attribution.strays_evicted': ['connection', 'without a socket forgotten'],
  'attribution.waits_cut_short': ['call', 'reported before its records'],
  'blank.datagrams_forgotten': ['fragmented datagram', 'blanked as a whole, for there were too many'],
  'blank.memory_bytes': ['byte', 'blanked for want of memory'],
  'blank.packets_evicted': ['packet', 'blanked as a whole for want of memory'],
  'blank.waits_ended': ['packet', 'blanked as a whole, for what it is was not known in time'],
  'capture.custom_blocks': ['custom block', 'skipped'],
  'capture.damaged_records': ['damaged record', 'skipped'],
  'capture.interfaces_not_numbered': ['interface', 'beyond those that are told apart'],
  'capture.skipped_bytes': ['byte', 'skipped after damage'],
  'capture.stray_times': ['packet', 'with a time far from those beside it'],
  'capture.times_out_of_range': ['interface', 'with packet times before the year 0000 or after 9999'],
  'capture.unknown_blocks': ['unknown block', 'skipped'],
  'clock.steps': ['step', 'of the clock: times are by the clock at the start of the session'],
  'events.lines_torn': ['line', 'cut short'],
  'events.lines_unreadable': ['line', 'that is no event'],
  'events.output_full': ['record', 'of the kernel side for which its output had no room'],
  'events.ring_full': ['record', 'of the kernel side for which its buffer had no room'],
  'events.sessions_turned_away': ['session', 'beyond the maximum'],
  'events.shed': ['record', 'of a client that had more than its share of the buffer'],
  'events.skipped': ['program', 'whose start or fork the kernel side did not see'],
  'host.turned_away': ['question', 'to the host turned away'],
  'host.unanswered': ['question', 'to the host without an answer'],
  'http.lines_evicted': ['line', 'given up for memory'],
  'http.pending_evicted': ['request', 'without its answer'],
  'http.unread_request_bytes': ['byte', 'of requests not readable'],
  'http.unread_response_bytes': ['byte', 'of answers not readable'],
  'http.unsolicited_responses': ['answer', 'without a request'],
  'http.unsolicited_successes': ['answer', 'with success to what was not read as a request'],
  'inventory.callers_turned_away': ['caller', 'given up for room in the inventory'],
  'inventory.calls_turned_away': ['call', 'of callers for which the inventory had no room'],
  'ip.extension_headers_invalid': ['packet', 'with extension headers that cannot be read'],
  'ip.fragments_conflicting': ['IP fragment', 'with other bytes than an earlier one'],
  'ip.fragments_cut': ['IP fragment', 'cut by the snap length'],
  'ip.fragments_evicted': ['fragmented datagram', 'given up for memory'],
  'ip.fragments_expired': ['fragmented datagram', 'never whole'],
  'ip.fragments_invalid': ['IP fragment', 'that fits no datagram'],
  'ip.header_cut': ['packet', 'cut within its IP header'],
  'ip.header_invalid': ['packet', 'with an IP header that cannot be read'],
  'ip.length_beyond_frame': ['packet', 'that says it is longer than its frame'],
  'journal.early_events': ['record', 'that stands before older packets'],
  'packets.cut': ['packet', 'cut beyond 68 KB'],
  'packets.incomplete': ['packet', 'of which a piece was lost'],
  'packets.output_full': ['packet', 'for which the output of the probe had no room'],
  'packets.ring_full': ['packet', 'for which the buffer of the kernel side had no room'],
  'packets.shed': ['packet', 'of a client that had more than its share of the buffer'],
  'packets.unreadable': ['packet', 'that the kernel could not copy'],
  'probe.exits': ['end', 'of the probe before that of the session'],
  'probe.late': ['time', 'that the probe, which was late, was not waited for'],
  'processes.args_unknown': ['process start', 'without arguments'],
  'processes.args_unreadable': ['process start', 'whose arguments could not be read'],
  'procfs.exits': ['end', 'of the process for look-ups in /proc before that of the session'],
  'procfs.overloaded': ['look-up', 'turned away'],
  'procfs.unanswered': ['look-up', 'without an answer'],
  'records.counters_refused': ['counter', 'of the recording beyond the maximum'],
  'records.invalid': ['record', 'that could not be read'],
  'records.too_long': ['record', 'too long to read'],
  'records.torn': ['last record', 'cut short'],
  'records.unknown_type': ['record', 'of an unknown type'],
  'records.without_session': ['record', 'before the header of their session'],
  'report.calls_of_other_callers': ['call', 'of callers beyond the maximum'],
  'report.calls_of_other_groups': ['call', 'of groups beyond the maximum'],
  'save.packets_cut': ['packet', 'cut'],
  'save.packets_link_type': ['packet', 'of another link type than the file has'],
  'save.packets_unwritten': ['packet', 'not written'],
  'save.records_too_long': ['record', 'too long to be written'],
  'save.records_unwritten': ['record', 'not written'],
  'save.sockets_not_repeated': ['open socket', 'not told of again in the next file'],
  'scrub.problems_of_input': ['problem', 'of the capture that was scrubbed'],
  'sockets.redirected': ['connection', 'that another program sent to another address'],
  'tcp.connections_evicted': ['connection', 'given up for memory'],
  'tcp.half_open_evicted': ['half-open connection', 'given up for memory'],
  'tcp.header_cut': ['packet', 'cut within its TCP header'],
  'tcp.header_invalid': ['packet', 'with a TCP header that cannot be read'],
  'tcp.holes_forced': ['hole', 'given up early, because too much was held behind it'],
  'tcp.missing_bytes': ['byte', 'of the streams not captured'],
  'tcp.out_of_window': ['segment', 'outside its connection'],
  'tcp.overlap_conflicts': ['segment', 'with other bytes than an earlier one'],
  'tcp.resets_ignored': ['reset', 'outside its connection'],
  'tcp.snaplen_cut_bytes': ['byte', 'cut by the snap length'],
  'tcp.syn_ack_conflicts': ['SYN-ACK', 'that contradicts the one before'],
  'wire.dropped_packets': ['packet', 'of interfaces for which there was no room while they were captured'],
  'wire.interfaces_removed': ['interface', 'removed while its traffic was captured'],
};

const UNSUPPORTED = /^link\.unsupported\.LINKTYPE_\d{1,10}$/;
const UNREAD_PACKETS = ['packet', 'of a link type that is not read'] as const;

/** `bytes of the streams not captured`; undefined for a counter of no known name. */
export function lossTitle(name: string): string | undefined {
  const words = wordsOf(name);
  return words && `${pluralOf(words[0])} ${words[1]}`;
}

/** Counters that there are words for. */
export const KNOWN_LOSSES: readonly string[] = Object.keys(WORDS);

/** `90 bytes of the streams not captured (tcp.missing_bytes)`; a counter of no known name stands by itself. */
export function lossWords(name: string, count: number): string {
  const words = wordsOf(name);
  if (words === undefined) return `${escapeText(name)} ${countText(count)}`;
  const [unit, what] = words;
  return `${countOf(count, unit)} ${what} (${name})`;
}

function wordsOf(name: string): readonly [unit: string, what: string] | undefined {
  return Object.hasOwn(WORDS, name) ? WORDS[name] : UNSUPPORTED.test(name) ? UNREAD_PACKETS : undefined;
}
