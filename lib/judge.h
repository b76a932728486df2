/* SPDX-License-Identifier: BSD-2-Clause */
/* The loop over the rules, and what a refusal does to a verdict. */
#ifndef GATEPOST_JUDGE_H
#define GATEPOST_JUDGE_H

#include "rules.h"

/* A verdict that passes, as every judging starts. */
void judge_start(const struct policy *policy, struct verdict *verdict);

/* Judges by each rule of the table until one refuses, or cannot tell. */
void judge_rules(const struct policy *policy, const struct rule *rules,
                 struct verdict *verdict, const struct trace *trace);

/* Is this rule held back by the mode of the whole, the interface, or its OU? */
bool judge_is_monitored(const struct policy *policy, const struct rule *rule);

/* The rule refuses. */
void judge_refuse(const struct policy *policy, struct verdict *verdict,
                  const struct rule *rule, const struct finding *finding);

#endif
