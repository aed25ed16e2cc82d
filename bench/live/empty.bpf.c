// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* Programs that do nothing, under the names of those of imds-probe whose place they take. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define EMPTY(section, name, result)                 \
	SEC(section) int name(void *context)         \
	{                                            \
		(void)context;                       \
		return result;                       \
	}

EMPTY("cgroup/connect4", imds_connect4, 1)
EMPTY("sockops", imds_sockops, 1)
EMPTY("cgroup_skb/egress", imds_egress, 1)
EMPTY("cgroup_skb/ingress", imds_ingress, 1)
EMPTY("tp_btf/sched_process_exec", imds_exec, 0)
EMPTY("tp_btf/sched_process_fork", imds_fork, 0)
