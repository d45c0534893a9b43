# SPDX-License-Identifier: ISC
"""People's names: what a ballot line says, and how an endorsing organisation writes the same person. Knows nothing of name.c."""
import collections
import re
import unicodedata

# Formal names and what their bearers are called; only pairs that everybody knows.
NICKS = """
Robert:Bob,Rob,Bobby  William:Bill,Will,Billy  Richard:Rick,Dick,Rich  James:Jim,Jimmy  John:Johnny,Jack  Joseph:Joe,Joey
Thomas:Tom,Tommy  Michael:Mike,Mickey  Charles:Charlie,Chuck  Edward:Ed,Eddie,Ted  Daniel:Dan,Danny  David:Dave  Steven:Steve
Stephen:Steve  Kenneth:Ken,Kenny  Ronald:Ron,Ronnie  Donald:Don,Donnie  Timothy:Tim  Anthony:Tony  Matthew:Matt  Gregory:Greg
Jeffrey:Jeff  Andrew:Andy,Drew  Benjamin:Ben  Samuel:Sam  Nicholas:Nick  Christopher:Chris  Patrick:Pat  Lawrence:Larry
Gerald:Jerry  Phillip:Phil  Douglas:Doug  Frederick:Fred  Raymond:Ray  Leonard:Len,Lenny  Zachary:Zach  Joshua:Josh
Nathaniel:Nate  Alexander:Alex  Walter:Walt  Eugene:Gene  Katherine:Kathy,Kate,Katie  Kathryn:Kathy,Kate  Debra:Deb,Debbie  Catherine:Cathy,Kate  Kathleen:Kathy
Elizabeth:Liz,Beth,Betsy  Margaret:Peggy,Maggie  Deborah:Deb,Debbie  Susan:Sue,Susie  Barbara:Barb  Patricia:Pat,Patty
Jennifer:Jen,Jenny  Rebecca:Becky  Cynthia:Cindy  Pamela:Pam  Judith:Judy  Christine:Chris  Kimberly:Kim  Jacqueline:Jackie
Victoria:Vicky  Samantha:Sam  Abigail:Abby  Amanda:Mandy  Jessica:Jess  Dorothy:Dot  Virginia:Ginny
Jacob:Jake  Henry:Hank,Harry  Francis:Frank  Albert:Al,Bert  Alfred:Al,Fred  Theodore:Ted  Harold:Hal,Harry  Louis:Lou  Lewis:Lou,Lew  Susannah:Sue  Susanna:Sue  Anne:Annie  Melvin:Mel
Norman:Norm  Peter:Pete  Philip:Phil  Randall:Randy  Rodney:Rod  Russell:Russ  Stanley:Stan  Stuart:Stu  Vincent:Vince  Vernon:Vern
Wesley:Wes  Clifford:Cliff  Clinton:Clint  Calvin:Cal  Bradley:Brad  Bernard:Bernie  Arthur:Art  Abraham:Abe  Gabriel:Gabe
Geoffrey:Geoff,Jeff  Gilbert:Gil  Herbert:Herb  Isaac:Ike  Jonathan:Jon  Mitchell:Mitch  Maxwell:Max  Salvatore:Sal  Terrence:Terry
Tobias:Toby  Wallace:Wally  Alan:Al  Allen:Al  Eleanor:Ellie  Frances:Fran  Gwendolyn:Gwen  Martha:Marty  Sandra:Sandy  Stephanie:Steph
Suzanne:Sue,Susie  Nicole:Nikki,Nicki  Tamara:Tammy  Valerie:Val  Christina:Tina,Chris  Leonard:Len  Margaret:Peg,Meg  Edward:Ned
Charles:Chip  William:Willie  Elizabeth:Eliza,Libby,Betty  Richard:Ricky  Rosemary:Rose  Alexandra:Alex  Ann:Annie  Anne:Annie
"""
CALLED = collections.defaultdict(list)
for word in NICKS.split():
    CALLED[word.split(":")[0]] += word.split(":")[1].split(",")
GROUPS = [{formal.lower(), *(s.lower() for s in short)} for formal, short in CALLED.items()]

