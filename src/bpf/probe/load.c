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
#include "object.h"
#include "prerequisites.h"

static const char *const names[LOADED_PARTS] = {
	[MAP_EVENTS] = "events",
	[MAP_PACKETS] = "packets",
	[MAP_SHORT_SETS] = "short_sets",
	[MAP_EXECS_SHORT] = "execs_short",
	[MAP_LONG_SETS] = "long_sets",
	[MAP_EXECS_LONG] = "execs_long",
	[MAP_OLDER_SHORT] = "older_short",
	[MAP_OLDER_LONG] = "older_long",
	[MAP_CONNECTING] = "connecting",
	[MAP_BSS] = ".bss",
	[MAP_FORKS] = "forks",
	[MAP_COUNTERS] = "counters",
	[MAP_EVENT_SHARES] = "event_shares",
	[MAP_PACKET_SHARES] = "packet_shares",
	[PROGRAM_EXEC] = "imds_exec",
	[PROGRAM_FORK] = "imds_fork",
	[PROGRAM_EGRESS] = "imds_egress",
	[PROGRAM_INGRESS] = "imds_ingress",
	[PROGRAM_SOCKOPS] = "imds_sockops",
	[PROGRAM_CONNECT4] = "imds_connect4",
	[PROGRAM_CONNECT6] = "imds_connect6",
	[PROGRAM_TASKS] = "imds_tasks",
	[PROGRAM_FILES] = "imds_files",
};

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

/* A section's map has the object's name before its own, and before libbpf 0.6 is found by that alone. */
static struct bpf_map *section_map(struct bpf_object *object, const char *section, size_t size)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		const char *name = bpf_map__name(map), *suffix = strchr(name, '.');

		if (suffix && strcmp(suffix, section) == 0 && bpf_map__value_size(map) == size)
			return map;
	}
	fail(EXIT_UNEXPECTED, "the kernel side has no %s of %zu bytes: build it anew", section, size);
}

static void set(struct bpf_object *object, const struct options *options)
{
	struct imds_settings settings = { .endpoint_count = options->endpoint_count };
	struct bpf_map *map = section_map(object, ".rodata", sizeof(settings));
	int error;

	memcpy(settings.endpoints, options->endpoints, sizeof(settings.endpoints));
	put_ports(options, settings.context_ports);
	if (getrandom(&settings.seed, sizeof(settings.seed), 0) < 0)
		fail(EXIT_UNEXPECTED, "no random number: %s", strerror(errno));
	error = bpf_map__set_initial_value(map, &settings, sizeof(settings));
	if (error)
		fail(EXIT_UNEXPECTED, "cannot set the endpoints: %s", strerror(-error));
}

static struct bpf_program *program_of(struct bpf_object *object, enum loaded_part part)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, names[part]);

	if (!program)
		fail(EXIT_UNEXPECTED, "the kernel side has no %s: build it anew", names[part]);
	return program;
}

/* @returns 0, or -errno */
static int try_load(const struct options *options, bool with_lists, struct bpf_object **loaded)
{
	DECLARE_LIBBPF_OPTS(bpf_object_open_opts, naming, .object_name = "imds_bpf");
	struct bpf_object *object;
	int error;

	complaint[0] = '\0';
	object = bpf_object__open_mem(imds_object, imds_object_end - imds_object, &naming);
	error = libbpf_get_error(object);
	if (error)
		return error;
	set(object, options);
	for (enum loaded_part part = PROGRAM_TASKS; part < LOADED_PARTS; part++)
		bpf_program__set_autoload(program_of(object, part), with_lists);
	error = bpf_object__load(object);
	if (error)
		bpf_object__close(object);
	else
		*loaded = object;
	return error;
}

static int map_descriptor(struct bpf_object *object, enum loaded_part part)
{
	struct bpf_map *map = part == MAP_BSS ? section_map(object, names[part], sizeof(__u32)) :
						bpf_object__find_map_by_name(object, names[part]);

	if (!map)
		fail(EXIT_UNEXPECTED, "the kernel side has no %s: build it anew", names[part]);
	return bpf_map__fd(map);
}

/* The number of parts: without the lists, which are last, where the kernel lacks them. */
static int load_here(const struct options *options, int parts[LOADED_PARTS])
{
	struct bpf_object *object = NULL;
	int error, count = LOADED_PARTS;

	debug = options->debug;
	libbpf_set_print(hear);
	error = try_load(options, true, &object);
	if (error && error != -EPERM) {
		count = PROGRAM_TASKS;
		error = try_load(options, false, &object);
	}
	if (error)
		explain_refusal("the kernel refused the programs", -error, complaint);
	for (enum loaded_part part = 0; part < (enum loaded_part)count; part++)
		parts[part] = part < PROGRAM_EXEC ? map_descriptor(object, part) :
						    bpf_program__fd(program_of(object, part));
	return count;
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
