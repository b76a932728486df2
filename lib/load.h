/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts of the loader that build and check what schema.h describes. */
#ifndef GATEPOST_LOAD_H
#define GATEPOST_LOAD_H

#include "scan.h"
#include "schema.h"

/* Looks at the statements before libconfuse does: what is unknown, given twice, in
 * the wrong place or of the wrong shape is reported, blanked in text and taken out of
 * the list. */
void statements_check(struct load *load, char *text, const struct section_spec *spec,
                      struct statement **statements);

/* Has libconfuse read the checked statements of a file and stores their values:
 * options in section, sections by way of section_begin() and section_built(). */
void values_apply(struct load *load, char *text, const struct section_spec *spec,
                  struct statement *statements, void *section);

/* The struct of a section, with defaults, to be filled by the caller and then given
 * to section_built(). parent is the struct of the section around it. NULL if its
 * title is no good. */
void *section_begin(struct load *load, const struct section_spec *spec,
                    const struct statement *statement, void *parent);
void section_built(struct load *load, const struct section_spec *spec,
                   const struct statement *statement, void *section);

/* Adds a file to those of the snapshot; path lives in the arena. */
void config_remember_file(struct load *load, const char *path);

/* The part of snapshot_check() that is about logins. */
void check_logins(struct load *load);

/* The part of it that is about who may send as whom: gathers what
 * refuse_unknown_senders needs, finds out whether headers are needed. */
void check_senders(struct load *load);

/* The parts of it that are about rules which can never refuse, or grants to everybody;
 * and about users who can do nothing, or are taken for others. */
struct reach;
void check_rules(struct load *load, const struct reach *reach);
void check_users(struct load *load, const struct reach *reach);

/* What only the whole can tell: references, doubles, likely mistakes. */
void snapshot_check(struct load *load);

#endif
