/** The time is over, and nothing has answered: a dead NFS server, a process that cannot be read. */
export class NoAnswer extends Error {
  readonly milliseconds: number;

  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds / 1000} s`);
    this.name = 'NoAnswer';
    this.milliseconds = milliseconds;
  }
}

/** The value, if it comes in time; what is waited for goes on by itself. @throws NoAnswer */
export async function within<T>(milliseconds: number, waiting: Promise<T>): Promise<T> {
  let late: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    late = setTimeout(() => reject(new NoAnswer(milliseconds)), milliseconds);
  });
  try {
    return await Promise.race([waiting, over]);
  } finally {
    clearTimeout(late);
  }
}
