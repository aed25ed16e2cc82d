// SPDX-License-Identifier: Apache-2.0
/*
 * Server and clients of the live benchmark: static and small, so that what is measured is not they.
 *   load serve ADDRESS PORT http|echo|sink           until it is killed; says `listening`
 *   load ask ADDRESS PORT MARK                       one request of one process
 *   load clients ADDRESS PORT MARK COUNT AT_ONCE RATE  `ask` in so many processes; RATE a second, 0: no limit
 *   load requests ADDRESS PORT MARK COUNT            on one connection, each after the answer before
 *   load connects ADDRESS PORT COUNT                 connects that are closed at once
 *   load roundtrips ADDRESS PORT COUNT               of one byte
 *   load execs COUNT                                 programs that do nothing
 *   load slices connects|roundtrips|bytes ADDRESS PORT COUNT  so many for each line that comes, or megabytes
 * A path is /latest/meta-data/MARK/PID/TIME, so that whoever reads it knows who asked, and when.
 * All but `serve` and `ask` print how long they took, in seconds. `slices` waits for a line before each slice, and
 * prints how long that took: so short that several of them, which take turns, find the machine in the same state.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT_S 60
#define MAX_EVENTS 64
#define NANOSECONDS 1000000000LL

static const char *self;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static long long now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return time.tv_sec * NANOSECONDS + time.tv_nsec;
}

static struct sockaddr_in address_of(const char *address, const char *port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };

	if (inet_pton(AF_INET, address, &to.sin_addr) != 1)
		die(address);
	return to;
}

static int connected(const struct sockaddr_in *to)
{
	int on = 1, connection = socket(AF_INET, SOCK_STREAM, 0);

	if (connection < 0 || connect(connection, (const struct sockaddr *)to, sizeof(*to)) != 0)
		die("connect");
	setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return connection;
}

static void put(int connection, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = write(connection, bytes, length);

		if (n <= 0)
			die("write");
		bytes += n;
		length -= n;
	}
}

/* Whether the connection goes on. A client of ours sends each request whole, and waits for its answer. */
static int serve_one(int connection, const char *mode, char *buffer, size_t size)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
	ssize_t n = read(connection, buffer, size);

	if (n <= 0)
		return 0;
	if (*mode == 'h')
		return n < 4 || memcmp(buffer + n - 4, "\r\n\r\n", 4) != 0 ||
		       write(connection, answer, sizeof(answer) - 1) > 0;
	return *mode != 'e' || write(connection, buffer, n) > 0;
}

static void serve(const char *address, const char *port, const char *mode)
{
	struct sockaddr_in at = address_of(address, port);
	int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0), poller = epoll_create1(0);
	struct epoll_event events[MAX_EVENTS], event = { .events = EPOLLIN, .data.fd = listener };
	static char buffer[1 << 18];

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(listener, 4096) != 0 ||
	    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event) != 0)
		die("listen");
	puts("listening");
	fflush(stdout);
	for (;;) {
		int count = epoll_wait(poller, events, MAX_EVENTS, -1);

		for (int i = 0; i < count; i++) {
			int connection = events[i].data.fd;

			if (connection == listener) {
				event.data.fd = accept(listener, NULL, NULL);
				setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
				epoll_ctl(poller, EPOLL_CTL_ADD, event.data.fd, &event);
			} else if (!serve_one(connection, mode, buffer, sizeof(buffer))) {
				close(connection);
			}
		}
	}
}

static void request(int connection, const char *address, const char *mark)
{
	char text[512], answer[4096];
	int length = snprintf(text, sizeof(text), "GET /latest/meta-data/%s/%d/%lld HTTP/1.1\r\nHost: %s\r\n\r\n", mark,
			      getpid(), now(CLOCK_REALTIME), address);

	put(connection, text, length);
	if (read(connection, answer, sizeof(answer)) <= 0)
		die("read");
}

static int ask(const char *address, const char *port, const char *mark)
{
	struct sockaddr_in to = address_of(address, port);

	alarm(TIMEOUT_S);
	request(connected(&to), address, mark);
	return 0;
}

