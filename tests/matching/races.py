# SPDX-License-Identifier: ISC
"""Contests of real files understood by a table of patterns a state, and races written as organisations write them. Knows nothing of
office.c: an office here is a word of our own, with the names people give it."""
import dataclasses
import re

ORDINALS = ["", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]


@dataclasses.dataclass(frozen=True)
class Race:
    state: str
    office: str
    district: str = ""
    seat: str = ""
    place: str = ""   # of the office, where it is not a county's
    county: str = ""
    unexpired: bool = False
    party: str = ""   # whose primary it is
    whole: str = ""   # the office as the file has it, where nothing better is known

    def excludes(self, other):
        """Do both sides say something that cannot be true of one race?"""
        if self.state != other.state or self.office != other.office:
            return True
        for field in ("district", "seat", "place", "county", "party"):
            a, b = getattr(self, field), getattr(other, field)
            if a and b and a.lower() != b.lower():
                return True
        return self.unexpired != other.unexpired


# Names of offices as organisations write them. {d} is the district: those with it are whole texts.
WORDS = {
    "house": ["State House", "State Representative", "State Rep.", "State House of Representatives", "House District {d}",
              "State House District {d}", "State Representative, District {d}", "HD {d}", "State House {d}"],
    "senate": ["State Senate", "State Senator", "Senate District {d}", "State Senate District {d}", "SD {d}", "State Senate {d}"],
    "congress": ["US House", "U.S. House", "Congress", "U.S. Representative", "US House of Representatives", "Congressional District {d}",
                 "United States House of Representatives", "CD {d}"],
    "sheriff": ["Sheriff", "County Sheriff", "{c} County Sheriff"],
    "assessor": ["County Assessor", "Assessor", "{c} County Assessor"],
    "auditor": ["County Auditor", "Auditor", "{c} County Auditor"],
    "treasurer": ["County Treasurer", "Treasurer", "{c} County Treasurer"],
    "recorder": ["County Recorder", "{c} County Recorder"],
    "clerk": ["County Clerk", "{c} County Clerk"],
    "court clerk": ["Circuit Court Clerk", "Clerk of the Circuit Court", "{c} County Circuit Court Clerk"],
    "superior clerk": ["Clerk of Superior Court", "Superior Court Clerk"],
    "coroner": ["County Coroner", "Coroner", "{c} County Coroner"],
    "surveyor": ["County Surveyor", "{c} County Surveyor"],
    "deeds": ["Register of Deeds", "{c} County Register of Deeds"],
    "prosecutor": ["Prosecuting Attorney", "County Prosecutor", "{c} County Prosecuting Attorney", "Prosecutor"],
    "tax": ["Tax Commissioner", "County Tax Commissioner"],
    "chair": ["County Commission Chair", "{c} County Commission Chair"],
    "commission": ["County Commission", "County Commissioner", "Board of Commissioners", "{c} County Board of Commissioners",
                   "{c} County Commission"],
    "county council": ["County Council", "County Council Member", "{c} County Council"],
    "trustee": ["Township Trustee"],
    "township board": ["Township Board", "Township Board Member"],
    "city council": ["City Council", "City Council Member", "{p} City Council", "City Councilmember"],
    "town council": ["Town Council", "Town Council Member", "{p} Town Council", "Town Councilmember"],
    "mayor": ["Mayor", "Mayor of {p}"],
    "school": ["School Board", "Board of Education", "School Board Member"],
    "school director": ["School Board", "School Board Director", "School Director", "Board of Directors"],
    "port": ["Port Commissioner", "Port Commission"],
    "fire": ["Fire Commissioner"],
    "soil": ["Soil and Water Conservation District Supervisor", "Soil & Water Supervisor"],
    "da": ["District Attorney", "DA"],
    "appeals": ["Court of Appeals", "Court of Appeals Judge"],
    "supreme": ["Supreme Court", "Supreme Court Justice", "State Supreme Court"],
    "circuit": ["Circuit Court", "Circuit Court Judge", "Circuit Judge"],
    "district court": ["District Court", "District Court Judge", "District Judge"],
    "superior court": ["Superior Court", "Superior Court Judge"],
    "probate": ["Probate Judge", "Judge of Probate", "Probate Court"],
    "oha": ["Office of Hawaiian Affairs Trustee"],
}
SHORT = {"DA", "Assessor", "Auditor", "Treasurer", "Board of Directors", "Prosecutor", "HD {d}", "SD {d}", "CD {d}"}

