/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interfaces of the pcapng output: one for each network namespace, so that packets of two containers that
 * use the same address and port stay apart; and one for packets of which no namespace is known.
 */
#ifndef IMDS_INTERFACES_H
#define IMDS_INTERFACES_H

#include <stddef.h>
#include <stdint.h>

#define INTERFACE_BLOCKS 512

/* What has to stand before a packet, and the interface that it is on. */
struct interface {
	uint32_t id;
	uint32_t netns;
	size_t length;
	uint8_t blocks[INTERFACE_BLOCKS];
};

/* The blocks with which the output begins; the number of their bytes. */
size_t interfaces_begin(uint8_t blocks[INTERFACE_BLOCKS], const char *version);
void interface_of(uint32_t netns, struct interface *interface);
/* Its blocks were written. */
void interface_written(const struct interface *interface);

#endif
