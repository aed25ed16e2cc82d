/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The arguments of every program that is started, so that a process keeps them when it has ended. */
#ifndef IMDS_EXEC_BPF_H
#define IMDS_EXEC_BPF_H

#include "identity.bpf.h"

/*
 * Two sizes: nearly all argument lists are short, and memory is taken for the largest of each. A hash that drops
 * the oldest would do, too, but costs twice as much as all else here: it copies whole values to where nothing
 * is in a cache.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, IMDS_SHORT_SETS);
	__type(key, __u32);
	__type(value, struct imds_exec_set);
} short_sets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, IMDS_SHORT_SETS * IMDS_WAYS);
	__type(key, __u32);
	__type(value, struct imds_exec_short);
} execs_short SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, IMDS_LONG_SETS);
	__type(key, __u32);
	__type(value, struct imds_exec_set);
} long_sets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, IMDS_LONG_SETS * IMDS_WAYS);
	__type(key, __u32);
	__type(value, struct imds_exec_long);
} execs_long SEC(".maps");

/* Of processes that are older than the session: the probe's own, which takes memory only for what it has. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 16384);
	__type(key, struct imds_image);
	__type(value, struct imds_exec_short);
} older_short SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 2048);
	__type(key, struct imds_image);
	__type(value, struct imds_exec_long);
} older_long SEC(".maps");

/*
 * Each in the place that its pid gives it: pids are handed out in turn, so that the place is taken again after
 * as many forks, as it would be in a hash that drops the oldest, which costs ten times as much.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, IMDS_FORKS);
	__type(key, __u32);
	__type(value, struct imds_fork);
} forks SEC(".maps");

/*
 * Where a walk up a path has come to. In memory, because the verifiers before 6.2 would follow every way
 * through the steps of what is in registers; what is in memory is as unknown after one way as another.
 */
struct walk {
	struct dentry *dentry;
	struct vfsmount *mnt;
	/* Of the mount that it is in. */
	struct dentry *top;
	__u32 length;
};

/* A tracing program does not run twice at a time on one CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct walk);
} walks SEC(".maps");

/* Steps up a path: its names, and mounts on the way. */
#define MAX_STEPS 32

/* One step; true at the root, or where the path does not fit. */
static __always_inline bool step(const struct dentry *root, const struct vfsmount *root_mnt, volatile struct walk *walk,
				 char *to)
{
	struct dentry *dentry = walk->dentry;
	__u32 length = walk->length;
	long n;

	if (dentry == root && walk->mnt == root_mnt)
		return true;
	if (dentry == walk->top) {
		const unsigned long offset = bpf_core_field_offset(((struct mount *)NULL)->mnt);
		struct mount *mount = (void *)walk->mnt - offset;
		struct mount *parent = BPF_CORE_READ(mount, mnt_parent);

		if (parent == mount)
			return true;
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->mnt = (void *)parent + offset;
		walk->top = BPF_CORE_READ(parent, mnt.mnt_root);
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
static __always_inline __u32 read_path(struct task_struct *task, char *to)
{
	struct fs_struct *fs = task->fs;
	struct mm_struct *mm = task->mm;
	const struct vfsmount *root_mnt;
	const struct dentry *root;
	struct file *file;
	struct walk *walk;
	__u32 zero = 0;

	walk = bpf_map_lookup_elem(&walks, &zero);
	if (!walk || !mm || !fs)
		return 0;
	file = mm->exe_file;
	if (!file)
		return 0;
	root = fs->root.dentry;
	root_mnt = fs->root.mnt;
	walk->mnt = file->f_path.mnt;
	walk->dentry = file->f_path.dentry;
	walk->top = walk->mnt->mnt_root;
	walk->length = 0;
	for (int i = 0; i < MAX_STEPS; i++)
		if (step(root, root_mnt, walk, to))
			return ((volatile struct walk *)walk)->length;
	return 0;
}

/* Of a task that the verifier knows, whose fields are read without a helper. */
static __always_inline void read_image(struct task_struct *leader, struct imds_image *image)
{
	image->start = leader->start_boottime;
	image->pid = leader->tgid;
	image->exec = leader->self_exec_id;
}

/* Of the places that the image may take, the one whose process is older; by no branch, which the verifier follows. */
static __always_inline struct imds_image *choose_way(void *sets, __u32 set, __u32 *way)
{
	struct imds_exec_set *of = bpf_map_lookup_elem(sets, &set);

	if (!of)
		return NULL;
	*way = (of->ways[1].start - of->ways[0].start) >> 63;
	return &of->ways[*way];
}

/*
 * Written at its place, which is nobody's meanwhile. Where another CPU has come to the same place, which the
 * numbers make next to impossible, what is there is of two programs, and neither gets it.
 */
static __always_inline void keep_exec(struct task_struct *task, unsigned long start, unsigned long length, void *sets,
				      void *slots, const __u32 SETS, const __u32 ARGS)
{
	struct imds_image image = {};
	volatile struct imds_image *owner;
	struct imds_exec_long *exec;
	__u32 set, way, slot, n;

	read_image(task, &image);
	set = imds_set_of(&image, SETS);
	owner = choose_way(sets, set, &way);
	slot = set * IMDS_WAYS + way;
	exec = owner ? bpf_map_lookup_elem(slots, &slot) : NULL;
	if (!exec)
		return;
	owner->pid = 0;
	owner->start = image.start;
	owner->exec = image.exec;
	barrier();
	exec->head.path_length = read_path(task, exec->head.path);
	exec->head.truncated = length > ARGS;
	n = length < ARGS ? length : ARGS;
	exec->head.length = n;
	if (n > 0 && bpf_probe_read_user(exec->args, bounded(n, ARGS), (void *)start)) {
		count(IMDS_LOST_ARGS_UNREADABLE);
		return;
	}
	barrier();
	if (owner->start == image.start) {
		owner->pid = image.pid;
	} else {
		owner->pid = 0;
		owner->start = 0;
		count(IMDS_LOST_ARGS_UNREADABLE);
	}
}

/* Whichever thread has called execve, it is the leader by now. */
static __always_inline void handle_exec(struct task_struct *task)
{
	struct mm_struct *mm = task->mm;
	unsigned long start, length;

	if (!mm)
		return;
	start = mm->arg_start;
	length = mm->arg_end - start;
	if (length <= IMDS_ARGS_SHORT)
		keep_exec(task, start, length, &short_sets, &execs_short, IMDS_SHORT_SETS, IMDS_ARGS_SHORT);
	else
		keep_exec(task, start, length, &long_sets, &execs_long, IMDS_LONG_SETS, IMDS_ARGS_LONG);
}

static __always_inline void handle_fork(struct task_struct *parent, struct task_struct *child)
{
	__u32 pid = child->tgid, slot = pid & (IMDS_FORKS - 1);
	struct imds_fork *fork;

	if ((__u32)child->pid != pid)
		return;
	fork = bpf_map_lookup_elem(&forks, &slot);
	if (!fork)
		return;
	/* Who reads meanwhile is to find nothing, and not the one's number with the other's image. */
	fork->child.pid = 0;
	barrier();
	read_image(parent->group_leader, &fork->image);
	fork->child.start = child->start_boottime;
	barrier();
	fork->child.pid = pid;
}

#endif
