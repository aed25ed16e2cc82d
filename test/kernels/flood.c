// SPDX-License-Identifier: Apache-2.0
/*
 * Server and clients of the kernel tests, static: a guest may have nothing but busybox.
 *   flood serve ADDRESS            answers each request, until it is killed
 *   flood ask ADDRESS              one request, byte by byte
 *   flood mptcp ADDRESS            one request over MPTCP, where the kernel has it
 *   flood run ADDRESS COUNT AT_ONCE  so many processes, so many at a time, each with its pid in its request
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT 80
#define TIMEOUT_S 60
#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static socklen_t read_address(const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(PORT);
		return sizeof(*v4);
	}
	inet_pton(AF_INET6, text, &v6->sin6_addr);
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(PORT);
	return sizeof(*v6);
}

static void answer(int connection)
{
	static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
	char request[4096];
	size_t length = 0;
	ssize_t n;

	while (length < sizeof(request) - 1 && (n = read(connection, request + length, sizeof(request) - 1 - length)) > 0) {
		length += n;
		request[length] = '\0';
		if (strstr(request, "\r\n\r\n"))
			break;
	}
	if (write(connection, text, sizeof(text) - 1) < 0)
		perror("answer");
}

static int serve(const char *text)
{
	struct sockaddr_storage address;
	socklen_t length = read_address(text, &address);
	int listener = socket(address.ss_family, SOCK_STREAM, 0), on = 1;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 1024) != 0) {
		perror("serve");
		return 1;
	}
	puts("listening");
	fflush(stdout);
	for (;;) {
		int connection = accept(listener, NULL, NULL);

		if (connection < 0)
			continue;
		answer(connection);
		close(connection);
	}
}

static int ask(const char *text, size_t chunk, int protocol)
{
	struct sockaddr_storage address;
	socklen_t length = read_address(text, &address);
	int connection = socket(address.ss_family, SOCK_STREAM, protocol);
	char request[256], answer[4096];
	size_t size = snprintf(request, sizeof(request), "GET /latest/meta-data/?pid=%d HTTP/1.1\r\nHost: imds\r\n\r\n",
			       getpid());

	alarm(TIMEOUT_S);
	if (connection < 0 && protocol != 0)
		connection = socket(address.ss_family, SOCK_STREAM, 0);
	if (connect(connection, (struct sockaddr *)&address, length) != 0)
		return 1;
	for (size_t at = 0; at < size; at += chunk)
		if (write(connection, request + at, size - at < chunk ? size - at : chunk) < 0)
			return 1;
	while (read(connection, answer, sizeof(answer)) > 0)
		;
	return 0;
}

static int run(const char *address, int count, int at_once)
{
	int running = 0, failed = 0, status;

	while (count > 0 || running > 0) {
		if (count > 0 && running < at_once) {
			if (fork() == 0)
				_exit(ask(address, 4096, 0));
			count--;
			running++;
			continue;
		}
		if (wait(&status) > 0) {
			failed += status != 0;
			running--;
		}
	}
	return failed > 0;
}

int main(int count, char **arguments)
{
	if (count == 3 && strcmp(arguments[1], "serve") == 0)
		return serve(arguments[2]);
	if (count == 3 && strcmp(arguments[1], "ask") == 0)
		return ask(arguments[2], 1, 0);
	if (count == 3 && strcmp(arguments[1], "mptcp") == 0)
		return ask(arguments[2], 4096, IPPROTO_MPTCP);
	if (count == 5 && strcmp(arguments[1], "run") == 0)
		return run(arguments[2], atoi(arguments[3]), atoi(arguments[4]));
	return 2;
}
