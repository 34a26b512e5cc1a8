#!/usr/bin/env python3
"""Every recorded statement of a real Spark through `stoker sql`: rows as spark-sql printed them, names and types of
the columns, or the error's class and SQLSTATE.

What does not agree yet is listed in tests/data/spark-statements-open.txt, one statement a line behind the kind of
difference. A difference that is not listed fails the test; one that is listed and gone is reported, so that the
list can only shrink (UPDATE=1 writes it anew). Needs no Java: the answers are in tests/data/spark-statements.jsonl.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
from stoker_server import ROOT, STOKER  # noqa: E402

RECORDED = os.path.join(ROOT, "tests", "data", "spark-statements.jsonl")
OPEN = os.path.join(ROOT, "tests", "data", "spark-statements-open.txt")
HEAD = """# Recorded statements whose answer here is not yet Spark's: the kind of difference, a tab, the statement (JSON).
# Written by UPDATE=1 tests/spark/statements_test.py; see there.
"""


def with_settings(lines):
    """Each recorded statement with the SETs that were in force before it."""
    settings = {}
    for line in lines:
        d = json.loads(line)
        m = re.match(r"\s*set\s+([\w.]+)\s*=\s*(\S+)\s*$", d["sql"], re.I)
        yield d, dict(settings)
        if m:
            settings[m.group(1)] = m.group(2)


def run(home, sql, settings):
    words = [w for k, v in settings.items() for w in ("--conf", f"{k}={v}")]
    env = dict(os.environ, STOKER_HOME=home, NO_COLOR="1", TZ="UTC")
    r = subprocess.run([STOKER, "sql", "--no-server", *words, "-e", sql], env=env, stdin=subprocess.DEVNULL,
                       capture_output=True, text=True, timeout=60)
    return r.returncode, r.stdout, r.stderr


def schema_of(described):
    """"struct<a:int>" from what DESCRIBE QUERY printed."""
    cells = [line.rsplit("\t", 2) for line in described.splitlines()]  # a name may hold tabs
    return "struct<" + ",".join(f"{c[0].rstrip()}:{c[1].rstrip()}" for c in cells if len(c) > 1) + ">"


def same_rows(sql, printed, rows):
    """Order counts only where the statement asks for one."""
    wanted = "".join(r + "\n" for r in rows)
    if printed == wanted:
        return True
    return not re.search(r"order\s+by", sql, re.I) and sorted(printed.splitlines()) == sorted(wanted.splitlines())


def difference(home, d, settings):
    """What kind of difference there is, or None."""
    sql = d["sql"]
    status, out, err = run(home, sql, settings)
    if "error" in d:
        if status == 0:
            return "no-error"
        if f"[{d['error']}]" not in err:
            return "error-class"
        return None if f"SQLSTATE: {d['sqlstate']}" in err else "sqlstate"
    if status != 0:
        m = re.search(r"\[([A-Z_.]+)\]", err)
        return "fails:" + (m.group(1) if m else "?")
    if not same_rows(sql, out, d["rows"]):
        return "rows"
    if not re.match(r"\s*(select|with|values)\b", sql, re.I):
        return None
    status, out, err = run(home, "DESCRIBE QUERY " + sql, settings)
    return None if status == 0 and schema_of(out) == d["schema"] else "schema"


def read_open():
    if not os.path.exists(OPEN):
        return {}
    with open(OPEN, encoding="utf-8") as f:
        pairs = (line.rstrip("\n").split("\t", 1) for line in f if line.strip() and not line.startswith("#"))
        return {json.loads(sql): kind for kind, sql in pairs}


class Statements(unittest.TestCase):
    def test_recorded(self):
        with open(RECORDED, encoding="utf-8") as f:
            cases = list(with_settings(f))
        with tempfile.TemporaryDirectory(prefix="stoker-spark-") as home, ThreadPoolExecutor(2) as pool:
            kinds = list(pool.map(lambda c: difference(home, *c), cases))
        found = {d["sql"]: kind for (d, _), kind in zip(cases, kinds) if kind}
        known = read_open()
        print(f"{len(cases) - len(found)} of {len(cases)} recorded statements agree "
              f"({100 * (len(cases) - len(found)) / len(cases):.1f} %)")
        if os.environ.get("UPDATE"):
            with open(OPEN, "w", encoding="utf-8") as f:
                f.write(HEAD)
                f.writelines(f"{kind}\t{json.dumps(sql)}\n" for sql, kind in found.items())
            return
        for sql in known:
            if sql not in found:
                print(f"agrees now, take it off the list: {sql}")
        new = [f"{kind}: {sql}" for sql, kind in found.items() if sql not in known]
        self.assertEqual(new, [], "these agreed before")


if __name__ == "__main__":
    unittest.main()
