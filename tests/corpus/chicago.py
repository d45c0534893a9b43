# SPDX-License-Identifier: ISC
"""Chicago's summary file read a second time: 154, 22 or 272 characters a line."""
import flat


def fields(line):
    if len(line) == 272:
        return line[1:6], line[6:11], line[37:107], line[107:157], line[16:23]
    return line[0:4], line[4:7], line[32:88], line[88:126], line[11:18]


def read(path, companion=None):
    sheet = flat.Sheet()
    names = {}
    for line in flat.lines(companion) if companion else ():
        contest, choice, title, name, _ = fields(line)
        names[contest, choice] = title, name
    for line in filter(None, flat.lines(path)):
        contest, choice, title, name, votes = fields(line)
        assert len(line) in (22, 154, 272)
        if len(line) == 272 or not "0000" <= contest <= "0005":
            title, name = names.get((contest, choice), (title, name))
            sheet.add((contest, title), (choice, name), flat.number(votes))
    return list(sheet.rows())
