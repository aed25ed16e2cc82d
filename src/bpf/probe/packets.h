/* SPDX-License-Identifier: Apache-2.0 */
/* Puts packets together from their pieces, and writes them as their socket sees them. */
#ifndef IMDS_PACKETS_H
#define IMDS_PACKETS_H

#include <stddef.h>

#include "../imds.h"

void packet_piece(const struct imds_packet *piece, size_t size);
/* Writes what is there of packets whose other pieces do not come. */
void packets_tick(void);
/* Packets written short, because a piece of theirs was lost. */
extern __u64 packets_incomplete;

#endif
