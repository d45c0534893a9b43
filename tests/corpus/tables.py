# SPDX-License-Identifier: ISC
"""Tables of web pages for second readings: Python's own parser, no XPath."""
import html.parser


class Tables(html.parser.HTMLParser):
    """self.rows: one list a row, of (tag, text) a cell, in the order of the page; a table's caption is a row of one ("caption", text).
    A row knows its table: row.table counts them by their start. self.text: all there is, in order."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.rows, self.text, self.open, self.tables, self.count, self.hidden = [], [], [], [], 0, 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in ("script", "style"):
            self.hidden += 1
        elif tag == "table":
            self.count += 1
            self.tables.append(self.count)
        elif tag == "tr":
            self.rows.append(Row(self.tables[-1] if self.tables else 0))
        elif tag == "caption":
            self.rows.append(Row(self.tables[-1] if self.tables else 0))
            self.cell(tag)
        elif tag in ("td", "th") and self.rows:
            self.cell(tag)
        elif tag == "div" and self.open:
            self.open[-1].append("\0")  # what a block holds is told apart from the text before it
        elif tag == "span" and self.open:
            self.open[-1].append("\1")

    def cell(self, tag):
        texts = [tag]
        self.rows[-1].cells.append(texts)
        self.open.append(texts)

    def handle_endtag(self, tag):
        if tag in ("script", "style") and self.hidden:
            self.hidden -= 1
        elif tag == "table" and self.tables:
            self.tables.pop()
        elif tag in ("td", "th", "caption") and self.open:
            self.open.pop()

    def handle_data(self, data):
        if self.hidden:
            return
        self.text.append(data)
        if self.open:
            self.open[-1].append(data)


class Row:
    def __init__(self, table):
        self.table, self.cells = table, []

    def tags(self):
        return [c[0] for c in self.cells]

    def texts(self):
        return [" ".join("".join(c[1:]).replace("\0", " ").replace("\1", " ").split()) for c in self.cells]


def number(text):
    """Digits, commas only before groups of three; blank is unknown."""
    digits = text.replace(",", "")
    assert not text or (digits.isdigit() and digits.isascii() and text in (digits, f"{int(digits):,}")), text
    return digits and str(int(digits))
