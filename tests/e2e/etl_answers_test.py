#!/usr/bin/env python3
"""ETL statements with the answers of a real Spark 4.3 through `stoker sql`: rows, names and types of the columns, or
the error's class. Needs no Java: the answers are in tests/data/etl-answers.jsonl, whose first line holds the views
that all statements read. A line with "open" says why its answer here is not Spark's yet."""
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import ROOT, STOKER  # noqa: E402

RECORDED = os.path.join(ROOT, "tests", "data", "etl-answers.jsonl")


def run(home, sql):
    env = dict(os.environ, STOKER_HOME=home, NO_COLOR="1", TZ="UTC")
    r = subprocess.run([STOKER, "sql", "--no-server", "-e", sql], env=env, stdin=subprocess.DEVNULL,
                       capture_output=True, text=True, timeout=120)
    return r.returncode, r.stdout, r.stderr


def schema_of(described):
    cells = [line.rsplit("\t", 2) for line in described.splitlines()]
    return "struct<" + ",".join(f"{c[0].rstrip()}:{c[1].rstrip()}" for c in cells if len(c) > 1) + ">"


def difference(home, views, d):
    """What differs from the recorded answer, or None."""
    status, out, err = run(home, views + d["sql"])
    if "error" in d:
        return None if status and f"[{d['error']}]" in err else f"wanted {d['error']}, got {out}{err}"
    rows = "".join(r + "\n" for r in d["rows"])
    if status or (out != rows if re.search(r"order\s+by", d["sql"], re.I) else
                  sorted(out.splitlines()) != sorted(rows.splitlines())):
        return f"wanted\n{rows}got\n{out}{err}"
    _, out, err = run(home, views + "DESCRIBE QUERY " + d["sql"])
    return None if schema_of(out) == d["schema"] else f"wanted {d['schema']}\ngot {schema_of(out)}{err}"


class EtlAnswers(unittest.TestCase):
    def test_recorded(self):
        with open(RECORDED, encoding="utf-8") as f:
            head, *cases = [json.loads(line) for line in f]
        views = "".join(v + ";\n" for v in head["prelude"])
        with tempfile.TemporaryDirectory(prefix="stoker-etl-") as home, ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda d: difference(home, views, d), cases))
        agree = sum(1 for x in found if not x)
        print(f"{agree} of {len(cases)} ETL statements agree with Spark")
        for d, x in zip(cases, found):
            with self.subTest(sql=d["sql"]):
                if "open" in d and not x:
                    print(f"agrees now, take its mark away: {d['sql']}")
                self.assertTrue(not x or "open" in d, x)


if __name__ == "__main__":
    unittest.main()
