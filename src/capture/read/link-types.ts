import { LinkType } from '../decode/link.ts';

const SUPPORTED: ReadonlySet<number> = new Set(Object.values(LinkType));

/** Whether packets of this LINKTYPE_ can be decoded, and so are worth a look. */
export function isSupportedLinkType(linkType: number): boolean {
  return SUPPORTED.has(linkType);
}
