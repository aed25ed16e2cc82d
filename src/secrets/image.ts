import { maskText } from './text.ts';

/** A tag, which begins behind the last colon of the last part of a container image's name. */
const TAG = /:[\w.-]{1,128}(?:@[a-z\d]+:[a-f\d]{32,128})?$/;

/** Name of a container image: its tag is no value of a name, though `keys:1.2` looks like it. */
export function maskImage(image: string): string {
  const tag = TAG.exec(image)?.[0] ?? '';
  return maskText(image.slice(0, image.length - tag.length)) + maskText(tag);
}
