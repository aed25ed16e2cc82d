/* SPDX-License-Identifier: Apache-2.0 */
/* The records that frame a session, where the probe runs alone. */
#ifndef IMDS_SESSION_H
#define IMDS_SESSION_H

#include <stdbool.h>

#include "options.h"

void session_write(const struct options *options, bool host_scope);
void tick_write(void);
void end_write(const char *reason);

#endif
