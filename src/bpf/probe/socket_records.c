// SPDX-License-Identifier: Apache-2.0
#include "socket_records.h"

#include "address.h"
#include "clock.h"
#include "journal.h"
#include "processes.h"

static struct json *begin(const char *type, __u64 time, __u64 cookie)
{
	struct json *json = journal_begin(type);

	json_key(json, "time");
	json_decimal(json, to_epoch(time));
	json_key(json, "cookie");
	json_decimal(json, cookie);
	return json;
}

static void put(struct json *json, const char *key, __u64 number)
{
	json_key(json, key);
	json_number(json, number);
}

static void put_known(struct json *json, const struct socket *socket)
{
	const struct imds_tuple *tuple = &socket->tuple;

	if (tuple->local_port != 0)
		json_address(json, "local", tuple, tuple->local, tuple->local_port);
	json_address(json, "remote", tuple, tuple->remote, tuple->remote_port);
	if (socket->has_isn)
		put(json, "isn", socket->isn);
	if (socket->has_process) {
		json_process(json, &socket->process);
		put(json, "tid", socket->tid);
	}
	if (socket->netns != 0)
		put(json, "netns", socket->netns);
}

static void put_addresses(struct json *json, const struct imds_tuple *tuple)
{
	json_address(json, "local", tuple, tuple->local, tuple->local_port);
	json_address(json, "remote", tuple, tuple->remote, tuple->remote_port);
}

static void put_end(struct json *json, __u64 sent, __u64 received, bool failed)
{
	json_key(json, "sent");
	json_decimal(json, sent);
	json_key(json, "received");
	json_decimal(json, received);
	if (!failed)
		return;
	json_key(json, "failed");
	json_true(json);
}

void write_socket_opened(const struct socket *socket)
{
	put_known(begin("socket_opened", socket->time, socket->cookie), socket);
	journal_end();
}

void write_socket_inherited(const struct socket *socket, __u64 time)
{
	put_known(begin("socket_inherited", time, socket->cookie), socket);
	journal_end();
}

void write_socket_established(const struct socket *socket, const struct imds_socket_event *event)
{
	struct json *json = begin("socket_established", event->head.time, event->head.cookie);

	put_known(json, socket);
	put(json, "server_isn", event->isn);
	journal_end();
}

void write_socket_closed(const struct imds_socket_event *event)
{
	struct json *json = begin("socket_closed", event->head.time, event->head.cookie);

	put_addresses(json, &event->head.tuple);
	/* Without a connection nothing arrived, also not what Fast Open sent with the SYN. */
	put_end(json, event->failed ? 0 : event->sent, event->failed ? 0 : event->received, event->failed);
	if (event->error != 0 && event->error < 4096)
		put(json, "errno", event->error);
	journal_end();
}

void write_socket_failed(const struct socket *socket, __u64 time)
{
	put_end(begin("socket_closed", time, socket->cookie), 0, 0, true);
	journal_end();
}

void write_stream(const struct socket *socket, const struct imds_packet *packet)
{
	struct json *json = begin("stream", packet->time, packet->cookie);

	put_addresses(json, &packet->tuple);
	if (socket->has_isn)
		put(json, "isn", socket->isn);
	if (packet->netns != 0)
		put(json, "netns", packet->netns);
	journal_end();
}
