/* SPDX-License-Identifier: ISC */
/* What templates can say of the night in words. */
#include "daemon/core/states.h"
#include "tests/sim/write.h"

typedef const struct write W;
typedef const struct write_scope S;

static const struct scenario_candidate *who(S *s)
{
    static const struct scenario_candidate nobody = {.party = NULL};
    return s->g && s->choice != WRITE_NONE ? &s->g->c->candidates[s->choice] : &nobody;
}

static const struct scenario_party *party_of(S *s)
{
    const struct scenario_party *p = who(s)->party;
    return p ? p : scenario_party(s->party == WRITE_NONE ? 0 : s->party);
}

static struct slice yes(bool is)
{
    return is ? SLICE("yes") : (struct slice){0};
}

static struct slice column(S *s, const char *key)
{
    return s->g ? scenario_value(&s->g->c->columns, key) : (struct slice){0};
}

static struct slice election(W *w, S *s)
{
    (void)s;
    return w->night->s->election;
}

/* Of the contest, or of the feed. */
static const struct scenario_state *state_of(W *w, S *s)
{
    return s->g ? s->g->c->state : w->feed->state;
}

static struct slice state(W *w, S *s)
{
    return state_of(w, s) ? state_of(w, s)->code : (struct slice){0};
}

static struct slice state_name(W *w, S *s)
{
    const struct state *st = states_find(state(w, s));
    return slice_of(st ? st->name : NULL);
}

static struct slice site(W *w, S *s)
{
    (void)s;
    return w->site;
}

static struct slice election_number(W *w, S *s)
{
    (void)w, (void)s;
    return SLICE(WRITE_ELECTION);
}

static struct slice place(W *w, S *s)
{
    return w->feed->county.len > 0 ? w->feed->county : state(w, s);
}

static struct slice title(W *w, S *s)
{
    return s->g ? w->titles[s->contest] : (struct slice){0};
}

static struct slice race_title(W *w, S *s)
{
    (void)w;
    return s->g ? s->g->c->title : (struct slice){0};
}

static struct slice office(W *w, S *s)
{
    (void)w;
    return s->g ? s->g->c->office : (struct slice){0};
}

static struct slice district(W *w, S *s)
{
    (void)w;
    return column(s, "district");
}

static struct slice jurisdiction(W *w, S *s)
{
    (void)w;
    return column(s, "jurisdiction");
}

static struct slice seat(W *w, S *s)
{
    (void)w;
    return column(s, "seat");
}

static struct slice special(W *w, S *s)
{
    (void)w;
    return yes(slice_is(column(s, "election_type"), "special"));
}

static struct slice measure(W *w, S *s)
{
    (void)w;
    return yes(s->g && s->g->c->measure);
}

static struct slice county_name(W *w, S *s)
{
    return s->county == WRITE_NONE ? w->feed->county : w->counties[s->county];
}

static struct slice name(W *w, S *s)
{
    (void)w;
    return who(s)->shown;
}

static size_t last_blank(struct slice s)
{
    size_t at = s.len;
    while (at > 0 && s.ptr[at - 1] != ' ')
        at--;
    return at;
}

static struct slice first_name(W *w, S *s)
{
    return slice_trim(slice_sub(name(w, s), 0, last_blank(name(w, s))));
}

static struct slice last_name(W *w, S *s)
{
    return slice_sub(name(w, s), last_blank(name(w, s)), name(w, s).len);
}

static struct slice party(W *w, S *s)
{
    (void)w;
    return slice_of(party_of(s)->letter);
}

static struct slice party_code(W *w, S *s)
{
    (void)w;
    return slice_of(party_of(s)->code);
}

static struct slice party_mark(W *w, S *s)
{
    (void)w;
    return slice_of(party_of(s)->mark);
}

static struct slice party_name(W *w, S *s)
{
    (void)w;
    return slice_of(party_of(s)->name);
}

static struct slice incumbent(W *w, S *s)
{
    (void)w;
    return yes(who(s)->incumbent);
}

static struct slice write_in(W *w, S *s)
{
    (void)w;
    return yes(who(s)->write_in);
}

static struct slice mark(W *w, S *s)
{
    return slice_of(s->choice == WRITE_NONE ? NULL : generate_mark(s->g, s->choice, w->t));
}

static struct slice ap_race(W *w, S *s)
{
    (void)w;
    return s->g ? s->g->ap_id : (struct slice){0};
}

static struct slice ap_candidate(W *w, S *s)
{
    (void)w;
    return s->choice == WRITE_NONE ? (struct slice){0} : s->g->ap_ids[s->choice];
}

static struct slice type(W *w, S *s)
{
    static const char *const names[GENERATE_TYPES] = {
        [TYPE_DAY] = "day", [TYPE_EARLY] = "early", [TYPE_MAIL] = "mail"};
    (void)w;
    return slice_of(s->type == WRITE_NONE ? NULL : names[s->type]);
}

/* "," from the second time on in a loop's run. */
static struct slice comma(W *w, S *s)
{
    bool again = *w->listed;
    (void)s;
    *w->listed = true;
    return again ? SLICE(",") : (struct slice){0};
}

static struct slice bom(W *w, S *s)
{
    (void)w, (void)s;
    return SLICE("\xEF\xBB\xBF");
}

static struct slice escape(W *w, S *s)
{
    (void)w, (void)s;
    return SLICE("\x1b");
}

static struct slice feed(W *w, S *s)
{
    (void)w, (void)s;
    return SLICE("\f");
}

static struct slice blank(W *w, S *s)
{
    (void)w, (void)s;
    return SLICE(" ");
}

const struct field write_words[] = {
    {"election", election, NULL},
    {"election-number", election_number, NULL}, /* of the county */
    {"state", state, NULL},
    {"state-name", state_name, NULL},
    {"place", place, NULL},
    {"site", site, NULL}, /* where the feed's path begins */
    {"title", title, NULL},
    {"race-title", race_title, NULL},
    {"office", office, NULL},
    {"district", district, NULL},
    {"jurisdiction", jurisdiction, NULL},
    {"seat", seat, NULL},
    {"special", special, NULL},
    {"measure", measure, NULL},
    {"county-name", county_name, NULL},
    {"name", name, NULL},
    {"first", first_name, NULL},
    {"last", last_name, NULL},
    {"party", party, NULL},
    {"party-code", party_code, NULL},
    {"party-mark", party_mark, NULL},
    {"party-name", party_name, NULL},
    {"incumbent", incumbent, NULL},
    {"write-in", write_in, NULL},
    {"mark", mark, NULL},
    {"ap-race", ap_race, NULL},
    {"ap-candidate", ap_candidate, NULL},
    {"type", type, NULL},
    /* signs */
    {"comma", comma, NULL},
    {"bom", bom, NULL},
    {"esc", escape, NULL},
    {"ff", feed, NULL},
    {"blank", blank, NULL},
    {NULL, NULL, NULL},
};
