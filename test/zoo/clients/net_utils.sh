#!/bin/bash
# amazon-ec2-net-utils: its library, as its programs load it.
set -e
. "$LIBRARY"
get_meta mac 1
