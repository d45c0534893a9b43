# SPDX-License-Identifier: ISC
"""California's EML 510 read a second time, as a tree."""
import re
import xml.etree.ElementTree as ET

from common import cell, clean, party_of, write_in

NS = "{urn:oasis:names:tc:evs:schema:eml}"


def text(e, path):
    found = e.find("/".join(NS + p for p in path.split("/")))
    return (found.text or "").strip() if found is not None else ""


def metric(block, id_):
    found = [m.text or "" for m in block.findall(NS + "CountMetric") if m.get("Id") == id_]
    return cell(int(found[-1])) if found and re.fullmatch(r"\s*[0-9]+\s*", found[-1]) else ""


def selections(block):
    for s in block.findall(NS + "Selection"):
        votes = s.findall(NS + "ValidVotes")
        assert len(votes) == 1
        count = (votes[0].text or "").strip()
        assert re.fullmatch(r"[0-9]*", count), count
        proposal, candidate = s.find(f"{NS}Candidate/{NS}ProposalItem"), s.find(f"{NS}Candidate/{NS}CandidateIdentifier")
        if proposal is not None:
            key = ("", clean(proposal.get("ReferendumOptionIdentifier")), "")
        else:
            key = (candidate.get("IdNumber").strip(), clean(text(s, "Candidate/CandidateFullName/PersonFullName")),
                   party_of("", text(s, "AffiliationIdentifier/RegisteredName")))
        assert key[0] or key[1]
        yield key, count


def read(path):
    root = ET.parse(path).getroot()
    assert root.tag.split("}")[-1] == "EML" and root.get("Id") in (None, "510") and root.find(NS + "Count") is not None
    out = []
    for contest in root.iter(NS + "Contest"):
        id_, title = contest.find(NS + "ContestIdentifier").get("IdNumber"), clean(text(contest, "ContestIdentifier/ContestName"))
        whole = contest.find(NS + "TotalVotes")
        known = dict(selections(whole))
        assert len(known) == len(list(selections(whole)))
        for block in [whole] + contest.findall(NS + "ReportingUnitVotes"):
            unit = clean(text(block, "ReportingUnitIdentifier")) if block is not whole else ""
            votes = dict(selections(block))
            assert set(k[:2] for k in votes) <= set(k[:2] for k in known) and len(votes) == len(list(selections(block)))
            for key in known:
                if key in votes:
                    out.append((id_, title, "", "total" if block is whole else "county", unit, metric(block, "PR"), metric(block, "TP"),
                                *key, write_in(key[1]), "", votes[key], "0"))
    return out
