// SPDX-License-Identifier: Apache-2.0
#include "procfs.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* /proc tells times in this unit, whatever the kernel's own is (USER_HZ). */
#define TICK_NS 10000000ull

static ssize_t read_file(const char *path, char *bytes, size_t capacity)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t n;

	if (file < 0)
		return -1;
	while (length < capacity - 1 && (n = read(file, bytes + length, capacity - 1 - length)) > 0)
		length += n;
	close(file);
	bytes[length] = '\0';
	return length;
}

ssize_t read_text(const char *path, char *bytes, size_t capacity)
{
	ssize_t length = read_file(path, bytes, capacity);

	if (length > 0 && bytes[length - 1] == '\n')
		bytes[--length] = '\0';
	return length;
}

ssize_t procfs_read(__u32 pid, const char *file, char *bytes, size_t capacity)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%u/%s", pid, file);
	return read_file(path, bytes, capacity);
}

bool procfs_is(const struct imds_image *image)
{
	char stat[1024], *at;

	if (procfs_read(image->pid, "stat", stat, sizeof(stat)) < 0)
		return false;
	/* The name, which may hold anything, is in parentheses; the start is the 20th field after it. */
	at = strrchr(stat, ')');
	for (int field = 0; at && field < 20; field++)
		at = strchr(at + 1, ' ');
	return at && strtoull(at + 1, NULL, 10) == image->start / TICK_NS;
}

bool procfs_arguments(__u32 pid, char *bytes, size_t capacity, __u32 *length, bool *truncated)
{
	char all[IMDS_ARGS_LONG + 2];
	ssize_t n = procfs_read(pid, "cmdline", all, sizeof(all));

	if (n <= 0)
		return false;
	*truncated = (size_t)n > capacity;
	*length = *truncated ? capacity : (size_t)n;
	memcpy(bytes, all, *length);
	return true;
}

size_t procfs_executable(__u32 pid, char *path, size_t capacity)
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/%u/exe", pid);
	length = readlink(link, path, capacity);
	return length > 0 && path[0] == '/' && (size_t)length < capacity ? length : 0;
}

bool procfs_user(__u32 pid, __u32 *user, __u32 *group)
{
	char status[4096];
	const char *users, *groups;

	if (procfs_read(pid, "status", status, sizeof(status)) < 0)
		return false;
	users = strstr(status, "\nUid:\t");
	groups = strstr(status, "\nGid:\t");
	return users && groups && sscanf(users, "\nUid:\t%*u\t%u", user) == 1 &&
	       sscanf(groups, "\nGid:\t%*u\t%u", group) == 1;
}
