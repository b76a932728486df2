/* SPDX-License-Identifier: BSD-2-Clause */
/* A configuration as it was loaded: built once, checked, then never changed. */
#ifndef GATEPOST_SNAPSHOT_H
#define GATEPOST_SNAPSHOT_H

#include <stdint.h>
#include <time.h>

#include "address.h"
#include "arena.h"
#include "clients.h"
#include "nameindex.h"
#include "names.h"
#include "options.h"
#include "sendermap.h"
#include "source.h"
#include "span.h"
#include "strmap.h"

enum mode { MODE_ENFORCE, MODE_MONITOR };
/* The option knows the first three; MTA_UNKNOWN is one that did not tell what it is. */
enum mta { MTA_AUTO, MTA_POSTFIX, MTA_SENDMAIL, MTA_UNKNOWN };
enum log_target { LOG_TO_SYSLOG, LOG_TO_STDERR, LOG_TO_FILE };
enum log_format { LOG_TEXT, LOG_JSON };
enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum authentication { AUTH_DISABLED, AUTH_ENABLED, AUTH_ENCRYPTED };
enum restriction { RESTRICTION_DISABLED, RESTRICTION_ALLOW, RESTRICTION_DENY };
enum inbound { INBOUND_NO, INBOUND_WHEN_AUTH_ENABLED, INBOUND_ALWAYS };
enum inbound_scope { SCOPE_DOMAIN, SCOPE_OU };
/* match_auth_user: what it takes to own a sender. */
enum matching {
    MATCHING_OFF,
    MATCHING_EXACT,
    MATCHING_OWNER,
    MATCHING_DOMAIN,
    MATCHING_LOCAL_PART
};
enum header_matching { HEADER_NO, HEADER_FROM, HEADER_FROM_OR_SENDER };
enum login_state { STATE_ANY, STATE_AUTHENTICATED, STATE_UNAUTHENTICATED };
enum policy_action {
    ACTION_NONE, /* none was given: an error */
    ACTION_ACCEPT,
    ACTION_REFUSE,
    ACTION_DEFER,
    ACTION_DISCARD,
    ACTION_QUARANTINE,
    ACTION_ADD_HEADER,
    ACTION_REDIRECT,
    ACTION_LOG,
};
/* When nobody can authenticate at a relay host: wait, go on without, or do not try. */
enum relay_authentication { RELAY_REQUIRED, RELAY_ENABLED, RELAY_DISABLED };
/* The option knows the last two words. */
enum relay_tls { RELAY_TLS_DEFAULT, RELAY_TLS_REQUIRE, RELAY_TLS_VERIFY };
enum smtp_auth { SMTP_AUTH_OFF, SMTP_AUTH_ANY_SENDER, SMTP_AUTH_MATCHING_SENDER };
enum target_kind { TARGET_LDAP, TARGET_SMTP, TARGET_IMAP, TARGET_POP3 };
/* The option knows the first three words. */
enum target_tls { TLS_BY_URL, TLS_NONE, TLS_STARTTLS, TLS_IMPLICIT };
enum search_scope { SEARCH_SUB, SEARCH_ONE, SEARCH_BASE };

/* A list of words as they were given, each terminated by NUL. */
struct word_list {
    const char **words;
    size_t count;
};

struct log_settings {
    const char *file; /* the file this section stands in */
    unsigned lines[LOG_OPTIONS];
    int target; /* enum log_target */
    const char *path;
    int format; /* enum log_format */
    int level;  /* enum log_level */
};

struct globals {
    const char *file;
    unsigned lines[GLOBAL_OPTIONS];
    const char *milter_socket;
    unsigned milter_socket_mode;
    const char *milter_socket_group;
    const char *control_socket;
    const char *run_as;
    int mode; /* enum mode */
    int mta;  /* enum mta */
    struct word_list local_domains;
    const char *ou_directory;
    const char *help;
    const char *auth_socket; /* "" for none; so are the next two */
    unsigned auth_socket_mode;
    const char *auth_socket_owner;
    const char *saslauthd_socket;
    const char *map_socket;
    const char *auth_run_as;
    unsigned auth_workers; /* 0: as many as there are processors */
    int authentication_results;
    const char *authserv_id;  /* a token; never "" where results are asked for */
    const char *relay_socket; /* "" for none */
    unsigned relay_socket_mode;
    const char *relay_socket_owner; /* "": root, or who started the daemon */
    const char *seal_key_file;
};

/* Limits on logins; 0 is none. */
struct limits_settings {
    const char *file;
    unsigned lines[LIMITS_OPTIONS];
    int mode;                   /* enum mode */
    unsigned interval, lockout; /* seconds */
    unsigned failed_per_client, failed_users_per_client;
    unsigned clients_per_login, failed_per_login;
};

