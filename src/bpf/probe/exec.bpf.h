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

/* A tracing program does not run twice at a time on one CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct imds_exec_long);
} scratch SEC(".maps");

static __always_inline void handle_exec(struct task_struct *task, struct linux_binprm *bprm)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	unsigned long start = BPF_CORE_READ(task, mm, arg_start);
	unsigned long length = BPF_CORE_READ(task, mm, arg_end) - start;
	struct imds_image image = {};
	struct imds_exec_long *exec;
	__u32 zero = 0, n;

	exec = bpf_map_lookup_elem(&scratch, &zero);
	if (!exec)
		return;
	image.start = start_of(leader);
	image.pid = BPF_CORE_READ(leader, tgid);
	image.exec = exec_of(leader);
	exec->head.truncated = length > IMDS_ARGS_LONG;
	exec->head.length = length < IMDS_ARGS_LONG ? length : IMDS_ARGS_LONG;
	bpf_probe_read_kernel_str(exec->head.interpreter, IMDS_INTERPRETER, BPF_CORE_READ(bprm, interp));

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
