// A script of Node's fetch that never asks for a token.
await (
  await fetch(`${process.env.BASE}/meta-data/instance-id`, { signal: AbortSignal.timeout(3000) })
).text();
