// SPDX-License-Identifier: Apache-2.0
#include "sockets.h"

#include <stdbool.h>
#include <string.h>

#include "address.h"
#include "clock.h"
#include "journal.h"
#include "processes.h"
#include "table.h"

#define MAX_SOCKETS 32768
#define MAX_UNKNOWN 1024
/* A SYN follows its connect within microseconds; where none came, there was no route or no port. */
#define NO_SYN_NS 1000000000ull

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

/* A socket whose cookie the kernel could not tell, found by its addresses. */
struct place {
	struct imds_tuple tuple;
	__u32 netns;
};

static struct table *sockets;
static struct table *unknown;
static __u32 pending_count;

static void write_opened(struct socket *socket);

static void leave(void *value)
{
	struct socket *socket = value;

	if (socket->pending)
		write_opened(socket);
}

void sockets_open(void)
{
	sockets = table_new(MAX_SOCKETS, sizeof(__u64), sizeof(struct socket), leave);
	unknown = table_new(MAX_UNKNOWN, sizeof(struct place), sizeof(struct socket), NULL);
}

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

static void write_opened(struct socket *socket)
{
	put_known(begin("socket_opened", socket->time, socket->cookie), socket);
	journal_end();
	if (socket->pending)
		pending_count--;
	socket->pending = false;
	socket->opened = true;
}

static void learn(struct socket *socket, const struct imds_event *event)
{
	socket->cookie = event->cookie;
	socket->tuple = event->tuple;
	socket->netns = event->netns;
}

static void own(struct socket *socket, const struct imds_process *process)
{
	socket->has_process = true;
	socket->process = process->self.image;
	socket->tid = process->tid;
}

static void handle_connect(const struct imds_process_event *event)
{
	struct socket *socket;

	if (!event->process.kernel_thread)
		process_write(&event->process, to_epoch(event->head.time));
	socket = table_put(sockets, &event->head.cookie);
	/* Again on a socket whose first connect failed, or before a SYN was sent. */
	if (socket->pending)
		pending_count--;
	memset(socket, 0, sizeof(*socket));
	learn(socket, &event->head);
	if (!event->process.kernel_thread)
		own(socket, &event->process);
	socket->time = event->head.time;
	socket->pending = true;
	socket->deferred = event->deferred;
	pending_count++;
}

static void handle_syn(const struct imds_socket_event *event)
{
	struct socket *socket = table_put(sockets, &event->head.cookie);

	learn(socket, &event->head);
	if (!socket->pending)
		socket->time = event->head.time;
	socket->isn = event->isn;
	socket->has_isn = true;
	write_opened(socket);
}

static void handle_established(const struct imds_socket_event *event)
{
	struct socket *socket = table_find(sockets, &event->head.cookie);
	struct socket stranger = {};
	struct json *json;

	if (!socket) {
		learn(&stranger, &event->head);
		socket = &stranger;
	}
	json = begin("socket_established", event->head.time, event->head.cookie);
	put_known(json, socket);
	put(json, "server_isn", event->isn);
	journal_end();
}

static void handle_closed(const struct imds_socket_event *event)
{
	struct socket *socket = table_find(sockets, &event->head.cookie);
	struct json *json;

	if (socket && socket->pending)
		write_opened(socket);
	json = begin("socket_closed", event->head.time, event->head.cookie);
	json_address(json, "local", &event->head.tuple, event->head.tuple.local, event->head.tuple.local_port);
	json_address(json, "remote", &event->head.tuple, event->head.tuple.remote, event->head.tuple.remote_port);
	json_key(json, "sent");
	/* Without a connection nothing arrived, also not what Fast Open sent with the SYN. */
	json_decimal(json, event->failed ? 0 : event->sent);
	json_key(json, "received");
	json_decimal(json, event->failed ? 0 : event->received);
	if (event->failed) {
		json_key(json, "failed");
		json_true(json);
	}
	if (event->error != 0 && event->error < 4096)
		put(json, "errno", event->error);
	journal_end();
}

