#!/bin/sh
# A root of its own for a program, as a container has one: CONTAINER-ROOT.SH FOLDER CGROUP URL
# The cgroup is entered, /usr is the host's, /opt/agent is a copy of curl, and dpkg's files are hostile but for one.
set -e
root=$1 cgroup=$2 url=$3
echo $$ > "$cgroup/cgroup.procs"
mount -t tmpfs none "$root"
mkdir -p "$root/usr" "$root/opt" "$root/old" "$root/proc" "$root/var/lib/dpkg/info"
mount --bind /usr "$root/usr"
mount -t proc proc "$root/proc"
for name in bin sbin lib lib64; do ln -s "usr/$name" "$root/$name"; done
cp /usr/bin/curl "$root/opt/agent"
dpkg=$root/var/lib/dpkg
printf 'Package: own-agent\nStatus: install ok installed\nArchitecture: all\nVersion: 2.1~own\n' > "$dpkg/status"
printf '/.\n/opt\n/opt/agent\n' > "$dpkg/info/own-agent.list"
mkfifo "$dpkg/info/fifo.list"
ln -s /proc/1/root/etc/shadow "$dpkg/info/out.list"
ln -s loop.list "$dpkg/info/loop.list"
mkfifo "$dpkg/diversions"
cd "$root"
pivot_root . old
umount -l /old
# The first one is asked about; it and its shell still live then.
exec /bin/sh -c '/opt/agent -s "$1"; sleep 2; /opt/agent -s "$1"; exit 0' sh "$url"
