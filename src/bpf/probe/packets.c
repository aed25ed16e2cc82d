// SPDX-License-Identifier: Apache-2.0
#include "packets.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "errors.h"
#include "journal.h"
#include "readdress.h"
#include "sockets.h"

#define MAX_LENGTH (IMDS_MAX_PIECES * IMDS_PIECE_LARGE)
/* Packets whose pieces mingle: each CPU copies one at a time, and an interrupt another. */
#define MAX_UNFINISHED 16
#define PATIENCE_NS 1000000000ull

struct unfinished {
	bool taken;
	/* A piece is missing: what comes after it is left out. */
	bool broken;
	struct imds_packet head;
	__u32 length;
	uint8_t *bytes;
};

__u64 packets_incomplete;

static struct unfinished unfinished[MAX_UNFINISHED];

static void write_packet(const struct imds_packet *packet, uint8_t *bytes, __u32 captured)
{
	readdress(&packet->tuple, packet->direction, bytes, captured);
	socket_stream(packet);
	journal_packet(to_epoch(packet->time), packet, bytes, captured);
}

static void finish(struct unfinished *packet)
{
	__u32 whole = packet->head.length < MAX_LENGTH ? packet->head.length : MAX_LENGTH;

	if (packet->length < whole)
		packets_incomplete++;
	if (packet->length > 0)
		write_packet(&packet->head, packet->bytes, packet->length);
	packet->taken = false;
}

static struct unfinished *place_for(const struct imds_packet *piece)
{
	struct unfinished *oldest = &unfinished[0], *empty = NULL;

	for (int i = 0; i < MAX_UNFINISHED; i++) {
		struct unfinished *at = &unfinished[i];

		if (!at->taken) {
			empty = at;
			continue;
		}
		if (at->head.cookie == piece->cookie && at->head.time == piece->time &&
		    at->head.direction == piece->direction)
			return at;
		if (at->head.time < oldest->head.time || !oldest->taken)
			oldest = at;
	}
	if (!empty) {
		finish(oldest);
		empty = oldest;
	}
	if (!empty->bytes)
		empty->bytes = must_allocate(1, MAX_LENGTH);
	empty->taken = true;
	empty->broken = false;
	empty->head = *piece;
	empty->length = 0;
	return empty;
}

void packet_piece(const struct imds_packet *piece, size_t size)
{
	static uint8_t bytes[IMDS_PIECE_LARGE];
	struct unfinished *packet;

	if (size < sizeof(*piece) || piece->captured > size - sizeof(*piece) || piece->captured > sizeof(bytes))
		return;
	/* The ring buffer is mapped for reading only. */
	if (piece->offset == 0 && piece->captured == piece->length) {
		memcpy(bytes, piece->data, piece->captured);
		write_packet(piece, bytes, piece->captured);
		return;
	}
	packet = place_for(piece);
	if (piece->offset != packet->length || piece->captured > MAX_LENGTH - packet->length)
		packet->broken = true;
	if (!packet->broken) {
		memcpy(packet->bytes + packet->length, piece->data, piece->captured);
		packet->length += piece->captured;
	}
	if (piece->offset + piece->captured >= piece->length || piece->offset + piece->captured >= MAX_LENGTH)
		finish(packet);
}

void packets_tick(void)
{
	uint64_t now = since_boot();

	for (int i = 0; i < MAX_UNFINISHED; i++)
		if (unfinished[i].taken && unfinished[i].head.time + PATIENCE_NS < now)
			finish(&unfinished[i]);
}
