/* SPDX-License-Identifier: BSD-2-Clause */
/* Asking the running daemon, and gatepost reload. */
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>

#include "config.h"
#include "usage.h"

enum { WAIT_SECONDS = 60 };

static int connect_to(const char *path)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    const struct timeval wait = {.tv_sec = WAIT_SECONDS};
    if (strlen(path) >= sizeof sun.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(sun.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    if (connect(fd, (struct sockaddr *)&sun, sizeof sun) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static json_t *exchange(int fd, const char *request, json_error_t *error)
{
    char line[1100];
    int len = snprintf(line, sizeof line, "%s\n", request);
    FILE *stream = fdopen(fd, "r+");
    if (!stream) {
        close(fd);
        return NULL;
    }
    json_t *answer = NULL;
    if (send(fd, line, (size_t)len, MSG_NOSIGNAL) == len)
        answer = json_loadf(stream, 0, error);
    fclose(stream);
    return answer;
}

/* errno tells why there is no answer; error.text, if somebody gave a bad one. */
static json_t *ask(const char *path, const char *request, json_error_t *error)
{
    snprintf(error->text, sizeof error->text, "no answer");
    int fd = connect_to(path);
    if (fd < 0) {
        snprintf(error->text, sizeof error->text, "%s", strerror(errno));
        return NULL;
    }
    json_t *answer = exchange(fd, request, error);
    errno = EPROTO;
    return answer;
}

static bool is_not_running(int reason)
{
    return reason == ENOENT || reason == ECONNREFUSED;
}

bool control_is_deserted(const char *path)
{
    int fd = connect_to(path);
    if (fd < 0)
        return is_not_running(errno);
    close(fd);
    return false;
}

static void complain(const char *command, const char *path, const char *reason)
{
    fprintf(stderr, "gatepost %s: %s: %s\n", command, path, reason);
}

/* Both daemons: their answers, either of which may be missing. */
static bool ask_both(const char *command, const char *path, const char *request,
                     bool wants_auth, struct control_answers *out)
{
    char beside[256];
    json_error_t error;
    snprintf(beside, sizeof beside, "%s" CONTROL_AUTH_SUFFIX, path);
    out->milter = ask(path, request, &error);
    int why = out->milter ? 0 : errno;
    char reason[JSON_ERROR_TEXT_LENGTH];
    memcpy(reason, error.text, sizeof reason);
    out->auth = ask(beside, request, &error);
    bool auth_is_down = !out->auth && is_not_running(errno);
    if (!out->milter && !(out->auth && is_not_running(why))) {
        complain(command, path, reason);
        if (is_not_running(why))
            fprintf(stderr, wants_auth
                                ? "Neither gatepost-milter nor gatepost-auth runs "
                                  "with this configuration.\n"
                                : "Is gatepost-milter running with this "
                                  "configuration?\n");
    }
    if (!out->auth && !auth_is_down)
        complain(command, beside, error.text);
    bool faulty =
        (!out->milter && !is_not_running(why)) || (!out->auth && !auth_is_down);
    return !faulty && (out->milter || out->auth);
}

bool control_request(const char *command, const char *config, const char *path,
                     const char *request, struct control_answers *out)
{
    char reason[200];
    json_error_t error;
    bool wants_auth = false;
    *out = (struct control_answers){NULL, NULL};
    if (path) {
        out->milter = ask(path, request, &error);
        if (!out->milter)
            complain(command, path, error.text);
        return out->milter != NULL;
    }
    char *found = config_control_socket(config, &wants_auth, reason, sizeof reason);
    if (!found) {
        complain(command, config, reason);
        return false;
    }
    bool good = ask_both(command, found, request, wants_auth, out);
    if (wants_auth && out->milter && !out->auth)
        fprintf(stderr, "gatepost-auth does not run\n");
    free(found);
    return good;
}

void control_answers_clear(struct control_answers *answers)
{
    json_decref(answers->milter);
    json_decref(answers->auth);
}

void control_print_json(struct control_answers *answers)
{
    json_t *all = answers->milter ? json_incref(answers->milter) : json_object();
    if (answers->auth)
        json_object_set(all, "auth", answers->auth);
    json_dumpf(all, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(all);
}

static const char unlock_help[] =
    "usage: gatepost unlock [-c FILE] [--socket PATH] NAME|ADDRESS\n"
    "\n"
    "Has gatepost-auth forget what login_limits counted of a login, or of a client,\n"
    "so that it is not locked out any more. NAME is the login as the log shows it.\n"
    "The exit status is 0 if it was known, 1 if nothing was counted of it.\n"
    "\n"
    "  -c, --config FILE  names the control_socket (" CONFIG_DEFAULT_FILE ")\n"
    "      --socket PATH  the control socket of gatepost-auth itself\n"
    "      --json         print the answer as JSON\n";

static int report_unlock(json_t *answer, const char *name)
{
    const char *fault = json_string_value(json_object_get(answer, "error"));
    bool known = json_is_true(json_object_get(answer, "known"));
    if (fault)
        fprintf(stderr, "gatepost unlock: %s\n", fault);
    else
        printf(known ? "unlocked: %s\n" : "nothing was counted of %s\n", name);
    return fault ? EX_DATAERR : known ? 0 : 1;
}

int command_unlock(int argc, char **argv)
{
    struct common_options o;
    char request[1024], beside[256], reason[200];
    json_error_t error;
    const char *name = argc > 1 ? argv[argc - 1] : "";
    bool named = *name && *name != '-';
    int status = common_options_read(named ? argc - 1 : argc, argv, unlock_help,
                                     TAKES_SOCKET, &o);
    if (status >= 0)
        return status;
    if (!named || strchr(name, '\n') || strlen(name) > 1000)
        return usage_error("unlock",
                           "a login name, or the address of a client, is missing");
    char *found =
        o.socket ? NULL : config_control_socket(o.config, NULL, reason, sizeof reason);
    if (!found && !o.socket) {
        complain("unlock", o.config, reason);
        return EX_UNAVAILABLE;
    }
    snprintf(beside, sizeof beside, "%s%s", o.socket ? o.socket : found,
             o.socket ? "" : CONTROL_AUTH_SUFFIX);
    free(found);
    snprintf(request, sizeof request, "unlock %s", name);
    json_t *answer = ask(beside, request, &error);
    if (!answer) {
        complain("unlock", beside, error.text);
        return EX_UNAVAILABLE;
    }
    if (o.json) {
        json_dumpf(answer, stdout, JSON_INDENT(2));
        putchar('\n');
        status = json_is_true(json_object_get(answer, "known")) ? 0 : 1;
    } else {
        status = report_unlock(answer, name);
    }
    json_decref(answer);
    return status;
}

static const char help[] =
    "usage: gatepost reload [-c FILE] [--socket PATH] [--json]\n"
    "\n"
    "Has gatepost-milter, and gatepost-auth if it runs, read the configuration again.\n"
    "If it has errors, they are printed, the daemons go on with the one they have,\n"
    "and the exit status is 78.\n"
    "\n"
    "  -c, --config FILE  names the control_socket (" CONFIG_DEFAULT_FILE ")\n"
    "      --socket PATH  the control socket itself\n"
    "      --json         print the answers as JSON\n";

/* What one daemon has told already need not be told again. */
static bool has_line(json_t *lines, const char *line)
{
    size_t index;
    json_t *value;
    json_array_foreach(lines, index, value)
    {
        if (strcmp(json_string_value(value), line) == 0)
            return true;
    }
    return false;
}

static int report_reload(const char *program, json_t *answer, json_t *told)
{
    if (!answer)
        return 0;
    size_t index;
    json_t *value;
    bool good = json_is_true(json_object_get(answer, "ok"));
    json_array_foreach(json_object_get(answer, "messages"), index, value)
    {
        if (!has_line(told, json_string_value(value)))
            fprintf(stderr, "%s\n", json_string_value(value));
    }
    long long generation = json_integer_value(json_object_get(answer, "generation"));
    if (good)
        printf("%sreloaded: configuration generation %lld\n", program, generation);
    else
        fprintf(stderr, "%snot reloaded: generation %lld goes on\n", program,
                generation);
    return good ? 0 : EX_CONFIG;
}

static int status_of(json_t *answer)
{
    return !answer || json_is_true(json_object_get(answer, "ok")) ? 0 : EX_CONFIG;
}

int command_reload(int argc, char **argv)
{
    struct common_options o;
    struct control_answers answers;
    int status = common_options_read(argc, argv, help, TAKES_SOCKET, &o);
    if (status >= 0)
        return status;
    bool good = control_request("reload", o.config, o.socket, "reload", &answers);
    if (o.json && (answers.milter || answers.auth)) {
        control_print_json(&answers);
    } else {
        report_reload("", answers.milter, NULL);
        report_reload("gatepost-auth ", answers.auth,
                      json_object_get(answers.milter, "messages"));
    }
    status = status_of(answers.milter) | status_of(answers.auth);
    control_answers_clear(&answers);
    return good ? status : EX_UNAVAILABLE;
}
