/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMDS_OPTIONS_H
#define IMDS_OPTIONS_H

#include <stdbool.h>

#include "../imds.h"

struct options {
	bool json;
	/* Who started the probe writes `session` and `end`. */
	bool without_session;
	bool debug;
	/* Attach nothing: tell whether it could, and what else is on the same hooks. */
	bool check;
	const char *cgroup;
	struct imds_endpoint endpoints[IMDS_MAX_ENDPOINTS];
	__u32 endpoint_count;
};

/* Ends the process after --help and --version, and with exit code 2 where it cannot understand. */
void read_options(int count, char **arguments, struct options *options);

#endif
