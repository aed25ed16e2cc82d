const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION_OPTIONS = 60;
const MOBILITY = 135;
/** RFC 8200 §4.1 names each header once, destination options twice; more is an attack on our time. */
const MAX_HEADERS = 12;

export interface UpperLayer {
  protocol: number;
  /** Offset of the upper-layer header, or of the fragment's data. */
  offset: number;
  fragment?: { offset: number; more: boolean; identification: number };
}

/** Steps over IPv6 extension headers (RFC 8200 §4); undefined where they do not fit in the packet. */
export function walkExtensionHeaders(
  view: DataView,
  nextHeader: number,
  start: number,
  end: number,
): UpperLayer | undefined {
  let protocol = nextHeader;
  let offset = start;
  for (let headers = 0; headers < MAX_HEADERS; headers++) {
    switch (protocol) {
      case HOP_BY_HOP:
      case ROUTING:
      case DESTINATION_OPTIONS:
      case MOBILITY:
      case AUTHENTICATION: {
        if (offset + 8 > end) return undefined;
        const length = view.getUint8(offset + 1);
        const next = view.getUint8(offset);
        // RFC 4302 §2.2: the authentication header counts in 4-byte units, less two.
        offset += protocol === AUTHENTICATION ? (length + 2) * 4 : (length + 1) * 8;
        protocol = next;
        break;
      }
      case FRAGMENT: {
        if (offset + 8 > end) return undefined;
        const bits = view.getUint16(offset + 2);
        const identification = view.getUint32(offset + 4);
        const next = view.getUint8(offset);
        if ((bits & 0xfff9) === 0) {
          // RFC 6946: an atomic fragment is a whole packet.
          protocol = next;
          offset += 8;
          break;
        }
        const fragment = { offset: bits & 0xfff8, more: (bits & 1) === 1, identification };
        return { protocol: next, offset: offset + 8, fragment };
      }
      default:
        return offset > end ? undefined : { protocol, offset };
    }
  }
  return undefined;
}
