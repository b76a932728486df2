/* SPDX-License-Identifier: BSD-2-Clause */
/* Sealed values: what is sealed can be opened, by that key, unchanged, in its place;
 * and nothing else can. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "sealkey.h"

static const struct seal_key key = {"0123456789abcdef0123456789ABCDEF"};
static const struct seal_key other = {"0123456789abcdef0123456789ABCDEf"};

static bool opens(const struct seal_key *k, const char *ou_file, const char *value,
                  struct span want)
{
    char out[SEAL_SECRET_MAX + 1];
    struct span secret;
    memset(out, 'x', sizeof out);
    bool good = seal_open(k, ou_file, span_of(value), out, &secret);
    if (good)
        return secret.ptr == out && span_equal(secret, want) && out[want.len] == '\0';
    assert_null(secret.ptr);
    assert_true(!want.len || !memmem(out, sizeof out, want.ptr, want.len));
    return false;
}

static void test_round_trips(void **state)
{
    char secret[SEAL_SECRET_MAX + 2], value[SEAL_TEXT_SIZE], again[SEAL_TEXT_SIZE];
    (void)state;
    for (size_t i = 0; i < sizeof secret; i++)
        secret[i] = (char)(i % 223 < 95 ? i % 223 + 32 : i % 223 + 33);
    for (size_t len = 1; len <= SEAL_SECRET_MAX; len++) {
        struct span text = {secret, len};
        assert_true(seal_make(&key, NULL, text, value));
        assert_true(strlen(value) < SEAL_TEXT_SIZE);
        assert_true(seal_is_sealed(span_of(value)));
        assert_null(seal_form_fault(span_of(value)));
        assert_true(opens(&key, NULL, value, text));
        assert_false(opens(&other, NULL, value, text));
        assert_true(seal_make(&key, NULL, text, again));
        assert_string_not_equal(value, again); /* no nonce twice */
    }
    assert_false(
        seal_make(&key, NULL, (struct span){secret, SEAL_SECRET_MAX + 1}, value));
    assert_false(seal_make(&key, NULL, (struct span){secret, 0}, value));
}

static void test_secret_faults(void **state)
{
    static const struct {
        struct span secret;
        bool good;
    } rows[] = {
        {BYTES("x"), true},     {BYTES(" "), true},     {BYTES("gr\xc3\xbcn"), true},
        {BYTES("\xff"), true},  {BYTES(""), false},     {BYTES("a\tb"), false},
        {BYTES("a\n"), false},  {BYTES("a\r"), false},  {BYTES("a\0b"), false},
        {BYTES("\x7f"), false}, {BYTES("\x1b["), false}};
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[SHOWN], value[SEAL_TEXT_SIZE];
        bool good = !seal_secret_fault(rows[i].secret) &&
                    seal_make(&key, NULL, rows[i].secret, value);
        bad += !holds(good == rows[i].good, "\"%s\"", shown(rows[i].secret, text));
    }
    assert_int_equal(bad, 0);
}

/* Each bit of the nonce, the secret and the tag; and each byte of the text. */
static void test_changes(void **state)
{
    const struct span secret = BYTES("a secret of some length");
    char value[SEAL_TEXT_SIZE] = "", raw[SEAL_TEXT_SIZE], changed[SEAL_TEXT_SIZE];
    size_t len;
    (void)state;
    assert_true(seal_make(&key, NULL, secret, value));
    struct span base64 = span_of(value + strlen(SEAL_PREFIX));
    assert_true(base64_decode(base64, raw, &len));
    assert_int_equal(len, SEAL_NONCE_BYTES + secret.len + SEAL_TAG_BYTES);
    memcpy(changed, value, sizeof changed);
    for (size_t bit = 0; bit < len * 8; bit++) {
        raw[bit / 8] = (char)(raw[bit / 8] ^ (1 << bit % 8));
        base64_encode((struct span){raw, len}, changed + strlen(SEAL_PREFIX));
        assert_null(seal_form_fault(span_of(changed)));
        assert_false(opens(&key, NULL, changed, secret));
        raw[bit / 8] = (char)(raw[bit / 8] ^ (1 << bit % 8));
    }
    for (size_t at = 0; at < strlen(value); at++)
        for (int c = 1; c < 256; c++) {
            memcpy(changed, value, sizeof changed);
            changed[at] = (char)c;
            if (strcmp(changed, value) != 0)
                assert_false(opens(&key, NULL, changed, secret));
        }
    for (size_t cut = 0; cut < strlen(value); cut++) {
        memcpy(changed, value, sizeof changed);
        changed[cut] = '\0';
        assert_false(opens(&key, NULL, changed, secret));
        base64_encode((struct span){raw, cut % len}, changed + strlen(SEAL_PREFIX));
        memcpy(changed, SEAL_PREFIX, strlen(SEAL_PREFIX));
        assert_false(opens(&key, NULL, changed, secret));
    }
}

