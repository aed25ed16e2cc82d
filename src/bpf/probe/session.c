// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "address.h"
#include "clock.h"
#include "journal.h"
#include "prerequisites.h"
#include "procfs.h"

#define FORMAT 1

static void put_file(struct json *json, const char *key, const char *path)
{
	char text[256];

	if (read_text(path, text, sizeof(text)) <= 0)
		return;
	json_key(json, key);
	json_string(json, text);
}

static void put_host(struct json *json)
{
	char name[256] = "";

	json_key(json, "host");
	json_open(json, '{');
	put_file(json, "id", "/etc/machine-id");
	gethostname(name, sizeof(name) - 1);
	if (name[0]) {
		json_key(json, "name");
		json_string(json, name);
	}
	json_close(json, '}');
}

static void put_endpoints(struct json *json, const struct options *options)
{
	json_key(json, "endpoints");
	json_open(json, '[');
	for (__u32 i = 0; i < options->endpoint_count; i++) {
		const struct imds_endpoint *endpoint = &options->endpoints[i];

		json_open(json, '{');
		json_key(json, "address");
		json_string(json, address_text(endpoint->family, endpoint->address));
		json_key(json, "port");
		json_number(json, endpoint->port);
		json_close(json, '}');
	}
	json_close(json, ']');
}

void session_write(const struct options *options, bool host_scope)
{
	struct json *json = journal_begin("session");
	unsigned char random[8] = {};
	char id[2 * sizeof(random) + 1];

	if (getrandom(random, sizeof(random), 0) < 0)
		memcpy(random, &(__u64){ since_boot() }, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(id + 2 * i, 3, "%02x", random[i]);
	json_key(json, "format");
	json_number(json, FORMAT);
	json_key(json, "session");
	json_string(json, id);
	json_key(json, "time");
	json_decimal(json, to_epoch(since_boot()));
	json_key(json, "part");
	json_number(json, 1);
	put_host(json);
	put_file(json, "boot_id", "/proc/sys/kernel/random/boot_id");
	json_key(json, "boot_time");
	json_decimal(json, to_epoch(0));
	json_key(json, "kernel");
	json_string(json, kernel_release());
	put_endpoints(json, options);
	json_key(json, "views");
	json_open(json, '[');
	json_string(json, "sockets");
	json_close(json, ']');
	json_key(json, "attribution");
	json_string(json, "ebpf");
	json_key(json, "scope");
	json_string(json, host_scope ? "host" : "container");
	json_key(json, "versions");
	json_open(json, '{');
	json_key(json, "probe");
	json_string(json, VERSION);
	json_close(json, '}');
	journal_end();
}

void tick_write(void)
{
	struct json *json = journal_begin("tick");

	json_key(json, "time");
	json_decimal(json, to_epoch(since_boot()));
	journal_end();
}

void end_write(const char *reason)
{
	struct json *json = journal_begin("end");

	json_key(json, "time");
	json_decimal(json, to_epoch(since_boot()));
	json_key(json, "reason");
	json_string(json, reason);
	journal_end();
}
