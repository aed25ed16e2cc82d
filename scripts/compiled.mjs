/** What `make -C src/bpf` builds for each architecture, and a package brings. */
export const COMPILED = [
  'imds-probe',
  'no-new-privs.node',
  'poll-guard.node',
  'sd-notify.node',
  'trim-memory.node',
];
