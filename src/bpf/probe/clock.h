/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel side stamps by the time since boot; the journal has the time since the epoch. */
#ifndef IMDS_CLOCK_H
#define IMDS_CLOCK_H

#include <stdint.h>

/* Compares the two clocks anew. Small differences are left, so that times keep their order. */
void clock_compare(void);
uint64_t since_boot(void);
/* Nanoseconds since the epoch of a time since boot. */
uint64_t to_epoch(uint64_t boot_time);

#endif
