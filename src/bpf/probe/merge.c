// SPDX-License-Identifier: Apache-2.0
#include "merge.h"

#include <stdlib.h>
#include <string.h>

#include "errors.h"
#include "packets.h"
#include "ring.h"
#include "sockets.h"

/* Of packets, before the output is written on and signals are looked at. */
#define MAX_AT_ONCE 2048
/* Events that wait for packets that are older. */
#define MAX_WAITING 4096

__u64 early_events;

struct waiting {
	struct waiting *next;
	size_t size;
	/* Aligned as what it holds. */
	struct imds_event event;
};

static struct ring *events, *packets;
static struct imds_share *event_shares, *packet_shares;
static struct waiting *first, **last = &first;
static int waiting_count, taken;

static void consume(struct imds_share *shares, __u16 client, __u16 charge)
{
	if (client < IMDS_CLIENTS)
		__atomic_fetch_add(&shares[client].consumed, charge, __ATOMIC_RELAXED);
}

/* Makes the records of events up to that time. */
static void release(__u64 time)
{
	while (first && first->event.time <= time) {
		struct waiting *event = first;

		socket_event(&event->event, event->size);
		first = event->next;
		if (!first)
			last = &first;
		waiting_count--;
		free(event);
	}
}

static bool on_event(const void *data, size_t size)
{
	const struct imds_event *event = data;
	struct waiting *copy;

	if (size < sizeof(*event))
		return true;
	consume(event_shares, event->client, event->charge);
	if (waiting_count == MAX_WAITING) {
		early_events++;
		release(first->event.time);
	}
	copy = must_allocate(1, offsetof(struct waiting, event) + size);
	copy->size = size;
	memcpy(&copy->event, data, size);
	*last = copy;
	last = &copy->next;
	waiting_count++;
	return true;
}

static bool on_packet(const void *data, size_t size)
{
	const struct imds_packet *packet = data;

	if (size >= sizeof(*packet)) {
		consume(packet_shares, packet->client, packet->charge);
		/* What came before this packet is in the other buffer by now. */
		ring_read(events);
		release(packet->time);
		packet_piece(packet, size);
	}
	return ++taken < MAX_AT_ONCE;
}

void merge_open(const struct attached *attached)
{
	event_shares = attached->event_shares;
	packet_shares = attached->packet_shares;
	events = ring_open(attached->events, attached->events_size, on_event);
	packets = ring_open(attached->packets, attached->packets_size, on_packet);
}

bool merge_read(void)
{
	taken = 0;
	ring_read(packets);
	if (taken >= MAX_AT_ONCE)
		return true;
	/* No packet waits: nothing is older than the events. */
	ring_read(events);
	release(UINT64_MAX);
	return false;
}