C = r"(?P<county>[A-Z][A-Za-z.' -]*?)"
P = r"(?P<place>[A-Z][A-Za-z.'/ -]*?)"
WA = "|".join("""Adams Asotin Benton Chelan Clallam Clark Columbia Cowlitz Douglas Ferry Franklin Garfield Grant Grays_Harbor Island
Jefferson King Kitsap Kittitas Klickitat Lewis Lincoln Mason Okanogan Pacific Pend_Oreille Pierce San_Juan Skagit Skamania Snohomish
Spokane Stevens Thurston Wahkiakum Walla_Walla Whatcom Whitman Yakima""".split()).replace("_", " ")
D = r"(?P<district>\d+[A-Z]?|[A-Z]|[IVX]+)"
S = r"(?P<seat>\d+[A-Z]?)"
U = r"(?P<unexpired> \(UNEXPIRED\))?"
TABLES = {
    "GA": [
        (rf"State House (?:District|Dist) {D}", "house"), (rf"State Senate (?:District|Dist) {D}", "senate"),
        (rf"US House (?:District|Dist) {D}", "congress"), (r"Sheriff", "sheriff"), (r"Tax Commissioner", "tax"),
        (r"Clerk of Superior Court", "superior clerk"), (r"Co Commission Chair", "chair"), (r"Coroner", "coroner"),
        (rf"(?:Co Commission|County Commission(?:er)?) (?:District|Dist) {D}", "commission"),
        (rf"(?:Brd of Education|Board of Education) (?:District|Dist) {D}", "school"),
        (r"District Attorney - (?P<place>[A-Z][A-Za-z ]+)", "da"),
    ],
    "PA": [
        (r"Representative in the General Assembly(?: District)? (?P<district>\d+)(?:\w\w Legislative District)?", "house"),
        (r"Senator in the General Assembly(?: District)? (?P<district>\d+)(?:\w\w Senatorial District)?", "senate"),
        (r"Representative in Congress(?: District)? (?P<district>\d+)(?:\w\w Congressional District)?", "congress"),
    ],
    "CO": [
        (rf"State Representative - District {D}", "house"), (rf"State Senator - District {D}", "senate"),
        (rf"Representative to the 119th United States Congress - District {D}", "congress"),
        (r"District Attorney - (?P<district>\d+)\w\w Judicial District", "da"),
    ],
    "MN": [(rf"State Representative District {D}", "house"), (rf"State Senator District {D}", "senate"),
           (rf"State Senator District {D} Special Election", "special"), (rf"U\.S\. Representative District {D}", "congress")],
    "FL": [(rf"State Representative, District {D} \((?P<party>\w+)\)", "house"),
           (rf"State Senator, District {D} \((?P<party>\w+)\)", "senate"),
           (rf"Representative in Congress, District {D} \((?P<party>\w+)\)", "congress"),
           (rf"Circuit Judge, (?P<district>\d+)\w\w Judicial Circuit, Group {S}", "circuit")],
    "NC": [
        (rf"NC HOUSE OF REPRESENTATIVES DISTRICT {D}", "house"), (rf"NC STATE SENATE DISTRICT {D}", "senate"),
        (rf"US HOUSE OF REPRESENTATIVES DISTRICT {D}", "congress"),
        (rf"NC DISTRICT COURT JUDGE DISTRICT {D} SEAT {S}{U}", "district court"),
        (rf"NC SUPERIOR COURT JUDGE DISTRICT {D} SEAT {S}{U}", "superior court"),
        (rf"NC COURT OF APPEALS JUDGE SEAT {S}", "appeals"), (rf"DISTRICT ATTORNEY DISTRICT {D}{U}", "da"),
        (rf"{C} COUNTY REGISTER OF DEEDS{U}", "deeds"), (rf"{C} COUNTY SHERIFF{U}", "sheriff"),
        (rf"{C} COUNTY BOARD OF COMMISSIONERS(?: DISTRICT {D}| (?P<large>AT-LARGE))?(?: SEAT {S})?{U}", "commission"),
        (rf"{C} COUNTY BOARD OF EDUCATION(?: DISTRICT {D})?(?: SEAT {S})?{U}", "school"),
        (rf"{C} SOIL AND WATER CONSERVATION DISTRICT SUPERVISOR{U}", "soil"),
        (rf"CITY OF {P} CITY COUNCIL(?: (?:WARD|DISTRICT) {D})?{U}", "city council"), (rf"CITY OF {P} MAYOR", "mayor"),
        (rf"TOWN OF {P} TOWN COUNCIL(?: (?:WARD|DISTRICT) {D})?{U}", "town council"), (rf"TOWN OF {P} MAYOR{U}", "mayor"),
    ],
    "WA": [
        (rf"Legislative District {D} State Representative Pos\. {S}", "house"), (rf"Legislative District {D} State Senator", "senate"),
        (rf"Congressional District {D} U\.S\. Representative", "congress"),
        (rf"(?:(?P<county>{WA}) COUNTY|County of (?P<county2>{WA})) (?:\w+ County )?(?:County )?Sheriff", "sheriff"),
        (rf"(?:(?P<county>{WA}) COUNTY|County of (?P<county2>{WA})) (?:\w+ County )?(?:County )?Assessor", "assessor"),
        (rf"(?:(?P<county>{WA}) COUNTY|County of (?P<county2>{WA})) (?:\w+ County )?(?:County )?Auditor", "auditor"),
        (rf"(?:(?P<county>{WA}) COUNTY|County of (?P<county2>{WA})) (?:\w+ County )?(?:County )?Treasurer", "treasurer"),
        (rf"(?:(?P<county>{WA}) COUNTY|County of (?P<county2>{WA})) (?:\w+ County )?(?:County )?Coroner", "coroner"),
        (rf"(?:(?P<county>{WA}) COUNTY|County of (?P<county2>{WA})) (?:County )?Prosecuting Attorney", "prosecutor"),
        (r"(?:COUNTY ?WIDE|COUNTY) (?:COUNTY )?Sheriff", "sheriff"), (r"(?:COUNTY ?WIDE|COUNTY) (?:COUNTY )?Assessor", "assessor"),
        (r"(?:COUNTY ?WIDE|COUNTY) (?:COUNTY )?Auditor", "auditor"), (r"(?:COUNTY ?WIDE|COUNTY) (?:COUNTY )?Treasurer", "treasurer"),
        (r"(?:COUNTY ?WIDE|COUNTY) (?:COUNTY )?Coroner", "coroner"),
        (rf"(?:CITY|City) (?:OF|of) {P} City Council, Position No\. {S}", "city council"),
        (rf"Town of {P} Town Council, Position No\. {S}", "town council"), (rf"(?:City|Town) of {P} Mayor", "mayor"),
        (rf"PORT OF {P} Port Commissioner, District No\. {D}", "port"),
        (r"(?P<place>[A-Za-z ]+? (?:School District|PUBLIC SCHOOLS|Community Schools)(?: No\. \d+)?) School Board Director,"
         r" (?:District No\. (?P<district>\d+)|Position No\. (?P<seat>\d+))", "school director"),
        (r"FIRE PROTECTION DISTRICT NO\. 0?(?P<place>\d+(?: - [A-Za-z ]+)?) Fire Commissioner, Position No\. (?P<seat>\d+)", "fire"),
    ],
    "OR": [
        (rf"State Representative, {D}\w\w District - (?P<party>Democrat|Republican|Independent Party)", "house"),
        (rf"State Senator, {D}\w\w District - (?P<party>Democrat|Republican|Independent Party)", "senate"),
        (rf"US Representative, District {D} - (?P<party>Democrat|Republican|Independent Party)", "congress"),
        (rf"County Commissioner, Position {S}", "commission"),
        (rf"County Commissioner, Position {S} - (?P<party>Democrat|Republican|Independent Party)", "commission"),
        (rf"Judge of the Court of Appeals, Position {S}", "appeals"), (rf"Judge of the Supreme Court, Position {S}", "supreme"),
        (rf"Judge of the Circuit Court, {D}\w\w District, Position {S}", "circuit"), (r"County Sheriff", "sheriff"),
        (r"County Clerk", "clerk"), (r"County Assessor", "assessor"), (r"County Treasurer", "treasurer"),
    ],
    "HI": [(rf"State Representative, Dist {D}", "house"), (rf"State Senator, Dist {D}(?P<unexpired> Vacancy)?", "senate"),
           (rf"U\.S\. Representative, Dist {D}", "congress"), (r"Mayor, County of (?P<county>\w+)", "mayor"),
           (rf"Councilmember, Dist {D}, County of (?P<county>\w+)", "county council")],
    "MI": [
        (r"(?P<district>\d+)\w\w District State Senator(?P<unexpired> Partial Term.*)?", "senate"),
        (r"(?P<district>\d+)\w\w District Representative in State Legislature(?P<unexpired> Partial Term.*)?", "house"),
        (r"(?P<district>\d+)\w\w District Representative in Congress(?P<unexpired> Partial Term.*)?", "congress"),
        (r"(?P<county>[A-Z ]+) Judge of Probate Court (?:Non-)?Incumbent(?P<unexpired> - Partial Term.*)?", "probate"),
        (r"(?P<district>\d+)\w\w Circuit Judge of Circuit Court (?:Non-)?Incumbent(?P<unexpired> - Partial Term.*)?", "circuit"),
        (r"(?P<district>\d+\w?)(?:st|nd|rd|th)? District Judge of District Court (?:Non-)?Incumbent(?P<unexpired> - Partial Term.*)?",
         "district court"),
    ],
    "IN": [
        (rf"State Representative, District {D}", "house"), (rf"State Senator, District {D}", "senate"),
        (r"United States Representative, (?P<district>\w+) District", "congress"),
        (rf"{C} County Sheriff", "sheriff"), (rf"{C} County Assessor", "assessor"), (rf"{C} County Auditor", "auditor"),
        (rf"{C} County Treasurer", "treasurer"), (rf"{C} County Recorder", "recorder"), (rf"{C} County Coroner", "coroner"),
        (rf"{C} County Surveyor", "surveyor"), (rf"{C} County Circuit Court Clerk", "court clerk"),
        (rf"{C} County Commissioner, District {D}", "commission"), (rf"{C} County Council, District {D}", "county council"),
        (rf"Prosecuting Attorney Of {C} County, (?P<district>\d+)\w\w Judicial (?:Circuit|District)", "prosecutor"),
        (rf"{P} Township Trustee(?:, {C} County)?", "trustee"), (rf"{P} Township Board Member(?:, {C} County)?", "township board"),
        (rf"{P} Town Council Member, (?:District|Ward) {D}", "town council"), (rf"{P} Town Council Member", "town council"),
        (rf"{P} School Board, District {D}", "school"),
    ],
}
COMPILED = {state: [(re.compile(p + r"\s*", re.I if state == "WA" else 0), office) for p, office in table]
            for state, table in TABLES.items()}
ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6", "VII": "7", "VIII": "8", "IX": "9", "X": "10"}
PARTIES = {"rep": "Republican", "republican": "Republican", "dem": "Democratic", "democrat": "Democratic",
           "independent party": "Independent"}
