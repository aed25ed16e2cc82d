/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMDS_PREREQUISITES_H
#define IMDS_PREREQUISITES_H

#include <stddef.h>

/* The kernel that runs, as `uname -r` tells it. */
const char *kernel_release(void);
/*
 * The name of the index-th thing that the probe cannot do without, and in `words` what is missing of it and what
 * to do, or nothing. NULL after the last one.
 */
const char *prerequisite(size_t index, char *words, size_t capacity);
/* Ends the process with one line, where something is missing that the probe cannot do without. */
void require_prerequisites(void);
/* Why the programs were not accepted, in one line. Ends the process. */
_Noreturn void explain_refusal(const char *what, int error, const char *log);

#endif
