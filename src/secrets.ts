/** Nothing that is a secret may leave this program: what is shown of argv, headers and URLs goes through here. */
export { maskArgs } from './secrets/args.ts';
export { maskImage } from './secrets/image.ts';
export { MASK } from './secrets/spans.ts';
export { maskTarget } from './secrets/target.ts';
export { maskText } from './secrets/text.ts';