COUNTY_OFFICES = {"sheriff", "assessor", "auditor", "treasurer", "recorder", "clerk", "court clerk", "superior clerk", "coroner",
                  "surveyor", "deeds", "prosecutor", "tax", "chair", "commission", "county council", "probate", "soil"}
PLACE_OFFICES = {"trustee", "township board", "city council", "town council", "mayor", "school", "school director", "port", "fire"}


def number(text, state):
    text = text.lstrip("0")
    if text.lower() in ORDINALS[1:]:
        return str(ORDINALS.index(text.lower()))
    return ROMAN.get(text, text.upper()) if state == "HI" or len(text) > 1 else text.upper()


def understand(state, contest, county):
    """The race of a contest's text; `county`: where else the file shows it to be. None: not of the table."""
    text = contest.split("/")[0].strip() if state == "GA" else contest
    for pattern, office in COMPILED[state]:
        m = pattern.fullmatch(text)
        if not m:
            continue
        g = {k: v for k, v in m.groupdict().items() if v}
        said = g.get("county") or g.get("county2") or ""
        where = said.title() if said.isupper() else said
        if not where and office in COUNTY_OFFICES | PLACE_OFFICES:
            where = county
        place = g.get("place", "")
        if office == "school" and not place:
            place = f"{where} County"
        district = "At-Large" if "large" in g else number(g.get("district", ""), state)
        return Race(state, office, district, number(g.get("seat", ""), state),
                    place.title() if place.isupper() else place, where, "unexpired" in g,
                    PARTIES.get(g.get("party", "").lower(), ""))
    return None


