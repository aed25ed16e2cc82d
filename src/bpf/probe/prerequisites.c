// SPDX-License-Identifier: Apache-2.0
#include "prerequisites.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "errors.h"
#include "procfs.h"

/* The ring buffer, and the clock that counts sleep too, came with 5.8. */
#define LEAST_MAJOR 5
#define LEAST_MINOR 8

#define BTF "/sys/kernel/btf/vmlinux"
#define LOCKDOWN "/sys/kernel/security/lockdown"

const char *kernel_release(void)
{
	static struct utsname name;

	if (name.release[0] == '\0')
		uname(&name);
	return name.release;
}

/* Each says in `words` what is missing, and what to do; it leaves them alone where nothing is. */
static void kernel_problem(char *words, size_t capacity)
{
	unsigned int major = 0, minor = 0;

	sscanf(kernel_release(), "%u.%u", &major, &minor);
	if (major > LEAST_MAJOR || (major == LEAST_MAJOR && minor >= LEAST_MINOR))
		return;
	snprintf(words, capacity,
		 "kernel %s is too old: Linux %d.%d or later is needed. Use imds live --capture wire",
		 kernel_release(), LEAST_MAJOR, LEAST_MINOR);
}

static void capability_problem(char *words, size_t capacity)
{
	static const struct {
		int number;
		const char *name;
	} needed[] = { { 39, "CAP_BPF" }, { 38, "CAP_PERFMON" }, { CAP_NET_ADMIN, "CAP_NET_ADMIN" } };
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};
	char missing[128] = "";

	/* glibc has no function for it. */
	if (syscall(SYS_capget, &header, data) != 0 || data[0].effective & 1u << CAP_SYS_ADMIN)
		return;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (data[needed[i].number / 32].effective & 1u << needed[i].number % 32)
			continue;
		strcat(missing, missing[0] ? ", " : "");
		strcat(missing, needed[i].name);
	}
	if (!missing[0])
		return;
	snprintf(words, capacity, "missing %s (uid %u, kernel %s): run it as root, or give it these capabilities",
		 missing, geteuid(), kernel_release());
}

static bool is_confidential(void)
{
	char state[128];

	return read_text(LOCKDOWN, state, sizeof(state)) > 0 && strstr(state, "[confidentiality]");
}

static void lockdown_problem(char *words, size_t capacity)
{
	if (!is_confidential())
		return;
	snprintf(words, capacity,
		 "kernel %s is locked down (confidentiality), so eBPF cannot read: boot with lockdown=integrity, or use imds live --capture wire",
		 kernel_release());
}

static void btf_problem(char *words, size_t capacity)
{
	if (access(BTF, R_OK) == 0)
		return;
	snprintf(words, capacity,
		 "kernel %s has no BTF (" BTF ": %s): a kernel with CONFIG_DEBUG_INFO_BTF is needed, or use imds live --capture wire",
		 kernel_release(), strerror(errno));
}

static const struct {
	const char *name;
	void (*problem)(char *words, size_t capacity);
} prerequisites[] = {
	{ "kernel", kernel_problem },
	{ "capabilities", capability_problem },
	{ "lockdown", lockdown_problem },
	{ "btf", btf_problem },
};

const char *prerequisite(size_t index, char *words, size_t capacity)
{
	if (index >= sizeof(prerequisites) / sizeof(prerequisites[0]))
		return NULL;
	words[0] = '\0';
	prerequisites[index].problem(words, capacity);
	return prerequisites[index].name;
}

void require_prerequisites(void)
{
	char words[512];

	for (size_t i = 0; prerequisite(i, words, sizeof(words)); i++)
		if (words[0])
			fail(EXIT_PREREQUISITE, "%s", words);
}

void explain_refusal(const char *what, int error, const char *log)
{
	const char *advice = "use imds live --capture wire, and report this with the output of imds-probe --debug";

	if (error == EPERM)
		advice = "a security module, a container or lockdown forbids it: run it on the host as root, or use imds live --capture wire";
	else if (error == E2BIG)
		advice = "the cgroup has as many programs as the kernel allows: end one of them";
	else if (error == ENOMEM)
		advice = "free some memory, or raise the memory limit of its cgroup";
	/* There is BTF, or it would have ended before. */
	else if (error == ESRCH)
		advice = "imds-probe was built with a libbpf that is older than what this kernel tells of its types: take a package of imds, or build it where libbpf is 1.0 or later";
	fail(EXIT_PREREQUISITE, "%s: %s (kernel %s): %s%s%s", what, strerror(error), kernel_release(), advice,
	     log[0] ? ". libbpf: " : "", log);
}
