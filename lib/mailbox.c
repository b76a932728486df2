/* SPDX-License-Identifier: BSD-2-Clause */
/* The originator fields of a message: their grammar (RFC 5322 3.4 and 4.4). */
#include "mailbox.h"

#include "encodedword.h"
#include "lookalike.h"
#include "mailbox_lexer.h"
#include "mailbox_name.h"
#include "utf8.h"

/* A local part, each of its characters escaped, and a domain. */
enum { SPEC_MAX = 3 * PART_MAX + 3, ELEMENT_MAX = 500 };

struct parser {
    struct mailbox_lexer lexer;
    struct mailboxes *list;
    bool in_group, any;
};

static struct span text_span(const struct text *text)
{
    return (struct span){text->bytes, text->len};
}

static struct span part_span(const struct part *part)
{
    return (struct span){part->bytes, part->len};
}

/* The addr-spec as RFC 5321 writes it: in quotes as a whole, or without any. */
static struct span write_spec(const struct part *local, const struct part *domain,
                              char out[SPEC_MAX])
{
    size_t n = 0;
    if (local->quoted)
        out[n++] = '"';
    for (size_t i = 0; i < local->len; i++) {
        if (local->quoted && (local->bytes[i] == '"' || local->bytes[i] == '\\'))
            out[n++] = '\\';
        out[n++] = local->bytes[i];
    }
    if (local->quoted)
        out[n++] = '"';
    out[n++] = '@';
    memcpy(out + n, domain->bytes, domain->len);
    return (struct span){out, n + domain->len};
}

/* Would it be taken for a blank, for nothing, or for what parts addresses? Joiners
 * are letters' business. */
static bool is_deceptive(unsigned code)
{
    if (code < 0x80)
        return strchr("@<>,", (int)code) != NULL;
    return lookalike_is_blank(code) || lookalike_is_at(code) ||
           (lookalike_is_invisible(code) && code != 0x200c && code != 0x200d) ||
           code == 0xff1c || code == 0xff1e || code == 0xff0c;
}

static bool is_deceptive_local(struct span local)
{
    for (size_t i = 0; i < local.len;) {
        unsigned code;
        size_t n = utf8_sequence(span_cut(local, i, local.len), &code);
        if (n == 0 || code == 0 || is_deceptive(code))
            return true;
        i += n;
    }
    return false;
}

/* A quoted local part with an encoded word that would read as another address. */
static bool hides_address(struct span local)
{
    struct mailbox box = {.name_len = 0};
    struct span none = {NULL, 0};
    return encodedword_is_in(local) &&
           (mailbox_name_decode(local, none, false, &box) != NULL ||
            is_deceptive_local(mailbox_name(&box)));
}

static const char *judge_spec(const struct mailbox_lexer *p, struct span spec,
                              struct address *address)
{
    struct span local = part_span(&p->local);
    if (p->local.len == 0 && !p->local.quoted)
        return "an address with nothing before its @";
    if (p->domain.len == 0)
        return "an address without a domain";
    if (!p->local.quoted && encodedword_is_in(spec))
        return "an encoded word in an address";
    if (p->risky_then != p->risky_now)
        return "a comment inside of an address";
    if (is_deceptive_local(local) || hides_address(local))
        return "an address that looks like another one";
    if (p->local.broken || p->domain.broken || !address_parse_mailbox(spec, address))
        return "an address that is malformed";
    return NULL;
}

/* Reads from the @ behind a local part on. The mailbox's place is the next one. */
static bool read_spec(struct parser *parser, bool bare)
{
    struct mailbox_lexer *p = &parser->lexer;
    char text[SPEC_MAX];
    if (parser->list->count == MAILBOXES_MAX)
        return mailbox_fail(p, "more than 32 addresses");
    p->at++;
    if (!mailbox_read_domain(p))
        return false;
    if (mailbox_peek(p) == '<' && bare)
        return mailbox_fail(p, "a name with an @ that is not in quotes");
    if (mailbox_peek(p) == '@')
        return mailbox_fail(p, "an address with two @");
    const char *fault = judge_spec(p, write_spec(&p->local, &p->domain, text),
                                   &parser->list->boxes[parser->list->count].address);
    return fault ? mailbox_fail(p, fault) : true;
}

static bool add_mailbox(struct parser *parser, struct span words)
{
    struct mailbox_lexer *p = &parser->lexer;
    const char *fault = mailbox_name_decode(words, text_span(&p->comments), p->odd,
                                            &parser->list->boxes[parser->list->count]);
    if (fault)
        return mailbox_fail(p, fault);
    parser->list->count++;
    parser->any = true;
    p->comments.len = 0;
    return true;
}

/* "@one,@two:" before an address. RFC 5322 4.4 has it ignored, but not what is none. */
static bool skip_route(struct mailbox_lexer *p)
{
    for (;;) {
        char domain[DOMAIN_MAX];
        p->at++;
        if (!mailbox_read_domain(p))
            return false;
        if (domain_canonical(part_span(&p->domain), domain) == 0 || p->domain.broken)
            return mailbox_fail(p, "a malformed route in an address");
        if (mailbox_peek(p) != ',')
            break;
        while (mailbox_peek(p) == ',') {
            p->at++;
            if (!mailbox_skip_cfws(p))
                return false;
        }
        if (mailbox_peek(p) != '@')
            break;
    }
    if (mailbox_peek(p) != ':')
        return mailbox_fail(p, "a malformed route in an address");
    p->at++;
    return true;
}

/* Tells what is wrong with the character that is there. */
static bool unexpected(struct mailbox_lexer *p, const char *otherwise)
{
    switch (mailbox_peek(p)) {
    case ')':
        return mailbox_fail(p, "a parenthesis that is not opened");
    case '[':
    case ']':
    case '\\':
        return mailbox_fail(p, "a bracket or backslash that is not in quotes");
    default:
        return mailbox_fail(p, otherwise);
    }
}

