import assert from 'node:assert/strict';
import { Line } from '../../../src/events/line.ts';
import { Mark } from '../../../src/events/marks.ts';

describe('marks in lines', () => {
  it('are found where they first stand, and behind their last byte', () => {
    const line = Line.of('é,"a":1,"b":2,"b":3');
    const mark = new Mark('"b":');
    assert.equal(mark.at(line, 0), 9);
    assert.equal(mark.behind(line, 0), 13);
    assert.equal(mark.at(line, 10), 15);
    assert.equal(mark.first(line, 10), 15);
    assert.equal(mark.first(line, 10, 18), -1);
    assert.equal(mark.first(line, 10, 19), 15);
    assert.equal(mark.at(line, 16), -1);
    assert.equal(mark.at(line, -1), -1);
  });

  it('are looked for as far away as they were of late, and else from where they may begin', () => {
    const mark = new Mark('|');
    assert.equal(mark.at(Line.of('1234|'), 0), 4);
    assert.equal(mark.at(Line.of('12|4|'), 0), 4, 'as before');
    assert.equal(mark.first(Line.of('12|4|'), 0), 2);
    assert.equal(mark.at(Line.of('12|45'), 0), 2);
  });

  it('are never found beyond the end of their line', () => {
    const bytes = Buffer.from('abc\n|de|');
    const { view } = Line.of(bytes);
    const line = new Line(bytes, view, 0, 3);
    const mark = new Mark('|');
    assert.equal(mark.at(new Line(bytes, view, 4, 8), 4), 4);
    assert.equal(mark.at(new Line(bytes, view, 4, 8), 5), 7);
    assert.equal(mark.at(line, 0), -1);
    assert.equal(new Mark('c\n').at(line, 0), -1);
  });
});
