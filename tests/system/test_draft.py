# SPDX-License-Identifier: ISC
"""tally-parse --draft: a first mapping for a file nobody has described, fed back to read that file.

The real files are read by their own format and by their draft alone: the draft must come to the same totals.
"""
import collections
import csv
import io

import pytest

import feeds

DRILL = """\
"Harbor County, State of Nowhere"
"Results as of November 3, 2026, 9:40 p.m. (unofficial)"
Contest,Candidate,Precincts In,Votes,Share
"County Executive (Vote For 1)","Wren Ashdown (DEM)",12/40,"10,204",52.1
"County Executive (Vote For 1)","Tully Marsh (REP)",12/40,"9,377",47.9
"County Executive (Vote For 1)","Over Votes",12/40,12,0
"School Board, Seat 2 (Vote For 1)","Ida Pell (NPA)",9/31,"4,018",61.4
"School Board, Seat 2 (Vote For 1)","Oren Lisk (NPA)",9/31,"2,523",38.6
"School Board, Seat 2 (Vote For 1)","Write-in",9/31,,0
"Parks &amp; Trails Levy (Vote For 1)","Yes",12/40,"11,000",58.2
"Parks &amp; Trails Levy (Vote For 1)","No",12/40,"7,905",41.8
"Records: 8"
"""

# archive -> format that knows it, files
REAL = {
    "nc-results-pct-tsv": ("nc", "*.zip"), "wa-allcounties-csv": ("wa", "*.csv"), "wa-county-csv": ("wa", "*.csv"),
    "pa-export-csv": ("pa-csv", "*.csv"), "mi-cenr-tab": ("mi-cenr", "*.txt"), "in-enr-csv": ("in-enr", "*.csv"),
    "hi-media-txt": ("hi-media", "*.txt"), "ak-results-txt": ("ak", "*.txt"), "or-county-media-csv": ("or-media", "*-[b-g]*.csv"),
    "nm-media-csv": ("nm-media", "*.csv"), "md-county-csv": ("md-county", "*.csv"), "dominion": ("dominion-summary", "*.csv"),
    "mn-txt": ("mn", "*-048-*[sU]*.txt"), "fl-elecresults": ("fl", "*-073-*.results.txt"),
}
# A question of the whole state stands in each county's rows, and so does a county's own of that title: a draft keeps them apart.
QUESTIONS_BY_COUNTY = ("mn-txt", "allracesbycounty")


def mapping(done):
    """The options of a draft, as -O takes them."""
    assert done.returncode == 0, done.stderr.decode()
    lines = [line for line in done.stdout.decode().splitlines() if not line.startswith("#") and " =" in line]
    pairs = [line.split(" =", 1) for line in lines]
    assert pairs[0] == ["format", " delimited"]
    return {key: value.strip() for key, value in pairs[1:]}


def read_back(options, path):
    flags = [flag for key, value in options.items() for flag in ("-O", f"{key}={value}")]
    done = feeds.parse("-f", "delimited", "-O", "timezone=America/New_York", *flags, path)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def totals(text):
    rows = csv.DictReader(io.StringIO(text))
    return collections.Counter(int(row["votes"]) for row in rows if row["unit_type"] == "total" and row["votes"] not in ("", "0"))


def test_the_unforeseen(tmp_path):
    """Two lines of title, a footer that counts, thousands, the party in the name, entities, a statistic, a blank."""
    path = tmp_path / "harbor.csv"
    path.write_text(DRILL)
    done = feeds.parse("--draft", path)
    options = mapping(done)
    assert "[source harbor]" in done.stdout.decode()
    assert options["column.votes"] == "Votes" and options["column.progress"] == "Precincts In"
    assert options["thousands"] == "yes" and options["decode"] == "html"
    assert options["trailer"] == '^"Records:' and options["fact.count"] == '"Records: *([0-9]+)'
    rows = list(csv.DictReader(io.StringIO(read_back(options, path))))
    assert [(r["choice"], r["party"], r["votes"], r["votes_allowed"], r["units_reporting"]) for r in rows] == [
        ("Wren Ashdown", "DEM", "10204", "1", "12"), ("Tully Marsh", "REP", "9377", "1", "12"),
        ("Ida Pell", "NPA", "4018", "1", "9"), ("Oren Lisk", "NPA", "2523", "1", "9"), ("Write-in", "", "", "1", "9"),
        ("Yes", "", "11000", "1", "12"), ("No", "", "7905", "1", "12")]
    assert rows[-1]["contest"].startswith("Parks & Trails")
    path.write_text(DRILL.replace('"Records: 8"\n', ""))
    cut = feeds.parse("-f", "delimited", *[f for k, v in options.items() for f in ("-O", f"{k}={v}")], path)
    assert cut.returncode == 65 and b"not the one such files end with" in cut.stderr


