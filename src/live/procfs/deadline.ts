/** Until when a look-up may take. A host with many processes, or a flood, must not hold the others back. */
export class Deadline {
  readonly #end: number;

  constructor(milliseconds: number) {
    this.#end = performance.now() + milliseconds;
  }

  get passed(): boolean {
    return performance.now() >= this.#end;
  }
}
