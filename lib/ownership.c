/* SPDX-License-Identifier: BSD-2-Clause */
/* Does a login own an address? */
#include "ownership.h"

static struct span local_part_cut(struct span local, const char *delimiters)
{
    for (size_t i = 1; i < local.len; i++)
        if (strchr(delimiters, local.ptr[i]))
            return span_cut(local, 0, i);
    return local;
}

/* recipient_delimiter: the address without its extension. False if it has none, or
 * nothing would be left. */
static bool without_extension(const struct address *from, const char *delimiters,
                              struct address *to)
{
    struct span local = {from->text, from->local_len};
    if (!*delimiters || strchr(delimiters, local.ptr[0]))
        return false;
    struct span cut = local_part_cut(local, delimiters);
    if (cut.len == local.len)
        return false;
    memcpy(to->text, cut.ptr, cut.len);
    to->local_len = cut.len;
    address_set_domain(to, address_domain(from));
    return true;
}

/* Does the login equal the sender, or does a pattern of senders (NULL: none) match? */
static enum match owns_as_is(const struct policy *p, const struct address *sender,
                             const struct name_list *senders)
{
    if (address_equal(&p->login, sender))
        return MATCH_YES;
    return name_list_match(senders, address_text(sender));
}

enum match owns(const struct policy *p, const struct ou *ou,
                const struct name_list *senders)
{
    struct address cut;
    enum match match = owns_as_is(p, &p->sender, senders);
    if (match != MATCH_YES &&
        without_extension(&p->sender, ou->recipient_delimiter, &cut))
        match = match_or(match, owns_as_is(p, &cut, senders));
    return match;
}
