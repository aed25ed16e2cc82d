// SPDX-License-Identifier: Apache-2.0
#include "object.h"

/* An ELF file's headers are read where they are, and so have to be aligned. */
__asm__(".pushsection .rodata\n"
	".balign 8\n"
	".globl imds_object, imds_object_end\n"
	"imds_object: .incbin \"" OBJECT "\"\n"
	"imds_object_end:\n"
	".popsection\n");
