# Lines as aws-imds-packet-analyzer has written them since its 1.1.0: in lower case, with the request behind the processes.
mkdir -p predecessor
{
  echo '[2026-01-14 11:00:12,408] [INFO] Cannot attach kprobe to sock_sendmsg_nosec, it depends on your kernels.'
  echo '[2026-01-14 11:03:58,071] [WARNING] imdsv1(!) (pid:1016:curl argv:curl -s http://169.254.169.254/latest/meta-data/instance-id) called by -> (pid:1015:tag.sh argv:/bin/bash /opt/ops/tag.sh) -> (pid:802:cron argv:/usr/sbin/cron -f) req details: get /latest/meta-data/instance-id http/1.1, host: 169.254.169.254, user-agent: curl/7.88.1, accept: */*, '
  echo '[2026-01-14 11:04:10,633] [INFO] imdsv2 (pid:1301:aws argv:/usr/bin/python3 /usr/bin/aws s3 ls) called by -> (pid:1300:sync.sh argv:/bin/bash /opt/ops/sync.sh) req details: get /latest/meta-data/iam/security-credentials/app http/1.1, host: 169.254.169.254, **token redacted**, '
} > predecessor/imds-trace.log
