import { isIP } from 'node:net';
import { UsageError } from '../errors.ts';

const LOOPBACK = '127.0.0.1';

/**
 * The value of `--metrics`: `PORT` and `:PORT` mean loopback, another address has to be told: `IPv4:PORT`,
 * `[IPv6]:PORT`. Port 0 is one that is free.
 *
 * @throws UsageError
 */
export function parseListenAddress(text: string): { host: string; port: number } {
  const [, bracketed, plain = LOOPBACK, digits = ''] =
    /^(?:(?:\[([^\]]*)\]|([^:[\]]+))?:)?(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  const family = bracketed === undefined ? 4 : 6;
  if (digits !== '' && port <= 65_535 && isIP(host) === family) return { host, port };
  throw new UsageError(`--metrics ${text}: not an address to listen at`, {
    code: 'usage.metrics',
    remedy: 'Give PORT for this host alone, or IP:PORT, such as 9469, 10.0.0.7:9469 or [::]:9469.',
  });
}
