import type { PathClass } from '../model.ts';

/** Letters, digits, `-`, `.`, `_` and `~` in percent-encoding, which stand for themselves (RFC 3986 §6.2.2.2). */
const ENCODED_UNRESERVED = /%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/gi;

/**
 * Path of a request target (RFC 9112 §3.2): origin-form or absolute-form, without its query, with
 * doubled slashes folded as the service itself does (`//latest/…` of real clients). What a URL may be written
 * like is one path: nobody hides what he reads behind `%2D` or `/./`.
 */
export function pathOf(target: string): string {
  let from = 0;
  if (target.charCodeAt(0) !== 47) {
    // Any other form (RFC 9112 §3.2.3, §3.2.4) is its own path.
    from = /^https?:\/\/[^/?#]*/i.exec(target)?.[0].length ?? 0;
  }
  const query = target.search(/[?#]/);
  const written = query < 0 ? target.slice(from) : target.slice(from, query);
  if (written === '') return '/';
  const path = written.includes('%') ? written.replace(ENCODED_UNRESERVED, decoded) : written;
  const folded = path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
  return folded.includes('/.') ? withoutDotSegments(folded) : folded;
}

function decoded(octet: string): string {
  return String.fromCharCode(Number.parseInt(octet.slice(1), 16));
}

/** RFC 3986 §5.2.4. */
function withoutDotSegments(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/');
  const last = segments.at(-1) ?? '';
  for (const segment of segments) {
    if (segment === '..') {
      if (kept.length > 1) kept.pop();
    } else if (segment !== '.') kept.push(segment);
  }
  return last === '.' || last === '..' ? `${kept.join('/')}/` : kept.join('/');
}

export const TOKEN_PATH = '/latest/api/token';

/** The tree behind the version: `/latest/meta-data/x` and `/2009-04-04/meta-data/x` are the same. */
function withoutVersion(path: string): string {
  const slash = path.indexOf('/', 1);
  return slash < 0 ? '' : path.slice(slash + 1);
}

/** What a path gives away (EC2 user guide, instance metadata categories). */
export function classOf(path: string): PathClass {
  const rest = withoutVersion(path);
  if (rest.startsWith('meta-data/')) return metaDataClass(rest.slice('meta-data/'.length));
  if (rest === 'meta-data') return 'metadata';
  if (rest === 'user-data' || rest.startsWith('user-data/')) return 'user-data';
  if (rest.startsWith('dynamic/instance-identity')) return 'identity';
  if (rest === 'dynamic' || rest.startsWith('dynamic/')) return 'metadata';
  if (rest === 'api/token') return 'token';
  return 'other';
}

function metaDataClass(name: string): PathClass {
  if (/^(?:iam|identity-credentials\/ec2)\/security-credentials\/[^/]/.test(name)) return 'credentials';
  if (/^(?:managed-ssh-keys|public-keys)(?:\/|$)/.test(name)) return 'keys';
  return 'metadata';
}

/**
 * Paths that only another cloud's metadata service has: GCE, Azure, OpenStack, OCI, DigitalOcean and
 * UpCloud, Hetzner, Vultr, Akamai/Linode, IBM (their guides; cloud-init's data sources ask for them).
 */
const FOREIGN = [
  '/computeMetadata/',
  '/0.1/meta-data/',
  '/metadata/instance',
  '/metadata/identity',
  '/metadata/attested',
  '/metadata/scheduledevents',
  '/metadata/loadbalancer',
  '/metadata/versions',
  '/metadata/v1',
  '/openstack',
  '/opc/v1',
  '/opc/v2',
  '/hetzner/v1',
  '/v1.json',
  '/v1/token',
  '/v1/instance',
  '/v1/network',
  '/v1/ssh-keys',
  '/v1/user-data',
  '/instance_identity/v1',
];

export function isForeignPath(path: string): boolean {
  return FOREIGN.some((prefix) => path.startsWith(prefix) && endsThere(path, prefix));
}

function endsThere(path: string, prefix: string): boolean {
  const next = path[prefix.length];
  return prefix.endsWith('/') || next === undefined || next === '/' || next === '.';
}
