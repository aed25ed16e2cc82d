/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The arguments of every program that is started, so that a process keeps them when it has ended. */
#ifndef IMDS_EXEC_BPF_H
#define IMDS_EXEC_BPF_H

#include "identity.bpf.h"

/* Two sizes: nearly all argument lists are short, and memory is taken for the largest of each. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct imds_image);
	__type(value, struct imds_exec_short);
} execs_short SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 2048);
	__type(key, struct imds_image);
	__type(value, struct imds_exec_long);
} execs_long SEC(".maps");

/* A process that was forked runs its parent's image until it calls execve. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct imds_process_key);
	__type(value, struct imds_image);
} forks SEC(".maps");

/*
 * Where a walk up a path has come to. In memory, because the verifiers before 6.2 would follow every way
 * through the steps of what is in registers; what is in memory is as unknown after one way as another.
 */
struct walk {
	struct dentry *dentry;
	struct vfsmount *mnt;
	__u32 length;
};

struct scratch {
	struct imds_exec_long exec;
	struct walk walk;
};

/* A tracing program does not run twice at a time on one CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps");

/* Steps up a path: its names, and mounts on the way. */
#define MAX_STEPS 32

/* One step; true at the root, or where the path does not fit. */
static __always_inline bool step(struct task_struct *task, volatile struct walk *walk, char *to)
{
	struct vfsmount *mnt = walk->mnt;
	struct dentry *dentry = walk->dentry;
	const unsigned long offset = bpf_core_field_offset(struct mount, mnt);
	__u32 length = walk->length;
	long n;

	if (dentry == BPF_CORE_READ(task, fs, root.dentry) && mnt == BPF_CORE_READ(task, fs, root.mnt))
		return true;
	if (dentry == BPF_CORE_READ(mnt, mnt_root)) {
		struct mount *mount = (void *)mnt - offset;
		struct mount *parent = BPF_CORE_READ(mount, mnt_parent);

		if (parent == mount)
			return true;
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mnt = (void *)parent + offset;
		return false;
	}
	n = length >= IMDS_PATH_START ? 0 :
					bpf_probe_read_kernel_str(to + (length & (IMDS_PATH_START - 1)), IMDS_PATH_NAME,
								  BPF_CORE_READ(dentry, d_name.name));
	/* One that fills its place may have been cut. */
	if (n <= 0 || n >= IMDS_PATH_NAME) {
		walk->length = 0;
		return true;
	}
	walk->length = length + n;
	walk->dentry = BPF_CORE_READ(dentry, d_parent);
	return false;
}

/*
 * Path of an executable as its process sees it (bpf_d_path is not for tracepoints), the last name first.
 * Its length, or 0 where it does not fit.
 */
static __always_inline __u32 read_path(struct task_struct *task, struct walk *walk, char *to)
{
	walk->mnt = BPF_CORE_READ(task, mm, exe_file, f_path.mnt);
	walk->dentry = BPF_CORE_READ(task, mm, exe_file, f_path.dentry);
	walk->length = 0;
	for (int i = 0; i < MAX_STEPS; i++)
		if (step(task, walk, to))
			return ((volatile struct walk *)walk)->length;
	return 0;
}

static __always_inline void handle_exec(struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	unsigned long start = BPF_CORE_READ(task, mm, arg_start);
	unsigned long length = BPF_CORE_READ(task, mm, arg_end) - start;
	struct imds_image image = {};
	struct imds_exec_long *exec;
	struct scratch *scratch;
	__u32 zero = 0, n;

	scratch = bpf_map_lookup_elem(&scratches, &zero);
	if (!scratch)
		return;
	exec = &scratch->exec;
	image.start = start_of(leader);
	image.pid = BPF_CORE_READ(leader, tgid);
	image.exec = exec_of(leader);
	exec->head.truncated = length > IMDS_ARGS_LONG;
	exec->head.length = length < IMDS_ARGS_LONG ? length : IMDS_ARGS_LONG;
	exec->head.path_length = read_path(task, &scratch->walk, exec->head.path);

	n = exec->head.length;
	if (n > 0 && bpf_probe_read_user(exec->args, bounded(n, IMDS_ARGS_LONG), (void *)start)) {
		exec->head.length = 0;
		count(IMDS_LOST_ARGS_UNREADABLE);
		return;
	}
	if (n <= IMDS_ARGS_SHORT)
		bpf_map_update_elem(&execs_short, &image, exec, BPF_ANY);
	else
		bpf_map_update_elem(&execs_long, &image, exec, BPF_ANY);
}

static __always_inline void handle_fork(struct task_struct *parent, struct task_struct *child)
{
	struct imds_process_key key = {};
	struct task_struct *leader;
	struct imds_image image = {};

	key.pid = BPF_CORE_READ(child, tgid);
	if ((__u32)BPF_CORE_READ(child, pid) != key.pid)
		return;
	leader = BPF_CORE_READ(parent, group_leader);
	key.start = start_of(child);
	image.start = start_of(leader);
	image.pid = BPF_CORE_READ(leader, tgid);
	image.exec = exec_of(leader);
	bpf_map_update_elem(&forks, &key, &image, BPF_ANY);
}

#endif
