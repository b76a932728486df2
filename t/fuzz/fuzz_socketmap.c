/* SPDX-License-Identifier: BSD-2-Clause */
/* The socketmap protocol: netstrings, and what the map ehlo.NAME has to answer. */
#include "login_driver.h"
#include "protocols.h"
#include "reference.h"

enum { REQUEST_MOST = 1024 };

static struct model {
    bool asked; /* and not answered */
    size_t whole;
    const char *expected; /* NULL: any */
} models[STUB_CONNECTIONS];

/* Bytes of the netstring that input begins with; 0: not whole, or none. */
static size_t read_netstring(struct span input, struct span *text)
{
    size_t len = 0, i = 0;
    for (; i < input.len && i < 5 && input.ptr[i] >= '0' && input.ptr[i] <= '9'; i++)
        len = len * 10 + (size_t)(input.ptr[i] - '0');
    bool zero = i > 1 && input.ptr[0] == '0';
    if (i == 0 || zero || i == input.len || input.ptr[i] != ':' || len > REQUEST_MOST ||
        input.len < i + 1 + len + 1 || input.ptr[i + 1 + len] != ',')
        return 0;
    *text = span_cut(input, i + 1, i + 1 + len);
    return i + 1 + len + 1;
}

static bool is_folded(struct span word, const char *text)
{
    if (word.len != strlen(text))
        return false;
    for (size_t i = 0; i < word.len; i++)
        if (ascii_fold(word.ptr[i]) != text[i])
            return false;
    return true;
}

/* Who may log in there at all? The rules of login_driver.c, as a table. */
static const char *expected(struct span text)
{
    static const char *const yes = "NOTFOUND ", *const no = "OK auth";
    struct span key = text, map = fuzz_take_until(&key, ' ');
    struct login_claim claim = {.client = key};
    if (map.len == text.len || map.len <= 5 || memcmp(map.ptr, "ehlo.", 5) != 0)
        return "PERM there is no such map";
    claim.service = span_cut(map, 5, map.len);
    claim.password = span_of("right"); /* some name at a target has it */
    if (login_is_monitored())
        return yes;
    if (is_folded(claim.service, "inside") && !key.ptr)
        return no;
    return login_may_pass(&claim, (struct span){NULL, 0}) ? yes : no;
}

static void before(unsigned slot, struct span input)
{
    struct model *m = &models[slot];
    struct span text = {NULL, 0};
    m->whole = read_netstring(input, &text);
    m->asked = m->whole > 0;
    if (m->asked)
        m->expected = expected(text);
}

static void after(unsigned slot, struct span input, size_t consumed)
{
    (void)input;
    require(consumed == models[slot].whole, "a netstring at a time");
    require(!models[slot].asked, "every request is answered");
}

static void written(unsigned slot, struct span bytes)
{
    struct model *m = &models[slot];
    struct span text;
    require(read_netstring(bytes, &text) == bytes.len, "a reply is a netstring");
    require(m->asked, "an answer to a request");
    require(span_equal(text, span_of(m->expected)), "what the rules say");
    m->asked = false;
}

static void closed(unsigned slot)
{
    models[slot] = (struct model){0};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct stub_watch watch = {before, after, written, closed};
    login_driver_run(data, size, &protocol_socketmap, &watch);
    return 0;
}
