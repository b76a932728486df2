/* SPDX-License-Identifier: BSD-2-Clause */
/* Encoded words of header fields (RFC 2047). */
#ifndef GATEPOST_ENCODEDWORD_H
#define GATEPOST_ENCODEDWORD_H

#include "span.h"

/* Where mail programs differ, one of their readings. */
enum encodedword_reading {
    ENCODEDWORD_JOINED,   /* words that touch and have one character set are decoded as
                           * one, so that a character may begin in one and end in the
                           * next */
    ENCODEDWORD_SEPARATE, /* each is decoded by itself */
    ENCODEDWORD_APART,    /* the same, with a blank where it touches other text */
    ENCODEDWORD_INNER,    /* the same, and none has a question mark in its text */
    ENCODEDWORD_AS_IS, /* bytes are not converted to UTF-8, and the last word need not
                        * be closed */
};

struct encodedword_sink {
    void (*put)(void *context, char byte);
    void *context;
    enum encodedword_reading reading;
    /* Out: */
    bool found;   /* there was one */
    bool odd;     /* in a character set that is unknown, or not given */
    bool broken;  /* it held bytes that are no text in its character set */
    bool joined;  /* read separately, two of them might differ */
    bool nested;  /* another might begin in its text */
    bool touched; /* other text stands next to it without a blank */
};

/* Puts the text into the sink with its encoded words decoded, and nothing for blanks
 * between two of them. Lenient, as mail programs are: in quotes, too, without blanks
 * around it, with blanks in it, with any text or none for its character set, with
 * malformed base64. Converts to UTF-8 what charset.h knows; UTF-8 stays as it is, so it
 * may be malformed. Of other character sets each byte above ASCII is U+FFFD, and so is
 * what cannot be converted. */
void encodedword_decode(struct span text, struct encodedword_sink *sink);

/* Does it hold what some program might take for an encoded word? */
bool encodedword_is_in(struct span text);

#endif