@pytest.mark.parametrize("text, why", [
    ("just a line\nand another\n", "no separator"),
    ("0010001  Mayor  Ann Lee   12\n0010002  Mayor  Bo Oak    9\n", "no separator"),
    ("a,b\n1,2\n3,4\n", "no column looks like"),
    ('{"races": [{"name": "Sheriff", "votes": 120}]}\n', "it is JSON, for which there are no mappings"),
    ('<?xml version="1.0"?>\n<results><race name="Sheriff"/></results>\n', "it is XML: html-table reads it"),
    ("<html><body><table>\n<tr><td>Ann Lee</td><td>1,200</td><td>50, or so</td></tr>\n</table></body></html>\n", "it is a web page or XML"),
    ("\n", "it is empty"),
])
def test_what_is_no_table(tmp_path, text, why):
    path = tmp_path / "other.txt"
    path.write_text(text)
    done = feeds.parse("--draft", path)
    assert done.returncode == 65 and why in done.stderr.decode(), done.stderr


LEVY = """\
Two Rivers Region;;;;;
UNOFFICIAL - last updated: Nov 3, 2026 9:55 PM;;;;;
County;Race;Candidate [Party];Early;Election Day;Total
Cedar;Sheriff;Lena Okafor [DEM];1,204;812;2,016
Cedar;Sheriff;Marcus Thiel [REP];998;1,101;2,099
Cedar;Sheriff;Blank votes;11;9;20
Dogwood;Coroner;Ana Ruiz [DEM];2,001;1,999;4,000
Dogwood;Coroner;Bo Hart [REP];1,001;1,999;3,000
Total votes counted;;;;;11,135
Printed by nobody;;;;;
"""


def test_names_with_brackets_and_sums_without_a_contest(tmp_path):
    """ "Candidate [Party]" is no party, [DEM] is one, a line of sums is no contest; titles are told without their separators."""
    path = tmp_path / "levy.csv"
    path.write_text(LEVY)
    done = feeds.parse("--draft", path)
    options = mapping(done)
    assert options["column.choice"] == "Candidate [Party]" and options["drop.Race"] == "^$"
    assert "# Title: Two Rivers Region\n" in done.stdout.decode()
    rows = list(csv.DictReader(io.StringIO(read_back(options, path))))
    assert [(r["choice"], r["party"], r["votes"]) for r in rows if r["unit_type"] == "total"] == [
        ("Lena Okafor", "DEM", "2016"), ("Marcus Thiel", "REP", "2099"), ("Ana Ruiz", "DEM", "4000"), ("Bo Hart", "REP", "3000")]


def test_a_short_line_is_perhaps_a_footer(tmp_path):
    path = tmp_path / "alder.csv"
    path.write_text("Contest,Candidate,Mail,Total Votes\nSheriff,Ada Quill,1,2\nSheriff,Ben Stone,1,3\nBallots cast: 3,102 of 5,240\n")
    done = feeds.parse("--draft", path)
    assert '1 row has fewer fields than the others, the first "Ballots cast: 3,102 of 5,240"' in done.stdout.decode(), done.stdout
    assert "lines.drop = ^Ballots cast: instead\n" in done.stdout.decode()


