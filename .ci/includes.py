#!/usr/bin/env python3
"""The rules of the house that no compiler knows: includes point down a floor, files stay short.

Prints a line for each breach; exit status 1 when there is one."""
import os
import re
import sys

FLOOR = {"core/base": 1, "core/model": 2, "tui": 2, "core/store": 3, "core/net": 3, "core/api": 4, "core/sql": 4,
         "core/control": 5, "core/engine": 5, "core/metrics": 5, "core/client": 5, "core/daemon": 6, "views": 6}
# Rooms that may see less than their floor would allow.
ONLY = {"tui": {"core/base"}, "core/net": {"core/base"}, "core/sql": {"core/base"},
        "views": {"tui", "core/client", "core/api", "core/net", "core/model", "core/base"}}
# Beside each other on a floor, by design.
BESIDE = {("core/control", "core/metrics")}
MAX_LINES, MAX_COLUMNS = 650, 120


def room(path):
    return next((r for r in FLOOR if path.startswith(r + "/")), None)


def breaches(path):
    own = room(path)
    with open(path, encoding="utf-8") as f:
        lines = f.read().split("\n")
    if len(lines) - 1 > MAX_LINES:
        yield f"{path}: {len(lines) - 1} lines, more than {MAX_LINES}"
    for number, line in enumerate(lines, 1):
        if len(line.replace("\t", "    ")) > MAX_COLUMNS:
            yield f"{path}:{number}: longer than {MAX_COLUMNS} columns"
        found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
        to = found and room(found.group(1))
        if not found or to == own:
            continue
        if to is None:
            yield f"{path}:{number}: \"{found.group(1)}\" is not named from the top of the tree"
        elif own in ONLY and to not in ONLY[own]:
            yield f"{path}:{number}: {own} may not include {to}"
        elif FLOOR[to] >= FLOOR[own] and (own, to) not in BESIDE:
            yield f"{path}:{number}: {own} may not include {to}: includes point down a floor"


def main():
    bad = [b for top in ("core", "tui", "views") for folder, _, names in os.walk(top) for name in sorted(names)
           if name.endswith((".c", ".h")) for b in breaches(os.path.join(folder, name))]
    print("\n".join(bad) if bad else "includes and sizes: as they should be")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
