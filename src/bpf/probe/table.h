/* SPDX-License-Identifier: Apache-2.0 */
/* A table of at most so many entries; the one that was used least recently makes room. */
#ifndef IMDS_TABLE_H
#define IMDS_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct table;

/* `leaves` is called with the value of an entry that has to make room; may be NULL. */
struct table *table_new(uint32_t capacity, size_t key_size, size_t value_size, void (*leaves)(void *value));
/* The value, which counts as used; NULL if there is none. */
void *table_find(struct table *table, const void *key);
/* The value, zeroed if it is new. */
void *table_put(struct table *table, const void *key);
/* Removes the least recently used entry, if there is one; `leaves` is called. */
void table_drop_oldest(struct table *table);
/* Calls with each value, least recently used first, while it returns non-zero. */
void table_each(struct table *table, int (*use)(const void *key, void *value));
uint32_t table_count(const struct table *table);

#endif