# Two people's names, though they share a short form or most letters.
COUSINS = """Patrick:Patricia Eric:Erica Daniel:Danielle Christine:Christina Christopher:Christine Samuel:Samantha Robert:Roberta
Michael:Michelle Joseph:Josephine Frank:Frances Paul:Paula Carl:Carla Jean:Joan Dennis:Denise Andrew:Andrea Stephen:Stephanie
Martin:Marvin Mary:Marie Anna:Hanna Alan:Allison Carol:Karl Victor:Victoria Gene:Jean Marc:Marcia Julie:Julia Kerry:Karen Dale:Dana""".split()
COUSIN = {a: b for pair in COUSINS for a, b in (pair.split(":"), pair.split(":")[::-1])}

ACCENTS = {"Jose": "José", "Maria": "María", "Andre": "André", "Rene": "René", "Garcia": "García", "Martinez": "Martínez",
           "Rodriguez": "Rodríguez", "Hernandez": "Hernández", "Lopez": "López", "Gonzalez": "González", "Perez": "Pérez",
           "Sanchez": "Sánchez", "Ramirez": "Ramírez", "Gomez": "Gómez", "Diaz": "Díaz", "Fernandez": "Fernández", "Nunez": "Núñez",
           "Angel": "Ángel", "Jesus": "Jesús", "Raul": "Raúl", "Monica": "Mónica", "Chloe": "Chloë", "Renee": "Renée", "Zoe": "Zoë"}
BARE = {"Wu": "Li", "Li": "Wu", "Kim": "Lim", "Lim": "Kim", "Cox": "Fox", "Fox": "Cox", "Lee": "Lea", "Ray": "Roy", "Roy": "Ray",
        "Day": "Gay", "Hall": "Hill", "Hill": "Hull", "King": "Ring", "Ward": "Wade", "Cole": "Cope", "Ross": "Rose", "Rose": "Ross",
        "Bell": "Ball", "Reed": "Reid", "Reid": "Reed", "Gray": "Grey", "Lane": "Lang", "Long": "Lang", "Park": "Parr", "Wood": "Woods"}

SUFFIX = re.compile(r"^(jr|sr|ii|iii|iv)\.?$", re.I)
MARK = re.compile(r"\(\s*(i|rep|dem|lib|grn|ind|r|d|l|g|w/?i|write[- ]?in|incumbent|npa)\s*\)", re.I)
QUOTED = re.compile(r"""\(([^()]+)\)|["“”]{1,2}([^"“”]+)["“”]{1,2}|''([^']+)''|(?<=\s)'([^']+)'(?=[\s,]|$)|‘([^’]+)’""")


def fold(text):
    text = unicodedata.normalize("NFKD", text)
    text = "".join(c for c in text if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"['’.ʻ‘]", "", text)).strip()


def sound(first):
    """Kathy and Cathy, Erick and Eric, Teri and Terry."""
    return re.sub(r"(.)\1", r"\1", re.sub(r"(ie|ey|y|ee)$", "i", first.replace("ck", "k").replace("c", "k").replace("ph", "f")))


class Person:
    """One person of a ballot line. `sure`: first and last name are known apart by a comma."""

    def __init__(self, line):
        line = MARK.sub(" ", line).split("/")[0]
        self.nicks = [next(g for g in m.groups() if g).strip() for m in QUOTED.finditer(line)]
        line = " ".join(QUOTED.sub(" ", line).split())
        parts = [p.strip() for p in line.split(",") if p.strip()]
        self.suffix = ""
        rest = []
        for i, part in enumerate(parts):
            words = part.split()
            while len(words) > (1 if i == 0 else 0) and SUFFIX.match(words[-1]):
                self.suffix = words.pop().rstrip(".")
            if words:
                rest.append(words)
        self.sure = len(rest) > 1
        if self.sure:
            self.last, given = rest[0], rest[1]
        else:
            words = rest[0] if rest else []
            self.last, given = words[-1:], words[:-1]
        self.first = given[0] if given else ""
        self.middle = given[1:]
        if self.sure and self.last and line.split(",")[0].isupper():  # LAST, First: the rest of the ballot is not shouted
            self.last = [w.title() for w in self.last]
        if self.first.isupper() and len(self.first) > 2:
            self.first, self.middle = self.first.title(), [m.title() for m in self.middle]
            self.last = [w.title() for w in self.last]
        self.nicks = [n for n in self.nicks if re.fullmatch(r"[A-Za-z'’.-]{2,}", n)]

    @property
    def whole(self):
        return bool(self.first and self.last)

    def firsts(self):
        return {fold(n).replace(" ", "") for n in [self.first, *self.nicks] if fold(n)}

    def family(self):
        return fold(" ".join(self.last)).split()[-1:] or [""]

    def could_be(self, other):
        """Might a person with both names before her think them one? Generous: what this denies is certainly somebody else."""
        if self.family() != other.family():
            return False
        mine = self.firsts() | {fold(m) for m in self.middle}
        theirs = other.firsts() | {fold(m) for m in other.middle}
        for a in mine:
            for b in theirs:
                if a and b and (a == b or a[0] == b[0] and 1 in (len(a), len(b)) or a.startswith(b) or b.startswith(a)):
                    return True
                if any(a in g and b in g for g in GROUPS) or sound(a) == sound(b):
                    return True
        return not mine or not theirs