/* Starts our own program COUNT times. Not faster than RATE, where that is not 0. */
static void start(char *const arguments[], long count, int at_once, long rate)
{
	long long began = now(CLOCK_MONOTONIC);
	long started = 0, failed = 0;
	int running = 0, status;

	while (started < count || running > 0) {
		if (started < count && running < at_once) {
			if (rate > 0) {
				long long due = began + started * NANOSECONDS / rate;
				struct timespec until = { due / NANOSECONDS, due % NANOSECONDS };

				clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
			}
			pid_t child = vfork();

			if (child == 0) {
				execv(self, arguments);
				_exit(127);
			}
			if (child < 0)
				die("vfork");
			started++;
			running++;
			/* Between two that are due, nobody waits for those that have ended. */
			while (rate > 0 && running > 0 && waitpid(-1, &status, WNOHANG) > 0) {
				failed += status != 0;
				running--;
			}
			continue;
		}
		if (wait(&status) > 0) {
			failed += status != 0;
			running--;
		}
	}
	if (failed > 0) {
		fprintf(stderr, "%ld of %ld clients failed\n", failed, count);
		exit(1);
	}
}

/* Closed by a reset: otherwise the ports would be used up while they wait. */
static void connects(const struct sockaddr_in *to, long count)
{
	struct linger reset = { 1, 0 };

	for (long i = 0; i < count; i++) {
		int connection = connected(to);

		setsockopt(connection, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		close(connection);
	}
}

static void roundtrips(int connection, long count)
{
	char byte = 'x';

	for (long i = 0; i < count; i++) {
		put(connection, &byte, 1);
		if (read(connection, &byte, 1) != 1)
			die("read");
	}
}

static void bytes(int connection, long megabytes)
{
	static char block[1000000];
	char end;

	for (long i = 0; i < megabytes; i++)
		put(connection, block, sizeof(block));
	/* The other end closes when it has read all of it. */
	shutdown(connection, SHUT_WR);
	while (read(connection, &end, 1) > 0)
		;
	close(connection);
}

static void slices(const char *what, const struct sockaddr_in *to, long count)
{
	int connection = *what == 'r' ? connected(to) : -1;
	char line[8];

	while (fgets(line, sizeof(line), stdin)) {
		long long began = now(CLOCK_MONOTONIC);

		if (*what == 'c')
			connects(to, count);
		else if (*what == 'r')
			roundtrips(connection, count);
		else
			bytes(connected(to), count);
		printf("%.9f\n", (now(CLOCK_MONOTONIC) - began) / 1e9);
		fflush(stdout);
	}
}

static int run(int count, char **arguments)
{
	const char *command = arguments[1];
	struct sockaddr_in to;

	if (count == 3 && strcmp(command, "execs") == 0) {
		start((char *[]){ arguments[0], "nothing", NULL }, atol(arguments[2]), 1, 0);
		return 0;
	}
	if (count == 6 && strcmp(command, "slices") == 0) {
		to = address_of(arguments[3], arguments[4]);
		slices(arguments[2], &to, atol(arguments[5]));
		exit(0);
	}
	if (count < 5)
		return 2;
	to = address_of(arguments[2], arguments[3]);
	if (count == 8 && strcmp(command, "clients") == 0)
		start((char *[]){ arguments[0], "ask", arguments[2], arguments[3], arguments[4], NULL }, atol(arguments[5]),
		      atoi(arguments[6]), atol(arguments[7]));
	else if (count == 6 && strcmp(command, "requests") == 0)
		for (long i = 0, n = atol(arguments[5]), connection = connected(&to); i < n; i++)
			request(connection, arguments[2], arguments[4]);
	else if (strcmp(command, "connects") == 0)
		connects(&to, atol(arguments[4]));
	else if (strcmp(command, "roundtrips") == 0)
		roundtrips(connected(&to), atol(arguments[4]));
	else
		return 2;
	return 0;
}

int main(int count, char **arguments)
{
	long long began = now(CLOCK_MONOTONIC);
	int status;

	self = arguments[0];
	if (count == 2 && strcmp(arguments[1], "nothing") == 0)
		return 0;
	if (count == 5 && strcmp(arguments[1], "serve") == 0)
		serve(arguments[2], arguments[3], arguments[4]);
	if (count == 5 && strcmp(arguments[1], "ask") == 0)
		return ask(arguments[2], arguments[3], arguments[4]);
	status = count < 3 ? 2 : run(count, arguments);
	if (status == 0)
		printf("%.6f\n", (now(CLOCK_MONOTONIC) - began) / 1e9);
	return status;
}
