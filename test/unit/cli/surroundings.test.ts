import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { colourOf, columnsOf, type TerminalStream } from '../../../src/cli/surroundings.ts';

const terminal = (columns: number): TerminalStream =>
  Object.assign(new PassThrough(), { isTTY: true, columns });
const pipe: TerminalStream = new PassThrough();

describe('columnsOf', () => {
  it('takes the width of the terminal', () => assert.equal(columnsOf(terminal(132), { COLUMNS: '90' }), 132));
  it('lays nothing out narrower than 80', () => assert.equal(columnsOf(terminal(40), {}), 80));
  it('takes 100 for a file or pipe', () => assert.equal(columnsOf(pipe, {}), 100));
  it('takes COLUMNS for a file or pipe', () => assert.equal(columnsOf(undefined, { COLUMNS: '120' }), 120));
  it('ignores a COLUMNS that is no number', () => assert.equal(columnsOf(pipe, { COLUMNS: 'wide' }), 100));
});

describe('colourOf', () => {
  it('colours a terminal', () => assert.equal(colourOf(terminal(80), { TERM: 'xterm' }), true));
  it('leaves a dumb terminal plain', () => assert.equal(colourOf(terminal(80), { TERM: 'dumb' }), false));
  it('leaves a pipe plain', () => assert.equal(colourOf(pipe, {}), false));
  it('obeys NO_COLOR before all else', () =>
    assert.equal(colourOf(terminal(80), { NO_COLOR: '1', FORCE_COLOR: '1' }), false));
  it('takes an empty NO_COLOR for none', () => assert.equal(colourOf(terminal(80), { NO_COLOR: '' }), true));
  it('obeys FORCE_COLOR for a pipe', () => assert.equal(colourOf(pipe, { FORCE_COLOR: '1' }), true));
  it('obeys FORCE_COLOR=0 for a terminal', () =>
    assert.equal(colourOf(terminal(80), { FORCE_COLOR: '0' }), false));
});