static void test_key_bits(void **state)
{
    const struct span secret = BYTES("x");
    char value[SEAL_TEXT_SIZE];
    (void)state;
    assert_true(seal_make(&key, NULL, secret, value));
    for (size_t bit = 0; bit < SEAL_KEY_BYTES * 8; bit++) {
        struct seal_key changed = key;
        changed.bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_false(opens(&changed, NULL, value, secret));
    }
}

static void test_places(void **state)
{
    static const char *const places[] = {NULL,        "acme.conf", "acme.conf ",
                                         "Acme.conf", "a.conf",    " for a.conf",
                                         "beta.conf"};
    const struct span secret = BYTES("x");
    char value[SEAL_TEXT_SIZE];
    (void)state;
    for (size_t i = 0; i < ROWS(places); i++) {
        assert_true(seal_make(&key, places[i], secret, value));
        for (size_t n = 0; n < ROWS(places); n++)
            assert_true(opens(&key, places[n], value, secret) == (i == n));
    }
}

/* What an earlier release made has to stay good; these are by another library. */
static void test_known_values(void **state)
{
    static const struct {
        const char *ou_file, *value;
    } rows[] = {
        {NULL, "sealed:v1:KnrAdJgpogAJRzhykxqVj4HUR56CGbeKaNdPGc5ZBdxktC8AQ+Uc9dET"},
        {"acme.conf",
         "sealed:v1:JaSXIFzvh629f2f06Z+iI4o/Ci07TCOjk4vndSnMHyVdN+q28Z0n2igx"},
    };
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_true(opens(&key, rows[i].ou_file, rows[i].value,
                          (struct span)BYTES("a known secret")));
}

