/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Who a task is: read from the task itself, while it is in its system call. */
#ifndef IMDS_IDENTITY_BPF_H
#define IMDS_IDENTITY_BPF_H

#include "shared.bpf.h"

/* Kernels before 5.5 have another name for it. */
struct task_struct___old {
	__u64 real_start_time;
} __attribute__((preserve_access_index));

/* Kernels before 5.7 count in 32 bits. */
struct task_struct___exec32 {
	__u32 self_exec_id;
} __attribute__((preserve_access_index));

static __always_inline __u64 start_of(struct task_struct *task)
{
	if (bpf_core_field_exists(task->start_boottime))
		return BPF_CORE_READ(task, start_boottime);
	return BPF_CORE_READ((struct task_struct___old *)task, real_start_time);
}

static __always_inline __u32 exec_of(struct task_struct *task)
{
	if (bpf_core_field_size(task->self_exec_id) == 8)
		return BPF_CORE_READ(task, self_exec_id);
	return BPF_CORE_READ((struct task_struct___exec32 *)task, self_exec_id);
}

static __always_inline void read_identity(struct task_struct *leader, struct imds_identity *identity)
{
	identity->image.start = start_of(leader);
	identity->image.pid = BPF_CORE_READ(leader, tgid);
	identity->image.exec = exec_of(leader);
	bpf_core_read(identity->comm, sizeof(identity->comm), &leader->comm);
}

/* The pid that the process has in its own pid namespace. */
static __always_inline __u32 namespace_pid(struct task_struct *leader)
{
	struct pid *pid = BPF_CORE_READ(leader, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);
	const void *upid = (const void *)pid + bpf_core_field_offset(pid->numbers) +
			   (__u64)level * bpf_core_type_size(struct upid);

	return BPF_CORE_READ((const struct upid *)upid, nr);
}

/* A path is one of another root than the namespace's; of different namespaces nobody can tell by that. */
static __always_inline __u32 is_chroot(struct task_struct *task, struct task_struct *first, __u32 mntns)
{
	if (BPF_CORE_READ(first, nsproxy, mnt_ns, ns.inum) != mntns)
		return 0;
	return BPF_CORE_READ(task, fs, root.dentry) != BPF_CORE_READ(first, fs, root.dentry) ||
	       BPF_CORE_READ(task, fs, root.mnt) != BPF_CORE_READ(first, fs, root.mnt);
}

/* The group leader is the process, also where another thread connects, and where the leader has ended. */
static __always_inline void read_process(struct task_struct *task, struct imds_process *process)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	__u32 n = 0;

	process->cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp, kn, id);
	process->tid = BPF_CORE_READ(task, pid);
	process->user = BPF_CORE_READ(task, cred, euid.val);
	process->group = BPF_CORE_READ(task, cred, egid.val);
	process->login = bpf_core_field_exists(task->loginuid) ? BPF_CORE_READ(task, loginuid.val) : ~0u;
	process->netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum);
	process->mntns = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum);
	process->namespace_pid = namespace_pid(leader);
	process->kernel_thread = (BPF_CORE_READ(task, flags) & PF_KTHREAD) != 0;
	read_identity(leader, &process->self);

	for (__u32 i = 0; i < IMDS_MAX_ANCESTORS; i++) {
		struct task_struct *parent = BPF_CORE_READ(leader, real_parent, group_leader);

		if (!parent || parent == leader || BPF_CORE_READ(parent, tgid) == 0)
			break;
		read_identity(parent, &process->ancestors[i]);
		leader = parent;
		n = i + 1;
	}
	process->ancestor_count = n;
	process->chroot = is_chroot(task, leader, process->mntns);
}

#endif
