/* SPDX-License-Identifier: Apache-2.0 */
/* The form of the output: pcapng with the records in it, or lines of JSON. */
#ifndef IMDS_JOURNAL_H
#define IMDS_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "../imds.h"
#include "json.h"

void journal_open(bool as_json, const char *version);
/* Begins a record of that type; `time` is in nanoseconds since the epoch. Write its fields, then end it. */
struct json *journal_begin(const char *type);
void journal_end(void);
/* A packet as it left or reached the socket, from its IP header on. */
void journal_packet(uint64_t time, const struct imds_packet *packet, const uint8_t *bytes, uint32_t captured);
/* Length of the record that was written last. */
uint32_t journal_length(void);

#endif
