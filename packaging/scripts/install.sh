# After the files are there (sh; by dpkg and by rpm): an account without a login, and the folders that it writes to.
if ! getent passwd imds > /dev/null; then
  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin imds
fi
for folder in /var/log/imds /var/lib/imds; do
  if [ ! -e "$folder" ]; then
    install -d -m 700 -o imds -g imds "$folder"
  fi
done
