import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Network } from '../../support/netns.ts';
import { PORT } from '../scene.ts';
import { Host } from './host.ts';
import { normal } from './normal.ts';

const PATIENCE_MS = 20_000;
/** For what the host says of a program, which the table has and the calls' lines need not wait for. */
const AFTERTHOUGHT_MS = 1000;
const CALL = /^\[\d{4}-.*\] \[(?:WARNING|INFO|ERROR)\] /gm;

const POD = '3f2a9c81-d0aa-52c3-8b1e-0a9c81d0aa52';
const CONTAINER = '4f1c9a7e2b8d4c06a1f3e5d7c9b0a2846e8f1d3c5b7a9e0f2d4c6b8a0e1f3d5c';

/** What each command of the stories prints, as documents show it, by the name of the block. */
export async function play(): Promise<Map<string, string>> {
  return new Map([...(await oneHost()), ...(await pod())]);
}

/** One host, before and after its caller is mended. */
function oneHost(): Promise<Map<string, string>> {
  return onHost([], async (host, note) => {
    const live = 'imds live -w host.pcapng';
    const seen = await session(host, live, 3, async () => {
      await host.runService('usage-report.service', '/srv/usage/report.py --daily');
      await host.runService('backup.service', '/srv/backup/upload.sh');
    });
    await note('live', live, seen);
    await note('grep', 'grep IMDSv1 /var/log/imds/imds-trace.log');
    await note('report', 'imds report --imds-version v1');
    await note('replay', 'imds analyze --format log host.pcapng');
    await host.sh('cp /srv/usage/fixed.py /srv/usage/report.py');
    await host.sh('mkdir before && mv /var/log/imds/imds-* before');
    const again = 'imds live --no-log --no-state';
    let mended = '';
    // What the service does: beside it, the session that is shown keeps nothing.
    await session(host, 'imds live --quiet', 0, async () => {
      mended = await session(host, again, 2, () =>
        host.runService('usage-report.service', '/srv/usage/report.py --daily'),
      );
    });
    await note('after', again, mended);
    await note('ready', 'imds report --observed 1s /var/log/imds');
  });
}

/** A pod on a node whose hop limit is 1: the answer to its request for a token does not arrive. */
function pod(): Promise<Map<string, string>> {
  return onHost(['--put', 'silence'], async (host, note) => {
    const live = 'imds live --no-log --quiet';
    const seen = await session(host, live, 0, () =>
      host.runInPod(POD, CONTAINER, '/usr/bin/python3 /srv/app/report.py'),
    );
    await note('pod', live, seen);
  });
}

/** Gives a command, and what it printed; without that, it is run. */
type Note = (name: string, command: string, printed?: string) => Promise<void>;

function onHost(
  endpoint: readonly string[],
  tell: (host: Host, note: Note) => Promise<void>,
): Promise<Map<string, string>> {
  return Network.with(async (network) => {
    const host = await Host.start(network, endpoint);
    const texts = new Map<string, string>();
    try {
      await tell(host, async (name, command, printed) => {
        texts.set(name, shown(command, printed ?? (await host.sh(command))));
      });
      return texts;
    } finally {
      host.stop();
    }
  });
}

/** Runs `imds live` on the host until it has shown that many calls, and ends it as a person would. */
async function session(
  host: Host,
  command: string,
  calls: number,
  act: () => Promise<void>,
): Promise<string> {
  const child = host.spawn(`exec ${command}`);
  const closed = once(child, 'close');
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (data) => {
    text += data;
  });
  const until = async (condition: () => boolean, what: string) => {
    const end = Date.now() + PATIENCE_MS;
    while (!condition()) {
      if (Date.now() > end || child.exitCode !== null) throw new Error(`no ${what} within: ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  try {
    await until(() => text.includes('imds live: ready'), 'ready line');
    await act();
    await until(() => (text.match(CALL) ?? []).length >= calls, `${calls} calls`);
    await new Promise((resolve) => setTimeout(resolve, AFTERTHOUGHT_MS));
    // The terminal shows where Ctrl-C was pressed.
    text += '^C';
    child.kill('SIGINT');
    await closed;
    if (child.exitCode !== 0) throw new Error(`${command} ended with ${child.exitCode}: ${text}`);
    return text;
  } finally {
    child.kill('SIGKILL');
  }
}

function shown(command: string, printed: string): string {
  const pidOneName = readFileSync('/proc/1/comm', 'utf8').trim();
  const asRoot = command.startsWith('imds analyze') ? '' : 'sudo ';
  return `$ ${asRoot}${command}\n${normal(printed, PORT, pidOneName).trimEnd()}\n`;
}
