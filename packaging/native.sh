#!/bin/sh
# Compiles libpcap and cap for both architectures, in the Debian root in which it lies as /native/native.sh.
# Beside it: libpcap/ (its source), cap/ (binding.cc), nan/, and node-x64/ and node-arm64/ (Node's headers).
# Leaves out/ARCHITECTURE/libpcap.so.1 and cap.node, which looks for the other beside itself.
set -eu
cd /native

# No D-Bus, Bluetooth, USB, RDMA, DPDK or capture cards: what remains needs nothing but libc.
LEFT_OUT="--disable-dbus --disable-bluetooth --disable-usb --disable-rdma --disable-netmap --disable-remote
  --without-dpdk --without-dag --without-snf --without-turbocap --without-libnl"
HARDENED="-O2 -fPIC -fstack-protector-strong -D_FORTIFY_SOURCE=2"
LINKED="-Wl,-z,relro,-z,now"

for pair in x64:x86_64-linux-gnu arm64:aarch64-linux-gnu; do
  architecture=${pair%%:*}
  triple=${pair#*:}
  out=/native/out/$architecture
  mkdir -p "$out" "/native/build-$architecture"
  cd "/native/build-$architecture"
  # shellcheck disable=SC2086
  ../libpcap/configure --quiet --host="$triple" $LEFT_OUT CFLAGS="$HARDENED" LDFLAGS="$LINKED"
  make --silent shared
  cp libpcap.so.1.* "$out/libpcap.so.1"
  # shellcheck disable=SC2086
  "$triple-g++" -std=gnu++20 $HARDENED -shared -fno-exceptions -fno-rtti -fvisibility=hidden \
    -DNODE_GYP_MODULE_NAME=cap -DBUILDING_NODE_EXTENSION \
    -I"/native/node-$architecture/node" -I/native/nan -I/native/libpcap \
    -o "$out/cap.node" /native/cap/binding.cc "$out/libpcap.so.1" $LINKED "-Wl,-rpath,\$ORIGIN"
  "$triple-strip" "$out/cap.node" "$out/libpcap.so.1"
done
