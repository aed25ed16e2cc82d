// SPDX-License-Identifier: Apache-2.0
/*
 * trim-memory.node: gives back what only the start of the process needed. When it is loaded, it lets go of what is
 * resident of files that are mapped (Node itself: 40 MB of code and tables, of which half is never looked at
 * again), and of what the C library has free. A page that is needed after all comes back out of the page cache.
 *
 * Let go of are mappings that nobody can write to and of which nothing is this process's own (smaps: Anonymous and
 * Swap are 0), since what the linker wrote there, say, could not be read from the file again.
 *
 * Linked against nothing: what it calls is found in whatever C library the process has.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

/* Of glibc alone. */
__attribute__((weak)) int malloc_trim(size_t kept);

struct mapping {
	uintptr_t begin, end;
	bool is_of_file;
	bool is_own;
};

/* A number in hexadecimal, and where it ends. No strtoul: newer headers make a name of it that older libraries lack. */
static uintptr_t hexadecimal(const char **at)
{
	static const char digits[] = "0123456789abcdef";
	uintptr_t value = 0;
	const char *digit;

	while (**at != '\0' && (digit = strchr(digits, **at)) != NULL) {
		value = value << 4 | (uintptr_t)(digit - digits);
		(*at)++;
	}
	return value;
}

/* The line that begins a mapping: `5581d000-5582f000 r-xp 00001000 fe:00 4711   /usr/bin/node`. */
static bool read_head(const char *line, struct mapping *mapping)
{
	const char *at = line;
	uintptr_t begin = hexadecimal(&at), end;

	if (at == line || *at++ != '-')
		return false;
	end = hexadecimal(&at);
	if (strlen(at) < 5 || *at != ' ')
		return false;
	mapping->begin = begin;
	mapping->end = end;
	/* Readable, not writable, private. */
	mapping->is_of_file = at[1] == 'r' && at[2] == '-' && at[4] == 'p' && strchr(at, '/') != NULL;
	mapping->is_own = false;
	return true;
}

static bool begins_with(const char *line, const char *start)
{
	return strncmp(line, start, strlen(start)) == 0;
}

/* `Anonymous:             0 kB` */
static bool is_zero(const char *line)
{
	const char *value = strchr(line, ':') + 1;

	return begins_with(value + strspn(value, " "), "0 kB");
}

static void give_back_files(FILE *smaps)
{
	struct mapping mapping = { 0 };
	char line[8192];
	bool begins_line = true;

	/* A path may be longer than a line of ours: of that, only the beginning is looked at. */
	for (; fgets(line, sizeof(line), smaps); begins_line = strchr(line, '\n') != NULL) {
		if (!begins_line || read_head(line, &mapping))
			continue;
		if (begins_with(line, "Anonymous:") || begins_with(line, "Swap:"))
			mapping.is_own |= !is_zero(line);
		/* The last line of each; without it, nothing is known of the ones before. */
		if (begins_with(line, "VmFlags:") && mapping.is_of_file && !mapping.is_own)
			madvise((void *)mapping.begin, mapping.end - mapping.begin, MADV_DONTNEED);
	}
}

/* The entry point of an add-on by Node-API, whose binary interface is the same in all versions of Node. */
__attribute__((visibility("default"))) void *napi_register_module_v1(void *env, void *exports)
{
	FILE *smaps = fopen("/proc/self/smaps", "re");

	(void)env;
	if (smaps) {
		give_back_files(smaps);
		fclose(smaps);
	}
	if (malloc_trim)
		malloc_trim(0);
	return exports;
}
