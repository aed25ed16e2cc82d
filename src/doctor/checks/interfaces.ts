import { countOf } from '../../words.ts';
import type { Context, Examiner } from '../context.ts';
import { ifThere } from '../host-files.ts';
import { interfaceTo, ipv4Routes, ipv6Routes } from './routes.ts';

/** Which interfaces carry the traffic, by the tables of routes alone: nothing is sent. */
export const interfaces: Examiner = {
  id: 'interfaces',
  title: 'Interfaces',
  limit: 3000,
  async examine(context) {
    const { files, options } = context;
    const routes = [
      ...ipv4Routes((await ifThere(files.text('/proc/net/route'))) ?? ''),
      ...ipv6Routes((await ifThere(files.text('/proc/net/ipv6_route'))) ?? ''),
    ];
    const own = context.addresses();
    let reached = 0;
    const ways: string[] = [];
    for (const { address } of options.endpoints) {
      const local = own.find((entry) => entry.address === address);
      const name = local?.name ?? interfaceTo(address, routes);
      if (name !== undefined) reached++;
      if (local !== undefined) ways.push(`${address} is an address of ${name} itself`);
      else
        ways.push(
          name === undefined ? `no route to ${address}` : `${address} by ${await stateOf(name, context)}`,
        );
    }
    const others = (await ifThere(files.list('/sys/class/net')))?.length;
    const count =
      others === undefined ? '' : `; ${countOf(others, 'interface')}, all of which the wire view takes`;
    const text = `${ways.join(', ')}${count}`;
    if (reached > 0) return { status: 'ok', text };
    return {
      status: 'warn',
      text,
      remedy: 'No program here can reach the metadata service: is this the network namespace of the host?',
    };
  },
};

async function stateOf(name: string, { files }: Context): Promise<string> {
  const state = await files.text(`/sys/class/net/${name}/operstate`, 64).catch(() => '');
  return /^[a-z]{1,16}\s*$/.test(state) ? `${name} (${state.trim()})` : name;
}
