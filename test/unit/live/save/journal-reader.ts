import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { JournalRecord } from '../../../../src/bpf/records.ts';

const JOURNAL = 0x80494d44;

/** The records of a pcapng file, block by block, with no code of src in between. */
export function recordsOf(file: string): JournalRecord[] {
  const bytes = readFileSync(file);
  const records: JournalRecord[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 4);
    assert.equal(bytes.readUInt32LE(at + length - 4), length, `a whole block at ${at}`);
    if (bytes.readUInt32LE(at) === JOURNAL) {
      records.push(JSON.parse(bytes.toString('utf8', at + 8, at + length - 4)));
    }
    at += length;
  }
  return records;
}
