// SPDX-License-Identifier: Apache-2.0
#include "clock.h"

#include <stdlib.h>
#include <time.h>

/* NTP slews by at most half a millisecond a second: what is more has been set. */
#define TOLERANCE_NS 1000000

static int64_t epoch_of_boot;

static int64_t now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * 1000000000ll + time.tv_nsec;
}

void clock_compare(void)
{
	int64_t before = now(CLOCK_BOOTTIME), wall = now(CLOCK_REALTIME), after = now(CLOCK_BOOTTIME);
	int64_t offset = wall - (before + (after - before) / 2);

	if (llabs(offset - epoch_of_boot) > TOLERANCE_NS)
		epoch_of_boot = offset;
}

uint64_t since_boot(void)
{
	return now(CLOCK_BOOTTIME);
}

uint64_t to_epoch(uint64_t boot_time)
{
	return boot_time + epoch_of_boot;
}