def place_of(race, random, county_of_city):
    """(jurisdiction, county) as a list has them."""
    kinds = {"trustee": "Township", "township board": "Township"}
    county = race.county
    if county and random.random() < 0.3:
        county += " County"
    if race.office in ("trustee", "township board"):
        return random.choice([f"{race.place} Township", f"{race.place} Twp", f"Township of {race.place}"]), county
    if race.office == "city council":
        return random.choice([race.place, f"City of {race.place}"]), county if county_of_city else ""
    if race.office in ("town council",):
        return random.choice([race.place, f"Town of {race.place}"]), county
    if race.office == "mayor" and race.place:
        return race.place, county if county_of_city else ""
    if race.office == "mayor":
        return f"{race.county} County", county
    if race.office == "port":
        return f"Port of {race.place}", county
    if race.office == "fire":
        return f"Fire Protection District {race.place}", county
    if race.office == "school" and race.state == "IN":
        return random.choice([f"{race.place} School Corporation", f"{race.place} Schools", race.place]), county
    if race.office in ("school", "school director") and race.place and not race.place.endswith(" County"):
        return race.place, county
    if race.office in COUNTY_OFFICES or race.place.endswith(" County"):
        return random.choice(["", f"{race.county} County", f"{race.county} County"]), county
    assert not kinds.get(race.office)
    return race.place, ""


