// SPDX-License-Identifier: Apache-2.0
/* uring ADDRESS: connects through io_uring, in a worker thread of the kernel's, and sends a request. */
#include <arpa/inet.h>
#include <linux/io_uring.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static int connect_by_ring(int connection, const struct sockaddr_in *address)
{
	struct io_uring_params params = {};
	int ring = syscall(SYS_io_uring_setup, 1, &params);
	struct io_uring_sqe *entries;
	char *submission, *completion;
	struct io_uring_cqe *done;

	if (ring < 0)
		return -1;
	submission = mmap(NULL, params.sq_off.array + params.sq_entries * sizeof(unsigned), PROT_READ | PROT_WRITE,
			  MAP_SHARED, ring, IORING_OFF_SQ_RING);
	completion = mmap(NULL, params.cq_off.cqes + params.cq_entries * sizeof(*done), PROT_READ | PROT_WRITE,
			  MAP_SHARED, ring, IORING_OFF_CQ_RING);
	entries = mmap(NULL, params.sq_entries * sizeof(*entries), PROT_READ | PROT_WRITE, MAP_SHARED, ring,
		       IORING_OFF_SQES);
	if (submission == MAP_FAILED || completion == MAP_FAILED || entries == MAP_FAILED)
		return -1;
	memset(&entries[0], 0, sizeof(entries[0]));
	entries[0].opcode = IORING_OP_CONNECT;
	/* Not tried in this thread first. */
	entries[0].flags = IOSQE_ASYNC;
	entries[0].fd = connection;
	entries[0].addr = (unsigned long)address;
	entries[0].off = sizeof(*address);
	((unsigned *)(submission + params.sq_off.array))[0] = 0;
	__atomic_fetch_add((unsigned *)(submission + params.sq_off.tail), 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return -1;
	done = (struct io_uring_cqe *)(completion + params.cq_off.cqes);
	return done->res;
}

int main(int count, char **arguments)
{
	static const char request[] = "GET /latest/meta-data/ HTTP/1.1\r\nHost: imds\r\n\r\n";
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(80) };
	int connection = socket(AF_INET, SOCK_STREAM, 0);
	char answer[4096];

	if (count != 2 || inet_pton(AF_INET, arguments[1], &address.sin_addr) != 1)
		return 2;
	if (connect_by_ring(connection, &address) != 0) {
		perror("io_uring");
		return 1;
	}
	if (write(connection, request, sizeof(request) - 1) < 0)
		return 1;
	while (read(connection, answer, sizeof(answer)) > 0)
		;
	printf("%d\n", getpid());
	return 0;
}
