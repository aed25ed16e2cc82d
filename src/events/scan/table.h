/* What was read of the parts of lines that recur: they are found by a hash and compared whole, where they lie. */
#pragma once
#include "text.h"

#define BUCKETS (1 << 13)
#define SLOTS 2
/** Hashes of what came once: only what comes again is kept, for most of what does not is garbage at once. */
#define ONCE 4
/** Bytes of a table's segments: what is made of them is about twice as much again. Unwritten memory takes none. */
#define MAX_KEPT (3 * 1024 * 1024)
#define MAX_PIECES 34

/** Where a piece begins, and behind its last byte. Between the pieces stands what is another in each line. */
struct bounds {
	place from, to;
};

/** What is kept of a segment; then, of each piece, its length and its bytes. */
struct segment {
	/** Where the caller has what was read of it, counted from 1. */
	uint32_t value;
	uint32_t pieces;
};

struct bucket {
	/** Side by side, for memory is slow: the hash, and where the segment is kept; 0 where none is. */
	struct {
		uint32_t hash, kept;
	} slots[SLOTS];
	uint32_t once[ONCE];
};

struct table {
	/** What was looked for last, in so many pieces. */
	uint32_t hash;
	uint32_t pieces;
	struct bounds bounds[MAX_PIECES];
	/** The one that was found last: most often it comes again. */
	uint32_t last;
	uint32_t values;
	uint32_t end;
	struct bucket buckets[BUCKETS];
	uint8_t kept[MAX_KEPT];
};

static inline uint64_t mixed(uint64_t hash, uint64_t more)
{
	hash = (hash ^ more) * 0x9e3779b97f4a7c15ULL;
	return (hash << 29) | (hash >> 35);
}

/** 30 bits, which V8 keeps as a small integer. Equal hashes prove nothing. */
static inline uint32_t hash_of_words(uint64_t some, uint64_t others)
{
	uint64_t hash = mixed(mixed(some, others), 0);
	return (hash ^ (hash >> 32)) & 0x3fffffff;
}

static inline uint32_t hash_of(const struct table *table)
{
	/* Two, which do not wait for each other. */
	uint64_t some = table->pieces, others = 1;
	for (uint32_t piece = 0; piece < table->pieces; piece++) {
		place at = table->bounds[piece].from;
		uint32_t left = table->bounds[piece].to - at;
		some = mixed(some, left);
		for (; left >= 16; at += 16, left -= 16) {
			some = mixed(some, word_at(at));
			others = mixed(others, word_at(at + 8));
		}
		if (left >= 8) {
			some = mixed(some, word_at(at));
			at += 8;
			left -= 8;
		}
		if (left > 0)
			others = mixed(others, word_at(at) << (64 - 8 * left));
	}
	return hash_of_words(some, others);
}

static inline int is_same(const struct table *table, uint32_t kept)
{
	if (kept == 0)
		return 0;
	const struct segment *segment = (const struct segment *)&table->kept[kept];
	if (segment->pieces != table->pieces)
		return 0;
	place own = (place)(segment + 1);
	for (uint32_t piece = 0; piece < table->pieces; piece++) {
		place from = table->bounds[piece].from;
		uint32_t length = table->bounds[piece].to - from;
		if (half_word_at(own) != length || !are_same(from, own + 4, length))
			return 0;
		own += 4 + length;
	}
	return 1;
}

static inline uint32_t value_at(const struct table *table, uint32_t kept)
{
	return ((const struct segment *)&table->kept[kept])->value;
}

/** In place of the one that was used longest ago: what comes seldom does not drive out what recurs. */
static inline void put_first(struct bucket *bucket, uint32_t hash, uint32_t kept)
{
	bucket->slots[1] = bucket->slots[0];
	bucket->slots[0].hash = hash;
	bucket->slots[0].kept = kept;
}

/** The value of what has the hash; 0 where it is not known. */
static inline uint32_t find_hashed(struct table *table, uint32_t hash)
{
	table->hash = hash;
	struct bucket *bucket = &table->buckets[hash & (BUCKETS - 1)];
	for (int slot = 0; slot < SLOTS; slot++) {
		uint32_t kept = bucket->slots[slot].kept;
		if (bucket->slots[slot].hash != hash || !is_same(table, kept))
			continue;
		if (slot > 0)
			put_first(bucket, hash, kept);
		table->last = kept;
		return value_at(table, kept);
	}
	return 0;
}

static inline uint32_t find(struct table *table)
{
	if (is_same(table, table->last))
		return value_at(table, table->last);
	return find_hashed(table, hash_of(table));
}

static inline uint32_t find_piece(struct table *table, place from, place to)
{
	table->pieces = 1;
	table->bounds[0].from = from;
	table->bounds[0].to = to;
	return find(table);
}

static void forget(struct table *table)
{
	for (int bucket = 0; bucket < BUCKETS; bucket++)
		for (int slot = 0; slot < SLOTS; slot++)
			table->buckets[bucket].slots[slot].kept = 0;
	table->last = table->values = table->end = 0;
}

/**
 * Keeps what was looked for last, and not found, if it came before. Gives the number of its value; 0 where it is not
 * kept. With number 1, all that were given before are forgotten.
 */
static uint32_t keep(struct table *table)
{
	uint32_t hash = table->hash;
	struct bucket *bucket = &table->buckets[hash & (BUCKETS - 1)];
	uint32_t *once = &bucket->once[(hash >> 28) & (ONCE - 1)];
	if (*once != hash) {
		*once = hash;
		return 0;
	}
	uint32_t length = sizeof(struct segment);
	for (uint32_t piece = 0; piece < table->pieces; piece++)
		length += 4 + (table->bounds[piece].to - table->bounds[piece].from);
	length = (length + 3) & ~3u;
	if (length > MAX_KEPT - 4)
		return 0;
	if (table->end + length > MAX_KEPT)
		forget(table);
	uint32_t kept = table->end == 0 ? 4 : table->end;
	struct segment *segment = (struct segment *)&table->kept[kept];
	segment->value = ++table->values;
	segment->pieces = table->pieces;
	uint8_t *own = (uint8_t *)(segment + 1);
	for (uint32_t piece = 0; piece < table->pieces; piece++) {
		place from = table->bounds[piece].from;
		uint32_t bytes = table->bounds[piece].to - from;
		*(half_word *)own = bytes;
		__builtin_memcpy(own + 4, from, bytes);
		own += 4 + bytes;
	}
	table->end = kept + length;
	put_first(bucket, hash, kept);
	return segment->value;
}
