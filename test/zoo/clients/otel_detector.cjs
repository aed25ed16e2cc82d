// @ts-nocheck: the package is fetched by the set-up of the tests, and is not in node_modules.
// OpenTelemetry for JavaScript: is this EC2?
const { awsEc2Detector } = require('@opentelemetry/resource-detector-aws');

Promise.all(Object.values(awsEc2Detector.detect().attributes ?? {})).catch(() => {});
