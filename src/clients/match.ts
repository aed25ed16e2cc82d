/** Which row of the client table a caller is. A wrong name is worse than none: where two fit, none does. */
import { type Evidence, evidenceOf, type Matcher, matchers } from './matchers.ts';
import type { Client, ClientKind, ClientMatch, Clues, ProductVersion } from './types.ts';
import { isBelow, upstreamVersion, versionFrom } from './versions.ts';

/** A program is more than the SDK in it, and an SDK more than its HTTP client. */
const LAYERS: readonly (readonly ClientKind[])[] = [['program', 'proxy', 'emulator'], ['sdk'], ['http']];

interface Fit {
  matcher: Matcher;
  /** Of the condition that asks for most. */
  by: readonly string[];
}

export function matchClient(clues: Clues): ClientMatch | undefined {
  const evidence = evidenceOf(clues);
  const fits = matchers().flatMap((matcher) => fitOf(matcher, evidence) ?? []);
  const sdk = theOne(fits.filter(({ matcher }) => matcher.row.kind === 'sdk'));
  const likely = fits.filter(({ matcher }) => !isContradicted(matcher, sdk));
  for (const layer of LAYERS) {
    const best = theOne(likely.filter(({ matcher }) => layer.includes(matcher.row.kind)));
    if (best !== undefined) return describe(best, evidence, best === sdk ? undefined : sdk);
  }
  return undefined;
}

/**
 * The row that a caller is, by all the user agents that it has shown: a program's name goes before the name of an
 * SDK that it uses for some of its calls.
 */
export function matchCaller(
  clues: Omit<Clues, 'userAgent'>,
  userAgents: readonly string[],
): ClientMatch | undefined {
  const agents = userAgents.length === 0 ? [undefined] : userAgents;
  const matches = agents.flatMap((userAgent) => matchClient({ ...clues, userAgent }) ?? []);
  for (const layer of LAYERS) {
    const named = matches.filter(({ client }) => layer.includes(client.kind));
    const [first] = named;
    if (first === undefined) continue;
    return named.every(({ client }) => client.id === first.client.id) ? first : undefined;
  }
  return undefined;
}

function fitOf(matcher: Matcher, evidence: Evidence): Fit | undefined {
  const fitting = matcher.conditions.filter((tests) => tests.every(({ holds }) => holds(evidence)));
  const [best] = fitting.sort((a, b) => b.length - a.length);
  return best === undefined ? undefined : { matcher, by: best.map(({ by }) => by) };
}

/** The only one, or the only one of those that ask for most. */
function theOne(fits: readonly Fit[]): Fit | undefined {
  const most = Math.max(...fits.map(({ by }) => by.length));
  const best = fits.filter(({ by }) => by.length === most);
  return best.length === 1 ? best[0] : undefined;
}

/** It calls AWS with certain SDKs, and the user agent is another one's: something else in that program. */
function isContradicted({ row }: Matcher, sdk: Fit | undefined): boolean {
  return sdk !== undefined && row.sdks !== undefined && !row.sdks.includes(sdk.matcher.row.id);
}

function describe({ matcher, by }: Fit, evidence: Evidence, sdk: Fit | undefined): ClientMatch {
  const client: Client = matcher.row;
  const found = versionsOf(matcher, evidence);
  const versions = Object.fromEntries([...found].map(([product, { version }]) => [product, version]));
  const own = found.get(ownProduct(matcher));
  const inner = sdk === undefined ? undefined : describe(sdk, evidence, undefined);
  const predatesOwn = predatesV2(client, versions);
  return {
    client,
    version: own?.version,
    versionBy: own?.by,
    versions: found.size === 0 ? undefined : versions,
    by: [...new Set(by)].join(' and '),
    sdk: inner,
    predatesV2: predatesOwn ?? inner?.predatesV2,
    predatesSetting: predates(client.disableFallbackSince, versions) ?? inner?.predatesSetting,
    isToldBySdk: predatesOwn === undefined && inner?.predatesV2 !== undefined,
  };
}

/** What a row's own version is called, in its versions and in `v2Since`. */
function ownProduct({ row: { id, versions, v2Since } }: Matcher): string {
  return versions?.[0]?.product ?? (typeof v2Since === 'object' ? v2Since.product : id);
}

interface FoundVersion {
  version: string;
  /** Where it stood. */
  by: string;
}

/**
 * By product, each from the best source that tells: what the program says of itself, what its package says, and
 * what its path and its arguments are called. By what the product was recognised does not matter; but a package
 * tells only of the product that it is, and not of what runs in it or of whose file it has.
 */
function versionsOf(matcher: Matcher, evidence: Evidence): Map<string, FoundVersion> {
  const { versions, packages } = matcher;
  const found = new Map<string, FoundVersion>();
  const add = (product: string, by: string, version: string | undefined) => {
    if (version !== undefined && !found.has(product)) found.set(product, { version, by });
  };
  for (const { product, ofAgent } of versions) add(product, 'user agent', versionFrom(ofAgent(evidence)));
  if (packages.has(evidence.packageName ?? ''))
    add(ownProduct(matcher), 'package', upstreamVersion(evidence.packageVersion));
  for (const { product, ofExecutable } of versions)
    add(product, 'executable', versionFrom(ofExecutable(evidence)));
  for (const { product, ofArguments } of versions) add(product, 'argv', versionFrom(ofArguments(evidence)));
  return found;
}

function predatesV2(client: Client, versions: Readonly<Record<string, string>>): boolean | undefined {
  const { v2Since, unverified } = client;
  if (v2Since === undefined || unverified?.includes('v2Since')) return undefined;
  if (typeof v2Since === 'string') return v2Since === 'never';
  return predates(v2Since, versions);
}

function predates(
  since: ProductVersion | undefined,
  versions: Readonly<Record<string, string>>,
): boolean | undefined {
  const version = since && versions[since.product];
  return version === undefined ? undefined : isBelow(version, since?.version ?? '');
}
