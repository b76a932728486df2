/* SPDX-License-Identifier: BSD-2-Clause */
/* Points in time: as the log has them, and as people give them. */
#include "moment.h"

#include <stdlib.h>
#include <time.h>

#include "ascii.h"

/* Takes that many digits, and the character behind them where one is given. */
static bool take_number(struct span *rest, size_t digits, char end, int *number)
{
    size_t len = digits + (end != '\0');
    if (rest->len < len || (end && rest->ptr[digits] != end))
        return false;
    *number = 0;
    for (size_t i = 0; i < digits; i++) {
        if (!ascii_is_digit(rest->ptr[i]))
            return false;
        *number = *number * 10 + (rest->ptr[i] - '0');
    }
    *rest = span_cut(*rest, len, rest->len);
    return true;
}

static bool take_date(struct span *rest, struct tm *tm)
{
    if (!take_number(rest, 4, '-', &tm->tm_year) ||
        !take_number(rest, 2, '-', &tm->tm_mon) ||
        !take_number(rest, 2, '\0', &tm->tm_mday))
        return false;
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int y = tm->tm_year;
    bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
    bool good = y >= 1970 && tm->tm_mon >= 1 && tm->tm_mon <= 12 && tm->tm_mday >= 1 &&
                tm->tm_mday <= days[tm->tm_mon - 1] &&
                (leap || tm->tm_mon != 2 || tm->tm_mday < 29);
    tm->tm_year -= 1900;
    tm->tm_mon--;
    return good;
}

/* Hours and minutes, then seconds where there are some. */
static bool take_time(struct span *rest, struct tm *tm)
{
    if (!take_number(rest, 2, ':', &tm->tm_hour) ||
        !take_number(rest, 2, '\0', &tm->tm_min))
        return false;
    if (rest->len && rest->ptr[0] == ':') {
        *rest = span_cut(*rest, 1, rest->len);
        if (!take_number(rest, 2, '\0', &tm->tm_sec))
            return false;
    }
    return tm->tm_hour < 24 && tm->tm_min < 60 && tm->tm_sec <= 60;
}

static int take_milliseconds(struct span *rest)
{
    int ms = 0, unit = 100;
    if (!rest->len || rest->ptr[0] != '.')
        return 0;
    size_t i = 1;
    for (; i < rest->len && ascii_is_digit(rest->ptr[i]); i++, unit /= 10)
        ms += (rest->ptr[i] - '0') * unit;
    *rest = span_cut(*rest, i, rest->len);
    return ms;
}

/* Z or an offset, to the end. Seconds east of UTC. */
static bool take_zone(struct span rest, int *seconds)
{
    int hours, minutes;
    *seconds = 0;
    if (rest.len == 1 && ascii_fold(rest.ptr[0]) == 'z')
        return true;
    if (rest.len == 0 || (rest.ptr[0] != '+' && rest.ptr[0] != '-'))
        return false;
    int sign = rest.ptr[0] == '-' ? -1 : 1;
    rest = span_cut(rest, 1, rest.len);
    if (!take_number(&rest, 2, ':', &hours) || !take_number(&rest, 2, '\0', &minutes))
        return false;
    *seconds = sign * (hours * 3600 + minutes * 60);
    return rest.len == 0 && hours < 24 && minutes < 60;
}

static bool is_separator(struct span rest)
{
    return rest.len > 0 &&
           (rest.ptr[0] == 'T' || rest.ptr[0] == 't' || rest.ptr[0] == ' ');
}

bool moment_parse(struct span text, int64_t *moment)
{
    struct tm tm = {0};
    int zone;
    if (!take_date(&text, &tm) || !is_separator(text))
        return false;
    text = span_cut(text, 1, text.len);
    if (!take_time(&text, &tm))
        return false;
    int ms = take_milliseconds(&text);
    if (!take_zone(text, &zone))
        return false;
    *moment = ((int64_t)timegm(&tm) - zone) * 1000 + ms;
    return true;
}

/* A date, and perhaps a time, of this machine's zone. */
static bool parse_local(struct span text, int64_t *moment)
{
    struct tm tm = {.tm_isdst = -1};
    if (!take_date(&text, &tm))
        return false;
    if (is_separator(text)) {
        text = span_cut(text, 1, text.len);
        if (!take_time(&text, &tm))
            return false;
    }
    time_t seconds = mktime(&tm);
    *moment = (int64_t)seconds * 1000;
    return text.len == 0 && seconds != (time_t)-1;
}

static bool parse_ago(struct span text, int64_t now, int64_t *moment)
{
    static const struct {
        char letter;
        int seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
    int count;
    if (text.len < 2 || text.len > 7)
        return false;
    char letter = text.ptr[text.len - 1];
    if (!take_number(&text, text.len - 1, letter, &count))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (units[i].letter == letter) {
            *moment = now - (int64_t)count * units[i].seconds * 1000;
            return true;
        }
    return false;
}

bool moment_parse_option(const char *text, int64_t now, int64_t *moment)
{
    struct span span = span_of(text);
    return parse_ago(span, now, moment) || moment_parse(span, moment) ||
           parse_local(span, moment);
}

int64_t moment_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
