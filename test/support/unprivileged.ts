/** Words of setpriv(1): another user, who may read this tree wherever it stands, and has no other right. */
export const UNPRIVILEGED: readonly string[] = [
  '--reuid=65534',
  '--regid=65534',
  '--clear-groups',
  '--inh-caps=-all,+dac_read_search',
  '--ambient-caps=-all,+dac_read_search',
];
