/* SPDX-License-Identifier: BSD-2-Clause */
/* How socketmap frames its requests and replies. */
#include "netstring.h"

#include <stdio.h>
#include <stdlib.h>

#include "ascii.h"

enum { DIGITS_MOST = 5 };

void netstring_reply(struct connection *c, struct span text)
{
    char head[24];
    const size_t before = (size_t)snprintf(head, sizeof head, "%zu:", text.len);
    const size_t whole = before + text.len + 1;
    char *reply = malloc(whole);
    if (!reply) {
        connection_doom(c);
        return;
    }
    memcpy(reply, head, before);
    memcpy(reply + before, text.ptr, text.len);
    reply[whole - 1] = ',';
    connection_write(c, reply, whole);
    explicit_bzero(reply, whole);
    free(reply);
}

/* Length of "123:", with the number in *len. 0: not whole; -1: none at all. */
static int read_length(struct span input, size_t most, size_t *len)
{
    *len = 0;
    for (size_t i = 0; i < input.len && i <= DIGITS_MOST; i++) {
        if (input.ptr[i] == ':' && i > 0)
            return *len <= most ? (int)i + 1 : -1;
        if (!ascii_is_digit(input.ptr[i]) || (i > 0 && input.ptr[0] == '0'))
            return -1;
        *len = *len * 10 + (size_t)(input.ptr[i] - '0');
    }
    return input.len > DIGITS_MOST ? -1 : 0;
}

static void split(struct connection *c, struct span request, netstring_asked *asked)
{
    const char *space = request.len ? memchr(request.ptr, ' ', request.len) : NULL;
    size_t len = space ? (size_t)(space - request.ptr) : 0;
    struct span map = span_cut(request, 0, len), key = {NULL, 0};
    if (space)
        key = span_cut(request, len + 1, request.len);
    asked(c, map, key);
}

size_t netstring_take(struct connection *c, struct span input, size_t most,
                      netstring_asked *asked)
{
    size_t len;
    int head = read_length(input, most, &len);
    size_t whole = head > 0 ? (size_t)head + len + 1 : 0;
    if (head < 0 || (whole && input.len >= whole && input.ptr[whole - 1] != ',')) {
        connection_doom(c);
        return 0;
    }
    if (!whole || input.len < whole)
        return 0;
    split(c, span_cut(input, (size_t)head, (size_t)head + len), asked);
    return whole;
}
