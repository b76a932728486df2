/* SPDX-License-Identifier: BSD-2-Clause */
/* What fuzz_wire makes of its input: numbers, words of the envelope, header fields. */
#ifndef GATEPOST_WIRE_INPUT_H
#define GATEPOST_WIRE_INPUT_H

#include <stddef.h>
#include <stdint.h>

struct input {
    const uint8_t *data;
    size_t left;
};

enum { WIRE_TEXT = 1400, WIRE_FIELD = 80 * 1024 };

/* 0 behind the end. */
unsigned take_byte(struct input *in);

/* A word of a list, or a length and as many bytes of the input, up to a NUL. */
char *take_text(struct input *in, char out[WIRE_TEXT]);

/* The name of a header field, never empty, without a colon. */
char *take_field_name(struct input *in, char out[WIRE_TEXT]);

/* Its value: one of a list, two of them, one many times over, or bytes of the input. */
char *take_field_value(struct input *in, char out[WIRE_FIELD]);

#endif
