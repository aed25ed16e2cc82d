// SPDX-License-Identifier: Apache-2.0
#include "errors.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void say_line(const char *format, va_list arguments)
{
	char line[1024];

	vsnprintf(line, sizeof(line), format, arguments);
	fprintf(stderr, "imds-probe: %s\n", line);
}

void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_line(format, arguments);
	va_end(arguments);
}

void fail(enum exit_code code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say_line(format, arguments);
	va_end(arguments);
	exit(code);
}

void *must_allocate(size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (!memory)
		fail(EXIT_UNEXPECTED, "no memory for %zu times %zu bytes", count, size);
	return memory;
}
