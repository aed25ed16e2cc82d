// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/* As a service mesh does: whoever asks for the metadata service gets 172.31.0.1:8181. */
#include <linux/bpf.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("cgroup/connect4")
int redirect(struct bpf_sock_addr *ctx)
{
	if (ctx->user_ip4 == bpf_htonl(0xa9fea9fe)) {
		ctx->user_ip4 = bpf_htonl(0xac1f0001);
		ctx->user_port = bpf_htons(8181);
	}
	return 1;
}
