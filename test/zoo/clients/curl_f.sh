#!/bin/sh
# With -f an error is no token, but an empty one: curl then leaves the header out.
TOKEN=$(curl -sf --max-time 1 -X PUT "$BASE/api/token" -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')
curl -s --max-time 3 -H "X-aws-ec2-metadata-token: $TOKEN" "$BASE/meta-data/instance-id"
