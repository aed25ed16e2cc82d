import { escapeText } from '../report/escape.ts';
import { durationText } from '../report/time.ts';
import type { ServiceStatus } from '../service/status.ts';
import { countOf, countText } from '../words.ts';

const LABEL = 12;

/** For a reader, a fact a line. Parts of it are what a session saw, and so are hostile. */
export function statusLines(status: ServiceStatus, nowMs: number): string {
  const { session, last_result: result, last_problem: problem, predecessor } = status;
  const lines: [label: string, text: string][] = [
    ['Service', runningText(status, nowMs)],
    ['Unit', unitText(status)],
  ];
  if (session !== undefined) {
    const { views, attribution, calls, callers, lost } = session;
    const counts = Object.entries(calls).map(([kind, count]) => `${kind} ${countText(count)}`);
    lines.push(
      ['Views', `${views}; attribution ${attribution}`],
      ['Calls', `${counts.join(' · ')}, by ${countOf(callers, 'caller')}`],
      ['Lost', lost === undefined ? 'nobody counts what is missing' : countText(lost)],
    );
  }
  lines.push([
    'Restarts',
    `${countText(status.restarts)}${result === undefined ? '' : `; last end: ${result}`}`,
  ]);
  if (problem !== undefined) lines.push(['Problem', problem]);
  if (predecessor?.enabled || predecessor?.running) {
    lines.push([
      'Also here',
      'imds_tracer_tool.service of aws-imds-packet-analyzer; imds service install --replace-predecessor stops it',
    ]);
  }
  return lines.map(([label, text]) => `${label.padEnd(LABEL)}${escapeText(text)}\n`).join('');
}

function runningText({ running, ready, state, since, pid }: ServiceStatus, nowMs: number): string {
  if (!running || since === undefined) return `imds.service: not running, ${state}`;
  const elapsed = BigInt(Math.max(0, nowMs - Date.parse(since))) * 1_000_000n;
  return `imds.service: ${ready ? 'ready' : 'running'} since ${since} (${durationText(elapsed)}), pid ${pid}`;
}

function unitText({ installed, unit, written_by: author, enabled }: ServiceStatus): string {
  if (!installed) return 'none; imds service install writes one';
  return `${unit} (${author}); ${enabled ? 'starts' : 'does not start'} at boot`;
}
