import { findCommands } from './commands.ts';
import { findNamed } from './named.ts';
import { identity, type Normal, normalize } from './normal.ts';
import { findPrivateKeys } from './pem.ts';
import { findPiped } from './piped.ts';
import { findQueries } from './query.ts';
import { findShapes } from './shapes.ts';
import { MASK, Spans } from './spans.ts';
import { findIdentified } from './sql.ts';
import { findUserinfo } from './userinfo.ts';

/** What a text must hold before any rule can find something in it: most texts are plain. */
const SUSPICIOUS =
  /[=:@?&]|pass|pwd|secret|token|cred|cookie|sign|auth|key|pw|psk|jwt|otp|sess|\bpin\b|bearer|basic|mysql|mariadb|mycli|redis-cli|login|mongo|smb|rpcclient|samba|\bnet\b|lftp|\bopen\b|sqlcmd|osql|tsql|bcp|defncopy|sqlplus|ldap|openssl|zip|rar\b|7z|ipmitool|snmp|mosquitto|cqlsh|hdbsql|beeline|rdesktop|freerdp|twine|rabbitmq|ncftp|user(?:add|mod)|mydumper|myloader|vsql|dsconf|ipa-client|kadmin|influx|doctl|impdp|expdp|sqlldr|rman\b|isql|iusql|ora2pg|winexe|wmic|put-parameter|encrypt|unseal|k3s|rke2|gitlab-runner|sendemail|swaks|ttyd|gotty|grafana|snyk|pdftk|vault|\bbw\b|unlock|obscure|\bmc(?:li)?\b|chpasswd|sudo|identified|aws_|AQAE|AKIA|ASIA|ABIA|ACCA|IQo|FwoG|FwoD|FQoG|FQoD|AQo|eyJ|gh[opsru]_|github_|gl[a-z]{1,5}-|xox|xapp|AIza|\bsk-|hv[sbr]\.|npm_|hf_|pypi-|dckr_|_v1_|ATATT|_(?:live|test)_|shp|SG\.|ya29|hooks/i;

/** Two or three are the most that a fuzzer needed; a bound keeps the time linear whatever comes. */
const MAX_PASSES = 8;

/** More places to mask, in a text or in its normal form. */
export type Rule = (normal: Normal, spans: Spans) => void;

/**
 * The text with every secret in it replaced by {@link MASK}: by shape, by the name before it
 * (`--token X`, `TOKEN=X`, `Authorization: X`, `"password": "X"`), URL userinfo, `-u user:password`, by the
 * program (`mysql -pX`), and query values. For texts of any origin (a user agent, a shell command); linear in time, idempotent.
 */
export function maskText(text: string, rule?: Rule): string {
  return settle(
    text,
    (before) => maskOnce(before, rule),
    (a, b) => a === b,
    () => MASK,
  );
}

/**
 * Masks until nothing changes, since a mask can uncover what a rule before it looks for (`://u:AQAE/…@host`
 * has lost its slash). What does not settle is masked whole: so the result never changes under a second run.
 */
export function settle<T>(
  start: T,
  mask: (value: T) => T,
  isSame: (a: T, b: T) => boolean,
  whole: () => T,
): T {
  let value = start;
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const masked = mask(value);
    if (isSame(masked, value)) return value;
    value = masked;
  }
  return whole();
}

function maskOnce(text: string, rule: Rule | undefined): string {
  const normal = normalize(text);
  if (!SUSPICIOUS.test(normal.text) && (normal.starts === undefined || !SUSPICIOUS.test(text))) return text;
  const spans = new Spans(text);
  // What is encoded can hide a name from the one, and the end of a value from the other.
  for (const form of normal.starts === undefined ? [normal] : [identity(text), normal]) {
    rule?.(form, spans);
    findUserinfo(form, spans);
    findQueries(form, spans);
    findNamed(form, spans);
    findCommands(form, spans);
    findIdentified(form, spans);
    findPiped(form, spans);
    findShapes(form, spans);
    findPrivateKeys(form, spans);
  }
  return spans.masked();
}
