/* SPDX-License-Identifier: BSD-2-Clause */
/* Stands in for the logger: lines are checked instead of written. */
#ifndef GATEPOST_STUB_LOGGER_H
#define GATEPOST_STUB_LOGGER_H

#include "logger.h"

void stub_logger_set(bool json);

/* Lines of an event ("refusal", ...) since the start. */
unsigned long stub_logger_lines(void);

#endif
