import type { JournalRecord, ProcessRecord, SessionRecord } from '../bpf/records.ts';
import { MASK, maskArgs, maskText } from '../secrets.ts';
import type { InterfaceNames } from './interface-names.ts';
import type { Names } from './strict/names.ts';

/** `6.1.0-18-cloud-amd64`, `v20.19.1`, `libpcap version 1.10.3 (with TPACKET_V3)` */
const VERSION =
  /^(?:libpcap version )?v?\d{1,6}(?:\.\d{1,6})*(?:[-+~.][\w.+~-]{0,64})?(?: \(with [\w ]{1,32}\))?$/;
/** As much as a reader takes of a name and of a path; a mask may be longer than what it hides. */
const MAX_NAME = 256;
const MAX_PATH = 4096;
const SIGNAL = /^SIG[A-Z]{2,8}\d{0,2}$/;

/**
 * Records of the journal as they may be handed on: of text, what any output shows of it, and of the rest what
 * has the form that it should have. With {@link Names}, names are replaced.
 */
export class RecordScrubber {
  readonly #interfaces: InterfaceNames;
  readonly #names: Names | undefined;

  constructor(interfaces: InterfaceNames, names: Names | undefined) {
    this.#interfaces = interfaces;
    this.#names = names;
  }

  /** A new record, without a place: that is the form's to give. */
  scrub(record: JournalRecord): JournalRecord {
    switch (record.type) {
      case 'session':
        return { ...this.#session(record), after_packet: undefined };
      case 'process':
        return { ...this.#process(record), after_packet: undefined };
      case 'losses':
        return { ...record, counters: withoutSecrets(record.counters), after_packet: undefined };
      case 'probe_exit': {
        const signal = record.signal !== undefined && SIGNAL.test(record.signal) ? record.signal : undefined;
        return { ...record, signal, message: undefined, after_packet: undefined };
      }
      case 'end':
        return { ...record, reason: undefined, after_packet: undefined };
      default:
        // Times, numbers and addresses.
        return { ...record, after_packet: undefined };
    }
  }

  #session(record: SessionRecord): SessionRecord {
    const { host, versions } = record;
    const id = host?.id && masked(host.id);
    const name = host?.name && masked(host.name);
    return {
      ...record,
      session: idWithoutSecrets(record.session),
      host: host && {
        id: id && (this.#names?.machine(id) ?? id),
        name: name && (this.#names?.host(name) ?? name),
      },
      boot_id: record.boot_id && masked(record.boot_id),
      kernel: versionOf(record.kernel),
      interfaces: record.interfaces?.map((one) => this.#interfaces.of(one)),
      versions: versions && {
        imds: versionOf(versions.imds),
        probe: versionOf(versions.probe),
        libpcap: versionOf(versions.libpcap),
        node: versionOf(versions.node),
      },
    };
  }

  #process(record: ProcessRecord): ProcessRecord {
    const args = record.args && maskArgs(record.args);
    return {
      ...record,
      name: this.#text(record.name),
      executable: this.#text(record.executable, MAX_PATH),
      args: args && (this.#names?.args(args) ?? args),
      user_name: this.#text(record.user_name),
      cgroup_path: this.#text(record.cgroup_path, MAX_PATH),
      container_id: record.container_id && masked(record.container_id),
      unit: this.#text(record.unit),
      ancestors: record.ancestors.map((ancestor) => ({ ...ancestor, name: this.#text(ancestor.name) })),
    };
  }

  #text(text: string | undefined, maximum = MAX_NAME): string | undefined {
    if (text === undefined) return undefined;
    const shown = masked(text, maximum);
    return this.#names?.text(shown) ?? shown;
  }
}

function masked(text: string, maximum = MAX_NAME): string {
  return maskText(text).slice(0, maximum);
}

function versionOf(text: string | undefined): string | undefined {
  return text !== undefined && VERSION.test(text) && maskText(text) === text ? text : undefined;
}

/** A session's id may not have the characters of a mask. */
function idWithoutSecrets(id: string): string {
  return maskText(id).replaceAll(MASK, 'masked');
}

function withoutSecrets(counters: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(counters).filter(([name]) => maskText(name) === name));
}
