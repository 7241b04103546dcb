// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Prints ndpx-doctor(8)'s list of findings, in mdoc, from the table in doctor/codes.h. */
#include <ctype.h>
#include <stdio.h>

#include "doctor/codes.h"

static void row(const char *code, const char *severity, bool fix, const char *meaning,
		const char *remedy)
{
	printf(".It Cm %s Pq ", code);
	for (; *severity; severity++)
		putchar(tolower((unsigned char)*severity));
	printf("%s\n%s:\n%s\n", fix ? ", fixed" : "", meaning, remedy);
}

int main(void)
{
#define X(id, code, severity, fix, meaning, remedy) row(code, #severity, fix, meaning, remedy);
	DOCTOR_CODES(X)
#undef X
	return fflush(stdout) != 0;
}
