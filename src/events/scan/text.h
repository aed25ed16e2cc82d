/* Bytes of lines, and texts that are looked for in them. No string ends with a 0 here. */
#pragma once
#include <stdint.h>
#include <wasm_simd128.h>

typedef const uint8_t *place;

/** Bytes that are looked at in one step. Behind the last line, as many can be read. */
#define STEP 16
#define RECENT 8

typedef uint64_t __attribute__((aligned(1), may_alias)) word;
typedef uint32_t __attribute__((aligned(1), may_alias)) half_word;

static inline uint64_t word_at(place at) { return *(const word *)at; }
static inline uint32_t half_word_at(place at) { return *(const half_word *)at; }

static inline int are_same(place some, place others, uint32_t length)
{
	if (length >= STEP) {
		place last = some + length - STEP;
		for (; some < last; some += STEP, others += STEP)
			if (wasm_v128_any_true(wasm_v128_xor(wasm_v128_load(some), wasm_v128_load(others))))
				return 0;
		others -= some - last;
		return !wasm_v128_any_true(wasm_v128_xor(wasm_v128_load(last), wasm_v128_load(others)));
	}
	if (length >= 8)
		return word_at(some) == word_at(others) &&
		       word_at(some + length - 8) == word_at(others + length - 8);
	if (length >= 4)
		return half_word_at(some) == half_word_at(others) &&
		       half_word_at(some + length - 4) == half_word_at(others + length - 4);
	for (uint32_t at = 0; at < length; at++)
		if (some[at] != others[at])
			return 0;
	return 1;
}

/**
 * A text by which a place in a line is found. In lines that were written by one program it mostly stands as far behind
 * the place before it as it did of late: there it is looked for first. So it need not be the first that follows; who
 * cuts a line there has to see that what is between is whole.
 */
struct mark {
	uint32_t length;
	uint8_t text[24];
	uint32_t recent[RECENT];
	uint32_t next;
};

#define MARK(string) { .length = sizeof(string) - 1, .text = string }

static inline int is_at(const struct mark *mark, place at, place end)
{
	return at[0] == mark->text[0] && end - at >= (int32_t)mark->length &&
	       are_same(at, mark->text, mark->length);
}

/** Where it first begins, such that it ends before `end`; 0 where it does not come. */
static inline place first(const struct mark *mark, place from, place end)
{
	uint32_t behind = mark->length - 1;
	v128_t begins = wasm_u8x16_splat(mark->text[0]);
	v128_t ends = wasm_u8x16_splat(mark->text[behind]);
	for (place at = from; end - at > (int32_t)behind; at += STEP) {
		v128_t begin = wasm_i8x16_eq(wasm_v128_load(at), begins);
		v128_t last = wasm_i8x16_eq(wasm_v128_load(at + behind), ends);
		uint32_t found = wasm_i8x16_bitmask(wasm_v128_and(begin, last));
		for (; found != 0; found &= found - 1) {
			place here = at + __builtin_ctz(found);
			if (is_at(mark, here, end))
				return here;
		}
	}
	return 0;
}

/** Where it begins; 0 where it does not come, or `from` is 0. */
static inline place find_mark(struct mark *mark, place from, place end)
{
	if (from == 0)
		return 0;
	for (uint32_t index = 0; index < RECENT; index++) {
		place at = from + mark->recent[index];
		if (at < end && is_at(mark, at, end))
			return at;
	}
	place at = first(mark, from, end);
	if (at != 0) {
		mark->recent[mark->next] = at - from;
		mark->next = (mark->next + 1) % RECENT;
	}
	return at;
}

static inline place behind(struct mark *mark, place from, place end)
{
	place at = find_mark(mark, from, end);
	return at == 0 ? 0 : at + mark->length;
}
