/* SPDX-License-Identifier: Apache-2.0 */
/* The records of one socket. */
#ifndef IMDS_SOCKET_RECORDS_H
#define IMDS_SOCKET_RECORDS_H

#include <stdbool.h>

#include "../imds.h"

struct socket {
	/* A connect that is not written yet: its record waits for the port and the ISN. */
	bool pending;
	bool deferred;
	bool opened;
	/* It was open before the session. */
	bool inherited;
	bool streamed;
	bool has_process;
	bool has_isn;
	struct imds_image process;
	struct imds_tuple tuple;
	__u64 cookie;
	__u64 time;
	__u32 tid;
	__u32 netns;
	__u32 isn;
};

void write_socket_opened(const struct socket *socket);
void write_socket_inherited(const struct socket *socket, __u64 time);
void write_socket_established(const struct socket *socket, const struct imds_socket_event *event);
void write_socket_closed(const struct imds_socket_event *event);
/* Of a connect that never sent a SYN. */
void write_socket_failed(const struct socket *socket, __u64 time);
void write_stream(const struct socket *socket, const struct imds_packet *packet);

#endif
