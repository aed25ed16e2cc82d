/**
 * Programs that take a secret by an option of their own, as parts of regular expressions: the same in argv and
 * within the code of a shell.
 */
export const SQL_CLIENT =
  'mysql(?:dump|admin|import|check|show|slap|pump|binlog)?|mariadb(?:-[a-z-]{1,16})?|mycli';
/** Their options that take no value, behind which `p` may stand in one word. */
export const SQL_FLAGS = '[ABbCcEfGHijLNnoqrstUVvWwX]{0,8}';
export const KEY_VALUE_CLIENT = '(?:redis|valkey|keydb)-cli';

/** Folders of data and settings: what is called like a program there is none. */
export const NO_PROGRAMS = String.raw`\b(?:lib|etc|log|run|cache|share)`;
