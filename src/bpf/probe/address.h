/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMDS_ADDRESS_H
#define IMDS_ADDRESS_H

#include <stdbool.h>

#include "../imds.h"
#include "json.h"

/* `"key":{"address":"…","port":…}` */
void json_address(struct json *json, const char *key, const struct imds_tuple *tuple, const __u32 *address,
		  __u32 port);
/* Reads 169.254.169.254, 10.0.0.7:8080, fd00:ec2::254 or [fd00:ec2::254]:80; no port means 80. */
bool parse_endpoint(const char *text, struct imds_endpoint *endpoint);
/* Text of an address; the result is valid until the next call. */
const char *address_text(__u32 family, const __u32 *address);

#endif