def test_a_page_of_zeros_does_not_show_how_figures_are_written(tmp_path):
    """It guessed none of the commas that would come, and said nothing about it."""
    path = tmp_path / "zero.csv"
    path.write_text("Contest,Candidate,Votes\nMayor,Ann,0\nMayor,Bob,0\n")
    said = feeds.parse("--draft", path).stdout.decode()
    assert "There are no votes yet" in said and "thousands = yes" in said and "Read by it: 1 contest, 0 votes in all" in said
    path.write_text("Contest,Candidate,Votes\nMayor,Ann,7\nMayor,Bob,0\n")
    assert "no votes yet" not in feeds.parse("--draft", path).stdout.decode()


def test_a_column_a_candidate_is_no_mapping(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("Precinct,Ballots Cast,Ann Lee,Bo Oak\nP1,80,40,39\nP2,150,70,77\n")
    done = feeds.parse("--draft", path)
    assert done.returncode == 65 and b"Precinct, Ballots Cast, Ann Lee, Bo Oak" in done.stderr, done.stderr


def test_no_header_no_names(tmp_path):
    """Columns told by what they hold: votes stand before their share, the codes beside names are parties."""
    rows = [f"{n:04};Ward {n % 7} Alderman;{name};{party};{n * 3};40;{votes};{votes / 9:.2f}"
            for n in range(1, 60) for name, party, votes in ((f"Pat Row {n}", "DEM", n * 17), (f"Kim Lane {n}", "REP", 900 - n))]
    path = tmp_path / "bare.txt"
    path.write_text("\n".join(rows) + "\n")
    options = mapping(feeds.parse("--draft", path))
    assert options["header"] == "no" and options["separator"] == "semicolon"
    assert (options["column.votes"], options["column.choice"], options["column.contest"]) == ("#7", "#3", "#2")
    assert options["column.party"] == "#4"
    assert sum(totals(read_back(options, path)).elements()) == sum(n * 17 + 900 - n for n in range(1, 60))


@pytest.mark.parametrize("archive", REAL)
def test_real_files(archive):
    form, pattern = REAL[archive]
    paths = sorted((feeds.folder(archive) / archive).glob(pattern))
    assert paths
    for path in paths:
        text = read_back(mapping(feeds.parse("--draft", path)), path)
        known = feeds.parse("-f", form, path)
        assert known.returncode == 0, known.stderr
        if not (archive == QUESTIONS_BY_COUNTY[0] and QUESTIONS_BY_COUNTY[1] in path.name):
            assert totals(text) == totals(known.stdout.decode()), path.name


ROWS = {
    "a column of percentages called Pct is no precinct": (
        "Contest,Candidate,Votes,Pct\nMayor,Ann,50,50.0\nMayor,Bo,50,50.0\nClerk,Cy,7,70\nClerk,Di,3,30\n",
        {"column.votes": "Votes", "column.precinct": None}),
    "one called Pct in which the same choices stand again is": (
        "Contest,Candidate,Votes,Pct\nMayor,Ann,50,1\nMayor,Bo,50,1\nMayor,Ann,7,2\nMayor,Bo,3,2\n",
        {"column.votes": "Votes", "column.precinct": "Pct"}),
    "figures that few may see make no other column the votes": (
        "Race|Race Order|Choice|Vote Method|Votes\nMayor|1|Ann|Mail|10\nMayor|1|Ann|Poll|*\nMayor|1|Bo|Mail|9\nMayor|1|Bo|Poll|7\n",
        {"column.votes": "Votes", "unknown": "*", "column.type": "Vote Method"}),
    "figures that are not understood make no percentage the votes": (
        'Contest,Candidate,Votes,Percentage\nMayor,Ann,"1.234",55\nMayor,Bo,"1.005",45\n', {"column.votes": None}),
    "a district of digits is one": (
        "office,district,candidate,votes\nHouse,1,Ann,3\nHouse,1,Bo,4\nHouse,2,Cy,5\n", {"column.contest": "{office}[ {district}]"}),
    "rounds of ranked votes are no parts of a sum": (
        "Office,Name,Round 1 Votes,Round 2 Votes,Final\nMayor,Ann,100,120,120\nMayor,Bo,90,110,110\nMayor,Cy,40,0,0\n",
        {"column.votes": "Round 1 Votes"}),
    "nor are rounds in rows of their own places": (
        "Contest,Candidate,Round,Votes\nMayor,Ann,1,10\nMayor,Bo,1,9\nMayor,Cy,1,5\nMayor,Ann,2,11\nMayor,Bo,2,13\n",
        {"keep.Round": "(?i)^(round *)?0*1$", "ranked.Round": ".", "column.county": None, "column.votes": "Votes"}),
    "what a contest has in all is not its choices' votes": (
        "Race,Total Votes,Candidate,Votes\nSheriff,100,Ann,60\nSheriff,100,Bo,40\nClerk,90,Cy,50\nClerk,90,Di,40\n",
        {"column.votes": "Votes"}),
    "ids have something in front of their names": (
        "JurisName,EISCandidateID,CandidateName,EISContestID,ContestName,PartyName,VoteCount\n"
        "BOND,110,Ann,180,GOVERNOR,Democrat,61\nBOND,111,Bo,180,GOVERNOR,Democrat,34\nBOND,210,Cy,1180,GOVERNOR,Republican,24\n",
        {"column.contest-id": "EISContestID", "column.choice-id": "EISCandidateID", "column.votes": "VoteCount"}),
    "contests of two parties have one name": (
        "Contest,Contest Party,Candidate,Votes\nSheriff,DEM,Ann,60\nSheriff,REP,Bo,40\nClerk,,Cy,50\n",
        {"column.contest-party": "Contest Party", "contest-per-party": "yes"}),
    "parties stand in names in any letters, and who is in office behind them": (
        "Contest,Candidate,Votes\nMayor,Ann Lee (Dem) (I),5\nMayor,Bo Oak (Republican),6\nMayor,Write-in,1\nLevy,Yes,4\nLevy,No,3\n",
        {"cut.incumbent.choice": r"[ ]*\(I\)$|[ ]*\(Inc\)$|[ ]*\(Incumbent\)$",
         "cut.party.choice": r"(?i)[ ]*\((DEM|DEMOCRAT|DEMOCRATIC|REP|REPUBLICAN|GOP|LIB|LIBERTARIAN|GRN|GREEN|IND|INDEPENDENT|CON|"
                             r"NPA|NP|NONPARTISAN|UNA)\)$"}),
    "an I alone is a party": (
        "Contest,Candidate,Votes\nMayor,Ann Lee (D),5\nMayor,Bo Oak (I),6\nMayor,Cy Elm (R),1\n",
        {"cut.incumbent.choice": None, "cut.party.choice": r"[ ]*\(([A-Z]{1,3})\)$"}),
    "nor are a candidate's votes passed over for it": (
        "Office,District Code,Name,Candidate Votes,Total Votes\nSenator,1,Ann,20,50\nSenator,1,Bo,30,50\nSenator,2,Cy,30,30\n",
        {"column.votes": "Candidate Votes", "column.contest": "{Office}[ {District Code}]"}),
}


SHIFTED = """\
elec_date,entity,race_number,race_description,race_party,tot_race_prec,race_prec_reporting,cand_number,cand_name,cand_party,cand_mail_votes,cand_early_votes,cand_tot_votes,county
11/5/2030,"STATE, AND COUNTY",10001,"FOR GOVERNOR",1951,1951,1,"CHRIS POWELSON",LIB,1721,2432,4153,
11/5/2030,"STATE, AND COUNTY",10001,"FOR GOVERNOR",1951,1951,2,"KEV STITCH",REP,32208,55349,87557,
11/5/2030,"STATE, AND COUNTY",10002,"FOR TREASURER",1951,1951,1,"RAY MCDAN",REP,40230,67514,107744,
"""


def test_a_header_with_more_names_than_rows_have_fields_is_not_believed(tmp_path):
    path = tmp_path / "shifted.csv"
    path.write_text(SHIFTED)
    done = feeds.parse("--draft", path)
    text = done.stdout.decode()
    assert done.returncode == 0 and "names, which may then stand above other columns" in text and "It is not read by it yet" in text
    assert "\nquote = no" not in text and "\nragged = yes" not in text
    numbers = {"header": "no", "skip-lines": "1", "column.contest-id": "#3", "column.contest": "#4", "column.choice": "#8",
               "column.votes": "#12", "check.votes": "#10 + #11"}
    assert sorted(totals(read_back(numbers, path))) == [4153, 87557, 107744]


PRIMARY = """\
Contest,Vote For,Candidate,Party,Votes
US Senate,1,Ann Reed,DEM,10
US Senate,1,Bo Oakes,DEM,9
US Senate,1,Cora Lisk,REP,12
US Senate,1,Dan Moss,REP,7
Mayor,1,Ida Fox,,5
Mayor,1,Jon Ray,,7
"""


def test_a_primary_is_told_by_who_stands_or_asked_about(tmp_path):
    path = tmp_path / "primary.csv"
    path.write_text(PRIMARY)
    done = feeds.parse("--draft", path)
    assert mapping(done)["contest-per-party"] == "auto" and b"3 contests, 50 votes" in done.stdout

    path.write_text(PRIMARY.replace("Vote For,", "").replace(",1,", ","))
    done = feeds.parse("--draft", path)
    assert "contest-per-party" not in mapping(done) and b"2 contests, 50 votes" in done.stdout
    assert b"is it a primary" in done.stdout and b"this makes 3 contests of 2" in done.stdout
    assert b"\n#column.contest-party = Party\n#contest-per-party = yes\n" in done.stdout

    path.write_text(PRIMARY.replace("DEM,9", "LIB,9").replace("REP,7", "GRN,7"))
    assert b"contest-per-party" not in feeds.parse("--draft", path).stdout


@pytest.mark.parametrize("text, wants", ROWS.values(), ids=[name.replace(" ", "-") for name in ROWS])
def test_what_columns_are(tmp_path, text, wants):
    path = tmp_path / "unknown.csv"
    path.write_text(text)
    found = mapping(feeds.parse("--draft", path))
    assert {key: found.get(key) for key in wants} == wants


def test_choices_abreast_are_no_vote_types(tmp_path):
    path = tmp_path / "abreast.csv"
    path.write_text("County,Office,Candidate 1,Votes 1,Candidate 2,Votes 2\nElm,Mayor,Ann,10,Bob,20\nOak,Mayor,Ann,11,Bob,22\n")
    done = feeds.parse("--draft", path)
    assert done.returncode == 65 and b"Candidate 1, Votes 1, Candidate 2, Votes 2" in done.stderr, done.stderr


def test_precincts_that_are_in_are_no_votes(tmp_path):
    """Where blanks group the votes' digits, the only whole numbers left are of precincts: then nothing is taken for votes."""
    path = tmp_path / "blanks.csv"
    path.write_text("Office,Nominee,Precincts In,Precincts,Total\n"
                    "Mayor,Fern Marlow,12,20,2 394\nMayor,Hale Oaks,12,20,1 901\nSheriff,Ann Vale,9,18,3 012\nSheriff,Bo Lint,9,18,2 008\n")
    done = feeds.parse("--draft", path)
    found = mapping(done)
    assert "column.votes" not in found and found["column.reporting"] == "Precincts In" and found["column.total"] == "Precincts"
    assert b"It is not read by it yet: the mapping has no column.votes" in done.stdout


def test_a_figure_that_all_choices_of_a_contest_share_is_no_votes(tmp_path):
    path = tmp_path / "shared.csv"
    path.write_text("Office,Nominee,Tally Sheets,Total\n"
                    "Mayor,Fern Marlow,12,2 394\nMayor,Hale Oaks,12,1 901\nSheriff,Ann Vale,9,3 012\nSheriff,Bo Lint,9,2 008\n")
    assert "column.votes" not in mapping(feeds.parse("--draft", path))
