import { join } from 'node:path';
import { CLIENT_ENVIRONMENT } from '../../test/live/clients/clients.ts';
import { setUpClients } from '../setup-clients.mjs';

const UNPACKED = join(import.meta.dirname, '..', '..', '.cache', 'clients', 'root');

/**
 * Fetches the clients that a Debian system with the packages of the tests has not.
 * @returns the environment of every client: nothing of who records, no proxy, no credentials but the service's.
 */
export async function prepareClients(): Promise<Record<string, string>> {
  await setUpClients();
  const { PYTHONPATH: _, ...environment } = CLIENT_ENVIRONMENT;
  // Clients that need a place to write get one of the system.
  return { ...environment, NODE: process.execPath, UNPACKED, TMPDIR: '/tmp' };
}
