// SPDX-License-Identifier: Apache-2.0
/*
 * no-new-privs.node: what Node has no call for. When it is loaded, it sets no_new_privs (prctl(2)) for every
 * thread of the process: from then on no execve(2) gains a privilege, by a set-user-ID file or otherwise.
 *
 * prctl reaches the calling thread alone, and Node has others by then. A seccomp filter that is
 * installed with TSYNC brings the flag to all of them (seccomp(2), Linux 3.17); this one allows everything.
 * Whether it worked stands in /proc/self/status.
 *
 * Linked against nothing: prctl and syscall are found in whatever C library the process has.
 */
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

int prctl(int option, ...);
long syscall(long number, ...);

/* The entry point of an add-on by Node-API, whose binary interface is the same in all versions of Node. */
__attribute__((visibility("default"))) void *napi_register_module_v1(void *env, void *exports)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { .len = 1, .filter = &allow };
	/* Without SPEC_ALLOW (Linux 4.17), older kernels slow a process down that has a filter. */
	unsigned int flags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW;

	(void)env;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0)
		syscall(SYS_seccomp, (long)SECCOMP_SET_MODE_FILTER, (long)flags, &program);
	return exports;
}
