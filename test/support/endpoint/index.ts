export { ROLE } from './documents.ts';
export * from './endpoint.ts';
export { type EndpointProcess, startEndpoint } from './process.ts';
