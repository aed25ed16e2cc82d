// SPDX-License-Identifier: Apache-2.0
/*
 * Callers of the live tests by the thousand, static so that one starts in a fraction of a millisecond.
 *   caller get ADDRESS PATH                        one request; `@` in PATH stands for the caller's pid
 *   caller flood ADDRESS PATH COUNT AT_ONCE        so many processes, each `caller get ADDRESS PATH/N/@`
 *   caller pace ADDRESS PATH A_SECOND SECONDS      a connection each for /N, evenly spread over time
 *   caller burst ADDRESS PATH COUNT AT_ONCE        a connection each for /N, as fast as it goes
 *   caller writev ADDRESS PATH                     one request, the token header in a buffer of its own
 *   caller leave ADDRESS PATH                      ends with its request sent and no answer awaited
 * ADDRESS is IPv4, with `:PORT` where that is not 80. The exit code is 0 if every request was answered; `leave`
 * wants no answer.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_S 110
#define WORKERS 8
#define MAX_AT_ONCE 1024
#define REQUEST_SIZE 1024

static struct sockaddr_in endpoint;

static int read_endpoint(const char *text)
{
	char address[INET_ADDRSTRLEN] = "";
	int port = 80;

	endpoint.sin_family = AF_INET;
	if (sscanf(text, "%15[0-9.]:%d", address, &port) < 1)
		return 0;
	endpoint.sin_port = htons(port);
	return inet_pton(AF_INET, address, &endpoint.sin_addr) == 1;
}

static int open_socket(int flags)
{
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	if (descriptor < 0 || (connect(descriptor, (struct sockaddr *)&endpoint, sizeof(endpoint)) != 0 && errno != EINPROGRESS)) {
		perror("connect");
		exit(1);
	}
	return descriptor;
}

static size_t format_request(char *request, const char *path)
{
	return snprintf(request, REQUEST_SIZE, "GET %s HTTP/1.1\r\nHost: imds\r\nConnection: close\r\n\r\n", path);
}

static void with_own_pid(char *path, size_t size, const char *pattern)
{
	const char *at = strchr(pattern, '@');

	if (at)
		snprintf(path, size, "%.*s%d%s", (int)(at - pattern), pattern, getpid(), at + 1);
	else
		snprintf(path, size, "%s", pattern);
}

/* Whether there was an answer; reads it to its end. */
static int answered(int descriptor)
{
	char buffer[4096];
	ssize_t n, total = 0;

	while ((n = read(descriptor, buffer, sizeof(buffer))) > 0)
		total += n;
	close(descriptor);
	return n == 0 && total > 0;
}

static int get(const char *pattern)
{
	char path[REQUEST_SIZE / 2], request[REQUEST_SIZE];
	int descriptor = open_socket(0);
	size_t length;

	with_own_pid(path, sizeof(path), pattern);
	length = format_request(request, path);
	return write(descriptor, request, length) == (ssize_t)length && answered(descriptor) ? 0 : 1;
}

static int by_writev(const char *path)
{
	char head[REQUEST_SIZE];
	char tail[] = "X-aws-ec2-metadata-token: AQAEAEXAMPLETOKEN==\r\nConnection: close\r\n\r\n";
	struct iovec buffers[2] = { { head, 0 }, { tail, sizeof(tail) - 1 } };
	int descriptor = open_socket(0);

	buffers[0].iov_len = snprintf(head, sizeof(head), "GET %s HTTP/1.1\r\nHost: imds\r\n", path);
	return writev(descriptor, buffers, 2) > 0 && answered(descriptor) ? 0 : 1;
}

static int leave(const char *path)
{
	char request[REQUEST_SIZE];
	size_t length = format_request(request, path);

	return write(open_socket(0), request, length) == (ssize_t)length ? 0 : 1;
}

static int wait_for_one(void)
{
	int status = 1;

	return wait(&status) > 0 && status == 0 ? 0 : 1;
}

