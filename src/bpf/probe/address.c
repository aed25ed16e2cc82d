// SPDX-License-Identifier: Apache-2.0
#include "address.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_PORT 80

const char *address_text(__u32 family, const __u32 *address)
{
	static char text[INET6_ADDRSTRLEN];

	inet_ntop(family == IMDS_IPV4 ? AF_INET : AF_INET6, address, text, sizeof(text));
	return text;
}

void json_address(struct json *json, const char *key, const struct imds_tuple *tuple, const __u32 *address,
		  __u32 port)
{
	json_key(json, key);
	json_open(json, '{');
	json_key(json, "address");
	json_string(json, address_text(tuple->family, address));
	json_key(json, "port");
	json_number(json, port);
	json_close(json, '}');
}

static bool parse_port(const char *text, __u32 *port)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || number == 0 || number > 65535)
		return false;
	*port = number;
	return true;
}

bool parse_endpoint(const char *text, struct imds_endpoint *endpoint)
{
	char address[64];
	const char *begin = text, *port = NULL;
	size_t length = strlen(text);

	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->port = DEFAULT_PORT;
	if (text[0] == '[') {
		const char *end = strchr(text, ']');

		if (!end || (end[1] != '\0' && end[1] != ':'))
			return false;
		begin = text + 1;
		length = end - begin;
		port = end[1] == ':' ? end + 2 : NULL;
	} else if (strchr(text, ':') && strchr(text, ':') == strrchr(text, ':')) {
		length = strchr(text, ':') - text;
		port = text + length + 1;
	}
	if (length >= sizeof(address) || (port && !parse_port(port, &endpoint->port)))
		return false;
	memcpy(address, begin, length);
	address[length] = '\0';
	if (inet_pton(AF_INET, address, endpoint->address) == 1)
		endpoint->family = IMDS_IPV4;
	else if (inet_pton(AF_INET6, address, endpoint->address) == 1)
		endpoint->family = IMDS_IPV6;
	else
		return false;
	return true;
}
