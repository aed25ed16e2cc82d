#!/bin/sh
# In a guest: imds live under the scenarios that its predecessor was measured with. Results are in out/.
V4=169.254.169.254

wait_for() { # FILE PATTERN COUNT: until so many lines have it, for at most 60 s
  i=0
  until [ "$(grep -c "$2" "$1" 2>/dev/null)" -ge "$3" ]; do
    i=$((i + 1))
    [ $i -lt 300 ] || { echo "no $3 times '$2' in $1"; return 1; }
    sleep 0.2
  done
}

tar xf imds.tar -C / && rm imds.tar
# Node asks whose home it is.
mkdir -p /etc && echo root:x:0:0:root:/tmp:/bin/sh > /etc/passwd
export HOME=/tmp
./load serve $V4 80 http > out/serve & server=$!
wait_for out/serve listening 1 || exit 1

cut -d' ' -f1 /proc/uptime > out/begin
/opt/imds/node /opt/imds/bin/run.js live --jsonl --no-log --capture sockets > out/calls.jsonl 2> out/stderr & imds=$!
wait_for out/stderr 'imds live: ready' 1 || { cat out/stderr; exit 1; }
cut -d' ' -f1 /proc/uptime > out/ready

./load clients $V4 80 single 200 1 0 > out/single &&
  ./load clients $V4 80 sixteen 200 16 0 > out/sixteen &&
  ./load requests $V4 80 stream 1000 > out/stream || { echo "a client failed"; exit 1; }
# What does not come is missing in the results, and no failure of the guest.
wait_for out/calls.jsonl latest/meta-data 1400
grep VmHWM /proc/$imds/status > out/memory
probe=$(cat /proc/$imds/task/$imds/children)
grep VmHWM /proc/${probe%% *}/status >> out/memory
kill -INT $imds
wait $imds
code=$?
cat out/stderr
kill $server
exit $code
