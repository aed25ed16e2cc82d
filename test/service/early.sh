#!/bin/bash
# early.sh PATH: asks the metadata service for PATH with nothing but bash, as cloud-init does before there are services.
set -eu
exec 3<> /dev/tcp/169.254.169.254/80
printf 'GET %s HTTP/1.1\r\nHost: 169.254.169.254\r\nUser-Agent: early\r\nConnection: close\r\n\r\n' "$1" >&3
while read -r _ <&3; do :; done
