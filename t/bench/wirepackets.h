/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of the milter protocol, over a socket that blocks. */
#ifndef GATEPOST_WIREPACKETS_H
#define GATEPOST_WIREPACKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { PACKETS_MAX = 2048 };

struct packets {
    int fd;
    size_t out_len, in_len, taken;
    char out[PACKETS_MAX], in[PACKETS_MAX];
};

/* Ends the program with the words of errno. */
void die(const char *what);

void packets_put(struct packets *packets, char command, const void *data, size_t len);
/* Names and values, NULL behind the last. */
void packets_put_macros(struct packets *packets, char command,
                        const char *const *pairs);
void packets_put_field(struct packets *packets, const char *name, const char *value);
void packets_flush(struct packets *packets);

/* What there is, at least a byte. */
void packets_receive(struct packets *packets);

/* The command of the next whole packet, NUL if there is none. *data is valid until
 * packets_receive(). */
char packets_take(struct packets *packets, const char **data, size_t *len);

#endif
