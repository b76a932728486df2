/* SPDX-License-Identifier: BSD-2-Clause */
/* Values that stand for themselves in a DN and in a search filter. */
#ifndef GATEPOST_LDAP_ESCAPE_H
#define GATEPOST_LDAP_ESCAPE_H

#include "template.h"

template_escape ldap_escape_dn;     /* RFC 4514 2.4 */
template_escape ldap_escape_filter; /* RFC 4515 3 */

#endif
