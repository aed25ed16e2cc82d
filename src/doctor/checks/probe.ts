import { closeSync, openSync, readSync } from 'node:fs';
import { ImdsError } from '../../errors.ts';
import { probePath } from '../../live/probe-path.ts';
import type { Examiner } from '../context.ts';
import type { Finding } from '../types.ts';

/** e_machine of ELF (gABI, chapter 4), by Node's names of architectures. */
const MACHINES: Readonly<Record<number, string>> = { 62: 'x64', 183: 'arm64' };
const MACHINE_AT = 18;

export const probe: Examiner = {
  id: 'probe',
  title: 'imds-probe',
  limit: 4000,
  async examine(context) {
    const { root, version } = context.options;
    try {
      const path = probePath(root);
      const wrong = wrongArchitecture(path);
      if (wrong !== undefined) return wrong;
      const report = await context.probe();
      if (report.version !== version) {
        return {
          status: 'warn',
          text: `${path} is version ${report.version}, and imds ${version}`,
          remedy: 'Install imds anew.',
        };
      }
      return { status: 'ok', text: `${path} ${report.version} runs (${process.arch})` };
    } catch (error) {
      if (!(error instanceof ImdsError)) throw error;
      return { status: 'fail', text: error.message, remedy: error.remedy };
    }
  },
};

function wrongArchitecture(path: string): Finding | undefined {
  const header = Buffer.alloc(MACHINE_AT + 2);
  const descriptor = openSync(path, 'r');
  try {
    readSync(descriptor, header, 0, header.length, 0);
  } finally {
    closeSync(descriptor);
  }
  const isElf = header.toString('latin1', 0, 4) === '\x7fELF';
  const machine = isElf ? (MACHINES[header.readUInt16LE(MACHINE_AT)] ?? 'another machine') : undefined;
  if (machine === process.arch) return undefined;
  return {
    status: 'fail',
    text:
      machine === undefined
        ? `${path} is no executable of Linux`
        : `${path} is for ${machine}, not ${process.arch}`,
    remedy: 'Install imds anew, for this architecture; or use --capture wire.',
  };
}
