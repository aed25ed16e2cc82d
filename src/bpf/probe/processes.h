/* SPDX-License-Identifier: Apache-2.0 */
/* Writes each process once, before what refers to it, and its ancestors before it. */
#ifndef IMDS_PROCESSES_H
#define IMDS_PROCESSES_H

#include "../imds.h"
#include "json.h"

void processes_open(void);
void process_write(const struct imds_process *process, __u64 time);
/* `"process":{"pid":…,"start":…,"exec":…}` */
void json_process(struct json *json, const struct imds_image *image);
/* Of how many the arguments were not to be had. */
extern __u64 processes_without_arguments;

#endif
