// @ts-nocheck: the SDK is fetched by the set-up of the tests, and is not in node_modules.
// AWS SDK for JavaScript v2, before it had IMDSv2: the credentials of the instance's role.
const AWS = require('aws-sdk-2.500.0');

new AWS.EC2MetadataCredentials({ httpOptions: { timeout: 1000 } }).refresh((error) => {
  if (error) throw error;
});
