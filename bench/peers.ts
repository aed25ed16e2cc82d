import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Programs that imds is measured beside, by the Debian package that has them. */
const PEERS: Record<string, string> = {
  tcpdump: 'tcpdump',
  tshark: 'tshark',
  httpry: 'httpry',
  tcpflow: 'tcpflow',
  ngrep: 'ngrep',
  zcat: 'gzip',
  jq: 'jq',
  time: 'time',
};

const FOLDERS = ['/usr/bin', '/usr/sbin', '/bin', '/usr/local/bin', '/usr/local/sbin'];

/** Installs what is missing where that is possible. Returns the peers that are there. */
export function installPeers(): Set<string> {
  const missing = Object.keys(PEERS).filter((peer) => !isThere(peer));
  if (missing.length > 0) {
    const packages = missing.map((peer) => PEERS[peer] ?? peer);
    const sudo = process.getuid?.() === 0 ? '' : 'sudo -n ';
    const install = `${sudo}env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${packages.join(' ')}`;
    process.stderr.write(`Installing peers that are missing: ${install}\n`);
    spawnSync('sh', ['-c', `${sudo}apt-get -qq update; ${install}`], {
      stdio: ['ignore', process.stderr, process.stderr],
    });
  }
  const there = new Set(Object.keys(PEERS).filter(isThere));
  if (!there.has('time')) throw new Error('GNU time (/usr/bin/time) is needed to count memory');
  return there;
}

/** Version in the program's own words; the flag differs. */
export function versionOf(peer: string): string {
  const flag = { httpry: '-h', ngrep: '-V' }[peer] ?? '--version';
  const { stdout, stderr } = spawnSync(peer, [flag], { encoding: 'utf8' });
  const line = `${stdout}${stderr}`.split('\n').find((text) => /\d+\.\d+/.test(text)) ?? '';
  return line.trim().slice(0, 60);
}

function isThere(peer: string): boolean {
  return FOLDERS.some((folder) => existsSync(`${folder}/${peer}`));
}
