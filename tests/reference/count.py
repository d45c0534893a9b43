# SPDX-License-Identifier: ISC
"""The tallies over an Election of model.py, and its race figures, by the names of the documents."""

from model import APART, CALLED, FIFTY

PARTIES = {"D": "Democratic", "R": "Republican", "G": "Green", "": "unstated"}


def flips(el, race, e):
    """Is a won seat a flip?"""
    if e["wins"] != "seat":
        return False
    if e["flip"] is not None:
        return e["flip"]
    if el.stated(race, "seats", "seats") != 1 or e["incumbent"] is True:
        return False  # boards of several seats, party switchers: only by the list's word
    if e["level"] not in ("federal", "state") and not stands_for_party(el, race, e):
        return False  # perhaps an office without parties
    return bool(e["held_by"] and e["party"] and e["held_by"] != e["party"])


def stands_for_party(el, race, e):
    """Has a line of it that is on air a party? Before the first vote any source's names are."""
    shown = [c for o in race.figures for c in o.contests] or [
        c for s, of in zip(el.sources, el.contests) for c in of.values()
        if s["votes"] and el.is_of(c, race) and c.total() == 0]
    return any(c.says["choices"][i]["party"] for c in shown for i in c.lines_of(e["id"]))


def flipped(el, race):
    """The race's flips: never more than others held, nor than there are seats."""
    won = [e for e in race.endorsements
           if counted(e) and el.outcome(race, e) == "won" and flips(el, race, e)]
    bounds = [e["seats_held_by_others"] for e in race.endorsements
              if e["seats_held_by_others"] >= 0]
    seats = el.stated(race, "seats", "seats")
    return won[:min(bounds + [seats or len(won), len(won)])]


def counted(e):
    return e["status"] not in APART


def totals(el, part):
    """Over the endorsements that `part` takes."""
    n = {k: 0 for k in (
        "listed endorsed withdrawn disqualified not_on_ballot postponed won lost advanced pending "
        "called settled leading trailing unclear no_results races races_called won_seats "
        "won_nominations won_measures won_unopposed under_review flips kept incumbents_reelected "
        "incumbents_beaten new_members at_least at_most").split()}
    flips_from, called_by, states = {}, {}, set()
    for race in el.races.values():
        ours = [e for e in race.endorsements if part(e)]
        for e in ours:
            n["listed"] += 1
            n[e["status"] if e["status"] in APART else "endorsed"] += 1
        ours = [e for e in ours if counted(e)]
        if not ours:
            continue
        doubtful = el.conflict(race) or el.fades(race)
        seats_called, _, every = el.race_called(race)
        n["races"] += 1
        n["races_called"] += every
        pending, won = 0, 0
        for e in ours:
            outcome = el.outcome(race, e)
            n[outcome] += 1
            if outcome in CALLED:
                by = el.authority(race)
                called_by[by] = called_by.get(by, 0) + 1
            if outcome == "pending":
                pending += 1
                n[el.progress(race, e)] += 1
            if outcome != "won":
                continue
            won += 1
            states.add(e["state"])
            n["under_review"] += doubtful
            n["won_unopposed"] += (el.authority(race) == "unopposed" or
                                   e["status"] in ("unopposed", "elected_unopposed"))
            n[{"seat": "won_seats", "nomination": "won_nominations", "": "won_measures"}[e["wins"]]] += 1
            if e["wins"] != "seat":
                continue
            n["kept"] += (bool(e["held_by"]) and e["held_by"] == e["party"] and
                          e["flip"] is not True)
            n["incumbents_reelected"] += e["incumbent"] is True
            n["new_members"] += e["incumbent"] is False and not e["measure"]
            n["incumbents_beaten"] += e["opponent_incumbent"] is True
        for e in flipped(el, race):
            if part(e):
                n["flips"] += 1
                party = PARTIES[e["held_by"]]
                flips_from[party] = flips_from.get(party, 0) + 1
        seats = el.stated(race, "seats", "seats")
        left = pending if seats is None else max(0, min(pending, el.room(race, seats) - seats_called))
        n["at_most"] += won + left
    n["called"] = n["won"] + n["lost"]
    n["settled"] = n["called"] + n["advanced"]
    n["at_least"] = n["won"] - n["under_review"]
    n["states_won"] = sorted(states & FIFTY)
    n["flips_from"] = flips_from
    n["called_by"] = called_by
    n["win_rate"] = rate(el, n, n["won"], n["called"])
    n["win_or_advance_rate"] = rate(el, n, n["won"] + n["advanced"], n["settled"])
    return n


def rate(el, n, num, den):
    if den == 0:
        return None
    mixed = n["won"] not in (n["won_seats"], n["won_nominations"], n["won_measures"])
    few = mixed or n["called"] < el.night["percent_from"]
    return {"num": num, "den": den,
            "percent": None if few else percent(el.night["percent"], num, den)}


def percent(rounding, num, den):
    if rounding == "floor":
        return num * 100 // den
    if rounding == "nearest":
        return (num * 200 + den) // (den * 2)
    tenths = (num * 2000 + den) // (den * 2)
    return f"{tenths // 10}.{tenths % 10}"


def slices(el):
    """"state GA", "level local", "tag slate", "all" -> totals, of every slice there is"""
    out = {"all": totals(el, lambda e: True)}
    for state in {e["state"] for e in el.endorsements}:
        out["state " + state] = totals(el, lambda e, s=state: e["state"] == s)
    for level in {e["level"] for e in el.endorsements}:
        out["level " + level] = totals(el, lambda e, v=level: e["level"] == v)
    for tag in {t for e in el.endorsements for t in e["tags"]}:
        out["tag " + tag] = totals(el, lambda e, t=tag: t in e["tags"])
    return out


def race_figures(el, race):
    """What the race's document must say, as far as the reference knows it."""
    votes = {e["id"] + line[0]: race.people[line]
             for e in race.endorsements for line in race.ours.get(e["id"], [])}
    if race.figures and race.on_air is None:
        sources = sorted({el.sources[i]["name"] for i in race.counties.values()})
    else:
        sources = [el.sources[race.on_air]["name"]] if race.on_air is not None else []
    seats_called, places_called, every = el.race_called(race)
    some = seats_called or places_called or any(
        el.outcome(race, e) in CALLED for e in race.endorsements if counted(e))
    return {
        "status": "called" if every else "partly_called" if some else "uncalled",
        "seats": el.stated(race, "seats", "seats"),
        "sources": sources,
        "votes": votes,
        "sum": sum(race.people.values()),
        "outcomes": {e["id"]: el.outcome(race, e) for e in race.endorsements},
    }
