// SPDX-License-Identifier: Apache-2.0
#include "attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "errors.h"
#include "prerequisites.h"

/* bpftool 7.1 writes these names into a skeleton without including them. */
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __u8 u8;
#include "imds.skel.h"

/* Since 6.15: before the programs of cgroups below, which may rewrite the address. */
#define PREORDER (1u << 6)

static struct imds_bpf *skeleton;
static int links[5];
static size_t link_count;
static bool debug;
/* The first thing that libbpf complained about. */
static char complaint[256];

static int hear(enum libbpf_print_level level, const char *format, va_list arguments)
{
	char line[512];

	if (debug)
		return vfprintf(stderr, format, arguments);
	if (level == LIBBPF_DEBUG)
		return 0;
	vsnprintf(line, sizeof(line), format, arguments);
	if (level == LIBBPF_WARN && complaint[0] == '\0')
		snprintf(complaint, sizeof(complaint), "%.*s", (int)strcspn(line, "\n"), line);
	return 0;
}

static int load(const struct options *options, bool with_lists)
{
	int error;

	complaint[0] = '\0';
	skeleton = imds_bpf__open();
	if (!skeleton)
		return -errno;
	memcpy((void *)skeleton->rodata->endpoints, options->endpoints, sizeof(options->endpoints));
	skeleton->rodata->endpoint_count = options->endpoint_count;
	/* Nobody is to choose whose share he takes. */
	if (getrandom((void *)&skeleton->rodata->seed, sizeof(skeleton->rodata->seed), 0) < 0)
		return -errno;
	bpf_program__set_autoload(skeleton->progs.imds_tasks, with_lists);
	bpf_program__set_autoload(skeleton->progs.imds_files, with_lists);
	error = imds_bpf__load(skeleton);
	if (error) {
		imds_bpf__destroy(skeleton);
		skeleton = NULL;
	}
	return error;
}

static void link_cgroup(const struct bpf_program *program, int cgroup, enum bpf_attach_type type, __u32 flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = flags);
	int link = bpf_link_create(bpf_program__fd(program), cgroup, type, &options);

	if (link < 0 && flags != 0) {
		options.flags = 0;
		link = bpf_link_create(bpf_program__fd(program), cgroup, type, &options);
	}
	if (link < 0)
		explain_refusal(bpf_program__name(program), errno, "");
	links[link_count++] = link;
}

static void link_tracing(struct bpf_program *program, struct bpf_link **link)
{
	*link = bpf_program__attach(program);
	if (!*link)
		explain_refusal(bpf_program__name(program), errno, complaint);
}

static struct imds_share *map_shares(const struct bpf_map *map)
{
	size_t size = sizeof(struct imds_share) * IMDS_CLIENTS;
	void *shares = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);

	if (shares == MAP_FAILED)
		explain_refusal(bpf_map__name(map), errno, "");
	return shares;
}

void attach(const struct options *options, const struct cgroup_root *root, struct attached *attached)
{
	int error;

	debug = options->debug;
	libbpf_set_print(hear);
	error = load(options, true);
	/* The lists are the part that a kernel may lack. */
	if (error && error != -EPERM)
		error = load(options, false);
	if (error)
		explain_refusal("the kernel refused the programs", -error, complaint);

	attached->events = bpf_map__fd(skeleton->maps.events);
	attached->packets = bpf_map__fd(skeleton->maps.packets);
	attached->events_size = bpf_map__max_entries(skeleton->maps.events);
	attached->packets_size = bpf_map__max_entries(skeleton->maps.packets);
	attached->execs_short = bpf_map__fd(skeleton->maps.execs_short);
	attached->execs_long = bpf_map__fd(skeleton->maps.execs_long);
	attached->forks = bpf_map__fd(skeleton->maps.forks);
	attached->counters = bpf_map__fd(skeleton->maps.counters);
	attached->event_shares = map_shares(skeleton->maps.event_shares);
	attached->packet_shares = map_shares(skeleton->maps.packet_shares);

	/* Who runs is known before what connects, and what connects before its packets. */
	link_tracing(skeleton->progs.imds_fork, &skeleton->links.imds_fork);
	link_tracing(skeleton->progs.imds_exec, &skeleton->links.imds_exec);
	link_cgroup(skeleton->progs.imds_egress, root->descriptor, BPF_CGROUP_INET_EGRESS, 0);
	link_cgroup(skeleton->progs.imds_ingress, root->descriptor, BPF_CGROUP_INET_INGRESS, 0);
	link_cgroup(skeleton->progs.imds_sockops, root->descriptor, BPF_CGROUP_SOCK_OPS, 0);
	link_cgroup(skeleton->progs.imds_connect4, root->descriptor, BPF_CGROUP_INET4_CONNECT, PREORDER);
	link_cgroup(skeleton->progs.imds_connect6, root->descriptor, BPF_CGROUP_INET6_CONNECT, PREORDER);
}

/* Reads all that a list yields, in records of one size. */
static void read_list(const struct bpf_program *program, void *record, size_t size, void (*use)(const void *, size_t))
{
	struct bpf_link *link = bpf_program__fd(program) < 0 ? NULL : bpf_program__attach_iter(program, NULL);
	int list = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	size_t filled = 0;
	ssize_t n;

	while (list >= 0 && ((n = read(list, (char *)record + filled, size - filled)) > 0 || (n < 0 && errno == EAGAIN))) {
		filled += n > 0 ? n : 0;
		if (filled < size)
			continue;
		use(record, size);
		filled = 0;
	}
	if (list >= 0)
		close(list);
	bpf_link__destroy(link);
}

static void (*image_user)(const struct imds_image *);

static void use_identity(const void *record, size_t size)
{
	(void)size;
	image_user(&((const struct imds_identity *)record)->image);
}

void list_older(void (*use_image)(const struct imds_image *), void (*use_event)(const void *, size_t))
{
	static struct imds_process_event event;
	struct imds_identity identity;

	image_user = use_image;
	read_list(skeleton->progs.imds_tasks, &identity, sizeof(identity), use_identity);
	read_list(skeleton->progs.imds_files, &event, sizeof(event), use_event);
}

static __u64 skipped(const struct bpf_program *program)
{
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);

	return bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length) == 0 ? info.recursion_misses : 0;
}

__u64 skipped_runs(void)
{
	return skipped(skeleton->progs.imds_exec) + skipped(skeleton->progs.imds_fork);
}

void detach(void)
{
	while (link_count > 0)
		close(links[--link_count]);
	imds_bpf__detach(skeleton);
}
