/* SPDX-License-Identifier: Apache-2.0 */
/* Makes records of sockets from the events of the kernel side. */
#ifndef IMDS_SOCKETS_H
#define IMDS_SOCKETS_H

#include <stddef.h>

#include "../imds.h"

void sockets_open(void);
/* One event, of `size` bytes. */
void socket_event(const void *event, size_t size);
/* All processes have been asked for sockets that were open before. */
void sockets_listed(void);
/* Before a packet: that its addresses are those of its socket's, if nothing has said so yet. */
void socket_stream(const struct imds_packet *packet);
/* Writes connects of which no SYN has come for a while. */
void sockets_tick(__u64 read_until);
/* The same when all has been read that there was until the programs were detached. */
void sockets_end(__u64 detached);
/* Connects to an endpoint that another program has sent elsewhere. */
extern __u64 sockets_redirected;

#endif
