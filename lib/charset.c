/* SPDX-License-Identifier: BSD-2-Clause */
/* Character sets of encoded words, converted by the C library's iconv(3). */
#include "charset.h"

#include <errno.h>
#include <iconv.h>
#include <pthread.h>

#include "ascii.h"

enum { KEY_MAX = 24 };

/* As mail programs read it: what is wider than its name says where that is common. */
static const struct charset {
    const char *name, *otherwise; /* NULL: UTF-8; where a C library lacks the first */
    bool has_kana;                /* of the escape sequences that iconv does not know */
    const char *keys;             /* names and aliases, reduced by make_key() */
} charsets[] = {
    {NULL, NULL, false,
     " utf8 unicode11utf8 usascii ascii ansix341968 ansix341986 "
     "iso646us us unknown8bit unknown xunknown "},
    {"CP1250", NULL, false, " windows1250 cp1250 xcp1250 "},
    {"CP1251", NULL, false, " windows1251 cp1251 xcp1251 "},
    {"CP1252", NULL, false,
     " iso88591 latin1 l1 csisolatin1 windows1252 cp1252 xcp1252 "},
    {"CP1253", NULL, false, " windows1253 cp1253 xcp1253 "},
    {"CP1254", NULL, false, " iso88599 latin5 csisolatin5 windows1254 cp1254 xcp1254 "},
    {"CP1255", NULL, false, " windows1255 cp1255 xcp1255 "},
    {"CP1256", NULL, false, " windows1256 cp1256 xcp1256 "},
    {"CP1257", NULL, false, " windows1257 cp1257 xcp1257 "},
    {"CP1258", NULL, false, " windows1258 cp1258 xcp1258 "},
    {"CP874", "TIS-620", false, " tis620 iso885911 windows874 cp874 "},
    {"ISO-8859-2", NULL, false, " iso88592 latin2 csisolatin2 "},
    {"ISO-8859-3", NULL, false, " iso88593 latin3 csisolatin3 "},
    {"ISO-8859-4", NULL, false, " iso88594 latin4 csisolatin4 "},
    {"ISO-8859-5", NULL, false, " iso88595 cyrillic csisolatincyrillic "},
    {"ISO-8859-6", NULL, false,
     " iso88596 iso88596e iso88596i arabic csisolatinarabic "},
    {"ISO-8859-7", NULL, false, " iso88597 greek csisolatingreek "},
    {"ISO-8859-8", NULL, false,
     " iso88598 iso88598e iso88598i hebrew csisolatinhebrew "},
    {"ISO-8859-10", NULL, false, " iso885910 latin6 csisolatin6 "},
    {"ISO-8859-13", NULL, false, " iso885913 latin7 "},
    {"ISO-8859-14", NULL, false, " iso885914 latin8 "},
    {"ISO-8859-15", NULL, false, " iso885915 latin9 csisolatin9 "},
    {"ISO-8859-16", NULL, false, " iso885916 latin10 "},
    {"KOI8-R", NULL, false, " koi8r koi8 cskoi8r "},
    {"KOI8-U", NULL, false, " koi8u koi8ru "},
    {"CP437", NULL, false, " cp437 ibm437 437 "},
    {"CP850", NULL, false, " cp850 ibm850 850 "},
    {"CP852", NULL, false, " cp852 ibm852 852 "},
    {"CP866", NULL, false, " cp866 ibm866 866 "},
    {"MACINTOSH", NULL, false, " macintosh mac xmacroman "},
    {"GB18030", "GBK", false,
     " gb2312 euccn gb231280 csgb2312 gbk xgbk cp936 ms936 "
     "windows936 gb18030 "},
    {"HZ", NULL, false, " hzgb2312 hz "},
    {"BIG5-HKSCS", "BIG5", false,
     " big5 csbig5 cnbig5 xxbig5 cp950 ms950 windows950 "
     "big5hkscs "},
    {"CP932", "SHIFT_JIS", false,
     " shiftjis sjis xsjis csshiftjis mskanji windows31j "
     "windows932 cp932 ms932 "},
    {"EUC-JP-MS", "EUC-JP", false, " eucjp xeucjp eucjpms ujis cseucpkdfmtjapanese "},
    {"ISO-2022-JP", NULL, true, " iso2022jp csiso2022jp iso2022jpms cp50220 cp50221 "},
    {"ISO-2022-JP-1", "ISO-2022-JP-2", true, " iso2022jp1 "},
    {"ISO-2022-JP-2", NULL, true, " iso2022jp2 csiso2022jp2 "},
    {"CP949", "EUC-KR", false,
     " euckr cseuckr csksc56011987 ksc56011987 ksc56011989 ksc5601 cp949 "
     "ms949 windows949 uhc korean "},
    {"ISO-2022-KR", NULL, false, " iso2022kr csiso2022kr "},
    {"UTF-7", NULL, false, " utf7 unicode11utf7 csunicode11utf7 "},
};

enum { CHARSETS = sizeof charsets / sizeof *charsets };

/* Kept for ever, so that the C library keeps what they need. Never used to convert: a
 * converter is not for two threads. NULL: not available. */
static struct opened {
    const char *name;
    iconv_t converter;
} opened[CHARSETS];

