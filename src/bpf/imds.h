/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What imds.bpf.c and the probe share: the layout of what the kernel side hands over, and its limits.
 * Nothing else reads it; the probe's output is pcapng and JSON.
 */
#ifndef IMDS_H
#define IMDS_H

#include <linux/types.h>

#define IMDS_MAX_ENDPOINTS 16
#define IMDS_MAX_ANCESTORS 32
#define IMDS_COMM 16

/* A ring buffer's record has a size that is known when the program is loaded, so there are classes. */
#define IMDS_PIECE_SMALL 256
#define IMDS_PIECE_MEDIUM 2048
#define IMDS_PIECE_LARGE 4096
/* 68 KiB: an IP packet of 64 KiB. What is longer (BIG TCP) is cut, and counted. */
#define IMDS_MAX_PIECES 17

/* Both powers of two. */
#define IMDS_ARGS_SHORT 512
#define IMDS_ARGS_LONG 4096
/* A path is kept as its names, the last one first, each ended by a zero. IMDS_PATH_START is a power of two. */
#define IMDS_PATH_START 256
#define IMDS_PATH_NAME 128
#define IMDS_PATH (IMDS_PATH_START + IMDS_PATH_NAME)

/* A power of two. */
#define IMDS_CLIENTS 4096
#define IMDS_FORKS 16384
/* Of programs with a short argument list, and with a long one. */
#define IMDS_SHORT_SETS 8192
#define IMDS_LONG_SETS 1024
#define IMDS_WAYS 2

enum imds_family { IMDS_IPV4 = 4, IMDS_IPV6 = 6 };

/* Addresses in network byte order, ports in the host's; an IPv4 address is the first word. */
struct imds_endpoint {
	__u32 address[4];
	__u32 port;
	__u32 family;
};

/* What the kernel side is told before it is loaded: the verifier knows it, and removes what never runs. */
struct imds_settings {
	struct imds_endpoint endpoints[IMDS_MAX_ENDPOINTS];
	/* Their ports, each once and no more after a zero, as the contexts of packets and of sockops show them. */
	__u32 context_ports[IMDS_MAX_ENDPOINTS];
	__u32 endpoint_count;
	/* Nobody is to choose whose share of a buffer he takes. */
	__u32 seed;
};

struct imds_tuple {
	__u32 local[4];
	__u32 remote[4];
	__u16 local_port;
	__u16 remote_port;
	__u32 family;
};

enum imds_direction { IMDS_IN = 1, IMDS_OUT = 2 };

/* A packet, or a piece of one; the bytes follow. Pieces of one packet agree in cookie, time and direction. */
struct imds_packet {
	__u64 time;
	__u64 cookie;
	/* Of the whole packet. */
	__u32 length;
	/* Of this piece within it. */
	__u32 offset;
	__u32 captured;
	/* Whose share of the buffer it takes, and how much of it. */
	__u16 client;
	__u16 charge;
	__u32 direction;
	__u32 netns;
	struct imds_tuple tuple;
	__u8 data[];
};

enum imds_event_type {
	IMDS_EVENT_CONNECT = 1,
	IMDS_EVENT_SYN = 2,
	IMDS_EVENT_ESTABLISHED = 3,
	IMDS_EVENT_CLOSED = 4,
	IMDS_EVENT_INHERITED = 5,
	/* Another program has changed the address: it goes elsewhere than to the endpoint that was asked for. */
	IMDS_EVENT_REDIRECTED = 6,
};

struct imds_event {
	__u32 type;
	__u16 client;
	__u16 charge;
	__u64 time;
	__u64 cookie;
	__u32 netns;
	__u32 pad;
	struct imds_tuple tuple;
};

struct imds_socket_event {
	struct imds_event head;
	/* The client's (SYN) or the endpoint's (ESTABLISHED) initial sequence number. */
	__u32 isn;
	__u32 error;
	/* CLOSED: the handshake was never completed. */
	__u32 failed;
	__u32 pad;
	__u64 sent;
	__u64 received;
};

/* One image of a process; `exec` is the kernel's self_exec_id, which grows with each execve. */
struct imds_image {
	__u64 start;
	__u32 pid;
	__u32 exec;
};

struct imds_identity {
	struct imds_image image;
	char comm[IMDS_COMM];
};

