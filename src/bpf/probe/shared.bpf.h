/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The maps, which endpoints are watched, and whose turn it is in the buffers. */
#ifndef IMDS_SHARED_BPF_H
#define IMDS_SHARED_BPF_H

#include "kernel.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "../imds.h"

/* Ubuntu 22.04 has libbpf 0.5, and these came with 0.7 and 0.8. */
#ifndef barrier
#define barrier() asm volatile("" ::: "memory")
#endif
#ifndef bpf_core_field_offset
#define bpf_core_field_offset(field) __builtin_preserve_field_info(field, BPF_FIELD_BYTE_OFFSET)
#endif

/* Of the kernel, and of no process: the probe reads them through a window. A burst waits there while it has no CPU. */
#define EVENTS_SIZE (2 * 1024 * 1024)
#define PACKETS_SIZE (16 * 1024 * 1024)

/* A field of a context is read at its place: the compiler must not compute an address for two reads. */
#define FIELD(field) (*(volatile __u32 *)&(field))

/*
 * A function of its own, for what hardly ever runs: what runs for every packet and connect of the host is then a line
 * or two of the instruction cache, and saves no registers.
 */
#define APART __attribute__((noinline))

/* All that is in .rodata, and connecting_count all that is in .bss: see load.c. */
const volatile struct imds_settings settings = {};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, EVENTS_SIZE);
} events SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, PACKETS_SIZE);
} packets SEC(".maps");

/* The probe writes `consumed` through a mapping: no system call for each packet. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, IMDS_CLIENTS);
	__type(key, __u32);
	__type(value, struct imds_share);
} event_shares SEC(".maps"), packet_shares SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, IMDS_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

static __always_inline void count(__u32 counter)
{
	__u64 *value = bpf_map_lookup_elem(&counters, &counter);

	if (value)
		__sync_fetch_and_add(value, 1);
}

/*
 * The verifier lets nobody add to a context's pointer to a socket, which reading by name needs; as a mere
 * number, read back from the stack, it may be added to, and is only read through probe_read.
 */
static __always_inline struct sock *kernel_sock(void *context_sock)
{
	void *volatile kept = context_sock;
	struct sock *sk = NULL;

	bpf_probe_read_kernel(&sk, sizeof(sk), (const void *)&kept);
	return sk;
}

/*
 * Asked first: a port is what nearly all that is unrelated differs in, and this is all that it costs. The
 * verifier knows the ports, and removes what is behind the last.
 */
static __always_inline bool has_endpoint_port(__u32 context_port)
{
	for (__u32 i = 0; i < IMDS_MAX_ENDPOINTS; i++) {
		__u32 port = settings.context_ports[i];

		if (port == 0)
			break;
		if (port == context_port)
			return true;
	}
	return false;
}

static __always_inline bool is_endpoint(__u32 family, const __u32 *address, __u32 port)
{
	for (__u32 i = 0; i < IMDS_MAX_ENDPOINTS; i++) {
		const volatile struct imds_endpoint *endpoint = &settings.endpoints[i];

		if (i >= settings.endpoint_count)
			break;
		if (endpoint->port != port || endpoint->family != family || endpoint->address[0] != address[0])
			continue;
		if (family == IMDS_IPV4 ||
		    (endpoint->address[1] == address[1] && endpoint->address[2] == address[2] &&
		     endpoint->address[3] == address[3]))
			return true;
	}
	return false;
}

/*
 * A client is a user; root's sockets, which containers share the uid of, are told apart by network
 * namespace, which root alone can connect to anything.
 */
static __always_inline __u32 client_of(__u32 uid, struct sock *sk)
{
	__u64 key = uid;

	if (uid == 0 && sk)
		key = (__u64)BPF_CORE_READ(sk, __sk_common.skc_net.net);
	key = (key ^ settings.seed) * 0x9E3779B97F4A7C15ull;
	return (key >> 40) & (IMDS_CLIENTS - 1);
}

/*
 * Admits a client to a buffer while it has less in it than is free: one that floods gets half, two get
 * a third each, and there is always room for one that does not.
 */
static __always_inline bool admit(void *ring, __u64 size, void *shares, __u32 client, __u32 charge)
{
	struct imds_share *share = bpf_map_lookup_elem(shares, &client);
	__u64 used = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
	__u64 free = used < size ? size - used : 0;

	if (!share || share->produced - share->consumed + charge > free)
		return false;
	__sync_fetch_and_add(&share->produced, charge);
	return true;
}

/* What was admitted and then found no room. */
static __always_inline void give_back(void *shares, __u32 client, __u32 charge)
{
	struct imds_share *share = bpf_map_lookup_elem(shares, &client);

	if (share)
		__sync_fetch_and_add(&share->produced, -(__u64)charge);
}

static __always_inline void *reserve_event(__u32 type, __u32 client, const __u32 size)
{
	struct imds_event *event;

	if (!admit(&events, EVENTS_SIZE, &event_shares, client, size)) {
		count(IMDS_LOST_EVENTS_SHED);
		return NULL;
	}
	event = bpf_ringbuf_reserve(&events, size, 0);
	if (!event) {
		give_back(&event_shares, client, size);
		count(IMDS_LOST_EVENTS_RING_FULL);
		return NULL;
	}
	event->type = type;
	event->client = client;
	event->charge = size;
	event->time = bpf_ktime_get_boot_ns();
	event->pad = 0;
	return event;
}

/*
 * A length of 1 to `size`, a power of two, in a form that the verifier of 5.10 and 6.1 follows: it has to
 * see that it is neither zero nor too large, which the compiler otherwise knows and leaves out.
 */
static __always_inline __u32 bounded(__u32 n, const __u32 size)
{
	n = (n - 1) & (size - 1);
	asm volatile("" : "+r"(n));
	n &= size - 1;
	return n + 1;
}

static __always_inline __u32 netns_of(struct sock *sk)
{
	return sk ? BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum) : 0;
}

#endif
