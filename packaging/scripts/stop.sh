if [ -d /run/systemd/system ]; then
  systemctl --no-reload disable --now imds.service || true
fi
