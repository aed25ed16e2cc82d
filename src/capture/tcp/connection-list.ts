import type { Connection } from './connection.ts';

/** Connections in the order of their last packet, linked through themselves: no packet costs an allocation. */
export class ConnectionList {
  #oldest: Connection | undefined;
  #newest: Connection | undefined;
  #length = 0;

  get oldest(): Connection | undefined {
    return this.#oldest;
  }

  get length(): number {
    return this.#length;
  }

  /** Makes it the newest of this list, and takes it out of the one in which it was. */
  touch(connection: Connection): void {
    if (this.#newest === connection) return;
    connection.list?.remove(connection);
    connection.list = this;
    connection.older = this.#newest;
    if (this.#newest === undefined) this.#oldest = connection;
    else this.#newest.newer = connection;
    this.#newest = connection;
    this.#length++;
  }

  remove(connection: Connection): void {
    const { older, newer } = connection;
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    connection.list = undefined;
    connection.older = connection.newer = undefined;
    this.#length--;
  }
}
