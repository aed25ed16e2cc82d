// SPDX-License-Identifier: Apache-2.0
/*
 * sd-notify.node: send(address, state) sends one datagram to the socket of a service manager, as sd_notify(3)
 * describes it: Node has no datagram sockets of the Unix kind. `address` is what NOTIFY_SOCKET holds: a path, or a
 * name of the abstract kind that begins with "@" (unix(7)). The kernel adds who sends it: this process, as
 * NotifyAccess=main wants it.
 *
 * Returns 0, or the number of the error (errno(3)). It never waits: a full queue is EAGAIN.
 *
 * Linked against nothing: what it calls is found in Node (Node-API, whose binary interface is the same in all
 * versions) and in whatever C library the process has.
 */
#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env env, napi_callback_info info);

/* All of them return 0 where they succeed. */
int napi_get_cb_info(napi_env env, napi_callback_info info, size_t *argc, napi_value *argv, napi_value *this_arg,
		     void **data);
int napi_get_value_string_utf8(napi_env env, napi_value value, char *text, size_t size, size_t *length);
int napi_create_int32(napi_env env, int value, napi_value *result);
int napi_create_function(napi_env env, const char *name, size_t length, napi_callback call, void *data,
			 napi_value *result);
int napi_set_named_property(napi_env env, napi_value object, const char *name, napi_value value);

/* More than systemd reads of one message (PIPE_BUF). */
#define MAX_STATE 4096

static int send_state(const struct sockaddr_un *address, socklen_t size, const char *state, size_t length)
{
	int error = 0;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return errno;
	if (sendto(fd, state, length, MSG_NOSIGNAL, (const struct sockaddr *)address, size) < 0)
		error = errno;
	close(fd);
	return error;
}

static int notify(napi_env env, napi_callback_info info)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char state[MAX_STATE + 1];
	napi_value arguments[2];
	size_t count = 2, named, length;

	if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != 0 || count < 2)
		return EINVAL;
	/* One byte longer than fits would be cut without a word: a full buffer is refused. */
	if (napi_get_value_string_utf8(env, arguments[0], address.sun_path, sizeof(address.sun_path), &named) != 0 ||
	    named < 2 || named == sizeof(address.sun_path) - 1)
		return EINVAL;
	if (napi_get_value_string_utf8(env, arguments[1], state, sizeof(state), &length) != 0 || length == MAX_STATE)
		return EMSGSIZE;
	if (address.sun_path[0] == '@')
		address.sun_path[0] = '\0';
	else if (address.sun_path[0] != '/')
		return EINVAL;
	return send_state(&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + named), state, length);
}

static napi_value call_notify(napi_env env, napi_callback_info info)
{
	napi_value result = NULL;

	napi_create_int32(env, notify(env, info), &result);
	return result;
}

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports)
{
	napi_value function;

	if (napi_create_function(env, "send", 4, call_notify, NULL, &function) == 0)
		napi_set_named_property(env, exports, "send", function);
	return exports;
}
