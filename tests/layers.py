# SPDX-License-Identifier: ISC
"""Prove the layer rules: include arrows, library headers, symbols of pure objects, headers that compile alone, no cycles.

The tables below are the whole truth; a new arrow between rooms is a visible line here.
"""
import argparse
import os
import re
import subprocess
import sys

# room (a folder; of several the innermost) -> the rooms and headers that its files may include beside their own. A file may have more.
ARROWS = {
    "daemon/base/": [],
    "daemon/core/": ["daemon/base/", "parsers/results.h"],
    "parsers/": ["daemon/base/"],
    "parsers/drivers/": ["parsers/", "daemon/base/"],  # a format each: of the readers nobody knows them
    "parsers/main.c": ["config/"],  # presets, when it is used as a tool
    "config/": ["daemon/base/", "parsers/formats.h", "parsers/mapping_check.h"],
    "daemon/edge/": ["daemon/base/", "config/", "parsers/results.h", "parsers/formats.h", "parsers/wire.h",
                     "daemon/core/message.h", "daemon/core/stream.h", "daemon/core/verdict.h"],
    "daemon/ctl/": ["daemon/base/", "daemon/core/", "daemon/edge/"],  # a program beside the daemon, that asks it
    "daemon/": ["daemon/base/", "daemon/core/", "daemon/edge/", "config/", "parsers/results.h", "parsers/formats.h"],
}

# library headers -> the rooms and files that may see them
LIBRARIES = {
    r"event2/|curl/|hiredis/|sqlite3\.h": ["daemon/edge/"],
    r"libxml/|archive|simdjson|seccomp\.h|iconv\.h": ["parsers/", "parsers/drivers/pointer.c"],  # an XPath of a configuration over XML
    r"zlib\.h": ["parsers/", "daemon/edge/"],  # edge: its own archive, never a feed's body
    r"utf8proc\.h|xxhash\.h": ["daemon/base/"],
}
# app drives the loop that edge gives it: no exceptions above

# what pure objects may never call: clocks, environment, files, sockets, locale, logging
PURE = {
    "libbase.a": {"log.o", "output.o"},  # the two modules of base that are not pure
    "libcore.a": set(),
    "libparsers.a": {"main.o", "nursery.o", "worker.o", "sandbox.o"},
}
IMPURE = set("""time gettimeofday clock_gettime clock ftime localtime localtime_r gmtime gmtime_r mktime tzset strftime
getenv secure_getenv setenv setlocale localeconv open open64 openat fopen fopen64 fdopen freopen creat read pread write pwrite readv
writev stat stat64 fstat lstat access unlink rename mkdir socket connect bind listen accept accept4 send sendto sendmsg recv
recvfrom recvmsg getaddrinfo fork vfork execve execvp system popen kill signal sigaction pthread_create printf puts putchar
fprintf fputs fwrite perror syslog log_line rand random srand usleep nanosleep sleep poll select epoll_wait
strtok atoi atol strcpy strcat sprintf""".split())
FORTIFIED = {"__printf_chk": "printf", "__fprintf_chk": "fprintf"}


def files():
    for top in ("daemon", "parsers", "config"):
        for folder, _, names in os.walk(top):
            for name in names:
                if name.endswith((".c", ".h", ".cc")):
                    yield os.path.join(folder, name)


def room(path):
    return max((r for r in ARROWS if r.endswith("/") and path.startswith(r)), key=len, default="")


def check_includes(problems):
    graph = {}
    for path in files():
        mine = room(path)
        allowed = [mine] + ARROWS[mine] + ARROWS.get(path, [])
        graph[path] = []
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            found = re.match(r'\s*#\s*include\s+([<"])([^>"]+)[>"]', line)
            if not found:
                continue
            kind, name = found.groups()
            where = f"{path}:{number}"
            if kind == '"':
                graph[path].append(name)
                if room(name) not in allowed and name not in allowed:
                    problems.append(f"{where}: {mine} may not include {name}")
            for pattern, rooms in LIBRARIES.items():
                if kind == "<" and re.match(pattern, name) and mine not in rooms and path not in rooms:
                    problems.append(f"{where}: <{name}> belongs to {', '.join(rooms)}")
    return graph


def check_cycles(graph, problems):
    modules = {}
    for path, targets in graph.items():
        module = os.path.splitext(path)[0]
        modules.setdefault(module, set()).update(os.path.splitext(t)[0] for t in targets)
    state = {}

    def visit(node, trail):
        if state.get(node) == 2:
            return
        if state.get(node) == 1:
            cycle = trail[trail.index(node):] + [node]
            problems.append("include cycle: " + " -> ".join(cycle))
            return
        state[node] = 1
        for target in sorted(modules.get(node, ())):
            if target != node:
                visit(target, trail + [node])
        state[node] = 2

    for node in sorted(modules):
        visit(node, [])


def check_symbols(build, problems):
    for library, exempt in PURE.items():
        path = os.path.join(build, "lib", library)
        if not os.path.exists(path):
            continue
        member = ""
        for line in subprocess.run(["nm", "-u", path], capture_output=True, text=True, check=True).stdout.splitlines():
            if line.endswith(":"):
                member = line[:-1]
            elif line.strip().startswith("U ") and member not in exempt:
                name = line.split()[-1].split("@")[0]
                name = FORTIFIED.get(name, re.sub(r"^__(\w+)_chk$", r"\1", name))
                if name in IMPURE:
                    problems.append(f"{library}({member}) calls {name}: pure code may not")


def check_headers(problems):
    """Each header compiles alone, and twice: that a file of its name includes it first proves it; one that has none is compiled here."""
    for path in sorted(p for p in files() if p.endswith(".h")):
        text = open(path, encoding="utf-8").read()
        if not re.search(r"^#ifndef (\w+)\n#define \1\n", text, re.M):
            problems.append(f"{path} has no guard")
        stem = os.path.splitext(path)[0]
        own = [stem + end for end in (".c", ".cc") if os.path.exists(stem + end)]
        for source in own:
            first = re.search(r'^\s*#\s*include\s+["<]([^">]+)', open(source, encoding="utf-8").read(), re.M)
            if first.group(1) != path:
                problems.append(f"{source} includes {first.group(1)} before {path}: its own goes first")
        if not own:
            done = subprocess.run(["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-I.", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", path],
                                  capture_output=True, text=True)
            if done.returncode:
                problems.append(f"{path} does not compile alone: {done.stderr.splitlines()[0]}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    args = parser.parse_args()
    problems = []
    graph = check_includes(problems)
    check_cycles(graph, problems)
    check_symbols(args.build, problems)
    check_headers(problems)
    for problem in problems:
        print("layers:", problem)
    print(f"layers: {len(graph)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