struct interface {
    const char *name, *file;
    struct span folded_name;
    unsigned line; /* of the section */
    unsigned lines[INTERFACE_OPTIONS];
    struct interface *next;
    struct word_list daemon_names; /* folded */
    struct word_list ports;
    const uint16_t *port_numbers; /* ports.count of them */
    const struct client_list *clients;
    int mode;           /* enum mode */
    int authentication; /* enum authentication */
    int require_authentication;
    int auth_ip_restriction; /* enum restriction */
    const struct client_list *auth_ip_filter;
    int auth_username_restriction; /* enum restriction */
    const struct name_list *auth_username_filter;
    int relay_check;
    int allow_relay_if_authenticated;
    struct word_list allow_relay_ous;
    struct strmap relay_ous; /* folded name -> struct ou */
    const struct client_list *relay_clients;
    const char *default_domain; /* canonical, or "" */
    struct word_list strip_realms;
    struct strmap realms; /* canonical */
};

/* What each decision looks at stands first, and together: with very many OUs the time
 * goes into fetching it from memory. */
struct ou {
    int mode;            /* enum mode */
    int require_inbound; /* enum inbound */
    int inbound_scope;   /* enum inbound_scope */
    int require_sending;
    int match_auth_user; /* enum matching */
    int accept_other_ous;
    int ip_exception_mode;         /* enum restriction, never disabled */
    int auth_username_restriction; /* enum restriction */
    int refuse_unknown_senders;
    int match_header_from; /* enum header_matching */
    int require_aligned;
    int refuse_display_name;
    const struct client_list *ip_exceptions;
    const struct name_list *auth_username_filter;
    const char *recipient_delimiter;
    const struct sender_map *sender_map; /* NULL: none */
    const struct name_list *known_senders;
    struct name_list *user_senders; /* of all users, where they must be known */
    const char *file;
    unsigned lines[OU_OPTIONS];
    unsigned line;  /* of the section */
    unsigned index; /* dense, from 0: for tables beside the snapshot */
    bool of_tenant; /* its file is one of ou_directory */
    const char *help;
    const char *name;
    struct span folded_name; /* how names compare */
    struct word_list domains;
    struct target *targets;   /* in the order written */
    const char *typical_hash; /* of one of its users; NULL: none is known */
};

/* There may be a million of them. */
struct user {
    const struct ou *ou;
    const char *file; /* of the section, or of the line in a users_file */
    const struct name_list *senders;
    const struct client_list *clients;
    const char *hash; /* crypt(5); NULL: none was given, or it was forgotten */
    unsigned line;
    unsigned lines[USER_OPTIONS];
    int smtp_auth; /* enum smtp_auth */
    uint16_t name_len;
    bool has_domain;
    bool hash_unread; /* it is sealed, and may not be opened; SECRETS_READABLE only */
    char name[];      /* canonical and folded, and a NUL */
};

static inline struct span user_name(const struct user *user)
{
    return (struct span){user->name, user->name_len};
}

/* A server of a target. */
struct target_url {
    const char *text; /* scheme://host:port */
    const char *host; /* a name, or an address without brackets */
    int kind;         /* enum target_kind */
    int tls;          /* enum target_tls, never TLS_BY_URL */
    uint16_t port;
    bool is_loopback;
    unsigned index; /* of all, from 0: for tables beside the snapshot */
};

/* A server that knows the passwords of an OU's users. */
struct target {
    struct target *next;
    const struct ou *ou;
    const char *name, *file;
    unsigned line;  /* of the section */
    unsigned index; /* of all, from 0 */
    unsigned lines[TARGET_OPTIONS];
    struct target_url *urls; /* all of one kind; the first is the primary */
    size_t url_count;
    int kind; /* enum target_kind */
    int auth;
    int tls;              /* enum target_tls */
    const char *ca_file;  /* "": those that the system trusts */
    unsigned timeout;     /* seconds for one server */
    const char *username; /* a template, see template.h */
    /* of LDAP; "" where not given */
    const char *bind_dn; /* a template */
    const char *search_base;
    const char *search_filter; /* a template */
    int search_scope;          /* enum search_scope */
    const char *search_bind_dn;
    const char *search_password_file;
    const char *search_password; /* its first line; NULL: forgotten or none */
    const char *group_dn;
};

struct reply {
    const char *code;     /* three digits */
    const char *enhanced; /* RFC 3463 */
    const char *text;
};

