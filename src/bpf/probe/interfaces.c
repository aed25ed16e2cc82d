// SPDX-License-Identifier: Apache-2.0
#include "interfaces.h"

#include <stdio.h>
#include <string.h>

#define SECTION_HEADER 0x0a0d0d0au
#define INTERFACE_DESCRIPTION 1u
#define LINKTYPE_RAW 101
#define IF_NAME 2
#define IF_DESCRIPTION 3
#define IF_TSRESOL 9
#define SHB_USERAPPL 4

/* Namespaces come and go: when so many were described, a section begins, which numbers anew. */
#define MAX_INTERFACES 1024
/* A power of two, and never more than half full. */
#define SLOTS 2048

struct slot {
	uint32_t netns;
	uint32_t id;
};

static struct slot slots[SLOTS];
/* Interface 0 is the one without a namespace. */
static uint32_t described = 1;
static char application[64];

/* An option with its padding; returns where the next one goes. */
static uint8_t *put_option(uint8_t *at, uint16_t code, const void *value, uint16_t length)
{
	memcpy(at, &code, 2);
	memcpy(at + 2, &length, 2);
	memcpy(at + 4, value, length);
	memset(at + 4 + length, 0, -length & 3);
	return at + 4 + length + (-length & 3);
}

/* Lengths are of the whole block, whose body and options stand already, 8 bytes behind its begin. */
static uint8_t *end_block(uint8_t *begin, uint8_t *at, uint32_t type)
{
	uint32_t length;

	at = put_option(at, 0, "", 0);
	length = at - begin + 4;
	memcpy(begin, &type, 4);
	memcpy(begin + 4, &length, 4);
	memcpy(at, &length, 4);
	return at + 4;
}

static uint8_t *put_section(uint8_t *begin)
{
	static const struct {
		uint32_t magic;
		uint16_t major, minor;
		int64_t length;
	} section = { 0x1a2b3c4d, 1, 0, -1 };
	uint8_t *at = begin + 8;

	memcpy(at, &section, sizeof(section));
	at = put_option(at + sizeof(section), SHB_USERAPPL, application, strlen(application));
	return end_block(begin, at, SECTION_HEADER);
}

static uint8_t *put_interface(uint8_t *begin, uint32_t netns)
{
	static const uint8_t nanoseconds = 9;
	static const struct {
		uint16_t link_type, reserved;
		uint32_t snap_length;
	} interface = { LINKTYPE_RAW, 0, 0 };
	char description[32];
	uint8_t *at = begin + 8;

	memcpy(at, &interface, sizeof(interface));
	at = put_option(at + sizeof(interface), IF_NAME, "sockets", 7);
	if (netns != 0) {
		/* As src/capture/read/pcapng-netns.ts reads it. */
		int length = snprintf(description, sizeof(description), "network namespace %u", netns);

		at = put_option(at, IF_DESCRIPTION, description, length);
	}
	at = put_option(at, IF_TSRESOL, &nanoseconds, 1);
	return end_block(begin, at, INTERFACE_DESCRIPTION);
}

/* Where the namespace is, or else its place. */
static struct slot *slot_of(uint32_t netns)
{
	uint32_t at = netns * 2654435761u % SLOTS;

	while (slots[at].netns != 0 && slots[at].netns != netns)
		at = (at + 1) % SLOTS;
	return &slots[at];
}

size_t interfaces_begin(uint8_t blocks[INTERFACE_BLOCKS], const char *version)
{
	snprintf(application, sizeof(application), "imds-probe %s", version);
	return put_interface(put_section(blocks), 0) - blocks;
}

void interface_of(uint32_t netns, struct interface *interface)
{
	const struct slot *slot = slot_of(netns);
	uint8_t *at = interface->blocks;

	interface->netns = netns;
	interface->length = 0;
	interface->id = slot->id;
	if (netns == 0 || slot->netns == netns)
		return;
	interface->id = described;
	if (described == MAX_INTERFACES) {
		at = put_interface(put_section(at), 0);
		interface->id = 1;
	}
	interface->length = put_interface(at, netns) - interface->blocks;
}

void interface_written(const struct interface *interface)
{
	struct slot *slot;

	if (interface->length == 0)
		return;
	if (described == MAX_INTERFACES) {
		memset(slots, 0, sizeof(slots));
		described = 1;
	}
	slot = slot_of(interface->netns);
	slot->netns = interface->netns;
	slot->id = described++;
}
