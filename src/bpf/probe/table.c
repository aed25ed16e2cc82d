// SPDX-License-Identifier: Apache-2.0
#include "table.h"

#include <stdlib.h>
#include <string.h>

#include "errors.h"

#define NONE UINT32_MAX

struct link {
	uint32_t next; /* in the bucket, or in the list of free entries */
	uint32_t older;
	uint32_t newer;
};

struct table {
	uint32_t capacity, count, used, free, oldest, newest, bucket_mask;
	size_t key_size, value_size;
	uint32_t *buckets;
	struct link *links;
	uint8_t *keys;
	uint8_t *values;
	void (*leaves)(void *value);
};

struct table *table_new(uint32_t capacity, size_t key_size, size_t value_size, void (*leaves)(void *value))
{
	struct table *table = must_allocate(1, sizeof(*table));
	uint32_t buckets = 1;

	while (buckets < capacity)
		buckets *= 2;
	table->capacity = capacity;
	table->key_size = key_size;
	table->value_size = value_size;
	table->bucket_mask = buckets - 1;
	table->buckets = must_allocate(buckets, sizeof(*table->buckets));
	memset(table->buckets, 0xff, buckets * sizeof(*table->buckets));
	table->links = must_allocate(capacity, sizeof(*table->links));
	table->keys = must_allocate(capacity, key_size);
	table->values = must_allocate(capacity, value_size);
	table->free = table->oldest = table->newest = NONE;
	table->leaves = leaves;
	return table;
}

static uint32_t *bucket_of(const struct table *table, const uint8_t *key)
{
	uint64_t hash = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < table->key_size; i++)
		hash = (hash ^ key[i]) * 0x100000001b3ull;
	return &table->buckets[(hash ^ hash >> 32) & table->bucket_mask];
}

static void *key_at(const struct table *table, uint32_t at)
{
	return table->keys + at * table->key_size;
}

static void *value_at(const struct table *table, uint32_t at)
{
	return table->values + at * table->value_size;
}

static void unlink_age(struct table *table, uint32_t at)
{
	struct link *link = &table->links[at];

	if (link->older == NONE)
		table->oldest = link->newer;
	else
		table->links[link->older].newer = link->newer;
	if (link->newer == NONE)
		table->newest = link->older;
	else
		table->links[link->newer].older = link->older;
}

static void link_newest(struct table *table, uint32_t at)
{
	struct link *link = &table->links[at];

	link->newer = NONE;
	link->older = table->newest;
	if (table->newest == NONE)
		table->oldest = at;
	else
		table->links[table->newest].newer = at;
	table->newest = at;
}

static uint32_t find(const struct table *table, const void *key)
{
	uint32_t at = *bucket_of(table, key);

	while (at != NONE && memcmp(key_at(table, at), key, table->key_size) != 0)
		at = table->links[at].next;
	return at;
}

void *table_find(struct table *table, const void *key)
{
	uint32_t at = find(table, key);

	if (at == NONE)
		return NULL;
	unlink_age(table, at);
	link_newest(table, at);
	return value_at(table, at);
}

void table_drop_oldest(struct table *table)
{
	uint32_t at = table->oldest, *place;

	if (at == NONE)
		return;
	if (table->leaves)
		table->leaves(value_at(table, at));
	unlink_age(table, at);
	place = bucket_of(table, key_at(table, at));
	while (*place != at)
		place = &table->links[*place].next;
	*place = table->links[at].next;
	table->links[at].next = table->free;
	table->free = at;
	table->count--;
}

void *table_put(struct table *table, const void *key)
{
	void *known = table_find(table, key);
	uint32_t at, *bucket;

	if (known)
		return known;
	if (table->free == NONE && table->used == table->capacity)
		table_drop_oldest(table);
	if (table->free == NONE) {
		at = table->used++;
	} else {
		at = table->free;
		table->free = table->links[at].next;
	}
	bucket = bucket_of(table, key);
	table->links[at].next = *bucket;
	*bucket = at;
	link_newest(table, at);
	table->count++;
	memcpy(key_at(table, at), key, table->key_size);
	return memset(value_at(table, at), 0, table->value_size);
}

void table_each(struct table *table, int (*use)(const void *key, void *value))
{
	for (uint32_t at = table->oldest; at != NONE; at = table->links[at].newer)
		if (!use(key_at(table, at), value_at(table, at)))
			return;
}

uint32_t table_count(const struct table *table)
{
	return table->count;
}
