#!/bin/bash
# client.sh old|new ADDRESS PORT PATH: asks for PATH with nothing but bash. As `old`, first waits for a line on standard input,
# so that it is older than who watches, asks without a token, and then starts itself as `new`, which has one.
set -eu

ask() {
  exec 3<> "/dev/tcp/$1/$2"
  printf 'GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bash\r\n%sConnection: close\r\n\r\n' "$3" "$1" "$4" >&3
  while read -r _ <&3; do :; done
  exec 3>&-
}

if [ "$1" = old ]; then
  read -r _
  ask "$2" "$3" "$4" ''
  bash "$0" new "$2" "$3" "$4"
else
  ask "$2" "$3" "$4" $'X-aws-ec2-metadata-token: AQAAtest==\r\n'
fi
