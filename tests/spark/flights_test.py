#!/usr/bin/env python3
"""The sample ETL on a real Spark and on stoker: the same three scripts, unchanged, must leave the same rows.

Spark itself reads both results, so what stoker wrote is also shown to be readable by Spark with the same types.
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


class Flights(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        spark_peer.spark_home()
        if not os.path.exists(os.path.join(VEGA, "flights-3m.parquet")):
            raise unittest.SkipTest("no sample data: make deps")
        cls.folder = tempfile.mkdtemp(prefix="stoker-spark-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.printed = {"spark": [], "stoker": []}
        for name in STEPS:
            script = os.path.join(FLIGHTS, name + ".sql")
            cls.printed["spark"].append(spark_peer.spark_sql(cls.work("spark"), *cls.words("spark", script)))
            cls.printed["stoker"].append(cls.stoker_sql(*cls.words("stoker", script)))
        cls.spark = spark_peer.session()
        cls.addClassCleanup(cls.spark.stop)

    @classmethod
    def work(cls, side):
        folder = os.path.join(cls.folder, side)
        os.makedirs(folder, exist_ok=True)
        return folder

    @classmethod
    def words(cls, side, script):
        lake = os.path.join(cls.folder, side, "lake")
        return ["-d", "input=" + VEGA, "-d", "lake=" + lake, "-f", script]

    @classmethod
    def stoker_sql(cls, *words):
        env = dict(os.environ, STOKER_HOME=os.path.join(cls.folder, "home"), NO_COLOR="1")
        r = subprocess.run([STOKER, "sql", "--no-server", *words], env=env, capture_output=True, text=True,
                           timeout=300)
        if r.returncode:
            raise AssertionError(f"stoker sql {' '.join(words)}: status {r.returncode}\n{r.stderr}")
        return r.stdout

    def read(self, side, output):
        return self.spark.read.parquet(os.path.join(self.folder, side, "lake", output))

    def test_printed(self):
        self.maxDiff = None
        for name, spark, stoker in zip(STEPS, self.printed["spark"], self.printed["stoker"]):
            self.assertEqual(stoker, spark, name)
        self.assertEqual(len(self.printed["spark"][2].splitlines()), 20)

    def test_rows(self):
        for output in OUTPUTS:
            with self.subTest(output):
                theirs, ours = self.read("spark", output), self.read("stoker", output)
                self.assertEqual(ours.dtypes, theirs.dtypes)
                self.assertEqual(ours.count(), theirs.count())
                self.assertEqual(ours.exceptAll(theirs).take(3), [])
                self.assertEqual(theirs.exceptAll(ours).take(3), [])

    def test_layout(self):
        for output in OUTPUTS:
            with self.subTest(output):
                folders = {}
                for side in ("spark", "stoker"):
                    top = os.path.join(self.folder, side, "lake", output)
                    folders[side] = sorted(os.path.relpath(d, top) for d, _, files in os.walk(top)
                                           if any(f.endswith(".parquet") for f in files))
                    self.assertTrue(os.path.exists(os.path.join(top, "_SUCCESS")), f"{side}: {top}/_SUCCESS")
                self.assertEqual(folders["stoker"], folders["spark"])


if __name__ == "__main__":
    unittest.main()