struct imds_process {
	__u64 cgroup;
	__u32 tid;
	__u32 user;
	__u32 group;
	__u32 login;
	__u32 netns;
	__u32 mntns;
	/* Its root is another one than that of its first ancestor, in the same mount namespace. */
	__u32 chroot;
	__u32 namespace_pid;
	__u32 ancestor_count;
	/* A worker of the kernel, which works for whom nobody knows. */
	__u32 kernel_thread;
	struct imds_identity self;
	struct imds_identity ancestors[IMDS_MAX_ANCESTORS];
};

struct imds_process_event {
	struct imds_event head;
	/* A connect that sends no SYN before the first data (TCP_FASTOPEN_CONNECT). */
	__u32 deferred;
	__u32 pad;
	struct imds_process process;
};

/* What a process image was started with. */
struct imds_exec {
	__u32 length;
	__u32 truncated;
	/* Of the executable; 0 if it is longer than what is kept. */
	__u32 path_length;
	__u32 pad;
	char path[IMDS_PATH];
};

struct imds_exec_short {
	struct imds_exec head;
	char args[IMDS_ARGS_SHORT];
};

struct imds_exec_long {
	struct imds_exec head;
	char args[IMDS_ARGS_LONG];
};

/*
 * Whose the places of a set are; a number of 0: nobody's. Sets are found by the number, which is handed out in
 * turn, so that what comes into one set came long after each other. Those of other generations are moved by parts
 * of the golden ratio, and do not meet either.
 */
struct imds_exec_set {
	struct imds_image ways[IMDS_WAYS];
};

static inline __u32 imds_set_of(const struct imds_image *image, __u32 sets)
{
	__u32 moved = (__u64)(image->exec * 0x9E3779B9u) * sets >> 32;

	return (image->pid + moved) % sets;
}

struct imds_process_key {
	__u64 start;
	__u32 pid;
	__u32 pad;
};

/* A process that was forked, and the image that it runs until it calls execve. */
struct imds_fork {
	struct imds_process_key child;
	struct imds_image image;
};

/* Bytes of a client in a buffer: what the kernel wrote less what the probe has read. */
struct imds_share {
	__u64 produced;
	__u64 consumed;
};

enum imds_counter {
	IMDS_LOST_PACKETS_RING_FULL,
	IMDS_LOST_PACKETS_SHED,
	IMDS_LOST_PACKETS_CUT,
	IMDS_LOST_PACKETS_UNREADABLE,
	IMDS_LOST_EVENTS_RING_FULL,
	IMDS_LOST_EVENTS_SHED,
	IMDS_LOST_ARGS_UNREADABLE,
	IMDS_COUNTERS,
};

/* The kernel side is compiled for another machine than the probe: both have to agree on every offset. */
#define IMDS_LAYOUT(type, size) _Static_assert(sizeof(struct type) == (size), "layout of " #type)
#define IMDS_OFFSET(type, field, offset) \
	_Static_assert(__builtin_offsetof(struct type, field) == (offset), "layout of " #type "." #field)

IMDS_LAYOUT(imds_endpoint, 24);
IMDS_LAYOUT(imds_settings, (24 + 4) * IMDS_MAX_ENDPOINTS + 8);
IMDS_LAYOUT(imds_tuple, 40);
IMDS_LAYOUT(imds_packet, 80);
IMDS_OFFSET(imds_packet, client, 28);
IMDS_OFFSET(imds_packet, tuple, 40);
IMDS_OFFSET(imds_packet, data, 80);
IMDS_LAYOUT(imds_event, 72);
IMDS_OFFSET(imds_event, time, 8);
IMDS_OFFSET(imds_event, tuple, 32);
IMDS_LAYOUT(imds_socket_event, 104);
IMDS_OFFSET(imds_socket_event, sent, 88);
IMDS_LAYOUT(imds_identity, 32);
IMDS_LAYOUT(imds_process, 48 + 32 + 32 * IMDS_MAX_ANCESTORS);
IMDS_OFFSET(imds_process, self, 48);
IMDS_OFFSET(imds_process, ancestors, 80);
IMDS_LAYOUT(imds_process_event, 80 + 80 + 32 * IMDS_MAX_ANCESTORS);
IMDS_OFFSET(imds_process_event, process, 80);
IMDS_LAYOUT(imds_exec, 400);
IMDS_LAYOUT(imds_exec_short, 912);
IMDS_LAYOUT(imds_exec_long, 4496);
IMDS_LAYOUT(imds_process_key, 16);
IMDS_LAYOUT(imds_image, 16);
IMDS_LAYOUT(imds_fork, 32);
IMDS_LAYOUT(imds_exec_set, 32);
IMDS_LAYOUT(imds_share, 16);

#endif
