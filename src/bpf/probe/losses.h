/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMDS_LOSSES_H
#define IMDS_LOSSES_H

#include <stdbool.h>

/* Writes a `losses` record if a counter has grown since the last one, or in any case. */
void losses_write(int counters_map, bool always);

#endif
