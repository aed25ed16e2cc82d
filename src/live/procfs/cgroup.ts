/** What a process' cgroup says of it; the same rules as the probe's (src/bpf/probe/cgroups.c). */
export interface CgroupFacts {
  path: string | undefined;
  container: string | undefined;
  unit: string | undefined;
}

/** 64 digits, as container runtimes name them; or of ECS' agent, 32 digits and a number. */
const CONTAINER = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])|(?<=\/)[0-9a-f]{32}-\d+(?=\/|$)/gm;
const UNIT = /^(?:.+\.service|.+\.scope)$/;
const LABEL = 256;

/** @param text of /proc/PID/cgroup */
export function parseCgroup(text: string): CgroupFacts {
  const path = /^0::(.*)$/m.exec(text)?.[1];
  // Where containers are made with cgroup v1, its hierarchies have their names.
  const container = lastContainer(path ?? '') ?? lastContainer(text);
  const unit = lastUnit(path === undefined || path === '/' ? text : path);
  return { path, container, unit };
}

function lastContainer(text: string): string | undefined {
  return text.match(CONTAINER)?.at(-1);
}

function lastUnit(text: string): string | undefined {
  return text
    .split(/[/\n]/)
    .filter((part) => part.length < LABEL && UNIT.test(part))
    .at(-1);
}
