/* SPDX-License-Identifier: Apache-2.0 */
/* The root of cgroup v2, and the paths, containers and units that its ids stand for. */
#ifndef IMDS_CGROUPS_H
#define IMDS_CGROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cgroup_root {
	int descriptor;
	/* For people. */
	char name[256];
	/* The root of all, not that of a container. */
	bool is_host;
};

/*
 * `path` names a folder of cgroup v2; NULL: the one that is mounted, else one of its own. False where there is
 * none: `words` say why, and what to do.
 */
bool cgroups_find(const char *path, struct cgroup_root *root, char *words, size_t capacity);
/* The same for all that follows. Ends the process where there is none. */
void cgroups_open(const char *path, struct cgroup_root *root);
/* Path of a cgroup below the root; NULL if it has gone. Valid until the next call. */
const char *cgroup_path(uint64_t id);
/* The container id within a path: the last run of 64 hexadecimal digits (or of a task of ECS). */
size_t container_in(const char *path, const char **id);
/* The systemd unit within a path: its last part that ends in .service or .scope. */
size_t unit_in(const char *path, const char **unit);

#endif
