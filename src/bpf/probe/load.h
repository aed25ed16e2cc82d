/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loads the kernel side, in a process of its own: to relate it to the running kernel, libbpf reads the types of all
 * of that, which takes 11 MB for a moment. What is left of it are descriptors.
 */
#ifndef IMDS_LOAD_H
#define IMDS_LOAD_H

#include "options.h"

enum loaded_part {
	MAP_EVENTS,
	MAP_PACKETS,
	MAP_SHORT_SETS,
	MAP_EXECS_SHORT,
	MAP_LONG_SETS,
	MAP_EXECS_LONG,
	MAP_OLDER_SHORT,
	MAP_OLDER_LONG,
	MAP_CONNECTING,
	MAP_BSS,
	MAP_FORKS,
	MAP_COUNTERS,
	MAP_EVENT_SHARES,
	MAP_PACKET_SHARES,
	PROGRAM_EXEC,
	PROGRAM_FORK,
	PROGRAM_EGRESS,
	PROGRAM_INGRESS,
	PROGRAM_SOCKOPS,
	PROGRAM_CONNECT4,
	PROGRAM_CONNECT6,
	/* The lists, which a kernel may lack: -1 then. */
	PROGRAM_TASKS,
	PROGRAM_FILES,
	LOADED_PARTS,
};

/* Descriptors, by part. Ends the process with one line where the kernel does not accept it. */
void load(const struct options *options, int parts[LOADED_PARTS]);

#endif
