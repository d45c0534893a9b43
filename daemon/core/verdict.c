/* SPDX-License-Identifier: ISC */
/* The one table of verdicts. */
#include "daemon/core/verdict.h"

#include <stddef.h>

#define ENDS(name, class, what, exit)                                                              \
    {                                                                                              \
        name, class, what "; until " exit, exit                                                    \
    }
#define SAYS(name, class, what)                                                                    \
    {                                                                                              \
        name, class, what, NULL                                                                    \
    }

const struct verdict_info verdict_info[VERDICTS] = {
    [VERDICT_ACCEPTED] = SAYS("accepted", CLASS_ACCEPT, "in order, used"),
    [VERDICT_UNCHANGED] =
        SAYS("unchanged", CLASS_ACCEPT, "nothing new: 304, or the same bytes again"),
    [VERDICT_OLDER] = ENDS("older", CLASS_QUARANTINE, "older than what is on air; not used",
                           "a newer one comes or the desk accepts it"),
    [VERDICT_EARLY] = ENDS("early", CLASS_QUARANTINE, "votes before polls close",
                           "they have closed: then it is judged again"),
    [VERDICT_WRONG_MODE] =
        ENDS("wrong-mode", CLASS_QUARANTINE, "test data in a live watch, or real data in a test",
             "the feed says otherwise"),
    [VERDICT_WRONG_DATE] = ENDS("wrong-date", CLASS_QUARANTINE, "results of another election day",
                                "the feed states ours"),
    [VERDICT_ROSTER] = SAYS("roster", CLASS_FLAG,
                            "contests are no longer in the feed and keep their last figures; the "
                            "rest is used"),
    [VERDICT_EMPTY] = ENDS("empty", CLASS_HOLD, "everything is zero where votes were on air",
                           "votes are back or the desk accepts it"),
    [VERDICT_REJECTED] =
        ENDS("rejected", CLASS_QUARANTINE, "the desk rejected these figures; not used",
             "the feed says something else"),
    [VERDICT_CALLS_VANISHED] = ENDS("calls-vanished", CLASS_HOLD, "several calls are gone at once",
                                    "their marks are back"),
    [VERDICT_BLOCKED] = SAYS("blocked", CLASS_FAILED,
                             "the site refuses us (HTTP 401, 403, 429, 451), or sends a page for "
                             "people where data was expected; tried again with back-off"),
    [VERDICT_TRUNCATED] =
        SAYS("truncated", CLASS_FAILED, "the payload ends before its own end; tried again"),
    [VERDICT_SYNTAX] = SAYS("syntax", CLASS_FAILED, "not well-formed; tried again"),
    [VERDICT_SCHEMA] =
        SAYS("schema", CLASS_FAILED, "well-formed, but not this format; tried again"),
    [VERDICT_LIMIT] = SAYS("limit", CLASS_FAILED, "larger or deeper than a payload may be"),
    [VERDICT_CRASHED] = SAYS("crashed", CLASS_FAILED, "the payload made its worker crash"),
    [VERDICT_OVERRAN] = SAYS("overran", CLASS_FAILED, "the payload cost its worker too much time"),
    [VERDICT_MISUSE] = SAYS("misuse", CLASS_FAILED,
                            "the worker broke its contract and was ended; nothing of it is used"),
    [VERDICT_TOO_BIG] = SAYS("too-big", CLASS_FAILED, "the body is larger than max-body"),
    [VERDICT_UNREACHABLE] = SAYS("unreachable", CLASS_FAILED,
                                 "no connection, time-out or TLS failure; tried again with "
                                 "back-off"),
    [VERDICT_HTTP_STATUS] = SAYS("http-status", CLASS_FAILED,
                                 "the site answers with an error; tried again with back-off"),
    [VERDICT_CUT] =
        SAYS("cut", CLASS_FAILED, "the transfer ended before its stated length; tried again"),
    [VERDICT_INTERNAL] = SAYS("internal", CLASS_FAILED, "our own fault, see the log"),
    [VERDICT_CONTEST_BAD] =
        ENDS("contest-bad", CLASS_QUARANTINE,
             "the contest could not be read and keeps its last figures", "it can be read"),
    [VERDICT_FALL_FLAG] = SAYS("fall-flag", CLASS_FLAG, "a small fall, published"),
    [VERDICT_FALL_HOLD] = ENDS("fall-hold", CLASS_HOLD, "votes fell",
                               "they are back, a changed payload later still says so, or the desk "
                               "accepts it"),
    [VERDICT_FALL_DESK] = ENDS("fall-desk", CLASS_HOLD, "votes fell by much or to zero",
                               "they are back or the desk accepts it"),
    [VERDICT_CORRECTED] = SAYS("corrected", CLASS_FLAG,
                               "held figures that stood, or that the desk accepted: published as "
                               "a correction"),
    [VERDICT_RESTORED] = SAYS("restored", CLASS_ACCEPT,
                              "held figures are back, or nothing is wrong with them any more"),
    [VERDICT_DOUBLED] = ENDS("doubled", CLASS_HOLD, "everything doubled without new units",
                             "a payload no longer says so or the desk accepts it"),
    [VERDICT_SWAPPED] = ENDS("swapped", CLASS_HOLD, "two choices changed places",
                             "they are back, a changed payload later still says so, or the desk "
                             "accepts it"),
    [VERDICT_ROSTER_CHANGED] = ENDS("roster-changed", CLASS_HOLD, "choices are others than before",
                                    "they are back, a changed payload later still says so, or the "
                                    "desk accepts it"),
    [VERDICT_OVERVOTE] =
        ENDS("overvote", CLASS_HOLD, "more ballots than voters, or more votes than ballots allow",
             "the figures fit or the desk accepts them"),
    [VERDICT_OVERVOTE_FLAG] = SAYS("overvote-flag", CLASS_FLAG,
                                   "more votes or ballots than expected, where that proves "
                                   "nothing"),
    [VERDICT_MARK_MOVED] = SAYS("mark-moved", CLASS_FLAG,
                                "an official mark went from one choice to another; the source's "
                                "marks call nothing more tonight"),
    [VERDICT_MARKS_EARLY] = SAYS("marks-early", CLASS_FLAG,
                                 "official marks stood there before polls closed; they call "
                                 "nothing until the source shows others, or other votes beside "
                                 "them"),
    [VERDICT_CALLS_DIFFER] = SAYS("calls-differ", CLASS_FLAG,
                                  "authorities, marks, seats or the list contradict each other on "
                                  "who is called; explain says who says what"),
};

enum verdict verdict_named(struct slice name)
{
    int v = 0;

    while (v < VERDICTS && !slice_is(name, verdict_info[v].name))
        v++;
    return (enum verdict)v;
}
