// SPDX-License-Identifier: Apache-2.0
#include "losses.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>

#include "../imds.h"
#include "attach.h"
#include "clock.h"
#include "errors.h"
#include "journal.h"
#include "merge.h"
#include "output.h"
#include "packets.h"
#include "processes.h"
#include "sockets.h"

static const char *const NAMES[IMDS_COUNTERS] = {
	[IMDS_LOST_PACKETS_RING_FULL] = "packets.ring_full",
	[IMDS_LOST_PACKETS_SHED] = "packets.shed",
	[IMDS_LOST_PACKETS_CUT] = "packets.cut",
	[IMDS_LOST_PACKETS_UNREADABLE] = "packets.unreadable",
	[IMDS_LOST_EVENTS_RING_FULL] = "events.ring_full",
	[IMDS_LOST_EVENTS_SHED] = "events.shed",
	[IMDS_LOST_ARGS_UNREADABLE] = "processes.args_unreadable",
};

#define OWN_COUNTERS 7

static __u64 sum(int map, __u32 counter, __u64 *values, int cpus)
{
	__u64 total = 0;

	if (bpf_map_lookup_elem(map, &counter, values) != 0)
		return 0;
	for (int cpu = 0; cpu < cpus; cpu++)
		total += values[cpu];
	return total;
}

void losses_write(int counters_map, bool always)
{
	static __u64 last[IMDS_COUNTERS + OWN_COUNTERS];
	static __u64 *values;
	static int cpus;
	const struct {
		const char *name;
		__u64 count;
	} own[OWN_COUNTERS] = {
		{ "packets.incomplete", packets_incomplete },
		{ "packets.output_full", output_losses.packets },
		{ "events.output_full", output_losses.records },
		{ "events.skipped", skipped_runs() },
		{ "journal.early_events", early_events },
		{ "sockets.redirected", sockets_redirected },
		{ "processes.args_unknown", processes_without_arguments },
	};
	__u64 now[IMDS_COUNTERS + OWN_COUNTERS];
	struct json *json;

	if (!values) {
		cpus = libbpf_num_possible_cpus();
		values = must_allocate(cpus > 0 ? cpus : 1, sizeof(*values));
	}
	for (__u32 i = 0; i < IMDS_COUNTERS; i++)
		now[i] = sum(counters_map, i, values, cpus);
	for (__u32 i = 0; i < OWN_COUNTERS; i++)
		now[IMDS_COUNTERS + i] = own[i].count;
	if (!always && memcmp(now, last, sizeof(now)) == 0)
		return;
	memcpy(last, now, sizeof(now));

	json = journal_begin("losses");
	json_key(json, "time");
	json_decimal(json, to_epoch(since_boot()));
	json_key(json, "counters");
	json_open(json, '{');
	for (__u32 i = 0; i < IMDS_COUNTERS + OWN_COUNTERS; i++) {
		json_key(json, i < IMDS_COUNTERS ? NAMES[i] : own[i - IMDS_COUNTERS].name);
		json_decimal(json, now[i]);
	}
	json_close(json, '}');
	journal_end();
}
