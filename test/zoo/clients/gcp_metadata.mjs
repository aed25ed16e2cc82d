// @ts-nocheck: the package is fetched by the set-up of the tests, and is not in node_modules.
// gcp-metadata, of Google's libraries: is this Google's cloud?
import { createRequire } from 'node:module';

await createRequire(`${process.env.NODE_PATH}/`)('gcp-metadata').isAvailable();
