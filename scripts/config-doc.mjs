/**
 * What is written of the settings (src/config/settings.ts), so that none can be left out: the table of
 * docs/configuration.md, packaging/imds.toml, and schemas/config.schema.json.
 */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/**
 * @typedef {object} Setting
 * @property {{ expected: string, schema: object }} kind
 * @property {unknown} default
 * @property {string} about
 * @property {string} [flag]
 */

/**
 * @typedef {object} Settings
 * @property {Readonly<Record<string, Setting>>} SETTINGS
 * @property {(key: string) => string} variableOf
 * @property {readonly string[]} IGNORE_CONDITIONS
 */

const COLUMNS = 100;
const NEGATIVE = new Set(['quiet', 'no-log', 'no-state']);

/**
 * @param {URL} module that holds the settings, which is TypeScript and no entry of dist/
 * @returns {Promise<Settings>}
 */
export async function settingsOf(module) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(module)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  });
  const [{ text } = { text: '' }] = outputFiles;
  return import(`data:text/javascript,${encodeURIComponent(text)}`);
}

/**
 * What stands between `<!-- settings -->` and `<!-- end of settings -->`.
 * @param {string} document
 * @param {Settings} settings
 */
export function withSettings(document, { SETTINGS, variableOf }) {
  const rows = Object.entries(SETTINGS).map(([key, { kind, default: standard, about, flag }]) => {
    const option = flag === undefined ? '' : `\`--${flag}\`${NEGATIVE.has(flag) ? ' (false)' : ''}`;
    const cells = [`\`${key}\``, `\`${literal(standard)}\``, option, `\`${variableOf(key)}\``];
    return `| ${[...cells, `${about} ${sentence(kind.expected)}`].map(cell).join(' | ')} |`;
  });
  const table = ['| key | default | flag | variable | |', '|---|---|---|---|---|', ...rows].join('\n');
  return document.replace(
    /<!-- settings -->\n[\s\S]*?<!-- end of settings -->/,
    () => `<!-- settings -->\n${table}\n<!-- end of settings -->`,
  );
}

/**
 * The configuration that packages install: every setting with its default, as a comment. Explanations begin with
 * `# `, settings with `#` alone.
 * @param {Settings} settings
 */
export function defaultConfig({ SETTINGS }) {
  const lines = wrapped(HEAD);
  let table = '';
  for (const [key, { kind, default: standard, about }] of Object.entries(SETTINGS)) {
    const dot = key.lastIndexOf('.');
    if (key.slice(0, dot) !== table) {
      table = key.slice(0, dot);
      lines.push('', `[${table}]`);
    }
    lines.push('', ...wrapped(`${about} ${sentence(kind.expected)}`));
    lines.push(`#${key.slice(dot + 1)} = ${literal(standard)}`);
  }
  return `${[...lines, '', ...wrapped(FILTERS), ...EXAMPLE.map((line) => `#${line}`)].join('\n')}\n`;
}

const HEAD =
  'Configuration of imds: imds live and imds report read it. What is set here counts less than a variable of the environment (IMDS_LOG_FOLDER for log.folder), and that less than a flag. What is commented out is the default. `imds config check` says what is wrong with it, `imds config show` what is in effect and where it comes from. An unknown key is an error. See /usr/share/doc/imds/docs/configuration.md. imds live reads it when it starts, as root, and refuses one that somebody else may change.';

const FILTERS =
  'Callers that are known and accepted for a while: they are not counted by reports and verdicts, and shown in a section of their own. All conditions of a filter have to hold (executable, script, unit, image, user, user_agent; * stands for any text); the reason and the last day (UTC) are needed, and after it the callers are counted again. Uncomment all of its lines.';

const EXAMPLE = [
  '[[ignore]]',
  'executable = "/opt/vendor/bin/agent"',
  'unit = "vendor-agent.service"',
  'reason = "The vendor ships IMDSv2 with release 7; ticket 4711."',
  'expires = 2027-06-30',
];

/** @param {Settings} settings */
export function configSchema({ SETTINGS, IGNORE_CONDITIONS: conditions }) {
  /** @type {{ properties: Record<string, any> }} */
  const root = { properties: {} };
  for (const [key, { kind, default: standard, about }] of Object.entries(SETTINGS)) {
    const path = key.split('.');
    const name = path.pop() ?? '';
    let at = root;
    for (const part of path) {
      at.properties[part] ??= { type: 'object', properties: {}, additionalProperties: false };
      at = at.properties[part];
    }
    at.properties[name] = { ...kind.schema, default: standard, description: about };
  }
  const text = { type: 'string', minLength: 1, maxLength: 1024, pattern: '\\S' };
  const condition = { ...text, pattern: '[^*]' };
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of imds',
    description:
      'Of /etc/imds/imds.toml as data; dates of TOML are texts. imds itself checks more: imds config check',
    type: 'object',
    properties: {
      ...root.properties,
      ignore: {
        type: 'array',
        maxItems: 256,
        description: 'Callers that are known and accepted for a while',
        items: {
          type: 'object',
          properties: {
            reason: { ...text, maxLength: 500 },
            expires: {
              type: 'string',
              pattern: '^\\d{4}-\\d\\d-\\d\\d$',
              description: 'The last day, in UTC',
            },
            ...Object.fromEntries(conditions.map((name) => [name, condition])),
          },
          required: ['reason', 'expires'],
          anyOf: conditions.map((name) => ({ required: [name] })),
          additionalProperties: false,
        },
      },
    },
    additionalProperties: false,
  };
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

/** A value as TOML writes it. @param {unknown} value @returns {string} */
function literal(value) {
  return Array.isArray(value) ? `[${value.map(literal).join(', ')}]` : JSON.stringify(value);
}

/** @param {string} words */
function sentence(words) {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** Of a table of Markdown. @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|');
}

/** As comments. @param {string} text */
function wrapped(text) {
  const lines = [];
  let line = '#';
  for (const word of text.split(' ')) {
    if (line.length + word.length >= COLUMNS) {
      lines.push(line);
      line = '#';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
