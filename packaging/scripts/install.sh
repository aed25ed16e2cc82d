# After the files are there (sh; by dpkg and by rpm): an account without a login, and its log folder.
if ! getent passwd imds > /dev/null; then
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin imds
fi
if [ ! -e /var/log/imds ]; then
  install -d -m 700 -o imds -g imds /var/log/imds
fi
