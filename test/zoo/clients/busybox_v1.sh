#!/bin/sh
# As Alpine's wget: never asks for a token, and could not.
"$BUSYBOX" wget -q -O - "$BASE/meta-data/instance-id"
