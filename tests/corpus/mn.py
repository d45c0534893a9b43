# SPDX-License-Identifier: ISC
"""Minnesota's media files read a second time."""
import flat


# in the order of the numbers that the Secretary of State gives them
COUNTIES = """Aitkin,Anoka,Becker,Beltrami,Benton,Big Stone,Blue Earth,Brown,Carlton,Carver,Cass,Chippewa,Chisago,Clay,Clearwater,Cook,
Cottonwood,Crow Wing,Dakota,Dodge,Douglas,Faribault,Fillmore,Freeborn,Goodhue,Grant,Hennepin,Houston,Hubbard,Isanti,Itasca,Jackson,
Kanabec,Kandiyohi,Kittson,Koochiching,Lac qui Parle,Lake,Lake of the Woods,Le Sueur,Lincoln,Lyon,McLeod,Mahnomen,Marshall,Martin,Meeker,
Mille Lacs,Morrison,Mower,Murray,Nicollet,Nobles,Norman,Olmsted,Otter Tail,Pennington,Pine,Pipestone,Polk,Pope,Ramsey,Red Lake,Redwood,
Renville,Rice,Rock,Roseau,St. Louis,Scott,Sherburne,Sibley,Stearns,Steele,Stevens,Swift,Todd,Traverse,Wabasha,Wadena,Waseca,Washington,
Watonwan,Wilkin,Winona,Wright,Yellow Medicine""".replace("\n", "").split(",")


def read(path):
    sheet = flat.Sheet()
    for line in path.read_bytes().decode("cp1252").split("\r\n")[:-1]:
        f = line.split(";")
        assert f[0] == "MN" and len(f) == 16
        if f[7] in ("ESTIMATED BLANKS", "BLANKS"):
            continue
        county = COUNTIES[int(f[1]) - 1] if f[1] else ""
        whole = f[3].startswith("035")
        sheet.add((f[3], f[4]), (f[6], f[7]), flat.number(f[13]), *(("county", county) if whole and county else ("total", "")),
                  county="" if whole else county)
    sheet.join_counties()
    return list(sheet.rows())
