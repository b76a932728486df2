/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets of the milter protocol. */
#include "wirepackets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

void die(const char *what)
{
    fprintf(stderr, "wireload: %s: %s\n", what, strerror(errno));
    exit(1);
}

void packets_put(struct packets *p, char command, const void *data, size_t len)
{
    uint32_t size = htonl((uint32_t)len + 1);
    if (p->out_len + len + 5 > sizeof p->out)
        die("packet");
    memcpy(p->out + p->out_len, &size, 4);
    p->out[p->out_len + 4] = command;
    memcpy(p->out + p->out_len + 5, data, len);
    p->out_len += len + 5;
}

/* Each with its NUL. */
static size_t put_texts(char *out, size_t size, size_t len, const char *const *texts)
{
    for (; *texts; texts++) {
        size_t n = strlen(*texts) + 1;
        if (len + n > size)
            die("texts of a packet");
        memcpy(out + len, *texts, n);
        len += n;
    }
    return len;
}

void packets_put_macros(struct packets *p, char command, const char *const *pairs)
{
    char data[PACKETS_MAX / 2] = {command};
    packets_put(p, 'D', data, put_texts(data, sizeof data, 1, pairs));
}

void packets_put_field(struct packets *p, const char *name, const char *value)
{
    const char *const texts[] = {name, value, NULL};
    char data[PACKETS_MAX / 2];
    packets_put(p, 'L', data, put_texts(data, sizeof data, 0, texts));
}

void packets_flush(struct packets *p)
{
    /* Some hundred bytes: the socket's buffer takes them whole. */
    if (send(p->fd, p->out, p->out_len, MSG_NOSIGNAL) != (ssize_t)p->out_len)
        die("send");
    p->out_len = 0;
}

void packets_receive(struct packets *p)
{
    p->in_len -= p->taken;
    memmove(p->in, p->in + p->taken, p->in_len);
    p->taken = 0;
    ssize_t n = recv(p->fd, p->in + p->in_len, sizeof p->in - p->in_len, 0);
    if (n <= 0)
        die("recv");
    p->in_len += (size_t)n;
}

char packets_take(struct packets *p, const char **data, size_t *len)
{
    uint32_t size;
    const char *start = p->in + p->taken;
    size_t have = p->in_len - p->taken;
    if (have < 5)
        return '\0';
    memcpy(&size, start, 4);
    size = ntohl(size);
    if (size == 0 || size > sizeof p->in - 4)
        die("size of a packet");
    if (have < 4 + size)
        return '\0';
    *data = start + 5;
    *len = size - 1;
    p->taken += 4 + size;
    return start[4];
}
