// SPDX-License-Identifier: Apache-2.0
/*
 * poll-guard.node: keeps a packet socket (packet(7)) that reports an error from ending the process. Where the interface
 * that it is bound to goes down or is removed, libuv tells the callback of its poll handle a status that is not 0, and
 * that of cap 0.2.1 asserts that it is. Put in its place here: a callback that reads the error, hands on what still
 * waits in the socket's buffer, and goes on polling where the interface is only down: the socket sees it again when it
 * is up.
 *
 * guard() takes the packet socket that this process has begun to poll since the last call, and returns its number, or
 * -1 where there is none. stateOf(number) returns 1 where its interface is up, 0 where it is down, and -1 where it has
 * none any more. It asks the kernel: libpcap reads errors too, when it is the first to see them. dropsOf(number) returns
 * how many packets had no room in its ring since the last call, or -1 where the kernel does not say: nobody else asks.
 *
 * Linked against nothing: what it calls is found in Node (Node-API and libuv, whose binary interfaces are the same in
 * all versions since 20) and in whatever C library the process has.
 */
#include <stddef.h>
#include <stdint.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env env, napi_callback_info info);

/* All of them return 0 where they succeed. */
int napi_get_cb_info(napi_env env, napi_callback_info info, size_t *argc, napi_value *argv, napi_value *this_arg,
		     void **data);
int napi_get_value_uint32(napi_env env, napi_value value, uint32_t *result);
int napi_create_int32(napi_env env, int value, napi_value *result);
int napi_create_function(napi_env env, const char *name, size_t length, napi_callback call, void *data,
			 napi_value *result);
int napi_set_named_property(napi_env env, napi_value object, const char *name, napi_value value);

struct poll_handle;
typedef void (*poll_callback)(struct poll_handle *handle, int status, int events);

/* uv_poll_t of libuv 1 on 64 bits (uv.h, uv/unix.h), as far as its callback. */
struct poll_handle {
	void *data, *loop;
	int type;
	void *close_callback, *queue[2], *reserved[4], *next_closing;
	unsigned int flags;
	poll_callback callback;
};
#define POLL_SIZE 160
/* UV_POLL of uv_handle_type, UV_READABLE of uv_poll_event. */
#define TYPE_POLL 8
#define READABLE 1

size_t uv_handle_size(int type);
int uv_is_active(const struct poll_handle *handle);
int uv_fileno(const struct poll_handle *handle, int *fd);
int uv_poll_start(struct poll_handle *handle, int events, poll_callback callback);
void uv_walk(void *loop, void (*visit)(struct poll_handle *handle, void *argument), void *argument);
int napi_get_uv_event_loop(napi_env env, void **loop);

#define MAX_GUARDED 256

static struct guarded {
	struct poll_handle *handle;
	poll_callback callback;
	/* Nothing more is heard of it. */
	int ended;
} all[MAX_GUARDED];
static int count;

static int option(int fd, int name)
{
	int value = 0;
	socklen_t size = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

#define UP 1
#define DOWN 0
#define GONE -1

static int state(int fd)
{
	struct sockaddr_ll address = {};
	socklen_t size = sizeof(address);
	struct ifreq request = {};
	int tries = 2;

	/* One that was removed is taken out of the address (-1); all of them have the index 0. */
	if (getsockname(fd, (struct sockaddr *)&address, &size) != 0 || address.sll_ifindex < 0)
		return GONE;
	if (address.sll_ifindex == 0)
		return UP;
	/* It may get another name in between. */
	while (tries-- > 0) {
		request.ifr_ifindex = address.sll_ifindex;
		if (ioctl(fd, SIOCGIFNAME, &request) == 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0)
			return request.ifr_flags & IFF_UP ? UP : DOWN;
	}
	return GONE;
}

static void call_guarded(struct poll_handle *handle, int status, int events)
{
	struct guarded *one = all;
	int fd;

	while (one < all + count && one->handle != handle)
		one++;
	if (one == all + count)
		return;
	if (status != 0) {
		/* An error that cannot be read would be told again and again; without an interface, nothing comes. */
		one->ended = uv_fileno(handle, &fd) != 0 || option(fd, SO_ERROR) <= 0 || state(fd) == GONE ||
			     uv_poll_start(handle, READABLE, call_guarded) != 0;
		events = READABLE;
	}
	one->callback(handle, 0, events);
}

static void visit(struct poll_handle *handle, void *newest)
{
	int fd;

	if (handle->type != TYPE_POLL || handle->callback == call_guarded || !uv_is_active(handle))
		return;
	if (count == MAX_GUARDED || uv_fileno(handle, &fd) != 0 || option(fd, SO_DOMAIN) != AF_PACKET)
		return;
	all[count].handle = handle;
	all[count].callback = handle->callback;
	handle->callback = call_guarded;
	*(int *)newest = count++;
}

static napi_value guard(napi_env env, napi_callback_info info)
{
	napi_value result = NULL;
	int newest = -1;
	void *loop;

	(void)info;
	if (uv_handle_size(TYPE_POLL) == POLL_SIZE && napi_get_uv_event_loop(env, &loop) == 0)
		uv_walk(loop, visit, &newest);
	napi_create_int32(env, newest, &result);
	return result;
}

/* Of the number that a function is called with; -1 where nothing is heard of it any more. */
static int guarded_fd(napi_env env, napi_callback_info info)
{
	napi_value argument;
	size_t arguments = 1;
	uint32_t number;
	int fd;

	if (napi_get_cb_info(env, info, &arguments, &argument, NULL, NULL) == 0 && arguments == 1 &&
	    napi_get_value_uint32(env, argument, &number) == 0 && number < (uint32_t)count &&
	    !all[number].ended && uv_fileno(all[number].handle, &fd) == 0)
		return fd;
	return -1;
}

static napi_value state_of(napi_env env, napi_callback_info info)
{
	napi_value result = NULL;
	int fd = guarded_fd(env, info);

	napi_create_int32(env, fd < 0 ? GONE : state(fd), &result);
	return result;
}

static napi_value drops_of(napi_env env, napi_callback_info info)
{
	/* It begins as those of other versions of rings do. */
	struct tpacket_stats_v3 statistics = {};
	socklen_t size = sizeof(statistics);
	napi_value result = NULL;
	int drops = -1, fd = guarded_fd(env, info);

	if (fd >= 0 && getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &size) == 0)
		drops = statistics.tp_drops > INT32_MAX ? INT32_MAX : (int)statistics.tp_drops;
	napi_create_int32(env, drops, &result);
	return result;
}

static void export(napi_env env, napi_value exports, const char *name, napi_callback call)
{
	napi_value function;

	if (napi_create_function(env, name, (size_t)-1, call, NULL, &function) == 0)
		napi_set_named_property(env, exports, name, function);
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports)
{
	export(env, exports, "guard", guard);
	export(env, exports, "stateOf", state_of);
	export(env, exports, "dropsOf", drops_of);
	return exports;
}