def text(first, middle, last, suffix=""):
    return " ".join(w for w in [first, *middle, *last] if w) + (f" {suffix}" if suffix else "")


def known_middle(word, given):
    """An initial, or a word that is a first name elsewhere in the file: not half of a surname."""
    return len(word.strip(".")) == 1 or word.title() in given - {"Van", "De", "La", "Del", "Von", "St", "St.", "Ben"}


def write(person, given, random):
    """(the name as an organisation has it, in what way it differs)"""
    first, middle, last, suffix = person.first, list(person.middle), list(person.last), person.suffix
    ways = []
    if middle and (person.sure or all(known_middle(m, given) for m in middle)) and random.random() < 0.7 \
            and len(first.strip(".")) > 1:
        middle, ways = [], ways + ["no middle name"]
    elif not middle and random.random() < 0.08 and len(first) > 2:
        middle, ways = [random.choice("ABCDEJLMRST") + "."], ways + ["a middle initial"]
    roll = random.random()
    formal = next((f for f, short in CALLED.items() if first in short), None)
    if person.nicks and roll < 0.5 and fold(person.nicks[0]).replace(" ", "").isalpha():
        first, middle, ways = person.nicks[0], [], ways + ["the nickname of the ballot"]
    elif first in CALLED and roll < 0.5:
        first, ways = random.choice(CALLED[first]), ways + ["a nickname"]
    elif formal and roll < 0.3 and not person.nicks:
        first, ways = formal, ways + ["the formal name"]
    if suffix and random.random() < 0.5:
        suffix, ways = "", ways + ["no suffix"]
    elif not suffix and random.random() < 0.03:
        suffix, ways = "Jr.", ways + ["a suffix"]
    if any(w in ACCENTS for w in [first, *last]) and random.random() < 0.7:
        first, last = ACCENTS.get(first, first), [ACCENTS.get(w, w) for w in last]
        ways.append("accents")
    if any("-" in w for w in last) and random.random() < 0.3:
        last, ways = [w.replace("-", " ") for w in last], ways + ["no hyphen"]
    if person.sure and random.random() < 0.1:
        return f"{' '.join(last)}, {text(first, middle, [], suffix)}", ways + ["last name first"]
    if suffix and random.random() < 0.5:
        suffix = f"{suffix}."
    out = text(first, middle, last, suffix)
    if random.random() < 0.04:
        out, ways = out.upper(), ways + ["capitals"]
    return out, ways


def near(last, random):
    """A surname a letter or two away that is another surname."""
    word = last[-1]
    if word in BARE:
        return last[:-1] + [BARE[word]]
    if len(word) < 3:
        return None
    at = random.randrange(1, len(word))
    letter = word[at].lower()
    swap = {"a": "e", "e": "a", "o": "e", "i": "y", "y": "i", "u": "o", "n": "m", "m": "n", "t": "d", "d": "t", "s": "z", "l": "r",
            "r": "l", "k": "c", "c": "k", "b": "p", "p": "b", "g": "k", "h": "k", "v": "w", "w": "v", "z": "s", "f": "v"}.get(letter)
    return last[:-1] + [word[:at] + swap + word[at + 1:]] if swap else None
