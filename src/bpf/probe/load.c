// SPDX-License-Identifier: Apache-2.0
#include "load.h"

#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "errors.h"
#include "prerequisites.h"

/* bpftool 7.1 writes these names into a skeleton without including them. */
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __u8 u8;
#include "imds.skel.h"

static struct imds_bpf *skeleton;
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

/* All that is there, so that whoever maps it needs no offset. */
_Static_assert(sizeof(*((struct imds_bpf *)0)->bss) == sizeof(__u32), "bss is connecting_count");

/* Each once: hardly anybody watches more than one. */
static void put_ports(const struct options *options, __u32 *ports)
{
	for (__u32 i = 0, count = 0; i < options->endpoint_count; i++) {
		__u32 port = htonl(options->endpoints[i].port), at = 0;

		while (at < count && ports[at] != port)
			at++;
		if (at == count)
			ports[count++] = port;
	}
}

static int try_load(const struct options *options, bool with_lists)
{
	int error;

	complaint[0] = '\0';
	skeleton = imds_bpf__open();
	if (!skeleton)
		return -errno;
	memcpy((void *)skeleton->rodata->endpoints, options->endpoints, sizeof(options->endpoints));
	skeleton->rodata->endpoint_count = options->endpoint_count;
	put_ports(options, (__u32 *)skeleton->rodata->context_ports);
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

/* The number of parts: without the lists, which are last, where the kernel lacks them. */
static int load_here(const struct options *options, int parts[LOADED_PARTS])
{
	bool has_lists = true;
	int error;

	debug = options->debug;
	libbpf_set_print(hear);
	error = try_load(options, true);
	if (error && error != -EPERM) {
		has_lists = false;
		error = try_load(options, false);
	}
	if (error)
		explain_refusal("the kernel refused the programs", -error, complaint);
	parts[MAP_EVENTS] = bpf_map__fd(skeleton->maps.events);
	parts[MAP_PACKETS] = bpf_map__fd(skeleton->maps.packets);
	parts[MAP_SHORT_SETS] = bpf_map__fd(skeleton->maps.short_sets);
	parts[MAP_EXECS_SHORT] = bpf_map__fd(skeleton->maps.execs_short);
	parts[MAP_LONG_SETS] = bpf_map__fd(skeleton->maps.long_sets);
	parts[MAP_EXECS_LONG] = bpf_map__fd(skeleton->maps.execs_long);
	parts[MAP_OLDER_SHORT] = bpf_map__fd(skeleton->maps.older_short);
	parts[MAP_OLDER_LONG] = bpf_map__fd(skeleton->maps.older_long);
	parts[MAP_CONNECTING] = bpf_map__fd(skeleton->maps.connecting);
	parts[MAP_BSS] = bpf_map__fd(skeleton->maps.bss);
	parts[MAP_FORKS] = bpf_map__fd(skeleton->maps.forks);
	parts[MAP_COUNTERS] = bpf_map__fd(skeleton->maps.counters);
	parts[MAP_EVENT_SHARES] = bpf_map__fd(skeleton->maps.event_shares);
	parts[MAP_PACKET_SHARES] = bpf_map__fd(skeleton->maps.packet_shares);
	parts[PROGRAM_EXEC] = bpf_program__fd(skeleton->progs.imds_exec);
	parts[PROGRAM_FORK] = bpf_program__fd(skeleton->progs.imds_fork);
	parts[PROGRAM_EGRESS] = bpf_program__fd(skeleton->progs.imds_egress);
	parts[PROGRAM_INGRESS] = bpf_program__fd(skeleton->progs.imds_ingress);
	parts[PROGRAM_SOCKOPS] = bpf_program__fd(skeleton->progs.imds_sockops);
	parts[PROGRAM_CONNECT4] = bpf_program__fd(skeleton->progs.imds_connect4);
	parts[PROGRAM_CONNECT6] = bpf_program__fd(skeleton->progs.imds_connect6);
	if (!has_lists)
		return PROGRAM_TASKS;
	parts[PROGRAM_TASKS] = bpf_program__fd(skeleton->progs.imds_tasks);
	parts[PROGRAM_FILES] = bpf_program__fd(skeleton->progs.imds_files);
	return LOADED_PARTS;
}

/* A message of one byte, with room for descriptors (cmsg(3)). */
struct carrier {
	struct msghdr message;
	struct iovec bytes;
	char byte;
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(sizeof(int) * LOADED_PARTS)];
};

static void prepare(struct carrier *carrier, int count)
{
	memset(carrier, 0, sizeof(*carrier));
	carrier->bytes = (struct iovec){ &carrier->byte, 1 };
	carrier->message.msg_iov = &carrier->bytes;
	carrier->message.msg_iovlen = 1;
	carrier->message.msg_control = carrier->room;
	carrier->message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
}

_Noreturn static void load_and_send(const struct options *options, int socket)
{
	int parts[LOADED_PARTS];
	struct carrier carrier;
	struct cmsghdr *header;
	int count;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	count = load_here(options, parts);
	prepare(&carrier, count);
	header = CMSG_FIRSTHDR(&carrier.message);
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int) * count);
	memcpy(CMSG_DATA(header), parts, sizeof(int) * count);
	if (sendmsg(socket, &carrier.message, MSG_NOSIGNAL) < 0)
		fail(EXIT_UNEXPECTED, "cannot hand over what was loaded: %s", strerror(errno));
	_exit(EXIT_DONE);
}

/* False where nothing came. */
static bool receive(int socket, int parts[LOADED_PARTS])
{
	struct carrier carrier;
	struct cmsghdr *header;
	ssize_t n;

	prepare(&carrier, LOADED_PARTS);
	do
		n = recvmsg(socket, &carrier.message, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	header = n > 0 ? CMSG_FIRSTHDR(&carrier.message) : NULL;
	if (!header || header->cmsg_type != SCM_RIGHTS || (carrier.message.msg_flags & MSG_CTRUNC))
		return false;
	memset(parts, 0xff, sizeof(int) * LOADED_PARTS);
	memcpy(parts, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
	return true;
}

void load(const struct options *options, int parts[LOADED_PARTS])
{
	int sockets[2], status = 0;
	bool has_come;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
		fail(EXIT_UNEXPECTED, "cannot load the programs: %s", strerror(errno));
	child = fork();
	if (child < 0)
		fail(EXIT_UNEXPECTED, "cannot start a process that loads the programs: %s", strerror(errno));
	if (child == 0)
		load_and_send(options, sockets[1]);
	close(sockets[1]);
	has_come = receive(sockets[0], parts);
	close(sockets[0]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (has_come)
		return;
	/* It has said why. */
	if (WIFEXITED(status) && WEXITSTATUS(status) != EXIT_DONE)
		exit(WEXITSTATUS(status));
	fail(EXIT_UNEXPECTED, "the process that loads the programs ended without them (status %d)", status);
}
