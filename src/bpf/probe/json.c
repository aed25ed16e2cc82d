// SPDX-License-Identifier: Apache-2.0
#include "json.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Characters of \xNN. */
#define ESCAPED 4

static void append(struct json *json, const char *text, size_t length)
{
	if (length > json->capacity - json->length) {
		json->full = true;
		return;
	}
	memcpy(json->text + json->length, text, length);
	json->length += length;
}

static void separate(struct json *json)
{
	char last = json->length > 0 ? json->text[json->length - 1] : '{';

	if (last != '{' && last != '[' && last != ':')
		append(json, ",", 1);
}

void json_open(struct json *json, char bracket)
{
	separate(json);
	append(json, &bracket, 1);
}

void json_close(struct json *json, char bracket)
{
	append(json, &bracket, 1);
}

void json_key(struct json *json, const char *key)
{
	json_string(json, key);
	append(json, ":", 1);
}

/* Length of the well-formed UTF-8 sequence there (RFC 3629), or 0. */
static size_t sequence(const unsigned char *bytes, size_t length)
{
	unsigned char first = bytes[0], low = 0x80, high = 0xbf;
	size_t size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;

	if (size > length)
		return 0;
	/* Neither overlong forms, nor surrogates, nor anything above U+10FFFF. */
	if (first == 0xe0)
		low = 0xa0;
	else if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < size; i++) {
		if (bytes[i] < low || bytes[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
	}
	return size;
}

void json_bytes(struct json *json, const char *bytes, size_t length)
{
	json_bytes_cut(json, bytes, length, SIZE_MAX);
}

void json_bytes_cut(struct json *json, const char *bytes, size_t length, size_t most)
{
	const unsigned char *at = (const unsigned char *)bytes;
	char escape[8];

	separate(json);
	append(json, "\"", 1);
	while (length > 0) {
		size_t size = sequence(at, length);
		size_t cost = size == 0 ? ESCAPED : size;

		if (cost > most)
			break;
		most -= cost;
		if (size == 0) {
			append(json, escape, snprintf(escape, sizeof(escape), "\\\\x%02X", *at));
			size = 1;
		} else if (*at == '"' || *at == '\\') {
			append(json, (char[]){ '\\', *at }, 2);
		} else if (*at < 0x20 || *at == 0x7f) {
			append(json, escape, snprintf(escape, sizeof(escape), "\\u%04x", *at));
		} else {
			append(json, (const char *)at, size);
		}
		at += size;
		length -= size;
	}
	append(json, "\"", 1);
}

void json_string(struct json *json, const char *text)
{
	json_bytes(json, text, strlen(text));
}

void json_number(struct json *json, uint64_t number)
{
	char digits[24];

	separate(json);
	append(json, digits, snprintf(digits, sizeof(digits), "%" PRIu64, number));
}

void json_decimal(struct json *json, uint64_t number)
{
	char digits[24];

	separate(json);
	append(json, digits, snprintf(digits, sizeof(digits), "\"%" PRIu64 "\"", number));
}

void json_true(struct json *json)
{
	separate(json);
	append(json, "true", 4);
}
