#!/bin/sh
# In a guest: the core scenarios and a flood, with the probe's output in out/. Ends with 0 if all ran.
# The guest has no network; the service's addresses are on its lo.
V4=169.254.169.254
V6=fd00:ec2::254
FLOOD=2000
AT_ONCE=8

wait_for() { # FILE WORD, for at most 30 s
  i=0
  until grep -q "$2" "$1" 2>/dev/null; do
    i=$((i + 1))
    [ $i -lt 150 ] || { echo "no '$2' in $1:"; cat "$1"; return 1; }
    sleep 0.2
  done
}

mkdir -p out
chmod +x flood imds-probe
./flood serve $V4 > out/serve4 2>&1 & servers=$!
./flood serve $V6 > out/serve6 2>&1 & servers="$servers $!"
wait_for out/serve4 listening && wait_for out/serve6 listening || exit 1

./imds-probe --check > out/check.json || exit 1

mkfifo stdin
sleep 300 > stdin & holder=$!
./imds-probe --json < stdin > out/journal.jsonl 2> out/stderr & probe=$!
wait_for out/stderr imds-probe: || exit 1
grep -q 'imds-probe: ready' out/stderr || { cat out/stderr; exit 1; }
cat out/stderr

./flood ask $V4 && ./flood ask $V6 && ./flood mptcp $V4 || { echo "a request failed"; exit 1; }
./flood run $V4 $FLOOD $AT_ONCE || { echo "the flood failed"; exit 1; }

# What is attached is gone when the probe ends, however that is; the output until then is whole.
kill -TERM $probe
wait $probe
code=$?
kill $holder $servers 2>/dev/null
echo "probe ended with $code"
exit $code
