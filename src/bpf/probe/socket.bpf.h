/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The life of a socket to an endpoint: connect, SYN, handshake, end; and those that are open already. */
#ifndef IMDS_SOCKET_BPF_H
#define IMDS_SOCKET_BPF_H

#include "identity.bpf.h"

/* Connects to an endpoint whose SYN has not been seen. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, __u8);
} connecting SEC(".maps");

/*
 * At least as many as there are of them, so that who connects elsewhere is looked up only meanwhile. One that
 * had to make room there still counts.
 */
volatile __u32 connecting_count = 0;

static __always_inline void unmap(__u32 *address, __u32 *family)
{
	if (address[0] != 0 || address[1] != 0 || address[2] != MAPPED_PREFIX)
		return;
	address[0] = address[3];
	address[2] = 0;
	address[3] = 0;
	*family = IMDS_IPV4;
}

static __always_inline bool may_be_endpoint(struct bpf_sock_addr *ctx)
{
	return has_endpoint_port(bpf_htonl(bpf_ntohs(FIELD(ctx->user_port)))) && FIELD(ctx->type) == SOCK_STREAM;
}

/* In the connecting task, before the socket has a port, and before others rewrite the address. */
static __always_inline void handle_connect(struct bpf_sock_addr *ctx, struct imds_tuple *to)
{
	struct imds_process_event *event;
	struct task_struct *task;
	__u8 one = 1;
	struct sock *sk;
	__u64 cookie;

	to->remote_port = bpf_ntohs(FIELD(ctx->user_port));
	if (!is_endpoint(to->family, to->remote, to->remote_port))
		return;
	sk = kernel_sock(ctx->sk);
	if (!sk)
		return;
	event = reserve_event(IMDS_EVENT_CONNECT, client_of(BPF_CORE_READ(sk, sk_uid.val), sk), sizeof(*event));
	if (!event)
		return;
	task = (struct task_struct *)bpf_get_current_task();
	cookie = bpf_get_socket_cookie(ctx);
	if (bpf_map_update_elem(&connecting, &cookie, &one, BPF_NOEXIST) == 0)
		__sync_fetch_and_add(&connecting_count, 1);
	event->head.cookie = cookie;
	event->head.netns = netns_of(sk);
	event->head.tuple = *to;
	event->deferred = BPF_CORE_READ_BITFIELD_PROBED((struct tcp_sock *)sk, fastopen_connect);
	event->pad = 0;
	read_process(task, &event->process);
	bpf_ringbuf_submit(event, 0);
}

static APART int handle_connect4(struct bpf_sock_addr *ctx)
{
	struct imds_tuple to = { .family = IMDS_IPV4, .remote = { FIELD(ctx->user_ip4) } };

	handle_connect(ctx, &to);
	return 0;
}

static APART int handle_connect6(struct bpf_sock_addr *ctx)
{
	struct imds_tuple to = { .family = IMDS_IPV6,
				 .remote = { FIELD(ctx->user_ip6[0]), FIELD(ctx->user_ip6[1]), FIELD(ctx->user_ip6[2]),
					     FIELD(ctx->user_ip6[3]) } };

	unmap(to.remote, &to.family);
	handle_connect(ctx, &to);
	return 0;
}

static __always_inline bool read_peer(struct bpf_sock_ops *ops, struct imds_tuple *tuple)
{
	tuple->remote_port = bpf_ntohl(FIELD(ops->remote_port));
	tuple->family = IMDS_IPV6;
	if (FIELD(ops->family) == AF_INET6) {
		tuple->remote[0] = FIELD(ops->remote_ip6[0]);
		tuple->remote[1] = FIELD(ops->remote_ip6[1]);
		tuple->remote[2] = FIELD(ops->remote_ip6[2]);
		tuple->remote[3] = FIELD(ops->remote_ip6[3]);
		unmap(tuple->remote, &tuple->family);
	} else {
		tuple->family = IMDS_IPV4;
		tuple->remote[0] = FIELD(ops->remote_ip4);
	}
	if (!is_endpoint(tuple->family, tuple->remote, tuple->remote_port))
		return false;
	tuple->local_port = FIELD(ops->local_port);
	if (tuple->family == IMDS_IPV4) {
		tuple->local[0] = FIELD(ops->local_ip4);
	} else {
		tuple->local[0] = FIELD(ops->local_ip6[0]);
		tuple->local[1] = FIELD(ops->local_ip6[1]);
		tuple->local[2] = FIELD(ops->local_ip6[2]);
		tuple->local[3] = FIELD(ops->local_ip6[3]);
	}
	return true;
}

static __always_inline bool may_be_redirected(__u32 op)
{
	return op == BPF_SOCK_OPS_TCP_CONNECT_CB && connecting_count != 0;
}

/* A connect to an endpoint whose SYN goes elsewhere. */
static __always_inline bool is_redirected(struct bpf_sock_ops *ops, __u32 op)
{
	__u64 cookie;

	if (!may_be_redirected(op))
		return false;
	cookie = bpf_get_socket_cookie(ops);
	return bpf_map_lookup_elem(&connecting, &cookie);
}

