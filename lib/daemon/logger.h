/* SPDX-License-Identifier: BSD-2-Clause */
/* The one logger. Lines go into a queue of fixed size and a thread of its own writes
 * them: a full disk or a stuck syslog costs lines, never time. */
#ifndef GATEPOST_LOGGER_H
#define GATEPOST_LOGGER_H

#include <stdbool.h>

#include "line.h"
#include "snapshot.h"

/* Opens the target and starts the thread. program names us to syslog, and must stay.
 * False with the reason in error[]. */
bool logger_start(const char *program, const struct log_settings *settings, char *error,
                  size_t size);

/* Opens the target anew (a log file that was renamed is left behind) and switches to
 * it. On failure false, with the reason in error[], and nothing changes. */
bool logger_reopen(const struct log_settings *settings, char *error, size_t size);

/* Would a line of this level be written? Cheap, so that none is made in vain. */
bool logger_wants(enum log_level level);
bool logger_is_json(void);

/* A new line with the keys that all have: time and event. NULL if there is no memory,
 * which counts as a lost line. It ends in logger_put(). */
struct line *logger_line(const char *event);

/* Queues a finished line and frees it; never blocks. */
void logger_put(enum log_level level, struct line **line);

/* A message of the daemon itself, with the common keys. */
void logger_message(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Lines that could not be written since the start. */
unsigned long logger_lost(void);

/* Waits a little for the queue to be written. The thread is left as it is. */
void logger_drain(void);

#endif
