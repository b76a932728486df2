/* SPDX-License-Identifier: BSD-2-Clause */
/* The key that opens sealed values. */
#include "sealkey.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ascii.h"
#include "textfile.h"

enum { KEY_DIGITS = 2 * SEAL_KEY_BYTES };

static const char credential_name[] = "seal.key";

/* --- the file --- */

/* One that cannot be looked at, since its folder is closed to us by now, is there, too.
 */
static bool is_there(const char *path)
{
    return access(path, F_OK) == 0 || errno == EACCES;
}

void seal_key_find(const char *seal_key_file, struct seal_key_place *place)
{
    const char *folder = secure_getenv("CREDENTIALS_DIRECTORY");
    int len = 0;
    if (folder && *folder == '/')
        len =
            snprintf(place->path, sizeof place->path, "%s/%s", folder, credential_name);
    place->credential =
        len > 0 && (size_t)len < sizeof place->path && is_there(place->path);
    if (!place->credential)
        snprintf(place->path, sizeof place->path, "%s", seal_key_file);
}

bool seal_key_parse(struct span text, struct seal_key *key)
{
    bool good = text.len == KEY_DIGITS ||
                (text.len == KEY_DIGITS + 1 && text.ptr[KEY_DIGITS] == '\n');
    for (size_t i = 0; good && i < SEAL_KEY_BYTES; i++) {
        int high = ascii_hex(text.ptr[2 * i]), low = ascii_hex(text.ptr[2 * i + 1]);
        good = high >= 0 && low >= 0;
        key->bytes[i] = good ? (unsigned char)(high * 16 + low) : 0;
    }
    if (!good)
        explicit_bzero(key, sizeof *key);
    return good;
}

/* Whoever could read it could open all that it seals; whoever could write it, seal what
 * he likes. */
static const char *file_fault(const struct textfile *file, bool credential)
{
    const mode_t closed = credential ? S_IWGRP | S_IRWXO : S_IRWXG | S_IRWXO;
    if (file->owner != 0 && file->owner != geteuid())
        return "it belongs neither to root nor to the user of this process";
    if (file->mode & closed)
        return "others have access to it: chmod 0400";
    return NULL;
}

enum seal_key_state seal_key_read(const struct seal_key_place *place,
                                  struct seal_key *key, char *reason, size_t size)
{
    struct textfile file;
    char why[200];
    if (!textfile_read(place->path, NULL, &file, why, sizeof why)) {
        const int error = file.error;
        snprintf(reason, size, "%.200s: %s", place->path, why);
        return error == ENOENT || error == ENOTDIR ? SEAL_KEY_ABSENT
               : error == EACCES                   ? SEAL_KEY_DENIED
                                                   : SEAL_KEY_BAD;
    }
    const char *fault = file_fault(&file, place->credential);
    if (!fault && !seal_key_parse((struct span){file.bytes, file.len}, key))
        fault = "not a key, which is one line of 64 hexadecimal digits";
    textfile_free(&file);
    if (fault)
        snprintf(reason, size, "%.200s: %s", place->path, fault);
    return fault ? SEAL_KEY_BAD : SEAL_KEY_READ;
}

/* --- a new one --- */

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return fsync(fd) == 0;
}

/* So that the name outlives a crash, too. */
static bool sync_folder(const char *path)
{
    char copy[PATH_MAX];
    snprintf(copy, sizeof copy, "%s", path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

static bool write_key(int fd)
{
    unsigned char bytes[SEAL_KEY_BYTES];
    char text[KEY_DIGITS + 2];
    bool good = RAND_priv_bytes(bytes, sizeof bytes) == 1;
    for (size_t i = 0; i < sizeof bytes; i++) {
        static const char digits[] = "0123456789abcdef";
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[KEY_DIGITS] = '\n';
    good = good && write_all(fd, text, KEY_DIGITS + 1);
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(text, sizeof text);
    return good;
}

bool seal_key_create(const char *path, char *reason, size_t size)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0400);
    if (fd < 0) {
        snprintf(reason, size, "%.200s: %s", path,
                 errno == EEXIST ? "there is such a file already, which is left alone: "
                                   "what was sealed with its key could not be opened "
                                   "with another"
                                 : strerror(errno));
        return false;
    }
    bool good = write_key(fd) && sync_folder(path);
    int error = errno;
    if (close(fd) == 0 && good)
        return true;
    unlink(path);
    snprintf(reason, size, "%.200s: %s", path, strerror(error));
    return false;
}

/* --- in memory --- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct seal_key *kept; /* in a page of its own; NULL: none */

void seal_key_remember(const struct seal_key *key)
{
    pthread_mutex_lock(&lock);
    if (!kept) {
        void *page = mmap(NULL, sizeof *kept, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        kept = page == MAP_FAILED ? NULL : page;
    }
    if (kept) {
        mlock(kept, sizeof *kept); /* if it may */
#ifdef MADV_DONTDUMP
        madvise(kept, sizeof *kept, MADV_DONTDUMP);
#endif
        *kept = *key;
    }
    pthread_mutex_unlock(&lock);
}

bool seal_key_recall(struct seal_key *key)
{
    pthread_mutex_lock(&lock);
    bool known = kept != NULL;
    if (known)
        *key = *kept;
    pthread_mutex_unlock(&lock);
    return known;
}
