import type { Counters } from '../../model.ts';
import type { Connection } from '../tcp/connection.ts';
import type { ConnectionObserver } from '../tcp/connection-observer.ts';
import { giveUpHoles } from '../tcp/holes.ts';
import type { MemoryBudget } from '../tcp/memory-budget.ts';
import type { Disguise } from './disguise.ts';
import { nextFill } from './fill.ts';
import { MessageBlanker } from './message-blanker.ts';
import { type Reading, Side } from './side.ts';

/** Both directions of a connection; tells whoever holds a packet in which of them its payload is. */
export class ConnectionBlanker implements ConnectionObserver {
  readonly requests: MessageBlanker;
  readonly responses: MessageBlanker;
  readonly #request: Side;
  readonly #response: Side;
  readonly #claim: (side: Side, sequence: number) => void;

  constructor(
    connection: Connection,
    budget: MemoryBudget,
    losses: Counters,
    claim: (side: Side, sequence: number) => void,
    disguise: Disguise | undefined,
  ) {
    const reading = (direction: 'requests' | 'responses'): Reading => ({
      giveUpHoles: () => {
        if (!connection.closed) giveUpHoles(connection, false);
      },
      showBeginning: () => connection.exchanges[direction].showBeginning(),
    });
    // Not the streams themselves: the connection is not made yet.
    this.#request = new Side(() => connection.request, reading('requests'), budget, losses);
    this.#response = new Side(() => connection.response, reading('responses'), budget, losses);
    this.requests = new MessageBlanker(this.#request, true, disguise);
    this.responses = new MessageBlanker(this.#response, false, disguise);
    this.#claim = claim;
  }

  payload(toEndpoint: boolean, sequence: number): void {
    this.#claim(toEndpoint ? this.#request : this.#response, sequence);
  }

  begunLike(other: ConnectionObserver): void {
    if (!(other instanceof ConnectionBlanker)) return;
    this.#request.fill = this.#response.fill = nextFill(other.#request.fill);
  }

  close(): void {
    this.#request.close();
    this.#response.close();
  }

  release(): void {
    this.#request.release();
    this.#response.release();
  }
}
