// @ts-nocheck: the package is fetched by the set-up of the tests, and is not in node_modules.
// MinIO for JavaScript: the credentials of the instance's role.
const { IamAwsProvider } = require('minio');

new IamAwsProvider({}).getCredentials().catch((error) => {
  throw error;
});
