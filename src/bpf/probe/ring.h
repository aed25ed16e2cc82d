/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a ring buffer of the kernel (BPF_MAP_TYPE_RINGBUF) through a window of it. libbpf's reader maps the whole
 * buffer, twice, and every page of such a mapping is resident from the start, whether it is ever read or not.
 */
#ifndef IMDS_RING_H
#define IMDS_RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring;

/* Takes a record, which is valid until it returns; false to stop after it. */
typedef bool (*ring_use)(const void *record, size_t size);

/* Ends the process where the buffer cannot be mapped. Its descriptor can be waited for (EPOLLIN). */
struct ring *ring_open(int map, size_t size, ring_use use);
/* Hands over what is there, the oldest first, and makes room for as much. */
void ring_read(struct ring *ring);

#endif