static int flood(char *program, char *address, const char *prefix, int count, int at_once)
{
	int failed = 0, running = 0;

	for (int n = 0; n < count; n++) {
		char path[REQUEST_SIZE / 2];
		char *arguments[] = { program, "get", address, path, NULL };

		if (running == at_once) {
			failed += wait_for_one();
			running--;
		}
		snprintf(path, sizeof(path), "%s/%d/@", prefix, n);
		if (fork() == 0) {
			execv("/proc/self/exe", arguments);
			_exit(127);
		}
		running++;
	}
	while (running-- > 0)
		failed += wait_for_one();
	return failed > 0;
}

/* One of WORKERS: every request at its own time, also where one before it was late. */
static int pace_worker(const char *prefix, int first, int count, int a_second, struct timespec begin)
{
	int failed = 0;

	for (int n = first; n < count; n += WORKERS) {
		char path[REQUEST_SIZE / 2];
		long long at = begin.tv_nsec + n * 1000000000LL / a_second;
		struct timespec due = { begin.tv_sec + at / 1000000000LL, at % 1000000000LL };

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
		snprintf(path, sizeof(path), "%s/%d", prefix, n);
		failed += get(path);
	}
	return failed > 0;
}

static int pace(const char *prefix, int a_second, int seconds)
{
	struct timespec begin;
	int failed = 0;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (int worker = 0; worker < WORKERS; worker++)
		if (fork() == 0)
			_exit(pace_worker(prefix, worker, a_second * seconds, a_second, begin));
	for (int worker = 0; worker < WORKERS; worker++)
		failed += wait_for_one();
	return failed > 0;
}

static void send_request(int descriptor, const char *prefix, int n)
{
	char path[REQUEST_SIZE / 2], request[REQUEST_SIZE];
	size_t length;

	snprintf(path, sizeof(path), "%s/%d", prefix, n);
	length = format_request(request, path);
	if (write(descriptor, request, length) != (ssize_t)length) {
		perror("write");
		exit(1);
	}
}

static int burst(const char *prefix, int count, int at_once)
{
	struct pollfd places[MAX_AT_ONCE];
	int number[MAX_AT_ONCE], next = 0, done = 0;

	for (int i = 0; i < at_once; i++)
		places[i].fd = -1;
	while (done < count) {
		for (int i = 0; i < at_once && next < count; i++) {
			if (places[i].fd >= 0)
				continue;
			number[i] = next++;
			places[i] = (struct pollfd){ open_socket(SOCK_NONBLOCK), POLLOUT, 0 };
		}
		if (poll(places, at_once, -1) < 0)
			return 1;
		for (int i = 0; i < at_once; i++) {
			char buffer[4096];
			ssize_t n;

			if (places[i].fd < 0 || places[i].revents == 0)
				continue;
			if (places[i].events == POLLOUT) {
				send_request(places[i].fd, prefix, number[i]);
				places[i].events = POLLIN;
				continue;
			}
			while ((n = read(places[i].fd, buffer, sizeof(buffer))) > 0)
				;
			if (n < 0 && errno == EAGAIN)
				continue;
			if (n < 0) {
				perror("read");
				return 1;
			}
			close(places[i].fd);
			places[i].fd = -1;
			done++;
		}
	}
	return 0;
}

int main(int count, char **arguments)
{
	const char *command = count > 3 ? arguments[1] : "";

	alarm(TIMEOUT_S);
	if (count > 3 && !read_endpoint(arguments[2]))
		return 2;
	if (count == 4 && strcmp(command, "get") == 0)
		return get(arguments[3]);
	if (count == 4 && strcmp(command, "writev") == 0)
		return by_writev(arguments[3]);
	if (count == 4 && strcmp(command, "leave") == 0)
		return leave(arguments[3]);
	if (count == 6 && strcmp(command, "flood") == 0)
		return flood(arguments[0], arguments[2], arguments[3], atoi(arguments[4]), atoi(arguments[5]));
	if (count == 6 && strcmp(command, "pace") == 0)
		return pace(arguments[3], atoi(arguments[4]), atoi(arguments[5]));
	if (count == 6 && strcmp(command, "burst") == 0 && atoi(arguments[5]) <= MAX_AT_ONCE)
		return burst(arguments[3], atoi(arguments[4]), atoi(arguments[5]));
	return 2;
}