def ordinal(n):
    if not n.isdigit():
        return n
    end = "th" if n[-2:] in ("11", "12", "13") else {"1": "st", "2": "nd", "3": "rd"}.get(n[-1], "th")
    return n + end


def write(race, random, county_of_city):
    """The columns of a list that say this race. Whether towns' counties are said is one way in all of a list."""
    words = WORDS[race.office]
    if not race.district:
        words = [w for w in words if "{d}" not in w]
    if not race.county:
        words = [w for w in words if "{c}" not in w]
    if not race.place:
        words = [w for w in words if "{p}" not in w]
    office = random.choice([w for w in words if w not in SHORT or random.random() < 0.2] or words[:1])
    row = {"state": race.state, "office": office.format(d=race.district, c=race.county, p=race.place)}
    if "{d}" not in office and race.district:
        row["district"] = race.district if race.district == "At-Large" else \
            random.choice([race.district, race.district, f"District {race.district}", ordinal(race.district)])
    elif race.district and random.random() < 0.3:
        row["district"] = race.district
    if race.seat:
        row["seat"] = random.choice([race.seat, f"Position {race.seat}" if race.state in ("WA", "OR") else f"Seat {race.seat}"])
        if race.state == "FL":
            row["seat"] = random.choice([race.seat, f"Group {race.seat}"])
    row["jurisdiction"], row["county"] = place_of(race, random, county_of_city)
    if race.unexpired:
        row["term"] = "unexpired"
    if race.party:
        row["contest_party"], row["election_type"] = race.party, "primary"
    return row
