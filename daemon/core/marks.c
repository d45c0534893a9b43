/* SPDX-License-Identifier: ISC */
/* Reading marks. Where anything is unclear the answer is silence: silence calls nothing and takes
 * nothing back. */
#include "daemon/core/marks.h"

#include "daemon/base/buf.h"
#include "daemon/base/text.h"
#include "daemon/core/fits.h"
#include "daemon/core/joins.h"
#include "daemon/core/name.h"
#include "daemon/core/offers.h"
#include "daemon/core/primaries.h"
#include "daemon/core/rests.h"
#include "daemon/core/rounds.h"
#include "daemon/core/seats.h"

/* Take one more statement of a number: false when it differs from an earlier one. */
static bool agree(int64_t *stated, int64_t more)
{
    if (more <= 0)
        return true;
    if (*stated > 0 && *stated != more)
        return false;
    *stated = more;
    return true;
}

/* Is it a seat, not a nomination, of an office that one person holds? Who is marked in a first
 * round may only go on. */
static bool one_seat(const struct model *m, const struct race *r)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct race_ours *ours = &m->match->people[r->endorsements[i]].race;
        if (rounds_kind(ours->e, r->nominates) != WINS_SEAT || rounds_is_first(ours->e) ||
            !seats_single(ours->office.class, ours->state))
            return false;
    }
    return r->endorsement_count > 0;
}

bool marks_goes_on(const struct model *m, const struct race *r)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct race_ours *ours = &m->match->people[r->endorsements[i]].race;
        if (r->places <= 0 && rounds_goes_on(ours->e, ours->office.class))
            return true;
    }
    return false;
}

/* What a win in the race is: rows of one race that differ are the most careful of them. */
static enum rounds_win win_of(const struct model *m, const struct race *r)
{
    enum rounds_win win = ROUNDS_FINAL;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct race_ours *ours = &m->match->people[r->endorsements[i]].race;
        enum rounds_win w = ours->cross ? ROUNDS_FINAL : rounds_win(ours->e, ours->office.class);
        win = w > win ? w : win;
    }
    return win;
}

static bool is_ranked(const struct model *m, const struct race *r)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct race_ours *ours = &m->match->people[r->endorsements[i]].race;
        if (rounds_is_ranked(ours->e, ours->office.class))
            return true;
    }
    return false;
}

bool marks_seats(const struct model *m, struct race *r)
{
    bool seats_agree = true, places_agree = true, measure = false;
    int64_t seats = -1, places = -1;

    for (uint32_t i = 0; i < r->endorsement_count; i++) {
        const struct endorsement *e = &m->endorsed->list[r->endorsements[i]];
        seats_agree &= agree(&seats, e->seats);
        places_agree &= agree(&places, e->places);
        measure |= e->choice != CHOICE_CANDIDATE;
    }
    for (uint32_t i = 0; i < r->contest_count; i++) {
        const struct feed_contest *c = r->contests[i];
        seats_agree &= agree(&seats, c->seats);
        places_agree &= agree(&places, c->places);
        measure |= (c->flags & RESULTS_MEASURE) != 0;
    }
    if (seats < 0 && (measure || one_seat(m, r)))
        seats = 1;
    r->win = win_of(m, r);
    r->ranked = is_ranked(m, r);
    r->seats = seats_agree ? seats : -1;
    r->places = places_agree ? places : -1;
    return seats_agree && places_agree;
}

bool marks_is_winner(enum results_mark mark)
{
    return mark == RESULTS_WON || mark == RESULTS_ADVANCED;
}

/* Is what this contest says its own, and of now? */
static bool reliable(const struct feed_contest *c)
{
    return !c->gone && verdict_info[c->doubt].class != CLASS_QUARANTINE &&
           c->doubt != VERDICT_SWAPPED && c->doubt != VERDICT_ROSTER_CHANGED;
}

/* Is it of the whole race, and of all its votes? Where a feed has a contest county by county, a
 * county's mark is its own. */
static bool is_whole(const struct model *m, const struct race *r, const struct feed_contest *c)
{
    const struct settings_source *s = &m->settings->sources[c->source];

    return !s->covers_county && s->part.len == 0 && offers_is_surely_whole(m, r, c) &&
           !(r->in_parts && offers_may_be_part(m, r, c));
}

