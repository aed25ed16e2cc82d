import { deepStrictEqual } from 'node:assert';
import { hostOf } from '../../../src/bpf/session.ts';
import { MASK } from '../../../src/secrets.ts';

describe('bpf/session, the host of a recording', () => {
  it('is without secrets', () => {
    const host = { id: 'i-0123456789abcdef0', name: 'web-1 token=hUnT3r' };
    deepStrictEqual(hostOf({ host, boot_id: 'b' } as Parameters<typeof hostOf>[0]), {
      id: 'i-0123456789abcdef0',
      name: `web-1 token=${MASK}`,
      bootId: 'b',
    });
  });
});
