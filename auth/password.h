/* SPDX-License-Identifier: BSD-2-Clause */
/* Is this the password of that hash? */
#ifndef GATEPOST_PASSWORD_H
#define GATEPOST_PASSWORD_H

/* crypt(3) takes that many bytes, with the NUL. */
enum { PASSWORD_MAX = 512 };

enum password_answer { PASSWORD_WRONG, PASSWORD_RIGHT, PASSWORD_UNTOLD };

/* Costs what the hash asks for, whatever the answer is. Wrong for a hash that is none;
 * untold where there was no memory. May be called by any number of threads at once. */
enum password_answer password_check(const char *password, const char *hash);

#endif
