/* SPDX-License-Identifier: BSD-2-Clause */
/* The bytes of a file, with gzip undone: libarchive does that as well, but does not
 * look at the checksum, so that it reads rubbish from an archive that is corrupt. */
#ifndef GATEPOST_RAWFILE_H
#define GATEPOST_RAWFILE_H

#include <stdint.h>
#include <sys/types.h>

struct rawfile;

/* "-" is standard input. NULL, with errno set, if it cannot be opened. */
struct rawfile *rawfile_open(const char *path);
void rawfile_close(struct rawfile **file);

/* Bytes of the next block, which stays until the next call; 0 at the end, and -1, with
 * words in *error, where it cannot be read. */
ssize_t rawfile_read(struct rawfile *file, const void **block, const char **error);

/* Bytes of the file that have been read. */
int64_t rawfile_position(const struct rawfile *file);

#endif
