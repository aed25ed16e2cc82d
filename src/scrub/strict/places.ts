/** Where names stand, by what is around them. */
export interface Place {
  /** Matches the name alone, in linear time. */
  pattern: RegExp;
  /** It has to be looked for only where one of these stands in the lower-case text: most texts have none. */
  hints: readonly string[];
  /** What stands here is a host, which may be an address or the service itself. */
  isHost?: boolean;
}

/**
 * In URLs: `…/iam/security-credentials/NAME`, another cloud's `service-accounts/NAME`; and in ARNs
 * (`arn:aws:iam::…:role/PATH/NAME`, `…:assumed-role/NAME/SESSION`).
 */
export const IN_PATHS: readonly Place[] = [
  {
    hints: ['security-credentials', 'service-accounts'],
    pattern: /(?<=(?:security-credentials|service-accounts)(?:\/|%2F){1,8})[^/?#&;\s"'`()[\]{}<>|\\]+/gi,
  },
  {
    hints: ['role/', 'profile/', 'user/', 'group/'],
    pattern: /(?<=:(?:role|assumed-role|instance-profile|user|group|federated-user)\/)[\w+=,.@/-]+/g,
  },
];

/** In free text and arguments: `role=NAME`, `iam_role: NAME`, `session/NAME`, `--role-name=NAME`. */
export const NAMED: readonly Place[] = [
  {
    hints: ['role', 'session', 'profile'],
    pattern:
      /(?<=(?:^|[^A-Za-z0-9])(?:role|session|instance[-_]?profile)(?:[-_]?session)?(?:[-_]?name)?["']?\s{0,4}[=:/]\s{0,4}["']?)[\w+=,.@-]+/gi,
  },
  {
    hints: ['host'],
    isHost: true,
    pattern: /(?<=(?:^|[^A-Za-z0-9])host(?:[-_]?name)?["']?\s{0,4}[=:]\s{0,4}["']?)[\w.-]+/gi,
  },
];

/** Hosts in URLs; by their domain; and as EC2 names them. */
export const HOSTS: readonly Place[] = [
  {
    hints: ['://'],
    isHost: true,
    pattern: /(?<=:\/\/(?:[^/\s@"'?#]{0,256}@)?)[\w.-]+(?=[:/?#\s"'`),;\]}]|$)/g,
  },
  {
    hints: ['.internal', '.local', '.lan', '.corp', '.intranet', '.amazonaws'],
    isHost: true,
    pattern:
      /(?<![\w.-])[\w-]+(?:\.[\w-]+){0,10}\.(?:internal|local|lan|corp|intranet|amazonaws\.com(?:\.cn)?)(?![\w-])/gi,
  },
  { hints: ['ip-', 'ec2-'], isHost: true, pattern: /(?<![\w-])(?:ip|ec2)(?:-\d{1,3}){4}(?!\w)/gi },
];

/** Options whose name is the next argument. */
export const NAMING_OPTION =
  /^--?(?:[a-z]{1,16}[-_]){0,3}(?:role|session|instance[-_]?profile|host)(?:[-_]?session)?(?:[-_]?name)?$/i;

/**
 * Ids of EC2 instances, of what belongs to them, and of EFS: 8 or 17 hexadecimal digits, of which some may be cut
 * off.
 */
export const RESOURCE_ID =
  /(?<![A-Za-z0-9])(i|mi|r|h|ami|aki|ari|lt|key|vol|snap|fs|fsap|eni|vpc|vpce|pcx|subnet|acl|sg|sgr|pl|nat|igw|eigw|tgw|vgw|cgw|vpn|rtb|rtbassoc|eipalloc|eipassoc|dopt|fl|cr|pg)-([\da-f]{8,17})(?![\da-f])/gi;
export const ACCOUNT_ID = /(?<!\d)\d{12}(?!\d)/g;
export const DASHED_ACCOUNT_ID = /(?<![\d-])\d{4}-\d{4}-\d{4}(?![\d-])/g;
/** Also as Windows and IEEE 802 write it, with dashes. */
export const LINK_ADDRESS =
  /(?<![\da-f:])(?:[\da-f]{2}:){5}[\da-f]{2}(?![\da-f:])|(?<![\da-z-])(?:[\da-f]{2}-){5}[\da-f]{2}(?![\da-z-])/gi;
/**
 * Unique id of a role, user, group, instance profile, policy, certificate or public key
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html); access keys are masked anyway.
 */
export const IAM_ID = /(?<![A-Za-z0-9])A(?:ROA|IDA|GPA|IPA|NPA|NVA|PKA|SCA)[A-Z0-9]{12,124}(?![A-Za-z0-9])/g;

/** Hosts that are the metadata service itself, or no host in particular, and addresses, which stay. */
export function isPlainHost(host: string): boolean {
  return (
    /^[\d.]+$/.test(host) ||
    /^(?:localhost|localhost\.localdomain|metadata|instance-data|metadata\.google\.internal|instance-data\.ec2\.internal)$/i.test(
      host,
    )
  );
}

/** Names at these places. */
export function* namesAt(places: readonly Place[], text: string): Generator<{ name: string; index: number }> {
  const lower = text.toLowerCase();
  for (const { pattern, hints, isHost = false } of places) {
    if (!hints.some((hint) => lower.includes(hint))) continue;
    for (const { 0: name, index } of text.matchAll(pattern)) {
      if (!isHost || !isPlainHost(name)) yield { name, index };
    }
  }
}
