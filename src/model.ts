/** Data only: what the parts of imds hand to each other. No behaviour, and nothing of any other part. */
export * from './model/attribution.ts';
export * from './model/base.ts';
export * from './model/call.ts';
export * from './model/capture.ts';
export * from './model/process.ts';
