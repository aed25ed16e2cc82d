import type { LookedUp } from '../callers/types.ts';
import type { ProcessFacts } from '../model.ts';
import { factsOf, LOOKED_UP, lookedUp } from './fact-columns.ts';
import { masked } from './facts.ts';

/**
 * What was looked up of the processes of one caller: of all, what says most, and of equals the one whose text is
 * the first. That depends on what is said alone, so that neither the order of the reading matters nor in which
 * report a process was counted. An event has what was known when its call was told.
 */
export class MostSaid {
  #facts: ProcessFacts | undefined;
  #text = '';
  /** The last that were weighed: they come again with each call of a process. */
  #weighed: ProcessFacts | undefined;
  #weighedText = '';

  add(facts: ProcessFacts | undefined): void {
    if (facts === undefined || facts === this.#weighed) return;
    this.#weighed = facts;
    const whole = JSON.stringify(facts);
    if (whole === this.#weighedText) return;
    this.#weighedText = whole;
    const said = masked(facts);
    const columns = lookedUp(said);
    if (!saysAnything(columns)) return;
    const text = JSON.stringify(columns);
    const isMore =
      text.length > this.#text.length || (text.length === this.#text.length && text < this.#text);
    if (!isMore) return;
    this.#facts = said;
    this.#text = text;
  }

  /** What a report says of them. */
  addColumns(columns: LookedUp): void {
    if (saysAnything(columns)) this.add(factsOf(columns));
  }

  get columns(): LookedUp | undefined {
    return this.#facts && lookedUp(this.#facts);
  }

  /**
   * The same, completed by what was said of others. A pod is of one process, and is not put together; nor is a
   * user, whose name goes by the number.
   */
  complete(own: ProcessFacts | undefined): ProcessFacts | undefined {
    const said = this.#facts;
    if (own === undefined || said === undefined) return own;
    const { image, container_name: name } = lookedUp(own);
    const hasPod = lookedUp(own).pod !== undefined;
    return {
      ...own,
      package: own.package ?? said.package,
      timer: own.timer ?? said.timer,
      container:
        own.container || said.container
          ? {
              ...(hasPod ? own.container : { ...own.container, ...podOf(said) }),
              image: image ?? said.container?.image,
              name: name ?? said.container?.name,
            }
          : undefined,
    };
  }
}

function podOf({ container = {} }: ProcessFacts) {
  const { podName, podNamespace, podId, task } = container;
  return { podName, podNamespace, podId, task };
}

function saysAnything(columns: LookedUp): boolean {
  return LOOKED_UP.some((name) => columns[name] !== undefined);
}
