#!/bin/sh
# enter.sh [--read-only] ROOT COMMAND...: runs a command in a root file system, with this host's /proc, /sys and /dev in
# it. To be started in a mount namespace of its own (unshare --mount). Becomes the command: a signal to this process
# reaches it.
set -eu
read_only=
if [ "$1" = --read-only ]; then
  read_only=yes
  shift
fi
root=$1
shift
if [ -n "$read_only" ]; then
  mount --bind "$root" "$root"
  mount -o remount,bind,ro "$root"
fi
for each in proc sys dev; do
  mount --rbind "/$each" "$root/$each"
done
if [ -n "$read_only" ]; then
  mount -o remount,bind,ro "$root/sys"
fi
export PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
exec chroot "$root" "$@"
