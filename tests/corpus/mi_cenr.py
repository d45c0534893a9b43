# SPDX-License-Identifier: ISC
"""Michigan's county file read a second time."""
import flat


def read(path):
    lines = path.read_bytes().decode("cp1252").splitlines()
    names = lines[0].split("\t")
    count = int(lines[-1].split("\t")[0].removeprefix("RECORDS: "))
    sheet = flat.Sheet()
    assert count == len(lines) - 2
    for line in lines[1:-1]:
        r = dict(zip(names, line.split("\t")))
        name = " ".join(r[c] for c in ("CandidateFirstName", "CandidateMiddleName", "CandidateLastName"))
        sheet.add((r["OfficeCode(Text)"] + "-" + r["DistrictCode(Text)"], r["OfficeDescription"]), ("", name, r["PartyName"]),
                  flat.number(r["CandidateVotes"]), "county", r["CountyName"])
    return list(sheet.rows())
