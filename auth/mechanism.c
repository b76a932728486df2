/* SPDX-License-Identifier: BSD-2-Clause */
/* The SASL mechanisms: PLAIN (RFC 4616) and LOGIN (draft-murchison-sasl-login). */
#include "mechanism.h"

#include "ascii.h"
#include "attempt.h"

/* authzid NUL authcid NUL passwd */
static enum mechanism_step plain_step(struct attempt *a, int *state,
                                      struct span message, const char **challenge)
{
    *challenge = "";
    if (!message.ptr && *state == 0) {
        *state = 1;
        return MECHANISM_MORE;
    }
    const char *first = message.len ? memchr(message.ptr, '\0', message.len) : NULL;
    size_t authzid = first ? (size_t)(first - message.ptr) : message.len;
    struct span rest =
        span_cut(message, first ? authzid + 1 : message.len, message.len);
    const char *second = rest.len ? memchr(rest.ptr, '\0', rest.len) : NULL;
    if (!second) {
        attempt_malformed(a, "PLAIN without its two NUL bytes");
        return MECHANISM_DONE;
    }
    size_t name = (size_t)(second - rest.ptr);
    attempt_set_name(a, span_cut(rest, 0, name));
    attempt_set_password(a, span_cut(rest, name + 1, rest.len));
    if (authzid > 0 &&
        !span_equal(span_cut(message, 0, authzid), span_cut(rest, 0, name)))
        attempt_malformed(a, "it asks to act as somebody else (authzid)");
    return MECHANISM_DONE;
}

static enum mechanism_step login_step(struct attempt *a, int *state,
                                      struct span message, const char **challenge)
{
    if (!message.ptr) {
        *challenge = "Username:";
        return MECHANISM_MORE;
    }
    if (*state == 0) {
        attempt_set_name(a, message);
        *state = 1;
        *challenge = "Password:";
        return MECHANISM_MORE;
    }
    attempt_set_password(a, message);
    return MECHANISM_DONE;
}

const struct mechanism mechanisms[] = {
    {"PLAIN", "plaintext", plain_step},
    {"LOGIN", "plaintext", login_step},
    {NULL, NULL, NULL},
};

const struct mechanism *mechanism_find(struct span name)
{
    for (const struct mechanism *m = mechanisms; m->name; m++) {
        size_t n = 0;
        while (n < name.len && m->name[n] &&
               ascii_fold(m->name[n]) == ascii_fold(name.ptr[n]))
            n++;
        if (n == name.len && m->name[n] == '\0')
            return m;
    }
    return NULL;
}
