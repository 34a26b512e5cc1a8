#!/usr/bin/env python3
"""The sample ETL on a real Spark and on stoker: the same three scripts, unchanged, must leave the same rows.

Spark itself reads both results, so what stoker wrote is also shown to be readable by Spark with the same types. One
spark-sql does all of it: starting one takes longer than the work.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]
import spark_peer  # noqa: E402
from stoker_server import FLIGHTS, STOKER, VEGA  # noqa: E402

STEPS = ("extract", "transform", "load")
OUTPUTS = ("clean/flights", "clean/airports", "enriched/flights", "delays_by_state")
MARK = "-- next --"


class Flights(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        spark_peer.spark_home()
        if not os.path.exists(os.path.join(VEGA, "flights-3m.parquet")):
            raise unittest.SkipTest("no sample data: make deps")
        cls.folder = tempfile.mkdtemp(prefix="stoker-spark-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.lakes = {side: os.path.join(cls.folder, side) for side in ("spark", "stoker")}
        cls.ours = "".join(cls.stoker_sql(cls.script(s)) for s in STEPS)
        cls.theirs, cls.facts = cls.run_spark()

    @staticmethod
    def script(step):
        return os.path.join(FLIGHTS, step + ".sql")

    @classmethod
    def stoker_sql(cls, path):
        env = dict(os.environ, STOKER_HOME=os.path.join(cls.folder, "home"), NO_COLOR="1")
        words = ["sql", "--no-server", "-d", "input=" + VEGA, "-d", "lake=" + cls.lakes["stoker"], "-f", path]
        r = subprocess.run([STOKER, *words], env=env, capture_output=True, text=True, timeout=300)
        if r.returncode:
            raise AssertionError(f"stoker {' '.join(words)}: status {r.returncode}\n{r.stderr}")
        return r.stdout

    @classmethod
    def run_spark(cls):
        """The scripts, then for each side and output its columns and an order-free digest of its rows."""
        lines = [f"source {cls.script(s)};" for s in STEPS]
        keys = [(side, output) for output in OUTPUTS for side in cls.lakes]
        for side, output in keys:
            table = f"parquet.`{cls.lakes[side]}/{output}`"
            lines += [f"SELECT '{MARK}';", f"DESCRIBE QUERY SELECT * FROM {table};",
                      f"SELECT count(*), sum(CAST(xxhash64(*) AS DECIMAL(38, 0))) FROM {table};"]
        path = os.path.join(cls.folder, "all.sql")
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join(lines) + "\n")
        out = spark_peer.spark_sql(cls.folder, "-d", "input=" + VEGA, "-d", "lake=" + cls.lakes["spark"], "-f", path)
        parts = out.split(MARK + "\n")
        return parts[0], dict(zip(keys, map(cls.without_comments, parts[1:])))

    @staticmethod
    def without_comments(fact):
        """Names and types count; comments are Spark's own note in the file, not part of the rows."""
        *columns, digest = fact.splitlines()
        return "\n".join([*(c.rsplit("\t", 1)[0] for c in columns), digest])

    def test_printed(self):
        self.assertEqual(self.ours, self.theirs)
        self.assertEqual(len(self.theirs.splitlines()), 20)

    def test_rows(self):
        for output in OUTPUTS:
            with self.subTest(output):
                self.assertNotEqual(self.facts["spark", output], "")
                self.assertEqual(self.facts["stoker", output], self.facts["spark", output])

    def test_layout(self):
        for output in OUTPUTS:
            with self.subTest(output):
                folders = {}
                for side, lake in self.lakes.items():
                    top = os.path.join(lake, output)
                    folders[side] = sorted(os.path.relpath(d, top) for d, _, files in os.walk(top)
                                           if any(f.endswith(".parquet") for f in files))
                    self.assertTrue(os.path.exists(os.path.join(top, "_SUCCESS")), f"{side}: {top}/_SUCCESS")
                self.assertEqual(folders["stoker"], folders["spark"])


if __name__ == "__main__":
    unittest.main()
