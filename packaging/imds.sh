#!/bin/sh
# imds, with the Node that is packed with it. Works wherever its folder lies, and through symbolic links.
# No process is started on the way: that would be felt at each start.
case $0 in
  */*) self=$0 ;;
  *) self=./$0 ;;
esac
while [ -L "$self" ]; do
  link=$(readlink "$self")
  case $link in
    /*) self=$link ;;
    *) self=${self%/*}/$link ;;
  esac
done
lib=${self%/*}/../lib/imds

if [ ! -e @LOADER@ ]; then
  echo "imds: this package is for Linux on @ARCHITECTURE@ with glibc, and here is no @LOADER@. Analyze this host's captures on another machine." >&2
  exit 5
fi
# Before glibc 2.34 its file has the version in its name; later ones are all new enough.
for libc in /lib64/libc-2.*.so /lib/*-linux-gnu/libc-2.*.so; do
  minor=${libc##*/libc-2.}
  minor=${minor%.so}
  case $minor in
    *[!0-9]*) ;;
    *)
      if [ "$minor" -lt @GLIBC_MINOR@ ]; then
        echo "imds: this host has glibc 2.$minor, and imds needs 2.@GLIBC_MINOR@ (Amazon Linux 2023, Debian 10, RHEL 8 or later). Capture here with tcpdump, and run imds analyze on another machine." >&2
        exit 5
      fi
      ;;
  esac
done

# Of a Node that the caller uses for something else: options, files that it would read or write, and what it would print.
# Certificates, for instance: imds has no use for them, and a file that is missing would be a warning in its output.
unset NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS NODE_ICU_DATA NODE_COMPILE_CACHE NODE_V8_COVERAGE \
  NODE_REDIRECT_WARNINGS NODE_PENDING_DEPRECATION NODE_DEBUG NODE_DEBUG_NATIVE
exec "$lib/node" "$lib/bin/run.js" "$@"
