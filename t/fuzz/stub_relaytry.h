/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for auth/relaytry.c. */
#ifndef GATEPOST_STUB_RELAYTRY_H
#define GATEPOST_STUB_RELAYTRY_H

#include <stdbool.h>

/* Ends the newest try, well if fault is NULL; false if there is none. */
bool stub_end_try(const char *fault);

#endif
