import { PrerequisiteError } from '../errors.ts';
import { compiledFile } from './compiled-file.ts';

/**
 * The executable imds-probe.
 *
 * @param root folder of package.json
 * @throws PrerequisiteError where there is none for this machine
 */
export function probePath(root: string): string {
  const found = compiledFile(root, 'imds-probe');
  if (found !== undefined) return found;
  throw new PrerequisiteError(`there is no imds-probe for ${process.platform}-${process.arch} here`, {
    code: 'probe.missing',
    remedy: 'Build it with npm start on a machine with clang, or use --capture wire.',
  });
}
