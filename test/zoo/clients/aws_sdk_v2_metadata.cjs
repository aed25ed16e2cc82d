// @ts-nocheck: the SDK is fetched by the set-up of the tests, and is not in node_modules.
// AWS SDK for JavaScript v2, its client for metadata: a document of the instance.
const AWS = require('aws-sdk');

new AWS.MetadataService({ httpOptions: { timeout: 3000 } }).request(
  '/latest/meta-data/instance-id',
  () => {},
);