static void write_inherited(struct socket *socket, __u64 time)
{
	put_known(begin("socket_inherited", time, socket->cookie), socket);
	journal_end();
	socket->opened = true;
}

static struct place place_of(const struct imds_tuple *tuple, __u32 netns)
{
	struct place place;

	memset(&place, 0, sizeof(place));
	place.tuple = *tuple;
	place.netns = netns;
	return place;
}

/* Comes once for each process that has the socket, from a list, after the kernel's own events. */
static void handle_inherited(const struct imds_process_event *event)
{
	bool named = event->head.cookie != 0;
	struct place place = place_of(&event->head.tuple, event->head.netns);
	struct socket *socket = named ? table_find(sockets, &event->head.cookie) : table_find(unknown, &place);

	if (socket) {
		/* Shared by several processes: nobody knows who opened it, and nothing is guessed. */
		if (socket->inherited &&
		    memcmp(&socket->process, &event->process.self.image, sizeof(socket->process)) != 0)
			socket->has_process = false;
		return;
	}
	process_write(&event->process, to_epoch(event->head.time));
	socket = named ? table_put(sockets, &event->head.cookie) : table_put(unknown, &place);
	learn(socket, &event->head);
	own(socket, &event->process);
	/* Which thread it was is not known. */
	socket->tid = event->process.self.image.pid;
	socket->time = event->head.time;
	socket->inherited = true;
}

static int write_listed(const void *key, void *value)
{
	struct socket *socket = value;

	(void)key;
	if (socket->inherited && !socket->opened)
		write_inherited(socket, socket->time);
	return 1;
}

void sockets_listed(void)
{
	table_each(sockets, write_listed);
}

void socket_event(const void *data, size_t size)
{
	const struct imds_event *event = data;

	if ((event->type == IMDS_EVENT_CONNECT || event->type == IMDS_EVENT_INHERITED) ?
		    size < sizeof(struct imds_process_event) :
		    size < sizeof(struct imds_socket_event))
		return;
	switch (event->type) {
	case IMDS_EVENT_CONNECT:
		handle_connect(data);
		break;
	case IMDS_EVENT_SYN:
		handle_syn(data);
		break;
	case IMDS_EVENT_ESTABLISHED:
		handle_established(data);
		break;
	case IMDS_EVENT_CLOSED:
		handle_closed(data);
		break;
	case IMDS_EVENT_INHERITED:
		handle_inherited(data);
	}
}

void socket_stream(const struct imds_packet *packet)
{
	struct socket *socket = table_find(sockets, &packet->cookie), *found;
	struct place place;
	struct json *json;

	if (socket && socket->streamed)
		return;
	if (!socket) {
		place = place_of(&packet->tuple, packet->netns);
		found = table_find(unknown, &place);
		socket = table_put(sockets, &packet->cookie);
		if (found && !found->opened) {
			*socket = *found;
			found->opened = true;
			socket->cookie = packet->cookie;
			write_inherited(socket, packet->time);
		} else {
			socket->cookie = packet->cookie;
			socket->tuple = packet->tuple;
		}
	}
	json = begin("stream", packet->time, packet->cookie);
	json_address(json, "local", &packet->tuple, packet->tuple.local, packet->tuple.local_port);
	json_address(json, "remote", &packet->tuple, packet->tuple.remote, packet->tuple.remote_port);
	if (socket->has_isn)
		put(json, "isn", socket->isn);
	journal_end();
	socket->streamed = true;
}

static int write_late(const void *key, void *value)
{
	struct socket *socket = value;
	struct json *json;

	(void)key;
	if (!socket->pending || socket->time + NO_SYN_NS > since_boot())
		return pending_count > 0;
	write_opened(socket);
	if (!socket->deferred) {
		json = begin("socket_closed", since_boot(), socket->cookie);
		json_key(json, "sent");
		json_decimal(json, 0);
		json_key(json, "received");
		json_decimal(json, 0);
		json_key(json, "failed");
		json_true(json);
		journal_end();
	}
	return pending_count > 0;
}

void sockets_tick(void)
{
	if (pending_count > 0)
		table_each(sockets, write_late);
}
