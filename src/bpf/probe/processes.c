// SPDX-License-Identifier: Apache-2.0
#include "processes.h"

#include <string.h>

#include "cgroups.h"
#include "images.h"
#include "journal.h"
#include "procfs.h"
#include "table.h"

/*
 * A reader keeps 16,384 processes with 16 Mi characters (docs/records.md). What leaves here while a
 * reader still has it is written once more, which changes nothing; so this keeps a little less.
 */
#define MAX_WRITTEN 16000
#define MAX_TEXT (15u * 1024 * 1024)

/* Longest text of a field (schemas/record.schema.json). */
#define MAX_PATH 4096
#define MAX_LABEL 256

/* A reader counts more than the text: of each process and ancestor, and of each argument. */
#define COST_EACH 256u
#define COST_ARGUMENT 16u

struct written {
	__u32 size;
	/* As an ancestor, it is written with less. */
	__u32 whole;
};

__u64 processes_without_arguments;

static struct table *table;
static __u64 text_size;

static void leave(void *value)
{
	text_size -= ((struct written *)value)->size;
}

void processes_open(void)
{
	table = table_new(MAX_WRITTEN, sizeof(struct imds_image), sizeof(struct written), leave);
}

static void put_reference(struct json *json, const struct imds_image *image)
{
	json_key(json, "pid");
	json_number(json, image->pid);
	json_key(json, "start");
	json_decimal(json, image->start);
	json_key(json, "exec");
	json_number(json, image->exec);
}

void json_process(struct json *json, const struct imds_image *image)
{
	json_key(json, "process");
	json_open(json, '{');
	put_reference(json, image);
	json_close(json, '}');
}

static void put_name(struct json *json, const struct imds_identity *identity)
{
	json_key(json, "name");
	json_bytes(json, identity->comm, strnlen(identity->comm, IMDS_COMM));
}

/* How many there are. */
static __u32 put_arguments(struct json *json, const struct image_details *details)
{
	const char *at = details->arguments, *end = at + details->length;
	__u32 count = 0;

	json_key(json, "args");
	json_open(json, '[');
	while (at < end) {
		size_t length = strnlen(at, end - at);

		json_bytes(json, at, length);
		at += length + 1;
		count++;
	}
	json_close(json, ']');
	if (details->truncated) {
		json_key(json, "args_truncated");
		json_true(json);
	}
	return count;
}

static void put_part(struct json *json, const char *key, const char *text, size_t length, size_t most)
{
	if (length == 0)
		return;
	json_key(json, key);
	json_bytes_cut(json, text, length, most);
}

static void put_cgroup(struct json *json, const struct imds_process *process, bool lives)
{
	const char *path = cgroup_path(process->cgroup), *found = NULL;
	char all[4096];
	size_t length = 0;

	json_key(json, "cgroup_id");
	json_decimal(json, process->cgroup);
	if (path) {
		put_part(json, "cgroup_path", path, strlen(path), MAX_PATH);
		length = container_in(path, &found);
	}
	/* Where containers are made with cgroup v1, its hierarchies have their names. */
	if ((length == 0 || !path) && lives && procfs_read(process->self.image.pid, "cgroup", all, sizeof(all)) > 0) {
		if (length == 0)
			length = container_in(all, &found);
		if (!path || strcmp(path, "/") == 0)
			path = all;
	}
	put_part(json, "container_id", found, length, MAX_LABEL);
	length = path ? unit_in(path, &found) : 0;
	put_part(json, "unit", found, length, MAX_LABEL);
}

static void put_owner(struct json *json, __u32 user, __u32 group)
{
	json_key(json, "user_id");
	json_number(json, user);
	json_key(json, "group_id");
	json_number(json, group);
}

/* What the kernel told of the process that connects. */
static void put_own(struct json *json, const struct imds_process *process, bool lives)
{
	put_owner(json, process->user, process->group);
	json_key(json, "login_user_id");
	json_number(json, process->login);
	put_cgroup(json, process, lives);
	json_key(json, "netns");
	json_number(json, process->netns);
	json_key(json, "mntns");
	json_number(json, process->mntns);
	if (process->chroot) {
		json_key(json, "chroot");
		json_true(json);
	}
	json_key(json, "namespace_pid");
	json_number(json, process->namespace_pid);
}

/* `at` counts up the chain: 0 is the process itself, 1 its parent. */
static void write_one(const struct imds_process *process, __u32 at, __u64 time)
{
	static struct image_details details;
	const struct imds_identity *identity = at == 0 ? &process->self : &process->ancestors[at - 1];
	struct written *written = table_find(table, &identity->image);
	__u32 user, group, size, arguments = 0;
	struct json *json;

	if (written && (written->whole || at > 0))
		return;
	image_find(&identity->image, &details);
	if (!details.has_arguments)
		processes_without_arguments++;
	json = journal_begin("process");
	put_reference(json, &identity->image);
	json_key(json, "time");
	json_decimal(json, time);
	put_name(json, identity);
	put_part(json, "executable", details.executable, details.executable_length, MAX_PATH);
	if (details.has_arguments)
		arguments = put_arguments(json, &details);
	if (at == 0)
		put_own(json, process, details.lives);
	else if (details.lives && procfs_user(identity->image.pid, &user, &group))
		put_owner(json, user, group);
	json_key(json, "ancestors");
	json_open(json, '[');
	for (__u32 i = at; i < process->ancestor_count; i++) {
		json_open(json, '{');
		put_reference(json, &process->ancestors[i].image);
		put_name(json, &process->ancestors[i]);
		json_close(json, '}');
	}
	json_close(json, ']');
	journal_end();

	written = table_put(table, &identity->image);
	size = journal_length() + COST_EACH * (1 + process->ancestor_count) + COST_ARGUMENT * arguments;
	text_size = text_size + size - written->size;
	written->size = size;
	written->whole = at == 0;
	while (text_size > MAX_TEXT && table_count(table) > 1)
		table_drop_oldest(table);
}

void process_write(const struct imds_process *process, __u64 time)
{
	__u32 count = process->ancestor_count < IMDS_MAX_ANCESTORS ? process->ancestor_count : IMDS_MAX_ANCESTORS;

	for (__u32 at = count + 1; at-- > 0;)
		write_one(process, at, time);
}
