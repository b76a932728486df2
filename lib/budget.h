/* SPDX-License-Identifier: BSD-2-Clause */
/* What one decision may cost. Each pattern has a limit of its own, but a list holds
 * many, and a message many addresses. */
#ifndef GATEPOST_BUDGET_H
#define GATEPOST_BUDGET_H

#include <stdbool.h>

/* A tenth of a second of processor time for the decision that this thread makes from
 * here on. */
void budget_start(void);
void budget_end(void);

/* Counts units of work, some hundred nanoseconds each. False once the time is spent:
 * what is not known by then stays unknown. Always true outside of a decision. */
bool budget_allows(unsigned units);

#endif
