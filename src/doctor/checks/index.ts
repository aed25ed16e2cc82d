import type { Examiner } from '../context.ts';
import { account } from './account.ts';
import { btf } from './btf.ts';
import { capabilities } from './capabilities.ts';
import { cgroup } from './cgroup.ts';
import { clock } from './clock.ts';
import { endpoint } from './endpoint.ts';
import { captures, logs, state } from './folders.ts';
import { hooks } from './hooks.ts';
import { interfaces } from './interfaces.ts';
import { kernel } from './kernel.ts';
import { libpcap } from './libpcap.ts';
import { lockdown } from './lockdown.ts';
import { probe } from './probe.ts';
import { predecessor, service } from './units.ts';

/** In the order in which they are shown. */
export const EXAMINERS: readonly Examiner[] = [
  kernel,
  btf,
  lockdown,
  capabilities,
  cgroup,
  probe,
  libpcap,
  interfaces,
  hooks,
  account,
  logs,
  state,
  captures,
  predecessor,
  service,
  clock,
  endpoint,
];
