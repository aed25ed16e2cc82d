// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * The kernel side of imds-probe. On the root of cgroup v2 it sees every process and container:
 * who connects (in the connecting task), how the socket fares, and its packets, whole, with its cookie.
 */
#include "probe/exec.bpf.h"
#include "probe/identity.bpf.h"
#include "probe/packet.bpf.h"
#include "probe/socket.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("cgroup/connect4")
int imds_connect4(struct bpf_sock_addr *ctx)
{
	if (may_be_endpoint(ctx))
		handle_connect4(ctx);
	return 1;
}

SEC("cgroup/connect6")
int imds_connect6(struct bpf_sock_addr *ctx)
{
	if (may_be_endpoint(ctx))
		handle_connect6(ctx);
	return 1;
}

SEC("sockops")
int imds_sockops(struct bpf_sock_ops *ops)
{
	__u32 op = FIELD(ops->op);

	/* A connection leads to nine runs, at its two ends together, of which five are for something else. */
	switch (op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
	case BPF_SOCK_OPS_STATE_CB:
		if (has_endpoint_port(FIELD(ops->remote_port)) || may_be_redirected(op))
			handle_socket(ops, op);
	}
	return 1;
}

SEC("cgroup_skb/egress")
int imds_egress(struct __sk_buff *skb)
{
	if (has_endpoint_port(FIELD(skb->remote_port)))
		handle_packet(skb, IMDS_OUT);
	return 1;
}

SEC("cgroup_skb/ingress")
int imds_ingress(struct __sk_buff *skb)
{
	if (has_endpoint_port(FIELD(skb->remote_port)))
		handle_packet(skb, IMDS_IN);
	return 1;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(imds_exec, struct task_struct *task)
{
	handle_exec(task);
	return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(imds_fork, struct task_struct *parent, struct task_struct *child)
{
	handle_fork(parent, child);
	return 0;
}

SEC("iter/task")
int imds_tasks(struct bpf_iter__task *ctx)
{
	list_process(ctx);
	return 0;
}

SEC("iter/task_file")
int imds_files(struct bpf_iter__task_file *ctx)
{
	list_socket(ctx);
	return 0;
}
