// @ts-nocheck: the SDK is fetched by the set-up of the tests, and is not in node_modules.
// AWS SDK for JavaScript v3, its IMDS provider as the default chain calls it: the credentials of the instance's role.
const { fromInstanceMetadata } = require('@smithy/credential-provider-imds');

fromInstanceMetadata()().catch((error) => {
  throw error;
});
