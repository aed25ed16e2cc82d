/** Colours by what they mean. Without colour, each gives its text back. */
export interface Paint {
  v1(text: string): string;
  unknown(text: string): string;
  good(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

const plain = (text: string): string => text;

/** chalk is loaded only where there are colours. */
export async function loadPaint(colour: boolean): Promise<Paint> {
  if (!colour) return { v1: plain, unknown: plain, good: plain, strong: plain, faint: plain };
  const { Chalk } = await import('chalk');
  // The caller has decided: chalk's own look at the terminal would not know of `-o` or FORCE_COLOR.
  const chalk = new Chalk({ level: 1 });
  return {
    v1: (text) => chalk.bold.red(text),
    unknown: (text) => chalk.yellow(text),
    good: (text) => chalk.green(text),
    strong: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
  };
}
