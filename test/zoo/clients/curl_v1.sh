#!/bin/sh
# Never asks for a token.
curl -s --max-time 3 "$BASE/meta-data/instance-id"
