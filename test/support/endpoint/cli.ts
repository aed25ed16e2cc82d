/**
 * The stand-in endpoint as a process of its own, for a namespace:
 * `node --import tsx test/support/endpoint/cli.ts --address 169.254.169.254 --port 80 --put silence`
 *
 * Standard output is JSON lines: first `{"listening":[…],"port":…}`, then each request once it is answered or
 * never will be; at the end `{"connections":[…]}`. It ends on SIGTERM, SIGINT, and when its standard input closes, so that it
 * never outlives who started it.
 */
import { parseArgs } from 'node:util';
import { type Behaviour, StandInEndpoint } from './endpoint.ts';

const { values } = parseArgs({
  options: {
    address: { type: 'string', multiple: true, default: ['127.0.0.1'] },
    port: { type: 'string', default: '0' },
    tokens: { type: 'string', default: 'optional' },
    put: { type: 'string', default: 'answer' },
    get: { type: 'string', default: 'answer' },
    'http-version': { type: 'string', default: '1.1' },
    'keep-alive': { type: 'boolean', default: false },
  },
});

const endpoint = new StandInEndpoint(
  {
    addresses: values.address,
    port: Number(values.port),
    tokens: values.tokens === 'required' ? 'required' : 'optional',
    put: behaviour(values.put),
    get: behaviour(values.get),
    httpVersion: values['http-version'] === '1.0' ? '1.0' : '1.1',
    keepAlive: values['keep-alive'],
  },
  print,
);

process.once('SIGTERM', end);
process.once('SIGINT', end);
process.stdin.once('close', end).resume();
await endpoint.start();
print({ listening: values.address, port: endpoint.port });

/** `answer`, `silence`, `close`, `late:1500` (milliseconds), or a status: `403`. */
function behaviour(text: string): Behaviour {
  if (text === 'answer' || text === 'silence' || text === 'close') return text;
  const [, late, status] = /^(?:late:(\d+)|(\d{3}))$/.exec(text) ?? [];
  if (late !== undefined) return { delayMs: Number(late) };
  if (status !== undefined) return { status: Number(status) };
  process.stderr.write(`no such behaviour: ${text}; expected answer, silence, close, late:MS or a status\n`);
  process.exit(2);
}

function print(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

let ending = false;
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  await endpoint.stop();
  process.stdout.write(`${JSON.stringify({ connections: endpoint.connections })}\n`, () => process.exit(0));
}
