/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc says of a process that still lives. A pid alone is nobody: its start time is compared. */
#ifndef IMDS_PROCFS_H
#define IMDS_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "../imds.h"

/* Whether the process with this pid is the one that started then. */
bool procfs_is(const struct imds_image *image);
/* Its argument list as one run of bytes, each argument ended by a zero. False if there is none to be read. */
bool procfs_arguments(__u32 pid, char *bytes, size_t capacity, __u32 *length, bool *truncated);
/* Length of the path of its executable, or 0. */
size_t procfs_executable(__u32 pid, char *path, size_t capacity);
/* Its effective user and group. */
bool procfs_user(__u32 pid, __u32 *user, __u32 *group);
/* The content of /proc/PID/FILE, with a zero after it; its length, or -1. */
ssize_t procfs_read(__u32 pid, const char *file, char *bytes, size_t capacity);
/* The content of a small file, without the newline at its end; its length, or -1. */
ssize_t read_text(const char *path, char *bytes, size_t capacity);

#endif
