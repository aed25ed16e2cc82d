/**
 * Words that are no names: of the service's paths (a call's path class is read from them), of programs by which
 * callers are told apart, and what a role, a host or a domain is called where nobody gave it a name.
 */
const WORDS = `
  latest meta-data user-data dynamic instance-identity document signature pkcs7 rsa2048 api token iam info
  security-credentials identity-credentials ec2 ec2-instance managed-ssh-keys public-keys network interfaces macs
  placement spot events maintenance services tags instance computeMetadata metadata identity attested
  scheduledevents loadbalancer versions openstack opc hetzner v1 v2 v1.json network ssh-keys instance_identity
  service-accounts credentials http https
  bash dash zsh fish sudo curl wget python python2 python3 perl ruby node nodejs java php deno dotnet env exec
  systemd init cron crond sshd docker containerd runc podman kubelet amazon-ssm-agent ssm-agent-worker aws awscli
  aws-cli boto boto3 botocore terraform ansible packer vault consul envoy nginx apache httpd celery gunicorn
  default admin administrator root user users system service services role roles name none null true false test
  localhost localdomain internal compute amazonaws com net org local lan corp intranet home main worker server
  client host hostname instance-data google usr bin sbin lib etc opt var tmp proc run home srv app script scripts
`;

const COMMON: ReadonlySet<string> = new Set(
  WORDS.toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== ''),
);

export function isCommon(word: string): boolean {
  return COMMON.has(word.toLowerCase());
}
