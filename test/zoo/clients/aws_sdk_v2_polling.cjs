// @ts-nocheck: the SDK is fetched by the set-up of the tests, and is not in node_modules.
// AWS SDK for JavaScript v2 in a program that runs on: the credentials every five seconds, for more than a minute.
const AWS = require('aws-sdk');

const service = new AWS.MetadataService({ httpOptions: { timeout: 1000 } });
let left = 15;
(function ask() {
  service.loadCredentials(() => {
    left -= 1;
    if (left > 0) setTimeout(ask, 5000);
  });
})();
