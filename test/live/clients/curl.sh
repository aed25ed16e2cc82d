#!/bin/sh
# Without a token, then as the user guide has it.
curl -s "$BASE/latest/meta-data/ami-id"
TOKEN=$(curl -s -X PUT "$BASE/latest/api/token" -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')
curl -s -H "X-aws-ec2-metadata-token: $TOKEN" "$BASE/latest/meta-data/iam/security-credentials/app-role"
