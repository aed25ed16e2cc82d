// SPDX-License-Identifier: Apache-2.0
#include "images.h"

#include <bpf/bpf.h>
#include <string.h>

#include "procfs.h"

/* A chain of forks without an execve between them is not longer in practice. */
#define MAX_FORKS 16

static const struct attached *maps;

void images_open(const struct attached *attached)
{
	maps = attached;
}

static bool is_same(const struct imds_image *a, const struct imds_image *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* The place that an image has among those that the kernel side has written; -1 if it has none. */
static int slot_of(const struct imds_image *image, int sets, __u32 count)
{
	__u32 index = imds_set_of(image, count);
	struct imds_exec_set set;

	if (bpf_map_lookup_elem(sets, &index, &set) != 0)
		return -1;
	for (int way = 0; way < IMDS_WAYS; way++)
		if (is_same(&set.ways[way], image))
			return index * IMDS_WAYS + way;
	return -1;
}

static bool look_up_kept(const struct imds_image *image, int sets, __u32 count, int slots, struct imds_exec_long *exec)
{
	int slot = slot_of(image, sets, count);

	/* It may have been taken while it was read. */
	return slot >= 0 && bpf_map_lookup_elem(slots, &slot, exec) == 0 && slot_of(image, sets, count) == slot;
}

static bool look_up(const struct imds_image *image, struct imds_exec_long *exec)
{
	return look_up_kept(image, maps->short_sets, IMDS_SHORT_SETS, maps->execs_short, exec) ||
	       look_up_kept(image, maps->long_sets, IMDS_LONG_SETS, maps->execs_long, exec) ||
	       bpf_map_lookup_elem(maps->older_short, image, exec) == 0 ||
	       bpf_map_lookup_elem(maps->older_long, image, exec) == 0;
}

static bool find_fork(const struct imds_image *child, struct imds_fork *fork)
{
	__u32 slot = child->pid % IMDS_FORKS;

	return bpf_map_lookup_elem(maps->forks, &slot, fork) == 0 && fork->child.pid == child->pid &&
	       fork->child.start == child->start;
}

/* The image itself, or the one that it was forked from and still runs. */
static bool find_exec(const struct imds_image *image, struct imds_exec_long *exec)
{
	struct imds_image at = *image;
	struct imds_fork fork;

	for (int i = 0; i < MAX_FORKS; i++) {
		if (look_up(&at, exec))
			return true;
		if (!find_fork(&at, &fork) || fork.image.exec != image->exec)
			return false;
		at = fork.image;
	}
	return false;
}

/* Whether /proc shows this image: the process lives, and has not gone on to another program. */
static bool is_current(const struct imds_image *image)
{
	struct imds_image next = { image->start, image->pid, image->exec + 1 };

	return procfs_is(image) && slot_of(&next, maps->short_sets, IMDS_SHORT_SETS) < 0 &&
	       slot_of(&next, maps->long_sets, IMDS_LONG_SETS) < 0;
}

static const char DELETED[] = " (deleted)";

/* /proc adds a word where the file has another name by now, or none. */
static size_t without_deleted(const char *path, size_t length)
{
	size_t word = sizeof(DELETED) - 1;

	return length > word && memcmp(path + length - word, DELETED, word) == 0 ? length - word : length;
}

/* From names, the last one first, to a path; its length. */
static __u32 to_path(const struct imds_exec *exec, char *path)
{
	__u32 length = 0, end = exec->path_length;

	while (end > 0) {
		__u32 begin = end - 1;

		while (begin > 0 && exec->path[begin - 1] != '\0')
			begin--;
		path[length++] = '/';
		memcpy(path + length, exec->path + begin, end - 1 - begin);
		length += end - 1 - begin;
		end = begin;
	}
	return length;
}

static void from_path(struct imds_exec *exec, const char *path, size_t length)
{
	__u32 filled = 0;

	exec->path_length = 0;
	if (length > IMDS_PATH_START)
		return;
	while (length > 0) {
		size_t begin = length;

		while (begin > 0 && path[begin - 1] != '/')
			begin--;
		memcpy(exec->path + filled, path + begin, length - begin);
		filled += length - begin;
		exec->path[filled++] = '\0';
		length = begin > 0 ? begin - 1 : 0;
	}
	exec->path_length = filled;
}

void image_find(const struct imds_image *image, struct image_details *details)
{
	struct imds_exec_long exec;
	bool known = find_exec(image, &exec);

	details->has_arguments = known;
	details->truncated = false;
	details->executable_length = 0;
	details->lives = is_current(image);
	if (known) {
		details->length = exec.head.length;
		details->truncated = exec.head.truncated;
		memcpy(details->arguments, exec.args, exec.head.length);
		/* As the kernel side has it, also of who still lives: a program has one name. */
		details->executable_length = to_path(&exec.head, details->executable);
	}
	if (!details->lives)
		return;
	if (details->executable_length == 0)
		details->executable_length = without_deleted(
			details->executable,
			procfs_executable(image->pid, details->executable, sizeof(details->executable)));
	if (!known)
		details->has_arguments = procfs_arguments(image->pid, details->arguments, IMDS_ARGS_LONG,
							  &details->length, &details->truncated);
	/* What was read in between may be of another program. */
	details->lives = is_current(image);
	if (!details->lives) {
		details->executable_length = known ? to_path(&exec.head, details->executable) : 0;
		details->has_arguments = known;
	}
}

void image_seed(const struct imds_image *image)
{
	struct imds_exec_long exec = {};
	char path[4096];
	bool truncated;

	if (!procfs_is(image) ||
	    !procfs_arguments(image->pid, exec.args, IMDS_ARGS_LONG, &exec.head.length, &truncated))
		return;
	exec.head.truncated = truncated;
	from_path(&exec.head, path, without_deleted(path, procfs_executable(image->pid, path, sizeof(path))));
	if (!procfs_is(image))
		return;
	bpf_map_update_elem(exec.head.length <= IMDS_ARGS_SHORT ? maps->older_short : maps->older_long, image, &exec,
			    BPF_NOEXIST);
}
