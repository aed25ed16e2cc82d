import { existsSync } from 'node:fs';
import { join } from 'node:path';

export const HERE = import.meta.dirname;
const FETCHED = join(HERE, '..', '..', '.cache', 'clients');
/** Debian's packages that scripts/setup-clients.mjs unpacks for the zoo, with what they depend on. */
const ROOT = join(FETCHED, 'zoo', 'root');
const USR = join(ROOT, 'usr');
const ARCHITECTURE = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
const LIBRARIES = join(USR, 'lib', ARCHITECTURE);
/** Those of imds live's own tests. */
export const OTHERS = join(FETCHED, 'root', 'usr');

export const bin = (name: string) => join(USR, 'bin', name);
export const inPackages = (path: string) => join(USR, path);
/** A script of ours, as somebody writes one. */
export const own = (name: string) => join(HERE, 'clients', name);

/** Which libmagic, unlike other libraries, looks for where it would be installed. */
const MAGIC = join(USR, 'lib/file/magic.mgc');

/** Where /bin is a link, it is in /usr/bin. */
const BUSYBOX = [bin('busybox'), join(ROOT, 'bin', 'busybox')].find((path) => existsSync(path)) ?? 'busybox';

/** Unpacked programs find their libraries by these; nothing of who runs the tests, no proxy, no credentials. */
export const ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: [join(USR, 'bin'), join(OTHERS, 'bin'), '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(':'),
  HOME: '/nonexistent',
  LC_ALL: 'C.UTF-8',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_REGION: 'us-east-1',
  NODE_PATH: join(FETCHED, 'node_modules'),
  NODE_NO_WARNINGS: '1',
  AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE: '1',
  PYTHONPATH: [USR, OTHERS].map((usr) => join(usr, 'lib/python3/dist-packages')).join(':'),
  PYTHONDONTWRITEBYTECODE: '1',
  ...(existsSync(MAGIC) ? { MAGIC } : {}),
  LD_LIBRARY_PATH: [
    LIBRARIES,
    join(ROOT, 'lib', ARCHITECTURE),
    join(USR, 'lib'),
    join(LIBRARIES, 'blas'),
    join(LIBRARIES, 'lapack'),
  ].join(':'),
  PERL5LIB: [join(USR, 'share/perl5'), join(LIBRARIES, 'perl5/5.36')].join(':'),
  RUBYLIB: [
    join(USR, 'lib/ruby/vendor_ruby'),
    join(USR, 'lib/ruby/3.1.0'),
    join(LIBRARIES, 'ruby/3.1.0'),
    join(LIBRARIES, 'ruby/vendor_ruby/3.1.0'),
  ].join(':'),
  GEM_PATH: [
    join(USR, 'share/rubygems-integration/all'),
    join(USR, 'share/rubygems-integration/3.1.0'),
    join(LIBRARIES, 'rubygems-integration/3.1.0'),
    join(USR, 'lib/ruby/gems/3.1.0'),
  ].join(':'),
  BUSYBOX,
  BASE: 'http://169.254.169.254/latest',
};

/** Whether the test's set-up has fetched what there is to fetch. */
export function isZooThere(): boolean {
  const wanted = ['rclone', 's3fs', 'gdalinfo', 'ruby', 'ohai', 'facter', 'restic'].map(bin);
  const others = ['aws-sdk', 'aws-sdk-2.500.0', '@aws-sdk/ec2-metadata-service'].map((name) =>
    join(FETCHED, 'node_modules', name),
  );
  return [...wanted, ...others, join(OTHERS, 'bin/prometheus')].every((path) => existsSync(path));
}