bool marks_only_part(const struct model *m, const struct race *r, uint32_t source)
{
    bool any = false;

    for (uint32_t i = 0; i < r->contest_count; i++) {
        const struct feed_contest *c = r->contests[i];
        if (c->source == source && is_whole(m, r, c))
            return false;
        any |= c->source == source;
    }
    return any;
}

/* May this contest's marks speak for `by` at all? */
static bool may_speak(const struct model *m, const struct race *r, const struct feed_contest *c,
                      struct slice by)
{
    const struct settings_source *s = &m->settings->sources[c->source];

    if (s->calls == CALLS_NO || !slice_eq(s->authority, by) || !reliable(c) || !is_whole(m, r, c))
        return false;
    if (!slice_is(by, "official"))
        return true;
    if (c->of_before ||
        verdict_info[c->doubt].class == CLASS_HOLD) /* it is worked out of figures that wait */
        return false;
    return s->calls == CALLS_LIVE || m->feeds[c->source].files[c->file].status >= RESULTS_COMPLETE;
}

static bool linked(const struct race *r, const struct feed_contest *c, uint32_t choice,
                   uint32_t endorsement)
{
    for (uint32_t i = 0; i < r->link_count; i++) {
        const struct link *l = &r->links[i];
        if (l->contest == c && l->endorsement == endorsement &&
            (choice == NONE ? l->choice != NONE : l->choice == choice))
            return true;
    }
    return false;
}

/* Is it in doubt whether this contest is theirs, which calls nothing then? */
static bool is_kept(const struct race *r, const struct feed_contest *c, uint32_t endorsement)
{
    for (uint32_t i = 0; i < r->link_count; i++)
        if (r->links[i].contest == c && r->links[i].endorsement == endorsement && r->links[i].kept)
            return true;
    return false;
}

bool marks_one_person(const struct race *r, const struct feed_contest *c, uint32_t a, uint32_t b)
{
    if (joins_same_text(r, c->choices[a].name, c->choices[b].name))
        return true;
    for (uint32_t i = 0; i < r->link_count; i++)
        if (r->links[i].contest == c && r->links[i].choice == a &&
            linked(r, c, b, r->links[i].endorsement))
            return true;
    return false;
}

/* A win of an aggregate write-in line is nobody's and fills no seat that we know of. The sides of a
 * measure are sides. */
static bool is_nobody(const struct feed_choice *choice)
{
    if (choice->name.len == 0)
        return (choice->flags & RESULTS_WRITE_IN) != 0;
    return name_is_nobody(choice->name) && !name_is_side(choice->name);
}

/* What the mark of a choice says: where a winner of the round may only go on, a winner's mark is
 * that, or is not read. AP alone marks the one and the other apart. */
static enum results_mark mark_of(const struct model *m, const struct race *r,
                                 const struct feed_contest *c, uint32_t choice)
{
    static const enum results_mark won[] = {
        [ROUNDS_FINAL] = RESULTS_WON,
        [ROUNDS_PLACE] = RESULTS_ADVANCED,
        [ROUNDS_EITHER] = RESULTS_UNMARKED,
    };
    enum results_mark mark = c->choices[choice].mark;
    bool either = r->win == ROUNDS_EITHER;

    if (mark != RESULTS_WON ||
        (either && slice_is(m->settings->sources[c->source].authority, "ap")))
        return mark;
    return won[r->win];
}

/* Does the contest mark a winner who may only have gone on? */
static bool is_unclear(const struct model *m, const struct race *r, const struct feed_contest *c)
{
    for (uint32_t i = 0; i < c->choice_count; i++)
        if (c->choices[i].mark == RESULTS_WON && mark_of(m, r, c, i) == RESULTS_UNMARKED)
            return true;
    return false;
}

/* People of the contest that carry this mark. */
static int64_t count_marked(const struct model *m, const struct race *r,
                            const struct feed_contest *c, enum results_mark mark)
{
    int64_t n = 0;

    for (uint32_t i = 0; i < c->choice_count; i++) {
        bool counted = mark_of(m, r, c, i) != mark || is_nobody(&c->choices[i]);
        for (uint32_t j = 0; j < i && !counted; j++)
            counted = mark_of(m, r, c, j) == mark && marks_one_person(r, c, i, j);
        n += !counted;
    }
    return n;
}

/* The mark on an endorsement's own lines of a contest: WON or ADVANCED on any, LOST on all, else
 * SILENT. */
