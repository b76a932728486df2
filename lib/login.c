/* SPDX-License-Identifier: BSD-2-Clause */
/* Who is it that logged in? */
#include "login.h"

#include "ascii.h"

bool login_canonical(const struct snapshot *snapshot, const struct interface *interface,
                     struct span name, struct address *login, bool *completed)
{
    static const struct span none = {NULL, 0};
    *completed = false;
    if (!address_parse_login(name, login))
        return false;
    if (address_has_domain(login) &&
        strmap_find(&interface->realms, address_domain(login)))
        address_set_domain(login, none);
    /* `"user@host"@realm` is not user@host. */
    if (!address_has_domain(login) && memchr(login->text, '@', login->len))
        return false;
    if (address_has_domain(login) || snapshot_user(snapshot, address_text(login)))
        return true;
    address_set_domain(login, span_of(interface->default_domain));
    *completed = address_has_domain(login);
    return true;
}

static bool is_encoded(struct span text, size_t at)
{
    return text.len - at > 2 && ascii_hex(text.ptr[at + 1]) >= 0 &&
           ascii_hex(text.ptr[at + 2]) >= 0;
}

bool login_decode_xtext(struct span text, char *out, size_t *len)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '+') {
            if (!is_encoded(text, i))
                return false;
            c = (char)(ascii_hex(text.ptr[i + 1]) * 16 + ascii_hex(text.ptr[i + 2]));
            i += 2;
        }
        out[n++] = c;
    }
    *len = n;
    return true;
}

bool login_has_xtext(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '+' && is_encoded(text, i))
            return true;
    return false;
}
