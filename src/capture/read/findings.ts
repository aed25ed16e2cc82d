import { count } from '../../journal/counters.ts';
import type { Problem } from '../../model.ts';
import type { SourceStatistics } from '../../ports.ts';
import { emptyStatistics } from '../../ports.ts';
import type { StrayTime } from './time-span.ts';

/** Of one kind of problem, so many are told one by one; the rest is counted in `losses` and summed up. */
const MAX_OF_A_KIND = 5;

const REMEDY_READ_AGAIN =
  'What stands before it was read. Get the file again from where it was captured; if the capture still ran, stop it first.';
const REMEDY_SKIPPED =
  'What stands before and after it was read. Get the file again from where it was captured.';

/** Where in the input something was found. */
export interface Place {
  /** Byte offset in the (decompressed) input. */
  offset: number;
  /** 1-based number of the packet there; absent where no packet is concerned. */
  packet?: number | undefined;
}

/** Collects what is wrong with an input, in words, with a bound on how much is told. */
export class Findings {
  readonly statistics: SourceStatistics;
  readonly #name: string;
  readonly #told = new Map<string, { times: number; damage: boolean }>();

  constructor(name: string) {
    this.#name = name;
    this.statistics = emptyStatistics();
  }

  count(name: string, by = 1): void {
    count(this.statistics.losses, name, by);
  }

  /** The input ends within something. */
  truncated(what: string, need: number, have: number, place: Place): void {
    this.#add({
      code: 'capture.truncated',
      message: `${this.#name}: the file ends within ${what}: expected ${need} bytes, found ${have}, ${at(place)}`,
      remedy: REMEDY_READ_AGAIN,
      damage: true,
    });
  }

  /** Framing is lost for good: reading stops. */
  stopped(expected: string, found: string, place: Place): void {
    this.#add({
      code: 'capture.damaged_framing',
      message: `${this.#name}: expected ${expected}, found ${found}, ${at(place)}; reading stopped there`,
      remedy: REMEDY_READ_AGAIN,
      damage: true,
    });
  }

  /** Framing was lost, and found again with certainty. */
  resumed(expected: string, found: string, place: Place, resumedAt: number): void {
    this.count('capture.damaged_records');
    this.count('capture.skipped_bytes', resumedAt - place.offset);
    this.#add({
      code: 'capture.damaged_record',
      message: `${this.#name}: expected ${expected}, found ${found}, ${at(place)}; reading went on at offset ${resumedAt}`,
      remedy: REMEDY_SKIPPED,
      damage: true,
    });
  }

  /** Nothing was written from here on. */
  zeroBytes(length: number, place: Place): void {
    this.#add({
      code: 'capture.zero_bytes',
      message: `${this.#name}: expected a packet, found ${length} zero bytes up to the end, ${at(place)}`,
      remedy:
        'What stands before them was read. A crash leaves them, or a writer that makes its file larger in advance: get the file again once its writer has ended.',
      damage: true,
    });
  }

  /** Another file begins behind the last packet of one: it is read on with, if the link types of both are the same. */
  joined(place: Place, linkType: number, other: number): void {
    const isSame = linkType === other;
    const what = isSame
      ? 'both were read as one capture'
      : `expected one of LINKTYPE_${linkType}, found LINKTYPE_${other}; reading stopped there`;
    this.#add({
      code: 'capture.joined',
      message: `${this.#name}: the header of another file stands ${at(place)}: ${what}`,
      remedy: 'mergecap joins captures, also of several link types, in the order of their times.',
      damage: !isSame,
    });
  }

  /** A record whose framing is whole but whose content is not: it is skipped. */
  damagedRecord(expected: string, found: string, place: Place): void {
    this.count('capture.damaged_records');
    this.#add({
      code: 'capture.damaged_record',
      message: `${this.#name}: expected ${expected}, found ${found}, ${at(place)}; it was skipped`,
      remedy: REMEDY_SKIPPED,
      damage: true,
    });
  }

  unsupportedLinkType(linkType: number, packets: number, damage: boolean): void {
    this.count(`link.unsupported.LINKTYPE_${linkType}`, packets);
    this.#add({
      code: 'link.unsupported',
      message: `${this.#name}: ${packets} packets of LINKTYPE_${linkType}, which imds does not decode, were skipped`,
      remedy: 'Capture on an Ethernet, loopback, tun or "any" interface.',
      damage,
    });
  }

  /** Of an interface. */
  timeOutOfRange(interfaceName: string | undefined): void {
    this.count('capture.times_out_of_range');
    const on = interfaceName === undefined ? 'an interface' : `interface ${JSON.stringify(interfaceName)}`;
    this.#add({
      code: 'capture.time_out_of_range',
      message: `${this.#name}: expected packet times of the years 0000 to 9999, found others on ${on}; they are shown as the first or last moment of these`,
      remedy: 'Trust no time of this interface: its if_tsresol, if_tsoffset or time stamps are damaged.',
      damage: true,
    });
  }

  /** A packet whose time is not taken for that of the capture; nothing where there is none. */
  strayTime(stray: StrayTime | undefined): void {
    if (stray === undefined) return;
    this.count('capture.stray_times');
    this.#add({
      code: 'capture.stray_time',
      message: `${this.#name}: expected a time near those of the packets beside it, found one ${stray.days} days away, ${at(stray)}; it does not count as time of the capture`,
      remedy: 'Trust no time of this packet: its stamp is damaged, or the clock was set meanwhile.',
      damage: true,
    });
  }

  /** Any other problem; the name of the input is put in front. */
  problem(code: string, message: string, remedy: string, damage = true): void {
    this.#add({ code, message: `${this.#name}: ${message}`, remedy, damage });
  }

  /** Tells how many problems were only counted. */
  close(): void {
    for (const [code, { times, damage }] of this.#told) {
      if (times <= MAX_OF_A_KIND) continue;
      this.statistics.problems.push({
        code,
        message: `${this.#name}: ${times - MAX_OF_A_KIND} more problems of this kind (${code}) are not listed`,
        remedy: REMEDY_SKIPPED,
        damage,
      });
    }
    this.#told.clear();
  }

  #add(problem: Problem): void {
    const told = this.#told.get(problem.code) ?? { times: 0, damage: false };
    this.#told.set(problem.code, told);
    told.times++;
    if (told.times <= MAX_OF_A_KIND) this.statistics.problems.push(problem);
    else told.damage ||= problem.damage;
  }
}

function at(place: Place): string {
  return place.packet === undefined
    ? `at offset ${place.offset}`
    : `at offset ${place.offset}, packet ${place.packet}`;
}
