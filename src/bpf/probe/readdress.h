/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A NAT in the socket's own network namespace rewrites a packet before it passes the hook on its way
 * out. The journal has packets as their socket sees them, so that both directions agree.
 */
#ifndef IMDS_READDRESS_H
#define IMDS_READDRESS_H

#include <stdint.h>

#include "../imds.h"

void readdress(const struct imds_tuple *tuple, __u32 direction, uint8_t *bytes, __u32 length);

#endif
