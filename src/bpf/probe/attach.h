/* SPDX-License-Identifier: Apache-2.0 */
/* Attaches the kernel side, by links that end with the process, however it ends. */
#ifndef IMDS_ATTACH_H
#define IMDS_ATTACH_H

#include <stdbool.h>
#include <stddef.h>

#include "cgroups.h"
#include "options.h"

struct attached {
	int events;
	int packets;
	/* Bytes that each holds. */
	size_t events_size;
	size_t packets_size;
	int short_sets;
	int execs_short;
	int long_sets;
	int execs_long;
	int older_short;
	int older_long;
	int forks;
	int counters;
	/* What the probe has read of each client's share of a buffer. */
	struct imds_share *event_shares;
	struct imds_share *packet_shares;
};

/* Ends the process with one line where the kernel does not accept it. */
void attach(const struct options *options, const struct cgroup_root *root, struct attached *attached);
/* Calls with each process and each socket that are older than the session, where the kernel lists them. */
void list_older(void (*use_image)(const struct imds_image *), void (*use_event)(const void *, size_t));
/* Runs that the kernel skipped, of programs whose runs must not meet on one CPU. */
__u64 skipped_runs(void);
/* Of a connect that has failed no SYN is waited for any more. */
void forget_connect(__u64 cookie);
void detach(void);

#endif
