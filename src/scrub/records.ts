import type { JournalRecord, ProcessRecord, SessionRecord } from '../bpf/records.ts';
import { MASK, maskArgs, maskText } from '../secrets.ts';
import { scrubHostRecord } from './host-records.ts';
import type { InterfaceNames } from './interface-names.ts';
import type { Names } from './strict/names.ts';

/** `6.1.0-18-cloud-amd64`, `v20.19.1`, `libpcap version 1.10.3 (with TPACKET_V3)` */
const VERSION =
  /^(?:libpcap version )?v?\d{1,6}(?:\.\d{1,6})*(?:[-+~.][\w.+~-]{0,64})?(?: \(with [\w ]{1,32}\))?$/;
/** As much as a reader takes of a name and of a path; a mask may be longer than what it hides. */
const MAX_NAME = 256;
const MAX_PATH = 4096;
/** Every field, named: one that is new has to be judged here before it is handed on. */
type Considered<T> = { [K in keyof Required<T>]: T[K] };
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
        return this.#session(record);
      case 'process':
        return this.#process(record);
      case 'program':
      case 'container':
      case 'unit':
      case 'user':
        return scrubHostRecord(record, (text, maximum) => this.#text(text, maximum) ?? text);
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
    const kept: Considered<SessionRecord> = {
      type: record.type,
      format: record.format,
      session: idWithoutSecrets(record.session),
      time: record.time,
      part: record.part,
      host: host && {
        id: id && (this.#names?.machine(id) ?? id),
        name: name && (this.#names?.host(name) ?? name),
      },
      boot_id: record.boot_id && masked(record.boot_id),
      boot_time: record.boot_time,
      kernel: versionOf(record.kernel),
      endpoints: record.endpoints,
      views: record.views,
      interfaces: record.interfaces?.map((one) => this.#interfaces.of(one)),
      attribution: record.attribution,
      scope: record.scope,
      versions: versions && {
        imds: versionOf(versions.imds),
        probe: versionOf(versions.probe),
        libpcap: versionOf(versions.libpcap),
        node: versionOf(versions.node),
      },
      after_packet: undefined,
    };
    return kept;
  }

  #process(record: ProcessRecord): ProcessRecord {
    const args = record.args && maskArgs(record.args);
    const kept: Considered<ProcessRecord> = {
      type: record.type,
      time: record.time,
      pid: record.pid,
      start: record.start,
      exec: record.exec,
      name: this.#text(record.name),
      executable: this.#text(record.executable, MAX_PATH),
      args: args && (this.#names?.args(args) ?? args),
      args_truncated: record.args_truncated,
      user_id: record.user_id,
      user_name: this.#text(record.user_name),
      group_id: record.group_id,
      login_user_id: record.login_user_id,
      cgroup_id: record.cgroup_id,
      cgroup_path: this.#text(record.cgroup_path, MAX_PATH),
      container_id: record.container_id && masked(record.container_id),
      unit: this.#text(record.unit),
      netns: record.netns,
      mntns: record.mntns,
      chroot: record.chroot,
      namespace_pid: record.namespace_pid,
      ancestors: record.ancestors.map(({ pid, start, exec, name }) => {
        return { pid, start, exec, name: this.#text(name) };
      }),
      after_packet: undefined,
    };
    return kept;
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
