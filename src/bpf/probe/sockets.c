// SPDX-License-Identifier: Apache-2.0
#include "sockets.h"

#include <stdbool.h>
#include <string.h>

#include "attach.h"
#include "clock.h"
#include "processes.h"
#include "socket_records.h"
#include "table.h"

#define MAX_SOCKETS 32768
#define MAX_UNKNOWN 1024
/* A SYN follows its connect within microseconds; where none came, there was no route or no port. */
#define NO_SYN_NS 1000000000ull
/* At the end, when it cannot come any more, for those that have had that much time for it. */
#define NO_SYN_AT_END_NS 100000000ull

/* A socket whose cookie the kernel could not tell, found by its addresses. */
struct place {
	struct imds_tuple tuple;
	__u32 netns;
};

__u64 sockets_redirected;

static struct table *sockets;
static struct table *unknown;
static __u32 pending_count;
/* Connects until then would have sent their SYN by now. */
static __u64 due_until;

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

static void write_opened(struct socket *socket)
{
	write_socket_opened(socket);
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

/* Of a connect that waits for its SYN with the next write, none has come is no failure. */
static void write_without_syn(struct socket *socket, __u64 time)
{
	write_opened(socket);
	if (!socket->deferred)
		write_socket_failed(socket, time);
}

static void handle_connect(const struct imds_process_event *event)
{
	struct socket *socket;

	if (!event->process.kernel_thread)
		process_write(&event->process, to_epoch(event->head.time));
	socket = table_put(sockets, &event->head.cookie);
	/* Again on a socket whose connect before has failed, each of which is told. */
	if (socket->pending)
		write_without_syn(socket, event->head.time);
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

/* Of a connection that goes elsewhere, that it was asked for is all that is known. */
static void handle_redirected(const struct imds_socket_event *event)
{
	struct socket *socket = table_find(sockets, &event->head.cookie);

	sockets_redirected++;
	if (socket && socket->pending)
		write_opened(socket);
}

static void handle_established(const struct imds_socket_event *event)
{
	struct socket *socket = table_find(sockets, &event->head.cookie);
	struct socket stranger = {};

	if (!socket) {
		learn(&stranger, &event->head);
		socket = &stranger;
	}
	write_socket_established(socket, event);
}

static void handle_closed(const struct imds_socket_event *event)
{
	struct socket *socket = table_find(sockets, &event->head.cookie);

	if (socket && socket->pending)
		write_opened(socket);
	write_socket_closed(event);
}

static void write_inherited(struct socket *socket, __u64 time)
{
	write_socket_inherited(socket, time);
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
	case IMDS_EVENT_REDIRECTED:
		handle_redirected(data);
		break;
	case IMDS_EVENT_INHERITED:
		handle_inherited(data);
	}
}

void socket_stream(const struct imds_packet *packet)
{
	struct socket *socket = table_find(sockets, &packet->cookie), *found;
	struct place place;

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
	write_stream(socket, packet);
	socket->streamed = true;
}

static int write_late(const void *key, void *value)
{
	struct socket *socket = value;

	(void)key;
	if (!socket->pending || socket->time > due_until)
		return pending_count > 0;
	write_without_syn(socket, since_boot());
	if (!socket->deferred)
		forget_connect(socket->cookie);
	return pending_count > 0;
}

static void write_all_late(__u64 read_until, __u64 patience)
{
	due_until = read_until > patience ? read_until - patience : 0;
	if (pending_count > 0)
		table_each(sockets, write_late);
}

void sockets_tick(__u64 read_until)
{
	/* Where the probe was kept waiting, a SYN may be among what is not read yet. */
	write_all_late(read_until, NO_SYN_NS);
}

void sockets_end(__u64 detached)
{
	write_all_late(detached, NO_SYN_AT_END_NS);
}