static bool read_angle(struct parser *parser)
{
    struct mailbox_lexer *p = &parser->lexer;
    p->at++;
    if (!mailbox_skip_cfws(p))
        return false;
    if (mailbox_peek(p) == '@' && !skip_route(p))
        return false;
    if (!mailbox_read_words(p, NULL))
        return false;
    if (mailbox_at_end(p))
        return mailbox_fail(p, "an angle bracket that is not closed");
    if (mailbox_peek(p) == '>')
        return mailbox_fail(p, p->local.len > 0 || p->local.quoted
                                   ? "an address without a domain"
                                   : "angle brackets without an address");
    if (mailbox_peek(p) != '@')
        return unexpected(p, "an address that is malformed");
    if (!read_spec(parser, false))
        return false;
    if (mailbox_at_end(p))
        return mailbox_fail(p, "an angle bracket that is not closed");
    if (mailbox_peek(p) != '>')
        return unexpected(p, "an address that is malformed");
    p->at++;
    return mailbox_skip_cfws(p) && add_mailbox(parser, text_span(&p->words));
}

static bool read_bare(struct parser *parser)
{
    struct mailbox_lexer *p = &parser->lexer;
    struct span none = {NULL, 0};
    if (p->local.broken)
        return mailbox_fail(p, "text before an address that is not in angle brackets");
    return read_spec(parser, true) && add_mailbox(parser, none);
}

/* Comments that belong to no address may not hold one. */
static bool drop_comments(struct mailbox_lexer *p)
{
    struct mailbox box = {.name_len = 0};
    struct span none = {NULL, 0};
    const char *fault = mailbox_name_decode(none, text_span(&p->comments), false, &box);
    if (mailbox_name_has_at(mailbox_name(&box)))
        fault = "a comment with an @ beside of the addresses";
    p->comments.len = 0;
    return fault ? mailbox_fail(p, fault) : true;
}

static bool open_group(struct parser *parser)
{
    struct mailbox_lexer *p = &parser->lexer;
    struct mailbox box = {.name_len = 0};
    if (parser->in_group)
        return mailbox_fail(p, "a group inside of a group");
    if (p->local.len == 0)
        return mailbox_fail(p, "a group without a name");
    const char *fault =
        mailbox_name_decode(text_span(&p->words), text_span(&p->comments), true, &box);
    if (mailbox_name_has_at(mailbox_name(&box)))
        fault = "a group with an @ in its name";
    if (fault)
        return mailbox_fail(p, fault);
    p->at++;
    p->comments.len = 0;
    parser->in_group = parser->any = true;
    return true;
}

static bool close_group(struct parser *parser)
{
    struct mailbox_lexer *p = &parser->lexer;
    if (!parser->in_group)
        return mailbox_fail(p, "a semicolon that is not in quotes");
    parser->in_group = false;
    p->at++;
    if (!mailbox_skip_cfws(p) || !drop_comments(p))
        return false;
    if (!mailbox_at_end(p) && mailbox_peek(p) != ',')
        return mailbox_fail(p, "text behind a group");
    return true;
}

/* A mailbox and what ends it, or the start of a group. */
static bool read_element(struct parser *parser)
{
    struct mailbox_lexer *p = &parser->lexer;
    bool good;
    if (!mailbox_read_words(p, &p->words))
        return false;
    switch (mailbox_peek(p)) {
    case ':':
        return open_group(parser);
    case '<':
        good = read_angle(parser);
        break;
    case '@':
        good = read_bare(parser);
        break;
    case '>':
        return mailbox_fail(p, "an angle bracket that is not opened");
    default:
        return unexpected(p, "an address without a domain");
    }
    if (!good || mailbox_at_end(p) || mailbox_peek(p) == ',' || mailbox_peek(p) == ';')
        return good;
    return mailbox_fail(p, "text behind an address, or a comma that is missing");
}

/* What is longer, Sendmail would cut to an address of its own making. */
static bool read_short(struct parser *parser)
{
    size_t start = parser->lexer.at;
    if (!read_element(parser))
        return false;
    return parser->lexer.at - start <= ELEMENT_MAX ||
           mailbox_fail(&parser->lexer, "a name or an address that is too long");
}

static bool read_list(struct parser *parser)
{
    struct mailbox_lexer *p = &parser->lexer;
    for (;;) {
        p->odd = false;
        p->words.len = 0;
        if (!mailbox_skip_cfws(p))
            return false;
        char c = mailbox_peek(p);
        if ((mailbox_at_end(p) || c == ',' || c == ';') && !drop_comments(p))
            return false;
        if (mailbox_at_end(p))
            break;
        if (c == ',')
            p->at++;
        else if (!(c == ';' ? close_group(parser) : read_short(parser)))
            return false;
    }
    if (parser->in_group)
        return mailbox_fail(p,
                            "a group that is not closed (a colon must be in quotes)");
    return parser->any || mailbox_fail(p, "there is no address in it");
}

const char *mailboxes_parse(struct span value, struct mailboxes *list)
{
    struct parser parser;
    struct mailbox_lexer *p = &parser.lexer;
    if (value.len > MAILBOX_FIELD_MAX)
        return "it is longer than 65536 bytes";
    if (span_empty(value))
        return "there is no address in it";
    parser.list = list;
    parser.in_group = parser.any = false;
    p->in = value;
    p->at = p->risky = p->comments.len = 0;
    p->fault = NULL;
    if (mailbox_check_bytes(p))
        (void)read_list(&parser);
    return p->fault;
}
