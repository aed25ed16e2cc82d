// SPDX-License-Identifier: Apache-2.0
#include "output.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "errors.h"

/*
 * A connection of a process of its own takes about 3.5 KB. Where thousands of short processes have the CPUs, the
 * reader hardly runs until they have ended: this holds 18,000 of them.
 */
#define QUEUE_SIZE (64u * 1024 * 1024)
/* In such steps, what was written is given back. The queue is a multiple of it. */
#define KEPT_SIZE (1024u * 1024)
/* A pipe that polls as writable takes this much without blocking (PIPE_BUF). */
#define PIPE_CHUNK 4096u
/* A file on disk is always ready; not more at a time than keeps the kernel's buffers from filling. */
#define FILE_CHUNK (1024u * 1024)

struct output_losses output_losses;

static int target;
static enum { PIPE, SOCKET, REGULAR } kind;
static char *queue;
/* `used`: as far as it was written to since all was last given back; `released`: up to where it was since. */
static size_t head, fill, used, released;
static bool closed;

void output_open(int descriptor)
{
	struct stat status;

	target = descriptor;
	if (fstat(descriptor, &status) != 0)
		fail(EXIT_UNEXPECTED, "standard output: %s", strerror(errno));
	kind = S_ISSOCK(status.st_mode) ? SOCKET : S_ISREG(status.st_mode) ? REGULAR : PIPE;
	queue = mmap(NULL, QUEUE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (queue == MAP_FAILED)
		fail(EXIT_UNEXPECTED, "no memory for the queue of the output: %s", strerror(errno));
}

static bool push(const struct iovec *parts, int count, size_t limit)
{
	size_t length = 0;

	for (int i = 0; i < count; i++)
		length += parts[i].iov_len;
	if (fill + length > limit || closed)
		return false;
	for (int i = 0; i < count; i++) {
		const char *bytes = parts[i].iov_base;
		size_t left = parts[i].iov_len, tail = (head + fill) % QUEUE_SIZE;
		size_t first = left < QUEUE_SIZE - tail ? left : QUEUE_SIZE - tail;

		memcpy(queue + tail, bytes, first);
		memcpy(queue, bytes + first, left - first);
		fill += left;
	}
	if (head + fill > used)
		used = head + fill;
	return true;
}

bool output_packet(const struct iovec *parts, int count)
{
	if (push(parts, count, QUEUE_SIZE / 4 * 3))
		return true;
	output_losses.packets++;
	return false;
}

void output_record(const struct iovec *parts, int count)
{
	if (!push(parts, count, QUEUE_SIZE))
		output_losses.records++;
}

/* Bytes written, 0 when it would block, -1 when nobody reads any more. */
static ssize_t write_some(void)
{
	size_t length = fill < QUEUE_SIZE - head ? fill : QUEUE_SIZE - head;
	size_t most = kind == PIPE ? PIPE_CHUNK : FILE_CHUNK;
	struct pollfd poll_target = { .fd = target, .events = POLLOUT };
	ssize_t written;

	if (length > most)
		length = most;
	if (kind == SOCKET) {
		written = send(target, queue + head, length, MSG_DONTWAIT | MSG_NOSIGNAL);
	} else {
		if (kind == PIPE && (poll(&poll_target, 1, 0) <= 0 || !(poll_target.revents & POLLOUT)))
			return poll_target.revents & (POLLERR | POLLHUP) ? -1 : 0;
		written = write(target, queue + head, length);
	}
	if (written >= 0)
		return written;
	return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

/* A queue that is never quite empty goes round and round, and would in time be resident as a whole. */
static void give_back(void)
{
	while ((head + QUEUE_SIZE - released) % QUEUE_SIZE >= KEPT_SIZE) {
		madvise(queue + released, KEPT_SIZE, MADV_DONTNEED);
		released = (released + KEPT_SIZE) % QUEUE_SIZE;
	}
	if (fill > 0)
		return;
	/* Begins anew, so that only as much memory is in use as was ever needed at once. */
	head = released = 0;
	if (used > KEPT_SIZE) {
		madvise(queue, QUEUE_SIZE, MADV_DONTNEED);
		used = 0;
	}
}

bool output_write(void)
{
	while (fill > 0 && !closed) {
		ssize_t written = write_some();

		if (written == 0)
			break;
		if (written < 0) {
			closed = true;
			fill = 0;
			break;
		}
		head = (head + written) % QUEUE_SIZE;
		fill -= written;
	}
	give_back();
	return !closed;
}

bool output_is_empty(void)
{
	return fill == 0;
}

static int64_t milliseconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

size_t output_close(int idle_ms, int most_ms)
{
	struct pollfd poll_target = { .fd = target, .events = POLLOUT };
	int64_t now = milliseconds_now(), end = now + most_ms, idle_end = now + idle_ms;
	size_t left = fill;

	while (output_write() && fill > 0) {
		now = milliseconds_now();
		if (fill < left)
			idle_end = now + idle_ms;
		if (now >= end || now >= idle_end)
			break;
		left = fill;
		poll(&poll_target, 1, 50);
	}
	return fill;
}
