/* SPDX-License-Identifier: Apache-2.0 */
/* What a process image was started with: as the kernel side kept it, else as /proc has it. */
#ifndef IMDS_IMAGES_H
#define IMDS_IMAGES_H

#include <stdbool.h>

#include "../imds.h"
#include "attach.h"

struct image_details {
	bool has_arguments;
	bool truncated;
	__u32 length;
	char arguments[IMDS_ARGS_LONG];
	__u32 executable_length;
	char executable[4096];
	/* It still lives, and runs this image: what else /proc says is of it. */
	bool lives;
};

void images_open(const struct attached *attached);
void image_find(const struct imds_image *image, struct image_details *details);
/* Remembers what a process that is older than the session was started with. */
void image_seed(const struct imds_image *image);

#endif
