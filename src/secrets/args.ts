import { type Head, secretPart } from './clients.ts';
import { isOption, isPlainOption, isSensitive, nameStart, URL_START } from './names.ts';
import { type Normal, normalize } from './normal.ts';
import { type Glued, Programs, type Role } from './programs.ts';
import { MASK, type Spans } from './spans.ts';
import { hasQuery, maskUrl } from './target.ts';
import { maskText, settle } from './text.ts';

/** An assignment or a header that takes the whole argument, also as the value of an option: `--env=A=b`. */
const LEADING_NAME =
  /^(?:-{1,2}[\w.-]{1,64}=)?([\w.-]{1,128}(?:\[["']?[\w.-]{1,64}["']?\]){0,3})\s{0,16}(?:[=:]|->)[=>]{0,2}[ \t]{0,16}/;

/** A URL, `jdbc:` before its scheme too. */
const LIKE_URL = /^(?:[a-z]{1,16}:)?[a-z][\w+.-]{0,32}:\/\//i;

/** A command that sets what is named next: `npm config set _auth x`, `nmcli con modify eth0 802-1x.password x`. */
const SETS = /^(?:set(?:_network)?|modify)$/;
/** Between it and the name, so many arguments. */
const SETS_REACH = 3;
const SETTING = /^[\w./:@-]{1,256}$/;

/** argv with its secrets masked; a value may be the element after its option's. */
export function maskArgs(args: readonly string[]): string[] {
  return settle<string[]>(
    [...args],
    maskOnce,
    (a, b) => a.every((argument, index) => argument === b[index]),
    () => args.map(() => MASK),
  );
}

function maskOnce(args: readonly string[]): string[] {
  const masked: string[] = [];
  const programs = new Programs(args);
  let role: Role = 'text';
  args.forEach((argument, index) => {
    const glued = role === 'text' ? programs.glued(index) : undefined;
    masked.push(glued === undefined ? maskAs(role, argument) : maskGlued(argument, glued));
    role = isSetting(args, index) ? 'value' : roleOfNext(argument, programs, index, role);
  });
  return masked;
}

function maskGlued(argument: string, { from, role }: Glued): string {
  const option = argument.slice(0, from);
  return role === 'value' ? option + MASK : maskArgument(option + maskPart(role, argument.slice(from)));
}

/** A value of which a part is secret. */
function maskPart(head: Head, value: string): string {
  const secret = secretPart(head, value);
  return secret === undefined ? value : value.slice(0, secret.from) + MASK + value.slice(secret.to);
}

function maskAs(role: Role, argument: string): string {
  switch (role) {
    case 'value':
      if (isPlainOption(argument)) return maskArgument(argument);
      return URL_START.test(argument) ? maskUrl(argument) : MASK;
    case 'code':
      return maskText(argument);
    case 'text':
      return maskArgument(argument);
    default:
      // Of other programs, `-u` is what they connect to.
      return LIKE_URL.test(argument) ? maskArgument(argument) : maskText(maskPart(role, argument));
  }
}

/** One whole element of argv: what follows its leading name is the value, blanks and quotes included. */
function maskArgument(argument: string): string {
  if (argument === '') return '';
  if (hasQuery(argument)) return maskUrl(argument);
  return maskText(argument, leadingValue);
}

function leadingValue(form: Normal, spans: Spans): void {
  const match = LEADING_NAME.exec(form.text);
  if (match === null || !isSensitive(match[1] ?? '')) return;
  spans.add(form, { from: match[0].length, to: form.text.length });
}

/** Whether a command sets what the argument at `index` names. */
function isSetting(args: readonly string[], index: number): boolean {
  const argument = args[index] ?? '';
  if (argument.startsWith('-') || !SETTING.test(argument) || !isSensitive(argument)) return false;
  return args.slice(Math.max(0, index - SETS_REACH), index).some((before) => SETS.test(before));
}

function roleOfNext(argument: string, programs: Programs, index: number, role: Role): Role {
  // What is masked like a value may be an option all the same, of which the next one is the value.
  if (role === 'value' && !isPlainOption(argument))
    return programs.option(index) ?? (isSensitiveOption(argument) ? 'value' : 'text');
  if (role === 'code') return 'text';
  // Nothing so short is a name or an option that something follows.
  if (argument.length < 2) return 'text';
  if (isSensitiveOption(argument)) return 'value';
  const { text } = normalize(argument.slice(-512));
  const known = programs.option(index);
  if (known !== undefined) return known;
  if (programs.isCodeOption(index)) return 'code';
  if (/^(?:bearer|password|passwd|passphrase)$/i.test(text)) return 'value';
  const trimmed = text.slice(-160).trimEnd();
  const last = trimmed.at(-1);
  if (last !== ':' && last !== '=') return 'text';
  const name = trimmed.slice(nameStart(trimmed, trimmed.length - 1, 0), -1);
  return name !== '' && isSensitive(name) ? 'value' : 'text';
}

function isSensitiveOption(argument: string): boolean {
  if (argument.length >= 512) return false;
  const { text } = normalize(argument);
  return isOption(text) && isSensitive(text);
}
