// @ts-nocheck: the package is fetched by the set-up of the tests, and is not in node_modules.
// Elastic APM: which cloud is this?
const apm = require('elastic-apm-node');

apm.start({ serverUrl: 'http://127.0.0.1:9', serviceName: 'zoo', centralConfig: false, logLevel: 'off' });
setTimeout(() => process.exit(), 8000);