static struct marks_word own_mark(const struct model *m, const struct race *r,
                                  const struct feed_contest *c, uint32_t endorsement)
{
    struct marks_word w = {.opinion = MARKS_LOST, .contest = c, .choice = NONE, .basis = "mark"};

    for (uint32_t i = 0; i < c->choice_count; i++) {
        enum results_mark mark = mark_of(m, r, c, i);
        if (!linked(r, c, i, endorsement))
            continue;
        if (w.choice == NONE)
            w.choice = i;
        if (mark == RESULTS_WON || (mark == RESULTS_ADVANCED && w.opinion != MARKS_WON)) {
            w.opinion = mark == RESULTS_WON ? MARKS_WON : MARKS_ADVANCED;
            w.choice = i;
        } else if (mark != RESULTS_LOST && w.opinion == MARKS_LOST) {
            w.opinion = MARKS_SILENT;
        }
    }
    return w;
}

/* What one contest says of an endorsement that is linked in it. */
static struct marks_word contest_word(const struct model *m, const struct race *r,
                                      const struct feed_contest *c, uint32_t endorsement)
{
    struct marks_word w = own_mark(m, r, c, endorsement);
    int64_t winners = count_marked(m, r, c, RESULTS_WON);
    int64_t going_on = count_marked(m, r, c, RESULTS_ADVANCED);

    if ((r->seats > 0 && winners > r->seats) || (r->places > 0 && going_on > r->places)) {
        w.opinion = MARKS_SILENT;
        w.conflict = "more are marked than there are seats, or places in a next round";
    } else if (w.opinion != MARKS_SILENT) {
        return w;
    } else if (is_unclear(m, r, c)) {
        w.conflict = "a winner is marked in a primary, who may only go on: call it by hand";
    } else if (winners == r->seats && !marks_goes_on(m, r)) { /* -1 where they are unknown */
        w.opinion = MARKS_LOST;
        w.basis = "seats-filled";
    } else if (going_on == r->places) {
        w.opinion = MARKS_LOST;
        w.basis = "places-filled";
    } else if ((c->flags & RESULTS_MARKS_STATED) && verdict_info[c->doubt].class != CLASS_HOLD) {
        w.opinion = MARKS_UNCALLED;
    }
    return w;
}

/* Which of two words on one person stands, of several counties' contests or several primaries? One
 * win is a win, lost is lost in all. */
static bool stronger(enum marks_opinion a, enum marks_opinion b)
{
    static const int weight[] = {
        [MARKS_LOST] = 0,     [MARKS_UNCALLED] = 1, [MARKS_SILENT] = 2,
        [MARKS_ADVANCED] = 3, [MARKS_WON] = 4,
    };
    return weight[a] > weight[b];
}

/* Who speaks, and of whom. */
struct asked {
    const struct model *m;
    const struct race *r;
    uint32_t endorsement;
    struct slice by;
};

/* The word of one source on it in one primary. */
static struct marks_word source_line(const struct asked *a, uint32_t source, const char *primary)
{
    const struct model *m = a->m;
    const struct race *r = a->r;
    uint32_t endorsement = a->endorsement;
    struct slice by = a->by;
    struct marks_word word = {.opinion = MARKS_SILENT};
    const char *conflict = NULL;

    for (uint32_t i = 0; i < r->contest_count; i++) {
        const struct feed_contest *c = r->contests[i];
        if (c->source != source || !linked(r, c, NONE, endorsement) ||
            !primaries_same(primaries_of(r, c), primary))
            continue;
        struct marks_word w = {.opinion = MARKS_SILENT, .contest = c, .choice = NONE};
        if (may_speak(m, r, c, by) && !is_kept(r, c, endorsement))
            w = contest_word(m, r, c, endorsement);
        else if (r->in_parts && offers_list_is_short(m, r))
            w.conflict = "a county that the list's counties leave out has it too";
        if (w.conflict)
            conflict = w.conflict;
        if (!word.contest || stronger(w.opinion, word.opinion))
            word = w;
    }
    word.conflict = conflict;
    return word;
}

/* Is the source of the race's contest `at` that of an earlier one too? */
static bool seen_before(const struct race *r, uint32_t at)
{
    for (uint32_t i = 0; i < at; i++)
        if (r->contests[i]->source == r->contests[at]->source)
            return true;
    return false;
}

