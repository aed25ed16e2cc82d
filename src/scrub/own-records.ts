import { strangersProblem } from '../belonging.ts';
import { CorrelationsReader } from '../bpf/correlations.ts';
import { Sidecar } from '../bpf/sidecar.ts';
import { createEndpointFilter } from '../capture/filter.ts';
import { InputError } from '../errors.ts';
import type { CapturePart } from '../inputs.ts';
import type { Endpoint, Problem } from '../model.ts';
import type { JournalHandler, Packet } from '../ports.ts';

/**
 * Why the records beside a capture are not its own, or cannot be read; undefined where they can be used, or
 * there are none. `analyze` decides that at the first packet of an endpoint, and then takes back what stood
 * before it: here nothing that was written could be taken back, so it is decided beforehand.
 */
export async function correlationsProblem(
  part: CapturePart,
  endpoints: readonly Endpoint[],
  signal: AbortSignal,
): Promise<readonly Problem[] | undefined> {
  const { path, correlations, correlationsAt } = part;
  if (correlations === undefined) return undefined;
  const enough = new AbortController();
  let isOther = false;
  let sidecar: Sidecar;
  try {
    sidecar = new Sidecar(path, correlations, await CorrelationsReader.open(correlations, correlationsAt), {
      record: () => {},
      discard: () => {
        isOther = true;
      },
    });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return [{ code: error.code, message: error.message, remedy: error.remedy, damage: true }];
  }
  const hasNoSession = sidecar.problems.length > 0;
  const handler: JournalHandler = {
    get nextStop() {
      return sidecar.nextStop;
    },
    beforePacket: (number) => sidecar.before(number),
    packet: (packet: Packet) => {
      sidecar.check(packet.seconds * 1000 + packet.nanoseconds / 1e6);
      enough.abort();
    },
    record: () => {},
  };
  const source = await part.open();
  const filter = createEndpointFilter(endpoints);
  await source.read(filter, handler, () => undefined, AbortSignal.any([signal, enough.signal]));
  const problems = [...sidecar.problems];
  sidecar.end(0, false);
  if (hasNoSession || isOther) return problems;
  const stranger = await strangersProblem(part, endpoints, signal);
  return stranger && [stranger];
}
