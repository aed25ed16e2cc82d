/* SPDX-License-Identifier: Apache-2.0 */
/* Writes one JSON value into a buffer. Commas come by themselves. */
#ifndef IMDS_JSON_H
#define IMDS_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json {
	char *text;
	size_t length;
	size_t capacity;
	/* It did not fit, and is not to be used. */
	bool full;
};

void json_open(struct json *json, char bracket);
void json_close(struct json *json, char bracket);
void json_key(struct json *json, const char *key);
/* Bytes that are not UTF-8 stand as \xNN, with the backslash as part of the text. */
void json_bytes(struct json *json, const char *bytes, size_t length);
/* The same, cut to so many characters: a reader refuses a record whose text is longer than it allows. */
void json_bytes_cut(struct json *json, const char *bytes, size_t length, size_t most);
void json_string(struct json *json, const char *text);
void json_number(struct json *json, uint64_t number);
/* In decimal and quoted: JSON's own numbers are exact to 2^53 only. */
void json_decimal(struct json *json, uint64_t number);
void json_true(struct json *json);

#endif
