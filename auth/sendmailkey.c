/* SPDX-License-Identifier: BSD-2-Clause */
/* What Sendmail's rules ask gatepost-auth about a session. */
#include "sendmailkey.h"

struct span sendmail_trim(struct span s)
{
    while (s.len && s.ptr[0] == ' ')
        s = span_cut(s, 1, s.len);
    while (s.len && s.ptr[s.len - 1] == ' ')
        s.len--;
    return s;
}

/* Cuts off what stands before the next mark. */
static bool next_field(struct span *rest, struct span *field)
{
    const char *mark = rest->len ? memchr(rest->ptr, '!', rest->len) : NULL;
    if (!mark)
        return false;
    const size_t len = (size_t)(mark - rest->ptr);
    *field = sendmail_trim(span_cut(*rest, 0, len));
    *rest = span_cut(*rest, len + 1, rest->len);
    return true;
}

/* A name as Sendmail has it: in brackets or not, a dot at its end or not. */
static bool read_host(struct span text, struct relay_host_name *host)
{
    if (text.len > 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']')
        text = span_cut(text, 1, text.len - 1);
    if (text.len > 1 && text.ptr[text.len - 1] == '.')
        text.len--;
    return text.len > 0 && relay_host_parse_name(text, host);
}

/* What is no name, such as the path of a socket, is no relay's host either. */
static bool read_nexthop(struct span list, struct sendmail_session *s)
{
    bool in_brackets = false;
    size_t from = 0;
    for (size_t i = 0; i <= list.len; i++) {
        const char c = i < list.len ? list.ptr[i] : ':';
        in_brackets = c == '[' || (in_brackets && c != ']' && i < list.len);
        if (in_brackets || (c != ':' && c != ','))
            continue;
        if (s->host_count == SENDMAIL_NEXTHOPS_MOST)
            return false;
        s->host_count +=
            read_host(sendmail_trim(span_cut(list, from, i)), &s->hosts[s->host_count]);
        from = i + 1;
    }
    return true;
}

bool sendmail_read_session(struct span key, struct sendmail_session *s)
{
    struct span nexthop, server, address;
    s->host_count = 0;
    s->sender.len = 0;
    if (!next_field(&key, &s->what) || !next_field(&key, &nexthop) ||
        !next_field(&key, &server) || !next_field(&key, &address))
        return false;
    key = sendmail_trim(key);
    if (key.len == 0 || key.ptr[key.len - 1] != '!')
        return false;
    key = sendmail_trim(span_cut(key, 0, key.len - 1));
    s->has_server = read_host(server, &s->server);
    s->has_address = read_host(address, &s->address);
    s->has_sender = key.len == 0 || address_parse(key, &s->sender);
    return read_nexthop(nexthop, s);
}
