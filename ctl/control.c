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
    char line[64];
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

json_t *control_request(const char *config, const char *path, const char *request)
{
    char reason[200];
    char *found = path ? NULL : config_control_socket(config, reason, sizeof reason);
    const char *where = path ? path : found;
    if (!where) {
        fprintf(stderr, "gatepost %s: %s: %s\n", request, config, reason);
        return NULL;
    }
    json_error_t error = {.text = "no answer"};
    json_t *answer = NULL;
    int fd = connect_to(where);
    if (fd < 0) {
        fprintf(stderr, "gatepost %s: %s: %s\n", request, where, strerror(errno));
        if (errno == ENOENT || errno == ECONNREFUSED)
            fprintf(stderr, "Is gatepost-milter running with this configuration?\n");
    } else {
        answer = exchange(fd, request, &error);
        if (!answer)
            fprintf(stderr, "gatepost %s: %s: %s\n", request, where, error.text);
    }
    free(found);
    return answer;
}

static const char help[] =
    "usage: gatepost reload [-c FILE] [--socket PATH] [--json]\n"
    "\n"
    "Has the running filter read its configuration again. If it has errors, they are\n"
    "printed, the filter goes on with the one it has, and the exit status is 78.\n"
    "\n"
    "  -c, --config FILE  names the control_socket (" CONFIG_DEFAULT_FILE ")\n"
    "      --socket PATH  the control socket itself\n"
    "      --json         print the daemon's answer as JSON\n";

static void print_lines(json_t *lines, FILE *out)
{
    size_t index;
    json_t *value;
    json_array_foreach(lines, index, value)
        fprintf(out, "%s\n", json_string_value(value));
}

static int report_reload(json_t *answer)
{
    bool good = json_is_true(json_object_get(answer, "ok"));
    print_lines(json_object_get(answer, "messages"), stderr);
    json_int_t generation = json_integer_value(json_object_get(answer, "generation"));
    if (good)
        printf("reloaded: configuration generation %lld\n", (long long)generation);
    else
        fprintf(stderr, "not reloaded: generation %lld goes on\n",
                (long long)generation);
    return good ? 0 : EX_CONFIG;
}

int command_reload(int argc, char **argv)
{
    struct common_options o;
    int status = common_options_read(argc, argv, help, true, &o);
    if (status >= 0)
        return status;
    json_t *answer = control_request(o.config, o.socket, "reload");
    if (!answer)
        return EX_UNAVAILABLE;
    status = json_is_true(json_object_get(answer, "ok")) ? 0 : EX_CONFIG;
    if (o.json) {
        json_dumpf(answer, stdout, JSON_INDENT(2));
        putchar('\n');
    } else {
        status = report_reload(answer);
    }
    json_decref(answer);
    return status;
}
