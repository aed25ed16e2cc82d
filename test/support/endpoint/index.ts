export { ROLE } from './documents.ts';
export * from './endpoint.ts';
