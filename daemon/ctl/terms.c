/* SPDX-License-Identifier: ISC */
/* The glossary. */
#include "daemon/ctl/terms.h"

#include <stddef.h>

const struct ctl_term ctl_terms[] = {
    {"on air", "What is published now: the figures, calls and counts that Redis and HTTP have."},
    {"contest", "A race as one feed names it."},
    {"race", "What endorsed candidates compete in, put together from the contests of all feeds."},
    {"choice", "A line on the ballot of a contest."},
    {"unit", "Where votes were counted: a precinct, a municipality, a county, or the total."},
    {"match", "An endorsement and the choices that are its own, with the evidence."},
    {"claim", "What an authority (desk, ap, ddhq, official) says of a candidacy; kept for good."},
    {"call", "The claim that stands."},
    {"retraction", "A call that no longer stands; the counts fall with it."},
    {"correction", "What was told and no longer holds; listed for the night."},
    {"listed", "All rows of the list: endorsed, withdrawn, disqualified, not_on_ballot and "
               "postponed."},
    {"endorsed", "Who counts: won, lost, advanced and pending. Candidacies, not races."},
    {"withdrawn", "Left the race; does not count. So do disqualified and not_on_ballot."},
    {"disqualified", "See withdrawn."},
    {"not_on_ballot", "See withdrawn."},
    {"postponed", "Its election is on another day; does not count."},
    {"won", "Called for ours."},
    {"lost",
     "Every seat, or every place of the next round, is called for others in a contest that has "
     "ours too, or the authority says that ours has lost. Where the contest that is called has "
     "no line of ours, it may be of another race: it stays pending, and todo says so."},
    {"advanced", "Goes on to a runoff or a general election: neither won nor lost."},
    {"pending", "Neither won, lost nor advanced: leading, trailing, unclear or no_results."},
    {"to go", "Pending, without those in a void race."},
    {"called", "Won or lost."},
    {"settled", "Won, lost or advanced: what newsrooms call called."},
    {"leading", "Pending, with votes inside the last seat or place, and no tie there."},
    {"trailing", "Pending, with votes outside the last seat or place. Beside a call the word says "
                 "that its votes are behind; the count has only those pending."},
    {"unclear",
     "Pending, and no order of the votes says who leads: tied, seats unknown, ranked "
     "choice before its last round, figures in doubt, or counties missing from the sum."},
    {"no_results", "Pending, and no votes of it are on air."},
    {"void", "Of races: nothing called in it stands. Of counts: pending in such races."},
    {"races", "Races of those who are endorsed."},
    {"races_called", "Races of which every seat, or every place of the next round, is called."},
    {"won_seats", "Wins of a seat. Seats, nominations and measures are never added up."},
    {"won_nominations", "Wins of a party's nomination, in a primary."},
    {"won_measures", "Measures that went our way; nobody is elected."},
    {"won_unopposed", "Wins with no opponent; part of won."},
    {"under_review", "Of races: a guard has tripped after a call, which stands. Of counts: wins in "
                     "races under review, in conflict or contested; part of won."},
    {"flips", "Seats won that another party held."},
    {"kept", "Seats won that our own party held."},
    {"incumbents_reelected", "Seats won by who holds them."},
    {"incumbents_beaten", "Seats won from who held them."},
    {"new_members", "Seats won by people who do not hold them: incumbent is no, or empty in a list "
                    "that says yes of any other row."},
    {"at_least", "Wins that are not under review or contested: fewer it will not be."},
    {"at_most", "Wins, were every pending race won, in each no more than its seats."},
    {"win_rate",
     "Won of called, in percent rounded as [totals] percent says, down unless said: 66 of "
     "66.8; without a percentage where too few are called (percent-from) or seats, "
     "nominations and measures are won together."},
    {"season", "The counts of this list, where a race of several rounds counts once, by its last."},
    {"lifetime", "Elected so far: those of before this season ([totals] baseline-elected) and the "
                 "seats of the season."},
    {"win_or_advance_rate", "Won and advanced, of settled."},
    {"states_won", "States with a win; DC and territories are counted apart."},
    {"as_of", "When anything that is counted changed last: changed at."},
    {"answer",
     "A source answers: its last poll was answered, in time, whatever was in it; status and the "
     "board "
     "count all sources so. The sentence says of how many there is no news: those that have not "
     "answered for stale-after, or never; a poll that has just failed is no silence yet."},
    {"checked_at", "When a source last answered well, whether or not it had anything new."},
    {"stale", "Not heard from for too long; what it said last stays on air."},
    {"held", "Kept off the air by a guard; the last good figure stays, until what the verdict "
             "names."},
    {"quarantine", "Kept, and nothing of it is used."},
    {"verdict", "What was judged of a payload, a contest or a unit: accepted, fall-hold, ..."},
    {"in_doubt", "Figures on air of which newer ones are held, or a sum of counties whose names do "
                 "not agree: explain has them, and the way out."},
    {"corrected", "Figures that fell, and stood or were accepted."},
    {"disagreement", "Sources differ by more than one of them being behind: in who leads, or in "
                     "votes where both are complete or have the same units in; or the one on air "
                     "is behind for long, and none can take its place."},
    {"conflict", "Authorities differ on who is called, or more have won than there are seats."},
    {"partial", "Counties are missing from the sum: nobody leads or trails by it."},
    {"gone", "The contest is no longer in its feed; its last figures stay."},
    {"source_changed", "The figures came with a change of source: nobody's votes changed."},
    {"frozen", "The desk has said that what feeds call does not count for now."},
    {"recount", "Said by the desk; a win stands. So do tie, contested and certified."},
    {"tie", "See recount."},
    {"contested", "See recount; such a win is not among at_least."},
    {"certified", "See recount: the result is official."},
    {NULL, NULL},
};

void ctl_terms_list(struct buf *out)
{
    enum { TERM = 22, COLUMNS = 80 };

    for (const struct ctl_term *t = ctl_terms; t->term; t++) {
        struct slice words = slice_of(t->means), word;
        size_t column = TERM;
        buf_addf(out, "%-*s", TERM, t->term);
        while (slice_next(&words, ' ', &word)) {
            if (column > TERM && column + 1 + word.len > COLUMNS) {
                buf_addf(out, "\n%-*s", TERM, "");
                column = TERM;
            } else if (column > TERM) {
                buf_addc(out, ' ');
                column++;
            }
            buf_add(out, word);
            column += word.len;
        }
        buf_addc(out, '\n');
    }
}
