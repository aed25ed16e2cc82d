// SPDX-License-Identifier: Apache-2.0
#include "journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "address.h"
#include "interfaces.h"
#include "output.h"

#define RECORD_BLOCK 0x80494d44u
#define MAX_RECORD 262144

static bool lines;
static char text[MAX_RECORD + 8];
static struct json record = { .text = text };

struct block {
	uint32_t type;
	uint32_t length;
};

/* Lengths are of the whole block, body padded to 32 bits. */
static void write_block(uint32_t type, const void *body, uint32_t length)
{
	static const char padding[4];
	uint32_t pad = -length & 3;
	struct block block = { type, sizeof(block) + length + pad + 4 };
	struct iovec parts[] = {
		{ &block, sizeof(block) },
		{ (void *)body, length },
		{ (void *)padding, pad },
		{ &block.length, 4 },
	};

	output_record(parts, 4);
}

void journal_open(bool as_json, const char *version)
{
	uint8_t blocks[INTERFACE_BLOCKS];
	struct iovec part = { blocks, 0 };

	lines = as_json;
	if (lines)
		return;
	part.iov_len = interfaces_begin(blocks, version);
	output_record(&part, 1);
}

struct json *journal_begin(const char *type)
{
	record.length = 0;
	record.capacity = MAX_RECORD;
	record.full = false;
	json_open(&record, '{');
	json_key(&record, "type");
	json_string(&record, type);
	return &record;
}

void journal_end(void)
{
	json_close(&record, '}');
	if (record.full) {
		output_losses.records++;
		return;
	}
	if (lines) {
		struct iovec parts[] = { { text, record.length }, { "\n", 1 } };

		output_record(parts, 2);
	} else {
		write_block(RECORD_BLOCK, text, record.length);
	}
}

uint32_t journal_length(void)
{
	return record.length;
}

/* One line for people: who to whom, and what of TCP. */
static void write_summary(uint64_t time, const struct imds_packet *packet, const uint8_t *bytes, uint32_t captured)
{
	uint32_t header = packet->tuple.family == IMDS_IPV4 ? (bytes[0] & 15) * 4u : 40;
	static const char flags[] = "FSRPAUEC";
	char shown[9] = "", *end = shown;
	struct json *json = journal_begin("packet");

	json_key(json, "time");
	json_decimal(json, time);
	json_key(json, "cookie");
	json_decimal(json, packet->cookie);
	json_key(json, "direction");
	json_string(json, packet->direction == IMDS_OUT ? "out" : "in");
	if (packet->netns != 0) {
		json_key(json, "netns");
		json_number(json, packet->netns);
	}
	json_address(json, "local", &packet->tuple, packet->tuple.local, packet->tuple.local_port);
	json_address(json, "remote", &packet->tuple, packet->tuple.remote, packet->tuple.remote_port);
	if (captured >= header + 20) {
		const uint8_t *tcp = bytes + header;
		uint32_t payload = packet->length - header - (tcp[12] >> 4) * 4u;

		for (int i = 0; i < 8; i++)
			if (tcp[13] & 1 << i)
				*end++ = flags[i];
		json_key(json, "flags");
		json_string(json, shown);
		json_key(json, "seq");
		json_number(json, (uint32_t)tcp[4] << 24 | tcp[5] << 16 | tcp[6] << 8 | tcp[7]);
		json_key(json, "payload");
		json_number(json, payload);
	}
	json_key(json, "length");
	json_number(json, packet->length);
	if (captured < packet->length) {
		json_key(json, "captured");
		json_number(json, captured);
	}
	json_close(json, '}');
	output_packet((struct iovec[]){ { text, json->length }, { "\n", 1 } }, 2);
}

void journal_packet(uint64_t time, const struct imds_packet *packet, const uint8_t *bytes, uint32_t captured)
{
	static const char padding[4];
	static struct interface on;
	uint32_t pad = -captured & 3;
	struct {
		struct block block;
		uint32_t interface, time_high, time_low, captured, length;
	} head = {
		.block = { 6, sizeof(head) + captured + pad + 16 },
		.time_high = time >> 32,
		.time_low = (uint32_t)time,
		.captured = captured,
		.length = packet->length,
	};
	struct {
		uint16_t flags_code, flags_length;
		uint32_t flags;
		uint16_t end_code, end_length;
		uint32_t block_length;
	} tail = { 2, 4, packet->direction, 0, 0, head.block.length };
	struct iovec parts[] = {
		{ on.blocks, 0 },
		{ &head, sizeof(head) },
		{ (void *)bytes, captured },
		{ (void *)padding, pad },
		{ &tail, sizeof(tail) },
	};

	_Static_assert(sizeof(head) == 28 && sizeof(tail) == 16, "an enhanced packet block has no gaps");
	if (lines) {
		write_summary(time, packet, bytes, captured);
		return;
	}
	interface_of(packet->netns, &on);
	parts[0].iov_len = on.length;
	head.interface = on.id;
	/* Together, or not at all: a packet without its interface could not be read. */
	if (output_packet(parts, 5))
		interface_written(&on);
}
