// SPDX-License-Identifier: Apache-2.0
#include "attach.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "load.h"
#include "prerequisites.h"

/* Since 6.15: before the programs of cgroups below, which may rewrite the address. */
#define PREORDER (1u << 6)

static int parts[LOADED_PARTS];
static int links[7];
static size_t link_count;
/* In the kernel side: see socket.bpf.h. */
static __u32 *connecting_count;

static void keep_link(const char *name, int link)
{
	if (link < 0)
		explain_refusal(name, errno, "");
	links[link_count++] = link;
}

static void link_cgroup(const char *name, enum loaded_part program, int cgroup, enum bpf_attach_type type, __u32 flags)
{
	DECLARE_LIBBPF_OPTS(bpf_link_create_opts, options, .flags = flags);
	int link = bpf_link_create(parts[program], cgroup, type, &options);

	if (link < 0 && flags != 0) {
		options.flags = 0;
		link = bpf_link_create(parts[program], cgroup, type, &options);
	}
	keep_link(name, link);
}

static void link_tracing(const char *name, enum loaded_part program)
{
	keep_link(name, bpf_link_create(parts[program], 0, BPF_TRACE_RAW_TP, NULL));
}

static void *map_values(const char *name, enum loaded_part map, size_t size)
{
	void *values = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, parts[map], 0);

	if (values == MAP_FAILED)
		explain_refusal(name, errno, "");
	return values;
}

static struct imds_share *map_shares(const char *name, enum loaded_part map)
{
	return map_values(name, map, sizeof(struct imds_share) * IMDS_CLIENTS);
}

/* Of a ring buffer, its bytes. */
static size_t entries_of(const char *name, enum loaded_part map)
{
	struct bpf_map_info info = {};
	__u32 length = sizeof(info);

	if (bpf_obj_get_info_by_fd(parts[map], &info, &length) != 0)
		explain_refusal(name, errno, "");
	return info.max_entries;
}

void attach(const struct options *options, const struct cgroup_root *root, struct attached *attached)
{
	int cgroup = root->descriptor;

	load(options, parts);
	attached->events = parts[MAP_EVENTS];
	attached->packets = parts[MAP_PACKETS];
	attached->events_size = entries_of("events", MAP_EVENTS);
	attached->packets_size = entries_of("packets", MAP_PACKETS);
	attached->short_sets = parts[MAP_SHORT_SETS];
	attached->execs_short = parts[MAP_EXECS_SHORT];
	attached->long_sets = parts[MAP_LONG_SETS];
	attached->execs_long = parts[MAP_EXECS_LONG];
	attached->older_short = parts[MAP_OLDER_SHORT];
	attached->older_long = parts[MAP_OLDER_LONG];
	attached->forks = parts[MAP_FORKS];
	attached->counters = parts[MAP_COUNTERS];
	attached->event_shares = map_shares("event_shares", MAP_EVENT_SHARES);
	attached->packet_shares = map_shares("packet_shares", MAP_PACKET_SHARES);
	connecting_count = map_values("connecting_count", MAP_BSS, sizeof(*connecting_count));

	/* Who runs is known before what connects, and what connects before its packets. */
	link_tracing("imds_fork", PROGRAM_FORK);
	link_tracing("imds_exec", PROGRAM_EXEC);
	link_cgroup("imds_egress", PROGRAM_EGRESS, cgroup, BPF_CGROUP_INET_EGRESS, 0);
	link_cgroup("imds_ingress", PROGRAM_INGRESS, cgroup, BPF_CGROUP_INET_INGRESS, 0);
	link_cgroup("imds_sockops", PROGRAM_SOCKOPS, cgroup, BPF_CGROUP_SOCK_OPS, 0);
	link_cgroup("imds_connect4", PROGRAM_CONNECT4, cgroup, BPF_CGROUP_INET4_CONNECT, PREORDER);
	link_cgroup("imds_connect6", PROGRAM_CONNECT6, cgroup, BPF_CGROUP_INET6_CONNECT, PREORDER);
}

/* Reads all that a list yields, in records of one size. */
static void read_list(enum loaded_part program, void *record, size_t size, void (*use)(const void *, size_t))
{
	int link = parts[program] < 0 ? -1 : bpf_link_create(parts[program], 0, BPF_TRACE_ITER, NULL);
	int list = link < 0 ? -1 : bpf_iter_create(link);
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
	if (link >= 0)
		close(link);
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
	read_list(PROGRAM_TASKS, &identity, sizeof(identity), use_identity);
	read_list(PROGRAM_FILES, &event, sizeof(event), use_event);
}

static __u64 skipped(enum loaded_part program)
{
	struct bpf_prog_info info = {};
	__u32 length = sizeof(info);

	return bpf_obj_get_info_by_fd(parts[program], &info, &length) == 0 ? info.recursion_misses : 0;
}

__u64 skipped_runs(void)
{
	return skipped(PROGRAM_EXEC) + skipped(PROGRAM_FORK);
}

void forget_connect(__u64 cookie)
{
	if (bpf_map_delete_elem(parts[MAP_CONNECTING], &cookie) == 0)
		__atomic_fetch_sub(connecting_count, 1, __ATOMIC_RELAXED);
}

void detach(void)
{
	while (link_count > 0)
		close(links[--link_count]);
}
