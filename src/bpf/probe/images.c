// SPDX-License-Identifier: Apache-2.0
#include "images.h"

#include <bpf/bpf.h>
#include <string.h>

#include "procfs.h"

/* A chain of forks without an execve between them is not longer in practice. */
#define MAX_FORKS 16

static int shorts, longs, forks;

void images_open(int short_map, int long_map, int fork_map)
{
	shorts = short_map;
	longs = long_map;
	forks = fork_map;
}

static bool look_up(const struct imds_image *image, struct imds_exec_long *exec)
{
	return bpf_map_lookup_elem(shorts, image, exec) == 0 || bpf_map_lookup_elem(longs, image, exec) == 0;
}

/* The image itself, or the one that it was forked from and still runs. */
static bool find_exec(const struct imds_image *image, struct imds_exec_long *exec)
{
	struct imds_image at = *image;

	for (int i = 0; i < MAX_FORKS; i++) {
		struct imds_process_key key = { .start = at.start, .pid = at.pid };

		if (look_up(&at, exec))
			return true;
		if (bpf_map_lookup_elem(forks, &key, &at) != 0 || at.exec != image->exec)
			return false;
	}
	return false;
}

/* Whether /proc shows this image: the process lives, and has not gone on to another program. */
static bool is_current(const struct imds_image *image)
{
	struct imds_image next = { image->start, image->pid, image->exec + 1 };
	struct imds_exec_long ignored;

	return procfs_is(image) && !look_up(&next, &ignored);
}

void image_find(const struct imds_image *image, struct image_details *details)
{
	struct imds_exec_long exec;
	bool known = find_exec(image, &exec);

	details->has_arguments = false;
	details->truncated = false;
	details->executable_length = 0;
	details->lives = is_current(image);
	if (details->lives)
		details->executable_length =
			procfs_executable(image->pid, details->executable, sizeof(details->executable));
	if (known) {
		details->has_arguments = true;
		details->length = exec.head.length;
		details->truncated = exec.head.truncated;
		memcpy(details->arguments, exec.args, exec.head.length);
		/* The interpreter of a script, else the program itself, as it was named. */
		if (details->executable_length == 0 && exec.head.interpreter[0] == '/') {
			details->executable_length = strnlen(exec.head.interpreter, IMDS_INTERPRETER);
			memcpy(details->executable, exec.head.interpreter, details->executable_length);
		}
	} else if (details->lives) {
		details->has_arguments = procfs_arguments(image->pid, details->arguments, IMDS_ARGS_LONG,
							  &details->length, &details->truncated);
	}
	/* What was read in between may be of another program. */
	if (details->lives && !is_current(image)) {
		details->lives = false;
		details->executable_length = known ? details->executable_length : 0;
		details->has_arguments = known;
	}
}

void image_seed(const struct imds_image *image)
{
	struct imds_exec_long exec = {};
	bool truncated;

	if (!procfs_is(image) ||
	    !procfs_arguments(image->pid, exec.args, IMDS_ARGS_LONG, &exec.head.length, &truncated))
		return;
	exec.head.truncated = truncated;
	procfs_executable(image->pid, exec.head.interpreter, IMDS_INTERPRETER);
	if (!procfs_is(image))
		return;
	/* What the kernel side has seen itself is better. */
	bpf_map_update_elem(exec.head.length <= IMDS_ARGS_SHORT ? shorts : longs, image, &exec, BPF_NOEXIST);
}
