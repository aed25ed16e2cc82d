import { MANUAL_CASES } from './cases-manual.ts';
import { PATH_CASES } from './cases-path.ts';
import { SDK_CASES } from './cases-sdk.ts';

export interface ClientCase {
  name: string;
  title: string;
  /** What is to be seen in it: one or two sentences. */
  shows: string;
  /** Lines of sh that run the client; $BASE is the endpoint. */
  run: string;
  /** Prints the client's name and version in its first line. */
  version: string;
  /** Options of the stand-in endpoint. */
  endpoint?: readonly string[];
  topology?: 'pair' | 'container' | 'narrow';
  captureAt?: 'client' | 'host' | 'server';
  tool?: 'tcpdump' | 'dumpcap';
  interfaces?: readonly string[];
  snaplen?: number;
}

export const CASES: readonly ClientCase[] = [...MANUAL_CASES, ...SDK_CASES, ...PATH_CASES];
