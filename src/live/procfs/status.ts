/** Of /proc/PID/status. */
export interface Status {
  /** Effective, as the kernel checks them. */
  user: number | undefined;
  group: number | undefined;
  /** In its own pid namespace. */
  namespacePid: number | undefined;
}

export function parseStatus(text: string): Status {
  return {
    user: numberIn(/^Uid:\t\d+\t(\d+)/m, text),
    group: numberIn(/^Gid:\t\d+\t(\d+)/m, text),
    namespacePid: numberIn(/^NSpid:(?:\t\d+)*\t(\d+)$/m, text),
  };
}

/** The process may write its name into the first line, but no line end: the kernel escapes it. */
function numberIn(pattern: RegExp, text: string): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
