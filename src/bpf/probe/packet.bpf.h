/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Packets of sockets whose peer is an endpoint: the whole of them. */
#ifndef IMDS_PACKET_BPF_H
#define IMDS_PACKET_BPF_H

#include "shared.bpf.h"

/* Fills in the addresses, and tells whether the packet is to be captured. */
static __always_inline bool read_tuple(struct __sk_buff *skb, struct imds_tuple *tuple)
{
	__u8 protocol = 0;

	tuple->remote_port = bpf_ntohl(FIELD(skb->remote_port));
	if (FIELD(skb->protocol) == bpf_htons(ETH_P_IP)) {
		tuple->family = IMDS_IPV4;
		tuple->remote[0] = FIELD(skb->remote_ip4);
		if (!is_endpoint(IMDS_IPV4, tuple->remote, tuple->remote_port))
			return false;
		tuple->local[0] = FIELD(skb->local_ip4);
		bpf_skb_load_bytes(skb, 9, &protocol, 1);
	} else if (FIELD(skb->protocol) == bpf_htons(ETH_P_IPV6)) {
		tuple->family = IMDS_IPV6;
		tuple->remote[0] = FIELD(skb->remote_ip6[0]);
		tuple->remote[1] = FIELD(skb->remote_ip6[1]);
		tuple->remote[2] = FIELD(skb->remote_ip6[2]);
		tuple->remote[3] = FIELD(skb->remote_ip6[3]);
		if (!is_endpoint(IMDS_IPV6, tuple->remote, tuple->remote_port))
			return false;
		tuple->local[0] = FIELD(skb->local_ip6[0]);
		tuple->local[1] = FIELD(skb->local_ip6[1]);
		tuple->local[2] = FIELD(skb->local_ip6[2]);
		tuple->local[3] = FIELD(skb->local_ip6[3]);
		bpf_skb_load_bytes(skb, 6, &protocol, 1);
		/* BIG TCP: a hop-by-hop header with the jumbo payload's length comes first. */
		if (protocol == 0)
			bpf_skb_load_bytes(skb, 40, &protocol, 1);
	}
	tuple->local_port = FIELD(skb->local_port);
	return protocol == IPPROTO_TCP;
}

/* Copies `n` bytes, of 1 to SIZE, which is a power of two. */
static __always_inline bool copy_piece(struct __sk_buff *skb, const struct imds_packet *head, __u32 offset,
				       __u32 n, const __u32 SIZE)
{
	struct imds_packet *piece = bpf_ringbuf_reserve(&packets, sizeof(*piece) + SIZE, 0);

	if (!piece) {
		give_back(&packet_shares, head->client, sizeof(*piece) + SIZE);
		count(IMDS_LOST_PACKETS_RING_FULL);
		return false;
	}
	__builtin_memcpy(piece, head, sizeof(*piece));
	piece->charge = sizeof(*piece) + SIZE;
	piece->offset = offset;
	n = bounded(n, SIZE);
	piece->captured = n;
	if (bpf_skb_load_bytes(skb, offset, piece->data, n)) {
		bpf_ringbuf_discard(piece, 0);
		give_back(&packet_shares, head->client, sizeof(*piece) + SIZE);
		count(IMDS_LOST_PACKETS_UNREADABLE);
		return false;
	}
	bpf_ringbuf_submit(piece, 0);
	return true;
}

static __always_inline __u32 charge_of(__u32 length)
{
	if (length <= IMDS_PIECE_SMALL)
		return sizeof(struct imds_packet) + IMDS_PIECE_SMALL;
	if (length <= IMDS_PIECE_MEDIUM)
		return sizeof(struct imds_packet) + IMDS_PIECE_MEDIUM;
	return (length + IMDS_PIECE_LARGE - 1) / IMDS_PIECE_LARGE *
	       (sizeof(struct imds_packet) + IMDS_PIECE_LARGE);
}

static __always_inline void copy_packet(struct __sk_buff *skb, struct imds_packet *head)
{
	__u32 length = head->length, end = length;

	if (length <= IMDS_PIECE_SMALL) {
		copy_piece(skb, head, 0, length, IMDS_PIECE_SMALL);
		return;
	}
	if (length <= IMDS_PIECE_MEDIUM) {
		copy_piece(skb, head, 0, length, IMDS_PIECE_MEDIUM);
		return;
	}
	if (end > IMDS_MAX_PIECES * IMDS_PIECE_LARGE) {
		end = IMDS_MAX_PIECES * IMDS_PIECE_LARGE;
		count(IMDS_LOST_PACKETS_CUT);
	}
	for (__u32 i = 0; i < IMDS_MAX_PIECES; i++) {
		__u32 offset = i * IMDS_PIECE_LARGE;

		if (offset >= end)
			break;
		copy_piece(skb, head, offset, end - offset < IMDS_PIECE_LARGE ? end - offset : IMDS_PIECE_LARGE,
			   IMDS_PIECE_LARGE);
	}
}

/* Of one that has an endpoint's port. */
static APART int handle_packet(struct __sk_buff *skb, __u32 direction)
{
	struct imds_packet head = {};
	struct sock *sk;
	__u32 length, charge;

	if (!read_tuple(skb, &head.tuple))
		return 0;
	length = FIELD(skb->len);
	if (length == 0)
		return 0;
	sk = kernel_sock(skb->sk);
	head.time = bpf_ktime_get_boot_ns();
	head.cookie = bpf_get_socket_cookie(skb);
	head.length = length;
	head.direction = direction;
	head.netns = netns_of(sk);
	head.client = client_of(bpf_get_socket_uid(skb), sk);
	charge = charge_of(length < IMDS_MAX_PIECES * IMDS_PIECE_LARGE ? length :
									 IMDS_MAX_PIECES * IMDS_PIECE_LARGE);
	if (!admit(&packets, PACKETS_SIZE, &packet_shares, head.client, charge)) {
		count(IMDS_LOST_PACKETS_SHED);
		return 0;
	}
	copy_packet(skb, &head);
	return 0;
}

#endif
