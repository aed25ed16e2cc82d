/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMDS_CHECK_H
#define IMDS_CHECK_H

#include "options.h"

/*
 * Attaches nothing, and writes one line of JSON to standard output: what the probe lacks here, which cgroup it
 * would watch, which programs others have on the same hooks, and whether the clock is synchronised. What could
 * not be asked for is absent. Gives the exit code.
 */
int check(const struct options *options);

#endif
