/* SPDX-License-Identifier: BSD-2-Clause */
/* The rulesets by which Sendmail uses relay hosts as gatepost says.
 *
 * A rule is R, what it looks for, a tab, and what becomes of that. $* finds any number
 * of words, $+ one at least, $- one, $=C one of the class C; $1 is what the first of
 * them found, $&f a macro as it is now, $(map key $: else $) what a map says. Behind
 * the tab $: tries the rule once only, $@ ends the ruleset, and $# ends it with an
 * order to Sendmail. */
#include "relayrules_sendmail.h"

/* Which way a host is to be used; "wait" if one cannot know. Only what may be a relay's
 * host is asked about: mail for others does not depend on gatepost-auth.
 *
 * Sendmail asks authinfo where a server offers AUTH. Whatever becomes of that, it goes
 * on without, but for "temp", with which the mail waits.
 *
 * This stands in LOCAL_RULE_0 to be before the stock ruleset of the same name, whose
 * rules follow on these, and behind the options, which say what a word is. */
const char relayrules_sendmail_login[] =
    "LOCAL_RULE_0\n"
    "SGatepostMode\n"
    "R$*\t$: $1 $| $&h ! $&{server_name} ! $&{server_addr}\n"
    "R$* $| $* $={GatepostHost} $*\t$: <$1>\n"
    "R$* $| $*\t$@ none\n"
    "R<$*>\t$: $(gatepost_mode $1 ! $&h ! $&{server_name} ! $&{server_addr} ! $&f ! $: "
    "failed $)\n"
    "Rnone\t$@ none\n"
    "R$={GatepostMode} $={GatepostLevel} $- $={GatepostShare} $*\t$@ $1 $2 $3 $4 $5\n"
    "Rwait $- $-\t$@ wait $1 $2\n"
    "R$*\t$@ wait\n"
    "Sauthinfo\n"
    "R$*\t$: $>GatepostMode auth\n"
    "Rwait\t$# temp\n"
    "Rdisabled $*\t$@ no\n"
    "Rrequired $*\t$: <$&{verify}>\n"
    "Renabled $*\t$: <$&{verify}>\n"
    "R<$={GatepostTls}>\t$: <> $(gatepost_authinfo auth ! $&h ! $&{server_name} ! "
    "$&{server_addr} ! $&f ! $: failed $)\n"
    "R<> failed\t$# temp\n"
    "R<> $+\t$# $1\n"
    "R<$*> $*\t$@ no\n"
    "SParseLocal\n";

/* A mailer that Sendmail does not know would have the mail go back. */
const char relayrules_sendmail_route[] =
    "LOCAL_NET_CONFIG\n"
    "R$* < @ $+ > $*\t$: < $(gatepost_route $&f ! $: failed $) > $1 < @ $2 > $3\n"
    "R< none > $*\t$: $1\n"
    "R< failed > $*\t$#error $@ 4.7.0 $: \"451 gatepost-auth cannot be asked where "
    "mail "
    "of this sender goes\"\n"
    "R< $={GatepostMailer} $+ > $*\t$# $1 $@ $2 $: $3\n"
    "R< $- $+ > $*\t$#error $@ 4.7.0 $: \"451 Sendmail has no mailer \" $1 \": see "
    "gatepost relay-config\"\n"
    "R< $* > $*\t$#error $@ 4.7.0 $: \"451 gatepost-auth does not say where mail of "
    "this "
    "sender goes\"\n";

/* Once for each connection, before AUTH: behind "wait" stand the relay and, in quotes,
 * why our login there is in vain. The first word is Sendmail's {verify}. GatepostHere
 * belongs to the one message: another that gets the same connection does not have it.
 */
const char relayrules_sendmail_tls[] =
    "LOCAL_TLS_SERVER\n"
    "R$*\t$: $(gatepost_note {GatepostHere} $@ $&{server_name} $) $1\n"
    "R$*\t$: $1 $| $>GatepostMode tls\n"
    "R$* $| none\t$@ ok\n"
    "R$* $| wait\t$#error $@ 4.7.0 $: \"451 gatepost-auth cannot be asked about relay "
    "host \" $&{server_name}\n"
    "R$* $| wait $- $-\t$#error $@ 4.7.0 $: \"451 relay \" $2 \": \" $3\n"
    "R$* $| $- may $*\t$@ ok\n"
    "R$={GatepostTls} $| $- encrypt $*\t$@ ok\n"
    "R$* $| $- encrypt $- $*\t$#error $@ 4.7.0 $: \"454 relay \" $3 \": no TLS with \" "
    "$&{server_name} \" (\" $1 \")\"\n"
    "R$={GatepostTrusted} $| $- verify $- $- $+\t$: $| $3 <$5>\n"
    "R$* $| $- verify $- $*\t$#error $@ 4.7.0 $: \"454 relay \" $3 \": the certificate "
    "of \" $&{server_name} \" is not trusted (\" $1 \")\"\n"
    "R$| $- <$={cert_altnames}>\t$@ ok\n"
    "R$| $- <$-.$+>\t$: $| $1 <*.$3> $2.$3\n"
    "R$| $- <$={cert_altnames}> $*\t$@ ok\n"
    "R$| $- <$*> $*\t$#error $@ 4.7.0 $: \"454 relay \" $1 \": the certificate of \" "
    "$&{server_name} \" is for another name\"\n";

/* For each recipient, behind MAIL. Where there are several accounts, the connection has
 * to have been opened for this message. */
const char relayrules_sendmail_recipient[] =
    "LOCAL_TLS_RCPT\n"
    "R$*\t$: $>GatepostMode rcpt $&{auth_type}\n"
    "Rnone\t$@ ok\n"
    "Rwait\t$#error $@ 4.7.0 $: \"451 gatepost-auth cannot be asked about relay host "
    "\" "
    "$&{server_name}\n"
    "R$- $- $- $- $*\t$: $1 $3 $4 <$&{auth_type}> $&{server_name}\n"
    "R$- $- many <$*> $&{GatepostHere}\t$: $1 $2 one <$3>\n"
    "R$- $- many $*\t$#error $@ 4.7.0 $: \"451 this connection to \" $&{server_name} "
    "\" "
    "was opened for mail of others\"\n"
    "R$- $- one <> $*\t$: $1 $2 nobody\n"
    "R$- $- one <$+> $*\t$: $1 $2 we\n"
    "Rrequired $- nobody\t$#error $@ 4.7.0 $: \"454 relay \" $1 \": \" $&{server_name} "
    "\" has not authenticated us, which is required\"\n"
    "Rdisabled $- we\t$#error $@ 4.7.0 $: \"451 relay \" $1 \": authentication is "
    "disabled, but has happened\"\n";
