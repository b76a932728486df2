/* SPDX-License-Identifier: BSD-2-Clause */
/* Loading a configuration for a command. */
#ifndef GATEPOST_CTL_CHECK_H
#define GATEPOST_CTL_CHECK_H

#include "config.h"

/* Loads file and prints errors and warnings to stderr. NULL on errors: the exit
 * status is then EX_CONFIG. */
struct snapshot *load_and_report(const char *file, enum secrets secrets);

#endif
