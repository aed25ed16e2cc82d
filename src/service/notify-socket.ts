/** Hands a state to the service manager; gives 0, or the number of the error (errno(3)). */
export type Send = (state: string) => number;

/**
 * The socket that a service manager named in NOTIFY_SOCKET (sd_notify(3)), by the add-on sd-notify.node.
 *
 * @throws Error where it cannot be loaded
 */
export function notifySocket(addOn: string, address: string): Send {
  const module: { exports: object } = { exports: {} };
  process.dlopen(module, addOn);
  const { exports } = module;
  if (!sends(exports)) throw new Error('it has no function "send"');
  return (state) => exports.send(address, state);
}

interface AddOn {
  send(address: string, state: string): number;
}

function sends(exports: object): exports is AddOn {
  return 'send' in exports && typeof exports.send === 'function';
}
