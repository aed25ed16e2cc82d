// @ts-nocheck: the SDK is fetched by the set-up of the tests, and is not in node_modules.
// AWS SDK for JavaScript v3, its client for metadata.
const { MetadataService } = require('@aws-sdk/ec2-metadata-service');

new MetadataService().request('/latest/meta-data/instance-id', {}).catch((error) => {
  throw error;
});