/* Of one that has an endpoint's port, or that goes elsewhere. */
static APART int handle_socket(struct bpf_sock_ops *ops, __u32 op)
{
	__u32 type;
	struct imds_tuple tuple = {};
	struct imds_socket_event *event;
	struct tcp_sock *tp;
	struct sock *sk;
	__u64 cookie;

	if (op == BPF_SOCK_OPS_STATE_CB && FIELD(ops->args[1]) != BPF_TCP_CLOSE)
		return 0;
	if (read_peer(ops, &tuple)) {
		type = op == BPF_SOCK_OPS_TCP_CONNECT_CB ? IMDS_EVENT_SYN :
		       op == BPF_SOCK_OPS_STATE_CB	 ? IMDS_EVENT_CLOSED :
							   IMDS_EVENT_ESTABLISHED;
	} else {
		if (!is_redirected(ops, op))
			return 0;
		type = IMDS_EVENT_REDIRECTED;
	}
	cookie = bpf_get_socket_cookie(ops);
	if (op == BPF_SOCK_OPS_TCP_CONNECT_CB && bpf_map_delete_elem(&connecting, &cookie) == 0)
		__sync_fetch_and_add(&connecting_count, -1);
	/* The flags are replaced by what is set: others' are kept. */
	if (type == IMDS_EVENT_SYN)
		bpf_sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
	sk = kernel_sock(ops->sk);
	if (!sk)
		return 0;
	tp = (struct tcp_sock *)sk;
	event = reserve_event(type, client_of(BPF_CORE_READ(sk, sk_uid.val), sk), sizeof(*event));
	if (!event)
		return 0;
	event->head.cookie = cookie;
	event->head.netns = netns_of(sk);
	event->head.tuple = tuple;
	event->pad = 0;
	/* Before the SYN is sent, write_seq is its number; snd_una is not, with TCP Fast Open. */
	event->isn = op == BPF_SOCK_OPS_TCP_CONNECT_CB ? BPF_CORE_READ(tp, write_seq) : FIELD(ops->rcv_nxt) - 1;
	event->error = op == BPF_SOCK_OPS_STATE_CB ? BPF_CORE_READ(sk, sk_err) : 0;
	event->failed = op == BPF_SOCK_OPS_STATE_CB && FIELD(ops->args[0]) == BPF_TCP_SYN_SENT;
	event->sent = BPF_CORE_READ(tp, bytes_sent) - BPF_CORE_READ(tp, bytes_retrans);
	/* bytes_received follows the sequence numbers, of which the peer's FIN takes one. */
	event->received = BPF_CORE_READ(tp, bytes_received) - (BPF_CORE_READ(sk, __sk_common.skc_flags) >> SOCK_DONE & 1);
	bpf_ringbuf_submit(event, 0);
	return 0;
}

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct imds_process_event);
} listing SEC(".maps");

static __always_inline bool read_open(struct sock *sk, struct imds_tuple *tuple)
{
	__u32 state = BPF_CORE_READ(sk, __sk_common.skc_state);

	if (BPF_CORE_READ(sk, sk_type) != SOCK_STREAM || BPF_CORE_READ(sk, sk_protocol) != IPPROTO_TCP)
		return false;
	if (state == BPF_TCP_CLOSE || state == BPF_TCP_LISTEN)
		return false;
	tuple->remote_port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
	tuple->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
	tuple->family = IMDS_IPV4;
	if (BPF_CORE_READ(sk, __sk_common.skc_family) == AF_INET6) {
		tuple->family = IMDS_IPV6;
		BPF_CORE_READ_INTO(&tuple->remote, sk, __sk_common.skc_v6_daddr.in6_u.u6_addr32);
		BPF_CORE_READ_INTO(&tuple->local, sk, __sk_common.skc_v6_rcv_saddr.in6_u.u6_addr32);
		unmap(tuple->remote, &tuple->family);
		if (tuple->family == IMDS_IPV4)
			tuple->local[1] = tuple->local[2] = tuple->local[3] = 0;
	}
	if (tuple->family == IMDS_IPV4) {
		tuple->remote[0] = BPF_CORE_READ(sk, __sk_common.skc_daddr);
		tuple->local[0] = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
	}
	return is_endpoint(tuple->family, tuple->remote, tuple->remote_port);
}

static __always_inline void list_socket(struct bpf_iter__task_file *ctx)
{
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct imds_process_event *event;
	struct imds_tuple tuple = {};
	struct socket *socket;
	__u32 zero = 0;
	__u64 cookie = 0;
	struct sock *sk;

	if (!task || !file)
		return;
	if ((BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
		return;
	/* A socket of the system of sockets, also where the kernel has no helper to say so. */
	socket = BPF_CORE_READ(file, private_data);
	sk = BPF_CORE_READ(socket, sk);
	if (!sk || !read_open(sk, &tuple))
		return;
	/*
	 * The cookie may have to be made, which only the kernel can: for a tracing program since 5.12 (the
	 * guard is a helper of 5.13). Without it, the addresses have to do.
	 */
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_for_each_map_elem)) {
		socket = (struct socket *)bpf_sock_from_file(file);
		if (!socket)
			return;
		if (socket->sk)
			cookie = bpf_get_socket_cookie(socket->sk);
	}
	event = bpf_map_lookup_elem(&listing, &zero);
	if (!event)
		return;
	event->head.type = IMDS_EVENT_INHERITED;
	event->head.time = bpf_ktime_get_boot_ns();
	event->head.cookie = cookie;
	event->head.netns = netns_of(sk);
	event->head.tuple = tuple;
	read_process(task, &event->process);
	bpf_seq_write(ctx->meta->seq, event, sizeof(*event));
}

static __always_inline void list_process(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct imds_identity identity;

	if (!task || BPF_CORE_READ(task, group_leader) != task || !BPF_CORE_READ(task, mm))
		return;
	read_identity(task, &identity);
	bpf_seq_write(ctx->meta->seq, &identity, sizeof(identity));
}

#endif
