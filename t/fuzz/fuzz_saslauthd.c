/* SPDX-License-Identifier: BSD-2-Clause */
/* The protocol of saslauthd: four fields with hostile lengths. */
#include "login_driver.h"
#include "protocols.h"

enum { FIELDS = 4, FIELD_MOST = 1024, TEXT_MOST = FIELDS * (FIELD_MOST + 2) };

static struct model {
    size_t told; /* bytes of text */
    char text[TEXT_MOST];
    char name[2 * FIELD_MOST + 1];
    bool whole, answered;
} models[STUB_CONNECTIONS];

/* Absent: not whole, or too long. */
static struct span take_field(struct span *rest)
{
    const unsigned char *p = (const unsigned char *)rest->ptr;
    size_t len = rest->len < 2 ? SIZE_MAX : (size_t)p[0] << 8 | p[1];
    if (len > FIELD_MOST || rest->len < len + 2)
        return (struct span){NULL, 0};
    struct span field = span_cut(*rest, 2, len + 2);
    *rest = span_cut(*rest, len + 2, rest->len);
    return field;
}

static bool read_claim(struct model *m, struct login_claim *c)
{
    struct span rest = {m->text, m->told}, fields[FIELDS];
    for (int i = 0; i < FIELDS; i++) {
        fields[i] = take_field(&rest);
        if (!fields[i].ptr)
            return false;
    }
    size_t len = fields[0].len;
    memcpy(m->name, fields[0].ptr, len);
    if (fields[3].len > 0) {
        m->name[len] = '@';
        memcpy(m->name + len + 1, fields[3].ptr, fields[3].len);
        len += 1 + fields[3].len;
    }
    *c = (struct login_claim){
        .name = {m->name, len}, .password = fields[1], .service = fields[2]};
    return true;
}

static void before(unsigned slot, struct span input)
{
    struct model *m = &models[slot];
    struct login_claim claim;
    if (m->whole)
        return;
    m->told = input.len < TEXT_MOST ? input.len : TEXT_MOST;
    memcpy(m->text, input.ptr, m->told);
    m->whole = read_claim(m, &claim);
}

static void after(unsigned slot, struct span input, size_t consumed)
{
    struct connection *c = stub_connection(slot);
    (void)input;
    require((consumed > 0) == models[slot].whole, "four fields at a time");
    if (!models[slot].whole && models[slot].told == TEXT_MOST)
        require(c->doomed, "no more than four of the longest");
}

static void written(unsigned slot, struct span bytes)
{
    struct model *m = &models[slot];
    struct login_claim claim;
    bool yes = bytes.len == 4 && memcmp(bytes.ptr, "\0\2OK", 4) == 0;
    bool no = bytes.len == 4 && memcmp(bytes.ptr, "\0\2NO", 4) == 0;
    require(yes || no, "OK or NO, and its length");
    require(m->whole && !m->answered, "one answer to one request");
    m->answered = true;
    require(read_claim(m, &claim), "it is still known");
    if (yes)
        require(login_may_pass(&claim, (struct span){NULL, 0}),
                "OK only to the right name and password");
}

static void closed(unsigned slot)
{
    models[slot] = (struct model){0};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct stub_watch watch = {before, after, written, closed};
    login_driver_run(data, size, &protocol_saslauthd, &watch);
    return 0;
}
