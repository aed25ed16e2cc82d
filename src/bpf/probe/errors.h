/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong is one line on standard error, and an exit code (docs: the command line's contract). */
#ifndef IMDS_ERRORS_H
#define IMDS_ERRORS_H

#include <stddef.h>

enum exit_code { EXIT_DONE = 0, EXIT_UNEXPECTED = 1, EXIT_USAGE = 2, EXIT_PREREQUISITE = 5 };

void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says it, and ends the process. */
_Noreturn void fail(enum exit_code code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Zeroed memory, or the end of the process. */
void *must_allocate(size_t count, size_t size);

#endif
