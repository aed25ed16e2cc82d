#!/bin/bash
# boot.sh ROOT: becomes systemd, the first process of a machine that has this root and nothing of the host's but its
# kernel. To be started in new namespaces of pids, mounts, names, IPC and cgroups (machine.ts).
set -eu
root=$1
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
# PrivateDevices= copies it.
ln -s pts/ptmx "$root/dev/ptmx"
cd "$root"
mkdir -p .host
pivot_root . .host
umount -l /.host
rmdir /.host
exec env -i container=imds-test PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=journal
