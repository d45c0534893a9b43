# SPDX-License-Identifier: ISC
"""What `tally-parse -o json` says that its CSV does not, as lines: facts of the payload, then a line a contest, and below it one a
choice and a unit of which there is something to say."""
import json

CONTEST = ("state", "county", "office", "district", "party", "election_type", "updated", "registered", "ballots", "seats", "places",
           "measure", "uncontested", "ranked", "marks_stated")
CHOICE = ("incumbent", "name_cut")
UNIT = ("id", "registered", "ballots")


def said(thing, keys):
    """key=value of each that is there: not null, not false."""
    return [key if thing[key] is True else f"{key}={thing[key]}" for key in keys if thing[key] not in (None, False)]


def render(text):
    batch = json.loads(text)
    out = [f"{key}: {value}" for key, value in batch.items() if not isinstance(value, list) and value not in (None, "unknown", False)]
    if batch["test"] is False:
        out.append("test: no")
    for contest in batch["contests"]:
        name = " ".join(filter(None, (contest["id"], contest["text"])))
        out.append(f"{name}: {', '.join(said(contest, CONTEST))}".rstrip())
        out += [f"  {choice['name'] or choice['id']}: {', '.join(said(choice, CHOICE))}"
                for choice in contest["choices"] if said(choice, CHOICE)]
        out += [f"  {unit['name'] or unit['id'] or 'total'}: {', '.join(said(unit, UNIT))}"
                for unit in contest["units"] if said(unit, UNIT) and (unit["type"] != "total" or said(unit, UNIT) != said(contest, UNIT[1:]))]
    out += [f"left out: {problem['contest']}: {problem['why']}" for problem in batch["problems"]]
    return "\n".join(out) + "\n"
