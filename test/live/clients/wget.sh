#!/bin/sh
# Without a token, then with one.
wget -qO- "$BASE/latest/meta-data/ami-id"
TOKEN=$(wget -qO- --method=PUT --header='X-aws-ec2-metadata-token-ttl-seconds: 60' "$BASE/latest/api/token")
wget -qO- --header="X-aws-ec2-metadata-token: $TOKEN" "$BASE/latest/user-data"