/* ... of all of the authority's sources. */
static struct marks_word line(const struct asked *a, const char *primary)
{
    const struct race *r = a->r;
    struct marks_word word = {.opinion = MARKS_SILENT};
    const char *conflict = NULL;

    for (uint32_t i = 0; i < r->contest_count; i++) {
        uint32_t source = r->contests[i]->source;
        if (!slice_eq(a->m->settings->sources[source].authority, a->by) || seen_before(r, i))
            continue;
        struct marks_word w = source_line(a, source, primary);
        if (w.conflict)
            conflict = w.conflict;
        if (w.opinion == MARKS_SILENT)
            continue;
        if (w.opinion >= MARKS_WON && word.opinion >= MARKS_WON && w.opinion != word.opinion)
            return (struct marks_word){.opinion = MARKS_SILENT,
                                       .conflict = "feeds of one authority differ"};
        if (w.opinion > word.opinion)
            word = w;
    }
    word.conflict = conflict;
    return word;
}

struct marks_word marks_say_of(const struct model *m, const struct race *r, uint32_t endorsement,
                               struct slice by, const char *primary)
{
    return line(&(struct asked){m, r, endorsement, by}, primary);
}

struct marks_word marks_source_says(const struct model *m, const struct race *r,
                                    uint32_t endorsement, struct slice by, const char *primary,
                                    uint32_t source)
{
    return source_line(&(struct asked){m, r, endorsement, by}, source, primary);
}

struct marks_word marks_say(const struct model *m, const struct race *r, uint32_t endorsement,
                            struct slice by)
{
    struct asked a = {m, r, endorsement, by};
    struct marks_word word = {.opinion = MARKS_SILENT};
    const char *conflict = NULL, *primary;
    bool any = false;

    for (uint32_t at = 0; primaries_next(r, endorsement, &at, &primary); any = true) {
        struct marks_word w = line(&a, primary);
        if (w.conflict)
            conflict = w.conflict;
        if (!any || stronger(w.opinion, word.opinion))
            word = w;
    }
    word.conflict = conflict;
    return word;
}

int64_t marks_room(const struct model *m, const struct race *r, int64_t each)
{
    for (uint32_t i = 0; r->primaries < 2 && i < r->endorsement_count; i++)
        if (m->match->people[r->endorsements[i]].race.cross)
            return -1;
    return primaries_room(r, each);
}

bool marks_may_stand_elsewhere(const struct model *m, const struct race *r, uint32_t endorsement)
{
    const struct match_person *p = &m->match->people[endorsement];

    /* the list leaves open in which: the other may come later */
    if (p->race.cross && primaries_count(r) == 1)
        return true;
    for (uint32_t i = 0; i < p->seen_count; i++)
        for (uint32_t k = 0; k < p->seen[i]->fits->count; k++)
            if (p->seen[i]->fits->list[k].endorsement == endorsement &&
                p->seen[i]->fits->list[k].band == BAND_REVIEW)
                return true;
    return false;
}

/* The most that any contest of the primary of contest `like` marks. */
static int64_t most_marked(const struct model *m, const struct race *r, struct slice by,
                           enum results_mark mark, int64_t room, const struct feed_contest *like)
{
    int64_t most = 0;

    for (uint32_t i = 0; i < r->contest_count; i++) {
        const struct feed_contest *c = r->contests[i];
        if (!primaries_same(primaries_of(r, c), primaries_of(r, like)) || !may_speak(m, r, c, by) ||
            rests_is_kept(r, c))
            continue;
        int64_t marked = count_marked(m, r, c, mark);
        if (marked > most && (room <= 0 || marked <= room))
            most = marked;
    }
    return most;
}

void marks_count(const struct model *m, const struct race *r, struct slice by, int64_t *seats,
                 int64_t *places)
{
    *seats = *places = 0;
    for (uint32_t i = 0; i < r->contest_count; i++) {
        bool counted = false;
        for (uint32_t k = 0; k < i && !counted; k++)
            counted =
                primaries_same(primaries_of(r, r->contests[k]), primaries_of(r, r->contests[i]));
        if (counted)
            continue;
        *seats += most_marked(m, r, by, RESULTS_WON, r->seats, r->contests[i]);
        *places += most_marked(m, r, by, RESULTS_ADVANCED, r->places, r->contests[i]);
    }
}

bool marks_share(const struct race *r, uint32_t a, uint32_t b)
{
    for (uint32_t i = 0; i < r->link_count; i++) {
        const struct link *l = &r->links[i];
        if (l->endorsement == a && linked(r, l->contest, l->choice, b))
            return true;
    }
    return false;
}

