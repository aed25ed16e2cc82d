import { deepStrictEqual, ok } from 'node:assert';
import { HostChoice } from '../../../src/events/host-choice.ts';

describe('hosts that are wanted', () => {
  it('are found by name or id, in either case', () => {
    const choice = new HostChoice(['Web-1', 'i-0abc']);
    ok(choice.has('WEB-1', undefined));
    ok(choice.has('other', 'I-0ABC'));
    ok(!choice.has('web-2', 'i-1'));
    ok(!choice.has(undefined, undefined));
    deepStrictEqual(choice.notes, []);
  });

  it('are found by the name alone where its ids are told, or were met', () => {
    const choice = new HostChoice(['i-1', 'Web-9']);
    ok(choice.hasNamed('web-1', ['i-0', 'i-1']));
    ok(choice.hasNamed('web-9', []));
    ok(!choice.hasNamed('web-1', []), 'nobody told its id yet');
    ok(choice.has('web-1', 'I-1'));
    ok(choice.hasNamed('WEB-1', []));
    ok(!choice.hasNamed('web-1', ['i-2']), 'another host of that name');
    ok(!choice.hasNamed(undefined, []));
    deepStrictEqual(choice.notes, []);
  });

  it('tell which of them are not there, and what is', () => {
    const choice = new HostChoice(['nope']);
    deepStrictEqual(choice.notes, ['nothing is of host nope; no other host is named']);
    choice.has('b', 'i-1');
    choice.has('a', undefined);
    choice.has(undefined, 'i-2');
    choice.has('a', undefined);
    deepStrictEqual(choice.notes, ['nothing is of host nope; 3 others: a, b, i-2']);
  });

  it('tell that a host has another name, by which it is not meant', () => {
    const choice = new HostChoice(['web-7']);
    choice.has('localhost', 'i-1');
    choice.has('localhost', 'i-2');
    deepStrictEqual(choice.notes, ['nothing is of host web-7; 1 other: localhost']);
    choice.has('WEB-7', 'i-1');
    choice.has('web-7', undefined);
    deepStrictEqual(choice.notes, [
      'the host with the id of WEB-7 is called localhost, too, and what it did by that name is left out; --host i-1 takes all of it',
    ]);
    const byId = new HostChoice(['i-1']);
    byId.has('localhost', 'i-1');
    byId.has('web-7', 'i-1');
    deepStrictEqual(byId.notes, []);
  });

  it('keep few of the others', () => {
    const choice = new HostChoice(['nope']);
    for (let i = 0; i < 1000; i++) choice.has(`h${i}`, undefined);
    deepStrictEqual(choice.notes, [
      'nothing is of host nope; among the others are h0, h1, h2, h3, h4, h5, h6, h7, h8, h9',
    ]);
  });
});
