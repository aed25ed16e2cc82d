// SPDX-License-Identifier: Apache-2.0
#include "readdress.h"

#include <string.h>

#define TCP 6

/* Where a packet has what is rewritten; NULL where it has none. */
struct fields {
	uint8_t *header_sum;
	uint8_t *transport_sum;
};

/* RFC 1624: the sum follows from what changed, whether or not it was right before. */
static void adjust(uint8_t *sum, const uint8_t *before, const uint8_t *after, __u32 length)
{
	uint32_t total;

	if (!sum)
		return;
	total = (uint16_t)~(sum[0] << 8 | sum[1]);
	for (__u32 i = 0; i < length; i += 2)
		total += (uint16_t)~(before[i] << 8 | before[i + 1]) + (after[i] << 8 | after[i + 1]);
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	total = ~total;
	sum[0] = total >> 8;
	sum[1] = total;
}

static void replace(uint8_t *at, const void *value, __u32 length, const struct fields *fields)
{
	if (memcmp(at, value, length) == 0)
		return;
	adjust(fields->header_sum, at, value, length);
	adjust(fields->transport_sum, at, value, length);
	memcpy(at, value, length);
}

void readdress(const struct imds_tuple *tuple, __u32 direction, uint8_t *bytes, __u32 length)
{
	const __u32 *source = direction == IMDS_OUT ? tuple->local : tuple->remote;
	const __u32 *target = direction == IMDS_OUT ? tuple->remote : tuple->local;
	__u16 source_port = direction == IMDS_OUT ? tuple->local_port : tuple->remote_port;
	__u16 target_port = direction == IMDS_OUT ? tuple->remote_port : tuple->local_port;
	struct fields addresses = {}, ports = {};
	__u32 size, at, header;

	if (length < 40 || tuple->local_port == 0 || tuple->local[0] == 0)
		return;
	if (tuple->family == IMDS_IPV4) {
		if (bytes[0] >> 4 != 4 || bytes[9] != TCP)
			return;
		size = 4;
		at = 12;
		header = (bytes[0] & 15) * 4u;
		addresses.header_sum = bytes + 10;
	} else {
		if (bytes[0] >> 4 != 6 || bytes[6] != TCP)
			return;
		size = 16;
		at = 8;
		header = 40;
	}
	if (header < at + 2 * size || length < header + 20)
		return;
	addresses.transport_sum = ports.transport_sum = bytes + header + 16;
	replace(bytes + at, source, size, &addresses);
	replace(bytes + at + size, target, size, &addresses);
	replace(bytes + header, (uint8_t[]){ source_port >> 8, source_port & 0xff }, 2, &ports);
	replace(bytes + header + 2, (uint8_t[]){ target_port >> 8, target_port & 0xff }, 2, &ports);
}