bool marks_write_in_votes(const struct race *r, uint32_t endorsement)
{
    for (uint32_t i = 0; i < r->contest_count; i++) {
        const struct feed_contest *c = r->contests[i];
        if (c->unit_count == 0 || !linked(r, c, NONE, endorsement))
            continue;
        for (uint32_t k = 0; k < c->choice_count; k++)
            if ((c->choices[k].flags & RESULTS_WRITE_IN) && c->units[0].votes[k] > 0 &&
                !linked(r, c, k, endorsement))
                return true;
    }
    return false;
}

/* Is this line, by its links or its name, this endorsement's? */
static bool is_own(const struct race *r, const struct feed_contest *c, uint32_t choice,
                   uint32_t endorsement)
{
    for (uint32_t i = 0; i < c->choice_count; i++)
        if (linked(r, c, i, endorsement) && (i == choice || marks_one_person(r, c, i, choice)))
            return true;
    return false;
}

/* Is it the line of one of ours who does not stand any more? */
static bool is_withdrawn(const struct model *m, const struct race *r, const struct feed_contest *c,
                         uint32_t choice)
{
    for (uint32_t i = 0; i < r->endorsement_count; i++)
        if (m->endorsed->list[r->endorsements[i]].status > ENDORSE_ELECTED_UNOPPOSED &&
            linked(r, c, choice, r->endorsements[i]))
            return true;
    return false;
}

/* What is asked of the opponents of one of ours. */
struct alone {
    const struct model *m;
    const struct race *r;
    uint32_t endorsement;
    bool voted; /* for those with votes alone */
};

/* Does somebody else stand on this line? Who is on the ballot does without votes too; who is
 * written in does when one was. */
static bool is_opponent(const struct alone *a, const struct feed_contest *c, uint32_t choice)
{
    const struct feed_choice *who = &c->choices[choice];
    bool on_ballot = !a->voted && who->name.len > 0 && !(who->flags & RESULTS_WRITE_IN) &&
                     !is_withdrawn(a->m, a->r, c, choice);

    return (on_ballot || c->units[0].votes[choice] > 0) && !is_nobody(who) &&
           !(who->name.len > 0 && name_is_nobody(who->name)) &&
           !is_own(a->r, c, choice, a->endorsement);
}

bool marks_opponents(const struct model *m, const struct race *r, uint32_t endorsement, bool voted)
{
    const struct alone a = {m, r, endorsement, voted};
    int64_t room = r->seats > 0 ? r->seats - 1 : 0;

    for (uint32_t i = 0; i < r->contest_count; i++) {
        const struct feed_contest *c = r->contests[i];
        int64_t others = 0;
        if (c->unit_count == 0 || !linked(r, c, NONE, endorsement))
            continue;
        for (uint32_t k = 0; k < c->choice_count; k++) {
            bool another = is_opponent(&a, c, k);
            for (uint32_t j = 0; j < k && another; j++)
                another = !is_opponent(&a, c, j) || !marks_one_person(r, c, k, j);
            others += another;
        }
        if (others > room)
            return true;
    }
    return false;
}

struct marks_word marks_uncontested(const struct model *m, const struct race *r,
                                    uint32_t endorsement)
{
    struct marks_word word = {.opinion = MARKS_SILENT, .choice = NONE};
    bool kept = false; /* said so, and is silent now: not taken back */

    for (uint32_t i = 0; i < r->contest_count; i++) {
        const struct feed_contest *c = r->contests[i];
        const struct settings_source *s = &m->settings->sources[c->source];
        bool says_so = (c->flags & RESULTS_UNCONTESTED) != 0;
        if (s->calls == CALLS_NO || slice_is(s->authority, "official") || !is_whole(m, r, c) ||
            !linked(r, c, NONE, endorsement) || is_kept(r, c, endorsement))
            continue;
        if (says_so && reliable(c))
            return (struct marks_word){.opinion = MARKS_WON, .contest = c, .choice = NONE};
        kept |= says_so;
        if (!says_so && reliable(c) && verdict_info[c->doubt].class != CLASS_HOLD)
            word = (struct marks_word){.opinion = MARKS_UNCALLED, .contest = c, .choice = NONE};
    }
    if (kept)
        word.opinion = MARKS_SILENT;
    return word;
}
