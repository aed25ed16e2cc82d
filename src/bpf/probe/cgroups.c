// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "cgroups.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "errors.h"
#include "prerequisites.h"
#include "table.h"

#define PATHS 512
#define PATH_BYTES 1024
#define CONTAINER_DIGITS 64
#define ECS_DIGITS 32
/* Of a kernfs node: its id (linux/exportfs.h). */
#define FILEID_KERNFS 0xfe
/* Id of the root of all: the first that the kernel gives. */
#define HOST_ROOT 1

static int root_descriptor = -1;
static size_t root_length;
static struct table *paths;

static bool is_cgroup2(int descriptor)
{
	struct statfs status;

	return fstatfs(descriptor, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

static uint64_t id_of(int descriptor)
{
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + sizeof(uint64_t)];
	} of = { .handle.handle_bytes = sizeof(uint64_t) };
	uint64_t id = 0;
	int mount;

	if (name_to_handle_at(descriptor, "", &of.handle, &mount, AT_EMPTY_PATH) == 0)
		memcpy(&id, of.handle.f_handle, sizeof(id));
	return id;
}

static bool is_host_root(int descriptor)
{
	return is_cgroup2(descriptor) && id_of(descriptor) == HOST_ROOT;
}

/*
 * Opens the mount point of cgroup v2 that shows the root of all, else the one that shows the root of our own cgroup
 * namespace; -1 where there is neither. A container that was given the host's, as a DaemonSet's is, may have that beside
 * its own, or alone: to its namespace the root of all is "/../..", as parts above its own are, so the id has to tell.
 */
static int open_mount(char *path, size_t capacity)
{
	FILE *mounts = fopen("/proc/self/mountinfo", "re");
	char line[4096], root[1024], point[1024];
	int found = -1;
	bool is_host = false;

	if (!mounts)
		return -1;
	while (!is_host && fgets(line, sizeof(line), mounts)) {
		int mount;

		if (!strstr(line, " - cgroup2 ") || sscanf(line, "%*d %*d %*s %1023s %1023s", root, point) != 2)
			continue;
		if (strlen(point) >= capacity)
			continue;
		mount = open(point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		is_host = mount >= 0 && is_host_root(mount);
		if (is_host || (mount >= 0 && found < 0 && strcmp(root, "/") == 0 && is_cgroup2(mount))) {
			if (found >= 0)
				close(found);
			found = mount;
			strcpy(path, point);
		} else if (mount >= 0) {
			close(mount);
		}
	}
	fclose(mounts);
	return found;
}

/* A mount of our own, that no path leads to and that ends with us. */
static int private_mount(void)
{
	int context = syscall(SYS_fsopen, "cgroup2", FSOPEN_CLOEXEC), mounted = -1;

	if (context < 0)
		return -1;
	if (syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) == 0)
		mounted = syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	close(context);
	return mounted;
}

static ssize_t path_of(int descriptor, char *path, size_t capacity)
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", descriptor);
	length = readlink(link, path, capacity - 1);
	if (length >= 0)
		path[length] = '\0';
	return length;
}

bool cgroups_find(const char *path, struct cgroup_root *root, char *words, size_t capacity)
{
	char mount[256];

	root->descriptor = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : open_mount(mount, sizeof(mount));
	if (!path && root->descriptor >= 0)
		path = mount;
	else if (!path)
		root->descriptor = private_mount();
	if (root->descriptor < 0) {
		snprintf(words, capacity,
			 path ? "%s: %s (kernel %s): name a folder of cgroup v2 with --cgroup" :
				"no cgroup v2 %s %s (kernel %s): mount -t cgroup2 none DIR, and name it with --cgroup DIR",
			 path ? path : "root is mounted, and none can be:", strerror(errno), kernel_release());
		return false;
	}
	if (!is_cgroup2(root->descriptor)) {
		snprintf(words, capacity,
			 "%s is not a folder of cgroup v2 (kernel %s): name one with --cgroup DIR",
			 path ? path : "the mount", kernel_release());
		close(root->descriptor);
		return false;
	}
	snprintf(root->name, sizeof(root->name), "%.*s", (int)sizeof(root->name) - 1, path ? path : "own mount");
	root->is_host = is_host_root(root->descriptor);
	return true;
}

void cgroups_open(const char *path, struct cgroup_root *root)
{
	char own[PATH_BYTES], words[512];

	if (!cgroups_find(path, root, words, sizeof(words)))
		fail(EXIT_PREREQUISITE, "%s", words);
	root_descriptor = root->descriptor;
	root_length = path_of(root_descriptor, own, sizeof(own));
	/* The root of a mount that no path leads to is "/" itself. */
	if (root_length == 1)
		root_length = 0;
	paths = table_new(PATHS, sizeof(uint64_t), PATH_BYTES, NULL);
}

const char *cgroup_path(uint64_t id)
{
	union {
		struct file_handle handle;
		char space[sizeof(struct file_handle) + sizeof(uint64_t)];
	} of = { .handle = { .handle_bytes = sizeof(uint64_t), .handle_type = FILEID_KERNFS } };
	char *known = table_find(paths, &id), path[PATH_BYTES + 1024];
	int cgroup;
	ssize_t length;

	if (known)
		return known;
	memcpy(of.handle.f_handle, &id, sizeof(id));
	cgroup = open_by_handle_at(root_descriptor, &of.handle, O_PATH | O_CLOEXEC);
	if (cgroup < 0)
		return NULL;
	length = path_of(cgroup, path, sizeof(path));
	close(cgroup);
	if (length < (ssize_t)root_length || length - root_length >= PATH_BYTES - 1)
		return NULL;
	known = table_put(paths, &id);
	strcpy(known, path[root_length] ? path + root_length : "/");
	return known;
}

static size_t hex_digits(const char *at)
{
	size_t n = 0;

	while (isxdigit((unsigned char)at[n]) && !isupper((unsigned char)at[n]))
		n++;
	return n;
}

size_t container_in(const char *path, const char **id)
{
	size_t found = 0;

	for (const char *at = path; *at;) {
		size_t digits = hex_digits(at), tail;

		if (digits == CONTAINER_DIGITS) {
			*id = at;
			found = digits;
		} else if (digits == ECS_DIGITS && at > path && at[-1] == '/' && at[digits] == '-') {
			tail = strspn(at + digits + 1, "0123456789");
			if (tail > 0 && (at[digits + 1 + tail] == '/' || at[digits + 1 + tail] == '\0')) {
				*id = at;
				found = digits + 1 + tail;
			}
		}
		at += digits > 0 ? digits : 1;
	}
	return found;
}

size_t unit_in(const char *path, const char **unit)
{
	size_t found = 0;

	for (const char *at = path; *at;) {
		size_t length = strcspn(at, "/\n");

		if ((length > 8 && memcmp(at + length - 8, ".service", 8) == 0) ||
		    (length > 6 && memcmp(at + length - 6, ".scope", 6) == 0)) {
			*unit = at;
			found = length < 256 ? length : 0;
		}
		at += length;
		at += *at != '\0';
	}
	return found;
}
