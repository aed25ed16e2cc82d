/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the two ring buffers as one sequence, in the order of time. */
#ifndef IMDS_MERGE_H
#define IMDS_MERGE_H

#include <stdbool.h>

#include "attach.h"

void merge_open(const struct attached *attached);
/* Takes what is there, up to a bound; true if there may be more. */
bool merge_read(void);
/* Events that did not fit in the queue and were taken before packets that are older. */
extern __u64 early_events;

#endif
