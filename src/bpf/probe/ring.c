// SPDX-License-Identifier: Apache-2.0
#include "ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "errors.h"

/* Many times the largest record, so that the window seldom moves. A multiple of every page size. */
#define WINDOW (256u * 1024)

/*
 * A map of this kind shows the reader's position on its first page, the writer's on the second, and then its bytes
 * twice, so that a record that goes over the end lies in one piece, too. Positions are bytes since the beginning.
 */
struct ring {
	int map;
	size_t page, size;
	unsigned long *consumer;
	const unsigned long *producer;
	uint8_t *window;
	/* Where the window lies, in bytes of the buffer. */
	size_t begin;
	ring_use use;
};

static void *map_pages(const struct ring *ring, void *at, int protection, size_t length, size_t offset)
{
	void *mapped = mmap(at, length, protection, MAP_SHARED | (at ? MAP_FIXED : 0), ring->map, (off_t)offset);

	if (mapped == MAP_FAILED)
		fail(EXIT_UNEXPECTED, "ring buffer: %s", strerror(errno));
	return mapped;
}

static void move_window(struct ring *ring, size_t begin)
{
	ring->begin = begin - begin % ring->page;
	ring->window = map_pages(ring, ring->window, PROT_READ, WINDOW, 2 * ring->page + ring->begin);
}

struct ring *ring_open(int map, size_t size, ring_use use)
{
	struct ring *ring = must_allocate(1, sizeof(*ring));

	ring->map = map;
	ring->page = (size_t)sysconf(_SC_PAGESIZE);
	ring->size = size;
	ring->use = use;
	ring->consumer = map_pages(ring, NULL, PROT_READ | PROT_WRITE, ring->page, 0);
	ring->producer = map_pages(ring, NULL, PROT_READ, ring->page, ring->page);
	move_window(ring, 0);
	return ring;
}

/* The bytes of the buffer from there on, so many in one piece. */
static const uint8_t *bytes_at(struct ring *ring, size_t at, size_t length)
{
	if (at < ring->begin || at + length > ring->begin + WINDOW)
		move_window(ring, at);
	return ring->window + (at - ring->begin);
}

static size_t whole_length(size_t length)
{
	return (BPF_RINGBUF_HDR_SZ + length + 7) / 8 * 8;
}

/* False where the next record is not written yet, or its user has had enough. */
static bool read_one(struct ring *ring, unsigned long position)
{
	size_t at = position & (ring->size - 1);
	const uint8_t *header = bytes_at(ring, at, BPF_RINGBUF_HDR_SZ);
	uint32_t state = __atomic_load_n((const uint32_t *)header, __ATOMIC_ACQUIRE);
	size_t length = state & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
	bool goes_on = true;

	if (state & BPF_RINGBUF_BUSY_BIT)
		return false;
	if (!(state & BPF_RINGBUF_DISCARD_BIT))
		goes_on = ring->use(bytes_at(ring, at, BPF_RINGBUF_HDR_SZ + length) + BPF_RINGBUF_HDR_SZ, length);
	__atomic_store_n(ring->consumer, position + whole_length(length), __ATOMIC_RELEASE);
	return goes_on;
}

void ring_read(struct ring *ring)
{
	/* Only this process moves it. */
	unsigned long position = *ring->consumer;

	while (position < __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE) && read_one(ring, position))
		position = *ring->consumer;
}
