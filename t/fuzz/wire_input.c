/* SPDX-License-Identifier: BSD-2-Clause */
/* What fuzz_wire makes of its input. */
#include "wire_input.h"

#include <stdio.h>
#include <string.h>

/* New ones go to the end: the seeds count on it. */
static const char *const words[] = {
    "",
    "<>",
    "<printer@acme.example>",
    "printer@acme.example",
    "<a+x@acme.example>",
    "<alice@beta.example>",
    "alice@beta.example",
    "aa@beta.example",
    "<b%far.test@lists.example>",
    "<@relay.test:c@sub.acme.example>",
    "<\"a\\\"b@c\"@acme.example>",
    "<x@[IPv6:2001:db8::1]>",
    "scanner",
    "bad",
    "a@realm.test",
    "a+2Bb",
    "Postfix 3.7.11",
    "8.17.1",
    "SUBMISSION",
    "587",
    "OK",
    "TLSv1.3",
    "host.mx.example",
    "100%s\r\n250 ok",
    "\xff\xfe\x1b[0m\"\\",
    "PLAIN",
    "<open@far.test>",
    "<refused@far.test>",
    "<no@far.test>",
    "<deferred@far.test>",
    "<held@far.test>",
    "<Held.Too@far.test>",
    "<moved@far.test>",
    "<MOVED@far.test>",
    "<both@far.test>",
    "<dropped@far.test>",
    "<marked@far.test>",
    "<someone@gamma.example>",
    "someone@gamma.example",
    "<aa@acme.example>",
    "a@acme.example",
};

static const char *const names[] = {
    "From",
    "Sender",
    "Resent-From",
    "Resent-Sender",
    "Authentication-Results",
    "X-Gatepost",
    "X-Bounce",
    "X-OU",
    "from",
    "FROM ",
    "From\t \t",
    "authentication-results \t",
    "x-gatepost",
    "X-Gatepost ",
    "Subject",
    "Received",
    "From\r",
    "X-Gatepost-Not",
    " From",
    "X-\xc3\xa4",
};

static const char *const values[] = {
    "a@acme.example",
    "alice@beta.example",
    "Printer <printer@acme.example>",
    "\"a@beta.example\" <a+x@acme.example>",
    "=?utf-8?q?chief=40beta=2Eexample?= <x@far.test>",
    "=?utf-8?b?YUBhY21lLmV4YW1wbGU=?= <x@far.test>",
    "A: aa@acme.example, b@gamma.example;",
    "A:;",
    "",
    "a@acme.example,\r\n\t\"x\\\"y\" <b@gamma.example>",
    "(comment (nested \\) a@acme.example) ) someone@gamma.example",
    "<@relay.test:c@sub.acme.example>",
    "a @ acme . example",
    "a@acme.example>, <x@far.test",
    "\"unclosed a@acme.example",
    "x\r\nBcc: hidden@far.test",
    "\x01\x7f\xff\xfe",
    "\xef\xbc\xa1@acme.example",
    "x@xn--acme-.example",
    " MX.acme.example; auth=pass smtp.auth=x",
    "(x) \"mx.ACME\\.example\" 1; none",
    "(x)\r\n\tmx (y) . acme . example; none",
    "mx.far.test; spf=pass",
    "mx.acme.example.far.test; none",
    "(unclosed mx.acme.example; none",
    ";",
    "yes",
};

unsigned take_byte(struct input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->data++;
}

/* As many bytes as there are; they end at a NUL. */
static char *take_raw(struct input *in, size_t len, char *out)
{
    size_t have = len < in->left ? len : in->left;
    memcpy(out, in->data, have);
    out[have] = '\0';
    in->data += have;
    in->left -= have;
    return out;
}

char *take_text(struct input *in, char out[WIRE_TEXT])
{
    unsigned kind = take_byte(in);
    if (kind >= 0x80)
        return take_raw(in, (kind & 0x7f) * 11, out);
    snprintf(out, WIRE_TEXT, "%s", words[kind % (sizeof words / sizeof *words)]);
    return out;
}

char *take_field_name(struct input *in, char out[WIRE_TEXT])
{
    unsigned kind = take_byte(in);
    const char *name = names[kind % (sizeof names / sizeof *names)];
    if (kind >= 0xc0) {
        take_raw(in, kind & 0x1f, out);
        out[strcspn(out, ":")] = '\0';
    }
    if (kind < 0xc0 || !*out)
        snprintf(out, WIRE_TEXT, "%s", name);
    return out;
}

static const char *take_value(struct input *in)
{
    return values[take_byte(in) % (sizeof values / sizeof *values)];
}

char *take_field_value(struct input *in, char out[WIRE_FIELD])
{
    unsigned kind = take_byte(in);
    if (kind >= 0x80)
        return take_raw(in, (kind & 0x7f) * 11, out);
    if (kind >= 0x70) {
        const char *first = take_value(in);
        snprintf(out, WIRE_FIELD, "%s%s%s", first, kind & 1 ? ",\r\n " : "",
                 take_value(in));
    } else if (kind >= 0x60) {
        const char *value = take_value(in);
        size_t count = take_byte(in) * (kind & 1 ? 16 : 1), used = 0;
        for (*out = '\0'; count > 0 && used < WIRE_FIELD - 256; count--)
            used += (size_t)sprintf(out + used, "%s%s", used ? ", " : "", value);
    } else {
        snprintf(out, WIRE_FIELD, "%s",
                 values[kind % (sizeof values / sizeof *values)]);
    }
    return out;
}
