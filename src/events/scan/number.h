/* Numbers, ids and times as JSON and our events write them. */
#pragma once
#include "text.h"

/** Of a number that is exact in JavaScript. */
#define MAX_DIGITS 15
#define ID_LENGTH 32
/** `2026-01-15T10:00:01.020540000Z` */
#define TIME_LENGTH 30
#define NO_TIME INT64_MIN
#define NANOSECONDS 1000000000LL
/** Times between them are nanoseconds since 1970 in 63 bits. */
#define FIRST_YEAR 1970
#define LAST_YEAR 2199

static inline int is_digit(uint8_t byte) { return (uint8_t)(byte - '0') <= 9; }

/** Behind the digits that begin there. */
static inline place digits_end(place at, place end)
{
	while (at < end && is_digit(*at))
		at++;
	return at;
}

/** Where the digits begin that end there, not before `from`. */
static inline place digits_begin(place from, place end)
{
	while (end > from && is_digit(end[-1]))
		end--;
	return end;
}

/** An integer as JSON writes it, of digits alone; -1 where there is none, it is too long, or 0 stands before another. */
static inline int64_t integer(place from, place to)
{
	int32_t length = to - from;
	if (length < 1 || length > MAX_DIGITS || (*from == '0' && length > 1))
		return -1;
	int64_t value = 0;
	for (place at = from; at < to; at++)
		value = value * 10 + (*at - '0');
	return value;
}

/** Whether 32 hexadecimal digits are there, in lower case. */
static inline int is_id(place at)
{
	v128_t all = wasm_i8x16_splat(-1);
	for (int half = 0; half < 2; half++) {
		v128_t bytes = wasm_v128_load(at + half * STEP);
		v128_t digit = wasm_u8x16_le(wasm_i8x16_sub(bytes, wasm_i8x16_splat('0')), wasm_i8x16_splat(9));
		v128_t letter = wasm_u8x16_le(wasm_i8x16_sub(bytes, wasm_i8x16_splat('a')), wasm_i8x16_splat(5));
		all = wasm_v128_and(all, wasm_v128_or(digit, letter));
	}
	return wasm_i8x16_all_true(all);
}

/** Decimal digits, as many as are said; what is none makes `wrong` differ from 0. */
static inline uint32_t decimal(place at, int digits, uint32_t *wrong)
{
	uint32_t value = 0;
	for (int index = 0; index < digits; index++) {
		uint8_t digit = at[index] - '0';
		*wrong |= digit > 9;
		value = value * 10 + digit;
	}
	return value;
}

/** Days from 1970 to a day of the Gregorian calendar: years are counted from March, so that the leap day is their last. */
static inline int64_t days_before(uint32_t year, uint32_t month, uint32_t day)
{
	year -= month <= 2;
	uint32_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return (int64_t)year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719468;
}

static inline uint32_t days_of(uint32_t year, uint32_t month)
{
	if (month == 2)
		return 28 + ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0);
	return 30 + ((month + (month > 7)) & 1);
}

/** RFC 3339 in UTC with nine digits, in nanoseconds since 1970; NO_TIME for anything else, and for other years. */
static inline int64_t time_at(place at)
{
	uint32_t wrong = (at[4] ^ '-') | (at[7] ^ '-') | (at[10] ^ 'T') | (at[13] ^ ':') | (at[16] ^ ':') |
			 (at[19] ^ '.') | (at[29] ^ 'Z');
	uint32_t year = decimal(at, 4, &wrong);
	uint32_t month = decimal(at + 5, 2, &wrong);
	uint32_t day = decimal(at + 8, 2, &wrong);
	uint32_t hour = decimal(at + 11, 2, &wrong);
	uint32_t minute = decimal(at + 14, 2, &wrong);
	uint32_t second = decimal(at + 17, 2, &wrong);
	uint32_t fraction = decimal(at + 20, 9, &wrong);
	if (wrong != 0 || year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1 ||
	    day > days_of(year, month) || hour > 23 || minute > 59 || second > 59)
		return NO_TIME;
	int64_t seconds = days_before(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
	return seconds * NANOSECONDS + fraction;
}
