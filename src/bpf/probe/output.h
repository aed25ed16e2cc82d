/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Standard output, through a queue of bounded size: a reader that is slow or stands still does not keep
 * the probe from emptying the kernel's buffers. What the queue has no room for is counted.
 */
#ifndef IMDS_OUTPUT_H
#define IMDS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct output_losses {
	uint64_t packets;
	uint64_t records;
};

void output_open(int descriptor);
/* Queues all of it, or counts it and queues nothing. Packets leave a quarter of the queue to records. */
bool output_packet(const struct iovec *parts, int count);
void output_record(const struct iovec *parts, int count);
/* Writes what can be written without waiting. False when nobody reads any more. */
bool output_write(void);
bool output_is_empty(void);
/*
 * Writes the rest as long as somebody takes of it: gives up when nothing was taken for `idle_ms`, and in any case
 * after `most_ms`. Bytes that are left.
 */
size_t output_close(int idle_ms, int most_ms);
extern struct output_losses output_losses;

#endif
