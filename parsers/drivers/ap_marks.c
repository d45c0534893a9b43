/* SPDX-License-Identifier: ISC */
#include "parsers/drivers/ap_marks.h"

bool ap_marks_read(struct json winner, enum results_mark *out)
{
    static const struct {
        const char *letter;
        enum results_mark mark;
    } known[] = {{"X", RESULTS_WON},
                 {"R", RESULTS_ADVANCED},
                 {"N", RESULTS_UNMARKED},
                 {"Uncalled", RESULTS_UNMARKED},
                 {"", RESULTS_UNMARKED}};
    enum json_type type = json_type(winner);
    *out = RESULTS_UNMARKED;
    if (type != JSON_STRING)
        return type == JSON_NONE || type == JSON_NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_is(slice_trim(json_str(winner)), known[i].letter)) {
            *out = known[i].mark;
            return true;
        }
    return false;
}

bool ap_marks_stated(struct json candidates)
{
    struct json_walk at = {0};
    struct slice key;
    struct json v;
    while (json_next(candidates, &at, &key, &v))
        if (json_type(json_get(v, "winner")) != JSON_NONE)
            return true;
    return false;
}

bool ap_marks_state(struct slice s)
{
    return s.len == 2 && s.ptr[0] >= 'A' && s.ptr[0] <= 'Z' && s.ptr[1] >= 'A' && s.ptr[1] <= 'Z';
}
