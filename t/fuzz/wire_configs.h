/* SPDX-License-Identifier: BSD-2-Clause */
/* The configurations of fuzz_wire. */
#ifndef GATEPOST_WIRE_CONFIGS_H
#define GATEPOST_WIRE_CONFIGS_H

/* Puts one of them in force; loading is slow. */
void wire_publish(unsigned which);

/* The same, unless it is the one in force. */
void wire_publish_other(unsigned which);

#endif
