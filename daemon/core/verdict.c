/* SPDX-License-Identifier: ISC */
/* The one table of verdicts. */
#include "daemon/core/verdict.h"

const struct verdict_info verdict_info[VERDICTS] = {
    [VERDICT_ACCEPTED] = {"accepted", CLASS_ACCEPT, "in order, used"},
    [VERDICT_UNCHANGED] = {"unchanged", CLASS_ACCEPT, "nothing new: 304, or the same bytes again"},
    [VERDICT_OLDER] = {"older", CLASS_QUARANTINE,
                       "older than what is on air; not used, until a newer one comes"},
    [VERDICT_EARLY] = {"early", CLASS_QUARANTINE,
                       "votes before polls close; judged again when they have closed"},
    [VERDICT_WRONG_MODE] =
        {"wrong-mode", CLASS_QUARANTINE,
         "test data in a live watch, or real data in a test; until the feed says "
         "otherwise"},
    [VERDICT_WRONG_DATE] = {"wrong-date", CLASS_QUARANTINE,
                            "results of another election day; until the feed states ours"},
    [VERDICT_ROSTER] =
        {"roster", CLASS_FLAG,
         "contests are no longer in the feed and keep their last figures; the rest is "
         "used"},
    [VERDICT_EMPTY] = {"empty", CLASS_HOLD,
                       "everything is zero where votes were on air; until votes are back"},
    [VERDICT_CALLS_VANISHED] = {"calls-vanished", CLASS_HOLD,
                                "several calls are gone at once; until they are back"},
    [VERDICT_BLOCKED] = {"blocked", CLASS_FAILED,
                         "a page for people came where data was expected; tried again"},
    [VERDICT_TRUNCATED] = {"truncated", CLASS_FAILED,
                           "the payload ends before its own end; tried again"},
    [VERDICT_SYNTAX] = {"syntax", CLASS_FAILED, "not well-formed; tried again"},
    [VERDICT_SCHEMA] = {"schema", CLASS_FAILED, "well-formed, but not this format; tried again"},
    [VERDICT_LIMIT] = {"limit", CLASS_FAILED, "larger or deeper than a payload may be"},
    [VERDICT_CRASHED] = {"crashed", CLASS_FAILED, "the payload made its worker crash"},
    [VERDICT_OVERRAN] = {"overran", CLASS_FAILED, "the payload cost its worker too much time"},
    [VERDICT_MISUSE] = {"misuse", CLASS_FAILED,
                        "the worker broke its contract and was ended; nothing of it is used"},
    [VERDICT_TOO_BIG] = {"too-big", CLASS_FAILED, "the body is larger than max-body"},
    [VERDICT_UNREACHABLE] = {"unreachable", CLASS_FAILED,
                             "no connection, time-out or TLS failure; tried again with back-off"},
    [VERDICT_HTTP_STATUS] = {"http-status", CLASS_FAILED,
                             "the site answers with an error; tried again with back-off"},
    [VERDICT_CUT] = {"cut", CLASS_FAILED,
                     "the transfer ended before its stated length; tried again"},
    [VERDICT_INTERNAL] = {"internal", CLASS_FAILED, "our own fault, see the log"},
    [VERDICT_CONTEST_BAD] =
        {"contest-bad", CLASS_QUARANTINE,
         "the contest could not be read and keeps its last figures; until it can "
         "be read"},
    [VERDICT_FALL_FLAG] = {"fall-flag", CLASS_FLAG, "a small fall, published"},
    [VERDICT_FALL_HOLD] =
        {"fall-hold", CLASS_HOLD,
         "votes fell; until they are back, a changed payload 10 minutes later still "
         "says so"},
    [VERDICT_FALL_DESK] = {"fall-desk", CLASS_HOLD,
                           "votes fell by much or to zero; until they are back"},
    [VERDICT_CORRECTED] = {"corrected", CLASS_FLAG, "a held fall stood: published as a correction"},
    [VERDICT_RESTORED] = {"restored", CLASS_ACCEPT, "a held figure is back"},
    [VERDICT_DOUBLED] = {"doubled", CLASS_HOLD,
                         "everything doubled without new units; until a payload no longer says so"},
    [VERDICT_SWAPPED] =
        {"swapped", CLASS_HOLD,
         "two choices changed places; until a changed payload 10 minutes later still "
         "says so"},
    [VERDICT_ROSTER_CHANGED] =
        {"roster-changed", CLASS_HOLD,
         "choices are others than before; until a changed payload 10 minutes "
         "later still says so"},
    [VERDICT_OVERVOTE] = {"overvote", CLASS_HOLD,
                          "more ballots than voters, or more votes than ballots allow; until the "
                          "figures fit"},
    [VERDICT_OVERVOTE_FLAG] = {"overvote-flag", CLASS_FLAG,
                               "more votes or ballots than expected, where that proves nothing"},
    [VERDICT_MARK_MOVED] = {"mark-moved", CLASS_FLAG,
                            "an official mark went from one choice to another; the source's marks "
                            "call nothing more tonight"},
};
