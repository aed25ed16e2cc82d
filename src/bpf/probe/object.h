/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel side, as it was compiled: an ELF file of the machine "bpf" within this one. */
#ifndef IMDS_OBJECT_H
#define IMDS_OBJECT_H

extern const char imds_object[];
extern const char imds_object_end[];

#endif
