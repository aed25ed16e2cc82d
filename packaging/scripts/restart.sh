# Only what runs already: the service is not started by an installation.
if [ -d /run/systemd/system ]; then
  systemctl try-restart imds.service || true
fi
