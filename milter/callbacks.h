/* SPDX-License-Identifier: BSD-2-Clause */
/* What libmilter calls. None of it blocks: no file, no name look-up, no lock that is
 * held across I/O; the callbacks of one session may come from different threads. */
#ifndef GATEPOST_CALLBACKS_H
#define GATEPOST_CALLBACKS_H

#include <libmilter/mfapi.h>

extern const struct smfiDesc callbacks;

#endif