static void test_forms(void **state)
{
    static const char whole[] = SEAL_PREFIX "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    static const struct {
        struct span value;
        bool sealed, good;
    } rows[] = {
        {BYTES(whole), true, true},
        {BYTES("sealed:"), true, false},
        {BYTES("sealed:v1:"), true, false},
        {BYTES("sealed:v1"), true, false},
        {BYTES("sealed:v2:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), true, false},
        {BYTES("sealed:V1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), true, false},
        {BYTES(SEAL_PREFIX "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="), true, false},
        {BYTES(SEAL_PREFIX "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB="), true, false},
        {BYTES(SEAL_PREFIX " AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), true, false},
        {BYTES(SEAL_PREFIX "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA= "), true, false},
        {BYTES(SEAL_PREFIX "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), true, false},
        {BYTES(SEAL_PREFIX "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\0"), true, false},
        {BYTES(SEAL_PREFIX "AAAAAAAAAAAAAAAAAAAA\nAAAAAAAAAAAAAAAAAAA="), true, false},
        {BYTES(SEAL_PREFIX "AAAAAAAAAAAAAAAAAAAA%AAAAAAAAAAAAAAAAAAA="), true, false},
        {BYTES("Sealed:v1:AAAA"), false, false},
        {BYTES(" sealed:v1:AAAA"), false, false},
        {BYTES("sealed"), false, false},
        {BYTES(""), false, false},
        {BYTES("$6$salt$x"), false, false},
    };
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[SHOWN];
        shown(rows[i].value, text);
        bad +=
            !holds(seal_is_sealed(rows[i].value) == rows[i].sealed, "%s: meant?", text);
        bad +=
            !holds(!seal_form_fault(rows[i].value) == rows[i].good, "%s: good?", text);
    }
    assert_int_equal(bad, 0);
}

static void test_long_forms(void **state)
{
    static char raw[SEAL_RAW_MAX + 400], text[2 * sizeof raw] = SEAL_PREFIX;
    (void)state;
    for (size_t len = 0; len < sizeof raw; len++) {
        base64_encode((struct span){raw, len}, text + strlen(SEAL_PREFIX));
        bool good = len > SEAL_NONCE_BYTES + SEAL_TAG_BYTES && len <= SEAL_RAW_MAX;
        assert_true(!seal_form_fault(span_of(text)) == good);
        assert_false(opens(&key, NULL, text, (struct span){NULL, 0}));
    }
}

/* --- the key --- */

#define DIGITS "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static void test_key_texts(void **state)
{
    static const struct {
        struct span text;
        bool good;
    } rows[] = {
        {BYTES(DIGITS "\n"), true},
        {BYTES(DIGITS), true},
        {BYTES(""), false},
        {BYTES("\n"), false},
        {BYTES(DIGITS "0\n"), false},
        {BYTES(DIGITS "\n\n"), false},
        {BYTES(DIGITS "\r\n"), false},
        {BYTES(DIGITS " "), false},
        {BYTES(" " DIGITS), false},
        {BYTES("g" DIGITS), false},
        {BYTES(DIGITS "\0"), false},
        {BYTES(DIGITS DIGITS), false},
        {BYTES("0011223344556677\n"), false},
        {BYTES("00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFg\n"),
         false},
        {BYTES("00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEE\0F\n"),
         false},
    };
    size_t bad = 0;
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[SHOWN];
        struct seal_key k;
        memset(&k, 1, sizeof k);
        bool good = seal_key_parse(rows[i].text, &k);
        bad += !holds(good == rows[i].good, "%s", shown(rows[i].text, text));
        for (size_t n = 0; n < SEAL_KEY_BYTES; n++)
            bad += !holds(k.bytes[n] == (good ? (n % 16) * 17 : 0), "%s: byte %zu",
                          text, n);
    }
    assert_int_equal(bad, 0);
}

static struct seal_key_place in_folder;

static int make_folder(void **state)
{
    (void)state;
    char folder[] = "/tmp/gatepost-seal-XXXXXX";
    unsetenv("CREDENTIALS_DIRECTORY");
    if (!mkdtemp(folder))
        return -1;
    snprintf(in_folder.path, sizeof in_folder.path, "%s/seal.key", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(in_folder.path);
    *strrchr(in_folder.path, '/') = '\0';
    return rmdir(in_folder.path);
}

static enum seal_key_state read_key(mode_t mode, bool credential, char *reason)
{
    struct seal_key_place place = in_folder;
    struct seal_key k;
    place.credential = credential;
    assert_int_equal(chmod(in_folder.path, mode), 0);
    return seal_key_read(&place, &k, reason, 300);
}

static void test_key_file(void **state)
{
    char reason[300] = "";
    struct seal_key first, second;
    struct stat st;
    (void)state;
    assert_int_equal(seal_key_read(&in_folder, &first, reason, sizeof reason),
                     SEAL_KEY_ABSENT);
    assert_non_null(strstr(reason, in_folder.path));
    assert_true(seal_key_create(in_folder.path, reason, sizeof reason));
    assert_int_equal(stat(in_folder.path, &st), 0);
    assert_int_equal(st.st_mode, S_IFREG | 0400);
    assert_int_equal(st.st_size, 65);
    assert_int_equal(seal_key_read(&in_folder, &first, reason, sizeof reason),
                     SEAL_KEY_READ);
    assert_false(seal_key_create(in_folder.path, reason, sizeof reason));
    assert_non_null(strstr(reason, "left alone"));
    assert_int_equal(seal_key_read(&in_folder, &second, reason, sizeof reason),
                     SEAL_KEY_READ);
    assert_memory_equal(&first, &second, sizeof first);
    for (mode_t bit = 01; bit <= 040; bit <<= 1) {
        bool relaxed = bit == 040 || bit == 010;
        assert_int_equal(read_key(0400 | bit, false, reason), SEAL_KEY_BAD);
        assert_non_null(strstr(reason, "chmod 0400"));
        assert_int_equal(read_key(0400 | bit, true, reason),
                         relaxed ? SEAL_KEY_READ : SEAL_KEY_BAD);
    }
    assert_int_equal(read_key(0600, false, reason), SEAL_KEY_READ);
    unlink(in_folder.path);
    assert_true(seal_key_create(in_folder.path, reason, sizeof reason));
    assert_int_equal(seal_key_read(&in_folder, &second, reason, sizeof reason),
                     SEAL_KEY_READ);
    assert_memory_not_equal(&first, &second, sizeof first);
}

static void test_key_place(void **state)
{
    char folder[PATH_MAX];
    struct seal_key_place place;
    (void)state;
    snprintf(folder, sizeof folder, "%s", in_folder.path);
    *strrchr(folder, '/') = '\0';
    seal_key_find("/some/key", &place);
    assert_string_equal(place.path, "/some/key");
    assert_false(place.credential);
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    seal_key_find("/some/key", &place);
    assert_string_equal(place.path, in_folder.path);
    assert_true(place.credential);
    unlink(in_folder.path);
    seal_key_find("/some/key", &place);
    assert_string_equal(place.path, "/some/key");
    setenv("CREDENTIALS_DIRECTORY", "relative", 1);
    seal_key_find("/some/key", &place);
    assert_string_equal(place.path, "/some/key");
    unsetenv("CREDENTIALS_DIRECTORY");
}

/* --- configurations --- */

enum { CONFIG_TEXT = 4000 };

/* password and where the key is; both are known only now. */
static struct snapshot *load_with(const char *value, enum secrets secrets,
                                  struct diag *diag)
{
    char text[CONFIG_TEXT] = "";
    append(text, sizeof text,
           "ou 'a' { domains = { 'a.example' } user 'u' { smtp_auth = any_sender\n "
           "password = '%s' } "
           "}\nseal_key_file = '%s'\n",
           value, in_folder.path);
    *diag = (struct diag){0};
    return config_load_text(text, strlen(text), "t", secrets, diag);
}

static void expect(const char *value, enum secrets secrets, bool good,
                   const char *words)
{
    struct diag diag;
    char said[CONFIG_TEXT];
    struct snapshot *s = load_with(value, secrets, &diag);
    diag_text(&diag, said, sizeof said);
    assert_true(
        holds((s != NULL) == good && (words ? strstr(said, words) != NULL : !*said),
              "%d: wanted: %s: %s", (int)secrets, words, said));
    if (s && secrets == SECRETS_KEEP)
        assert_string_equal(snapshot_user(s, span_of("u"))->hash, "$6$salt$x");
    else if (s)
        assert_true(secrets == SECRETS_READABLE ||
                    !snapshot_user(s, span_of("u"))->hash);
    snapshot_free(&s);
    diag_clear(&diag);
}

static void write_key(const char *digits)
{
    unlink(in_folder.path);
    FILE *file = fopen(in_folder.path, "w");
    assert_non_null(file);
    fprintf(file, "%s\n", digits);
    fclose(file);
    chmod(in_folder.path, 0400);
}

static void test_configurations(void **state)
{
    const struct span hash = BYTES("$6$salt$x");
    char value[SEAL_TEXT_SIZE], for_tenant[SEAL_TEXT_SIZE], no_hash[SEAL_TEXT_SIZE];
    struct seal_key k;
    (void)state;
    assert_true(seal_key_parse((struct span)BYTES(DIGITS), &k));
    assert_true(seal_make(&k, NULL, hash, value));
    assert_true(seal_make(&k, "acme.conf", hash, for_tenant));
    assert_true(seal_make(&k, NULL, (struct span)BYTES("secret"), no_hash));
    unlink(in_folder.path);
    expect(value, SECRETS_KEEP, false, "t:2: password: sealed, and cannot be opened: ");
    expect(value, SECRETS_READABLE, false, "t:2: password: sealed, and ");
    expect(value, SECRETS_FORGET, true, "t:3: warning: seal_key_file: ");
    for (enum secrets s = SECRETS_FORGET; s <= SECRETS_READABLE; s++) {
        expect("sealed:v1:AAAA", s, false, "t:2: password: not a whole sealed value");
        expect("sealed:v3:AAAA", s, false,
               "t:2: password: only values that begin with ");
    }
    write_key("nonsense");
    expect(value, SECRETS_FORGET, false,
           "t:2: password: sealed, and cannot be opened: ");
    write_key(DIGITS);
    for (enum secrets s = SECRETS_FORGET; s <= SECRETS_READABLE; s++) {
        expect(for_tenant, s, false, "t:2: password: cannot be opened: sealed with ");
        expect(value, s, true, NULL);
    }
    expect(no_hash, SECRETS_FORGET, true, "t:2: warning: password: not a hash ");
    write_key("1" DIGITS);
    expect(value, SECRETS_FORGET, false, "not a key");
    unlink(in_folder.path); /* by now this process remembers it */
    expect(value, SECRETS_KEEP, true, NULL);
    expect(for_tenant, SECRETS_KEEP, false, "a new one takes a restart");
    expect(value, SECRETS_READABLE, false, "t:2: password: sealed, and ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips), cmocka_unit_test(test_secret_faults),
        cmocka_unit_test(test_changes),     cmocka_unit_test(test_key_bits),
        cmocka_unit_test(test_places),      cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_forms),       cmocka_unit_test(test_long_forms),
        cmocka_unit_test(test_key_texts),   cmocka_unit_test(test_key_file),
        cmocka_unit_test(test_key_place),   cmocka_unit_test(test_configurations),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
