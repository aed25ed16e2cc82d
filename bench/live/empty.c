// SPDX-License-Identifier: Apache-2.0
/* Attaches the programs of empty.bpf.o, those of sockets to a cgroup, until it is ended: empty OBJECT CGROUP */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int count, char **arguments)
{
	struct bpf_object *object = count == 3 ? bpf_object__open(arguments[1]) : NULL;
	int cgroup = count == 3 ? open(arguments[2], O_RDONLY | O_CLOEXEC) : -1;
	struct bpf_program *program;
	struct bpf_link *link;

	if (!object || cgroup < 0 || bpf_object__load(object) != 0)
		return 1;
	bpf_object__for_each_program(program, object) {
		if (bpf_program__type(program) == BPF_PROG_TYPE_TRACING)
			link = bpf_program__attach(program);
		else
			link = bpf_program__attach_cgroup(program, cgroup);
		if (!link)
			return 1;
	}
	fputs("ready\n", stderr);
	pause();
	return 0;
}