/* A policy section: what is done with the mail that meets all its conditions. */
struct site_policy {
    struct site_policy *next;
    const char *name, *file;
    unsigned line;  /* of the section */
    unsigned index; /* from 0 */
    unsigned lines[POLICY_OPTIONS];
    int authentication_state;          /* enum login_state */
    struct word_list interfaces, ous;  /* as written, folded; empty: any */
    struct strmap interface_set;       /* folded name -> itself */
    struct strmap ou_set;              /* folded name -> struct ou */
    const struct client_list *clients; /* NULL: any; so are the next two */
    const struct name_list *senders, *recipients;
    int action; /* enum policy_action */
    const char *value;
    const char *field_name, *field_value; /* of add_header: value, taken apart */
    const char *phrase, *not_phrase; /* what it does, or that it does not, in words */
    struct reply reply;              /* of refuse and defer */
};

/* Where mail is relayed to. */
struct relay_host {
    const char *text; /* as Postfix names it; the port is left out where it is 25 */
    const char *name; /* canonical; an address without brackets */
    uint16_t port;
    bool by_mx; /* its MX is looked up */
    bool is_address;
};

/* A relay section: hosts where our MTA proves who it is, or does not. */
struct relay {
    struct relay *next;
    const char *name, *file; /* the name is one for transports, too */
    unsigned line;           /* of the section */
    unsigned index;          /* from 0 */
    unsigned lines[RELAY_OPTIONS];
    struct relay_host *hosts; /* in the order written, at least one */
    size_t host_count;
    struct word_list ous;            /* as written, folded */
    struct strmap ou_set;            /* folded name -> struct ou */
    const struct name_list *senders; /* NULL: none */
    int authentication;              /* enum relay_authentication */
    const char *account;             /* "" where it is disabled */
    const char *password;            /* NULL: none, or it was forgotten */
    const char *password_file;
    int tls;                     /* enum relay_tls */
    const char *ca_file;         /* "": those that the system trusts */
    struct word_list mechanisms; /* upper case; none: as the MTA likes */
};

/* More than anybody can keep in mind; and sets of them are small. */
enum { SITE_POLICIES_MAX = 256 };

struct snapshot {
    struct arena *arena;
    struct arena *secrets; /* wiped at the end; NULL: nothing was kept */
    struct globals globals;
    struct log_settings log;
    struct limits_settings limits;
    struct interface *interfaces; /* in the order written */
    struct interface fallback;    /* the one named "default" */
    struct strmap ous;            /* folded name -> struct ou */
    struct ou **ou_list;          /* by index */
    struct site_policy *policies; /* in the order written */
    size_t policy_count;
    struct relay *relays; /* in the order written */
    size_t relay_count;
    bool judges_headers; /* an OU asks who wrote a message, */
    bool needs_headers;  /* or something else looks at its header */
    bool edits_messages; /* a policy may, or authentication_results do */
    size_t ou_count;
    unsigned target_count, url_count;
    struct strmap domains; /* canonical domain, or "." and one -> struct ou */
    struct strmap local_domains;
    struct name_index users;
    const char *typical_hash; /* of any user; NULL: none is known */
    struct word_list files;   /* every file that was read */
    struct timespec loaded;   /* wall clock */
    unsigned long generation; /* set by whoever publishes it */
};

/* Ends a snapshot that nobody looks at any more. */
void snapshot_free(struct snapshot **snapshot);

/* The OU that owns a canonical domain: the longest entry wins. NULL if none does. */
const struct ou *snapshot_domain_owner(const struct snapshot *snapshot,
                                       struct span domain);

/* Is it the domain of any OU, or one of local_domains? */
bool snapshot_domain_is_local(const struct snapshot *snapshot, struct span domain);

/* For an index of users. */
struct span user_item_name(const void *user);

const struct user *snapshot_user(const struct snapshot *snapshot, struct span name);

static inline struct source source_at(const char *file, unsigned line)
{
    return (struct source){line ? file : NULL, line};
}

static inline struct source interface_source(const struct interface *interface,
                                             enum interface_option option)
{
    return source_at(interface->file, interface->lines[option]);
}

static inline struct source ou_source(const struct ou *ou, enum ou_option option)
{
    return source_at(ou->file, ou->lines[option]);
}

static inline struct source user_source(const struct user *user,
                                        enum user_option option)
{
    return source_at(user->file, user->lines[option]);
}

static inline struct source policy_source(const struct site_policy *policy,
                                          enum policy_option option)
{
    return source_at(policy->file, policy->lines[option]);
}

static inline struct source relay_source(const struct relay *relay,
                                         enum relay_option option)
{
    return source_at(relay->file, relay->lines[option]);
}

static inline struct source target_source(const struct target *target,
                                          enum target_option option)
{
    return source_at(target->file, target->lines[option]);
}

#endif
