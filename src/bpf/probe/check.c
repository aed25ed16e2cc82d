// SPDX-License-Identifier: Apache-2.0
#include "check.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <unistd.h>

#include "cgroups.h"
#include "errors.h"
#include "json.h"
#include "prerequisites.h"

/* The kernel allows as many on one cgroup (BPF_CGROUP_MAX_PROGS). */
#define MAX_PROGRAMS 64
#define MAX_TEXT 65536

static const struct {
	enum bpf_attach_type type;
	const char *name;
} hooks[] = {
	{ BPF_CGROUP_INET4_CONNECT, "connect4" },   { BPF_CGROUP_INET6_CONNECT, "connect6" },
	{ BPF_CGROUP_SOCK_OPS, "sockops" },	    { BPF_CGROUP_INET_EGRESS, "cgroup_skb/egress" },
	{ BPF_CGROUP_INET_INGRESS, "cgroup_skb/ingress" },
};

static void put_problem(struct json *json, const char *name, const char *words)
{
	json_open(json, '{');
	json_key(json, "name");
	json_string(json, name);
	if (words[0]) {
		json_key(json, "problem");
		json_string(json, words);
	}
	json_close(json, '}');
}

static void put_prerequisites(struct json *json, const char *cgroup_words)
{
	char words[512];
	const char *name;

	json_key(json, "prerequisites");
	json_open(json, '[');
	for (size_t i = 0; (name = prerequisite(i, words, sizeof(words))); i++)
		put_problem(json, name, words);
	put_problem(json, "cgroup", cgroup_words);
	json_close(json, ']');
}

static void put_program(struct json *json, const char *hook, __u32 id)
{
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);
	int program = bpf_prog_get_fd_by_id(id);

	json_open(json, '{');
	json_key(json, "hook");
	json_string(json, hook);
	json_key(json, "id");
	json_number(json, id);
	/* Names are for CAP_SYS_ADMIN. */
	if (program >= 0 && bpf_obj_get_info_by_fd(program, &info, &length) == 0 && info.name[0]) {
		json_key(json, "name");
		json_bytes(json, info.name, strnlen(info.name, sizeof(info.name)));
	}
	if (program >= 0)
		close(program);
	json_close(json, '}');
}

static void put_programs(struct json *json, int cgroup)
{
	__u32 ids[MAX_PROGRAMS];
	int error = 0;

	json_key(json, "programs");
	json_open(json, '[');
	for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
		__u32 flags = 0, count = MAX_PROGRAMS;

		if (bpf_prog_query(cgroup, hooks[i].type, 0, &flags, ids, &count) != 0) {
			error = errno;
			continue;
		}
		for (__u32 at = 0; at < count && at < MAX_PROGRAMS; at++)
			put_program(json, hooks[i].name, ids[at]);
	}
	json_close(json, ']');
	if (error) {
		json_key(json, "programs_error");
		json_string(json, strerror(error));
	}
}

static void put_cgroup(struct json *json, const struct cgroup_root *root)
{
	json_key(json, "cgroup");
	json_open(json, '{');
	json_key(json, "name");
	json_string(json, root->name);
	if (root->is_host) {
		json_key(json, "whole_host");
		json_true(json);
	}
	json_close(json, '}');
}

/* As NTP programs tell the kernel; reading it needs no privilege. */
static void put_clock(struct json *json)
{
	struct timex times = {};
	int state = adjtimex(&times);

	if (state < 0)
		return;
	json_key(json, "clock");
	json_open(json, '{');
	if (state != TIME_ERROR && !(times.status & STA_UNSYNC)) {
		json_key(json, "synchronised");
		json_true(json);
	}
	json_key(json, "error_us");
	json_number(json, times.esterror < 0 ? 0 : times.esterror);
	json_close(json, '}');
}

int check(const struct options *options)
{
	static char text[MAX_TEXT];
	struct json json = { .text = text, .capacity = sizeof(text) };
	struct cgroup_root root = {};
	char words[512] = "";
	bool found = cgroups_find(options->cgroup, &root, words, sizeof(words));

	json_open(&json, '{');
	json_key(&json, "version");
	json_string(&json, VERSION);
	json_key(&json, "kernel");
	json_string(&json, kernel_release());
	put_prerequisites(&json, words);
	if (found) {
		put_cgroup(&json, &root);
		put_programs(&json, root.descriptor);
		close(root.descriptor);
	}
	put_clock(&json);
	json_close(&json, '}');
	if (json.full)
		fail(EXIT_UNEXPECTED, "what is on the hooks does not fit into %d bytes", MAX_TEXT);
	printf("%s\n", text);
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_UNEXPECTED;
}