static bool open_one(struct opened *one, const char *name)
{
    iconv_t converter = name ? iconv_open("UTF-8", name) : (iconv_t)-1;
    if (converter == (iconv_t)-1)
        return false;
    *one = (struct opened){name, converter};
    return true;
}

static void open_all(void)
{
    for (size_t i = 0; i < CHARSETS; i++)
        if (!open_one(&opened[i], charsets[i].name))
            (void)open_one(&opened[i], charsets[i].otherwise);
}

void charset_prepare(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, open_all);
}

/* Its letters and digits between blanks. Returns false if there are none, or too many.
 */
static bool make_key(struct span name, char key[KEY_MAX + 3])
{
    size_t n = 0;
    key[n++] = ' ';
    for (size_t i = 0; i < name.len && name.ptr[i] != '*'; i++) {
        if (!ascii_is_alnum(name.ptr[i]))
            continue;
        if (n > KEY_MAX)
            return false;
        key[n++] = ascii_fold(name.ptr[i]);
    }
    key[n] = ' ';
    key[n + 1] = '\0';
    return n > 1;
}

const struct charset *charset_find(struct span name)
{
    char key[KEY_MAX + 3];
    if (!make_key(name, key))
        return NULL;
    charset_prepare();
    for (size_t i = 0; i < CHARSETS; i++)
        if (strstr(charsets[i].keys, key))
            return opened[i].name || !charsets[i].name ? &charsets[i] : NULL;
    return NULL;
}

bool charset_is_utf8(const struct charset *charset)
{
    return !charset->name;
}

bool charset_begin(struct charset_reader *r, const struct charset *charset,
                   void (*put)(void *context, char byte), void *context)
{
    *r = (struct charset_reader){.put = put, .context = context, .charset = charset};
    if (charset_is_utf8(charset))
        return true;
    r->converter = iconv_open("UTF-8", opened[charset - charsets].name);
    return r->converter != (iconv_t)-1;
}

static void put_all(const struct charset_reader *r, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        r->put(r->context, bytes[i]);
}

static void put_lost(struct charset_reader *r)
{
    put_all(r, "\xef\xbf\xbd", 3);
    r->broken = true;
}

/* What is left of a character that has not ended. */
static void keep(struct charset_reader *r, const char *rest, size_t len)
{
    if (len > 0)
        memmove(r->bytes, rest, len);
    r->held = len;
}

/* Bytes that are no text are passed one by one: an ASCII character behind one stays.
 * last: nothing follows that could end a character. */
static void convert(struct charset_reader *r, bool last)
{
    char *in = r->bytes;
    size_t left = r->held;
    while (left > 0) {
        char out[4 * CHARSET_HELD_MAX], *to = out;
        size_t room = sizeof out, before = left;
        errno = 0;
        size_t result = iconv((iconv_t)r->converter, &in, &left, &to, &room);
        int error = result == (size_t)-1 ? errno : 0;
        put_all(r, out, (size_t)(to - out));
        if (error == EINVAL && !last && left < CHARSET_HELD_MAX / 2)
            break;
        if (left > 0 && (error != E2BIG || left == before)) {
            put_lost(r);
            in++;
            left--;
        }
    }
    keep(r, in, left);
}

static void add(struct charset_reader *r, char byte)
{
    r->bytes[r->held++] = byte;
    if (r->held == CHARSET_HELD_MAX)
        convert(r, false);
}

/* U+FF61 to U+FF9F. */
static void put_kana(struct charset_reader *r, char byte)
{
    unsigned code = 0xff61 + (unsigned char)byte - '!';
    const char bytes[] = {(char)(0xe0 | code >> 12), (char)(0x80 | (code >> 6 & 0x3f)),
                          (char)(0x80 | (code & 0x3f))};
    put_all(r, bytes, sizeof bytes);
}

/* Escape sequences for half-width kana, which CP50221 has. */
static void add_with_kana(struct charset_reader *r, char byte)
{
    static const char kana[] = "\033(I";
    if (byte == kana[r->escape]) {
        if (++r->escape < sizeof kana - 1)
            return;
        convert(r, true);
        r->escape = 0;
        r->kana = true;
        return;
    }
    for (unsigned i = 0; i < r->escape; i++)
        add(r, kana[i]);
    r->kana = r->kana && r->escape == 0;
    r->escape = 0;
    if (byte == *kana)
        r->escape = 1;
    else if (r->kana && byte >= '!' && byte <= '_')
        put_kana(r, byte);
    else
        add(r, byte);
}

void charset_put(struct charset_reader *r, char byte)
{
    if (charset_is_utf8(r->charset))
        r->put(r->context, byte);
    else if (r->charset->has_kana)
        add_with_kana(r, byte);
    else
        add(r, byte);
}

void charset_end(struct charset_reader *r)
{
    char out[CHARSET_HELD_MAX], *to = out;
    size_t room = sizeof out;
    if (charset_is_utf8(r->charset))
        return;
    for (; r->escape > 0; r->escape--)
        put_lost(r);
    convert(r, true);
    if (iconv((iconv_t)r->converter, NULL, NULL, &to, &room) != (size_t)-1)
        put_all(r, out, (size_t)(to - out));
    iconv_close((iconv_t)r->converter);
}
