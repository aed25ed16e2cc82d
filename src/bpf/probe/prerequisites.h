/* SPDX-License-Identifier: Apache-2.0 */
#ifndef IMDS_PREREQUISITES_H
#define IMDS_PREREQUISITES_H

/* The kernel that runs, as `uname -r` tells it. */
const char *kernel_release(void);
/* Ends the process with one line, where something is missing that the probe cannot do without. */
void require_prerequisites(void);
/* Why the programs were not accepted, in one line. Ends the process. */
_Noreturn void explain_refusal(const char *what, int error, const char *log);

#endif
