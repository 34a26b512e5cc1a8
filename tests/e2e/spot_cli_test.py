#!/usr/bin/env python3
"""stoker spot, stoker fleets, and what create, nodes, clusters and scale know of both."""
import json
import os
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import STOKER, Server, wait_for  # noqa: E402


class Cli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def run_cli(self, *words, status=0):
        r = subprocess.run([STOKER, *words], env=self.server.env, capture_output=True, text=True, timeout=120,
                           stdin=subprocess.DEVNULL)
        self.assertEqual(r.returncode, status, f"stoker {' '.join(words)}: {r.stdout}{r.stderr}")
        return r

    def json(self, *words):
        return json.loads(self.run_cli(*words, "--json").stdout)

    def test_fleets(self):
        r = self.run_cli("create", "f", "--fleet", "core:1+4:m5.xlarge,r5.xlarge=2", "--allocation", "diversified",
                         "--spot-timeout", "10m", "--wait", "--yes")
        self.assertIn("CORE (spot)", r.stderr)
        self.assertIn("--instance-fleets", r.stderr)
        self.addCleanup(self.run_cli, "terminate", "f", "--yes")
        fleets = {f["InstanceFleetType"]: f for f in self.json("fleets", "f")["InstanceFleets"]}
        self.assertEqual((fleets["CORE"]["TargetOnDemandCapacity"], fleets["CORE"]["TargetSpotCapacity"]), (1, 4))
        self.assertEqual(fleets["CORE"]["LaunchSpecifications"]["SpotSpecification"], {
            "TimeoutDurationMinutes": 10, "TimeoutAction": "SWITCH_TO_ON_DEMAND", "AllocationStrategy": "diversified"})
        self.assertEqual(fleets["MASTER"]["ProvisionedOnDemandCapacity"], 1)
        self.assertRegex(self.run_cli("fleets", "f").stdout, r"CORE\s+RUNNING\s+\d/1\s+4/4\s+diversified\s+m5.xlarge, "
                         "r5.xlarge ×2")
        self.assertIn("FLEET (UNITS)", self.run_cli("clusters", "f").stdout)
        self.assertIn("InstanceFleets", self.json("clusters", "f"))
        self.assertRegex(self.run_cli("nodes", "f").stdout, r"CORE\s+\S+\s+SPOT\s+RUNNING")
        r = self.run_cli("fleets", "f", "core", "--on-demand", "2", "--spot", "0", "--wait", "--yes")
        self.assertIn("spot 4 → 0", r.stderr)
        self.assertIn("aws emr modify-instance-fleet", r.stderr)
        wait_for("the spot nodes to go", lambda: not [
            i for i in self.json("nodes", "f")["Instances"] if i["Market"] == "SPOT"])
        self.assertIn("stoker fleets f core", self.run_cli("scale", "f", "core=3", status=1).stderr)
        self.run_cli("fleets", "f", "task", "--spot", "1", "--yes", status=4)
        self.run_cli("fleets", "f", "core", status=2)
        self.run_cli("fleets", "f", "master", "--on-demand", "2", "--yes", status=1)

    def test_spot(self):
        r = self.run_cli("create", "s", "--core", "1", "--task", "1", "--spot", "--bid", "0.1", "--wait", "--yes")
        self.assertIn("BidPrice=0.1", r.stderr)
        self.addCleanup(self.run_cli, "terminate", "s", "--yes")
        price = next(p for p in self.json("spot")["SpotPrices"] if p["InstanceType"] == "m5.xlarge")
        self.assertTrue(price["Estimate"])
        self.assertGreaterEqual(price["Instances"], 2)
        self.assertRegex(self.run_cli("spot", "prices", "m5.xlarge").stdout, r"m5.xlarge\s+0\.0\d+\s+0\.1920\s+35%.*estimate")
        self.assertIn("nobody can be asked", self.run_cli("spot", "interrupt", "s", status=2).stderr)
        r = self.run_cli("spot", "interrupt", "s", "--notice", "1s", "--reason", "drill", "--yes")
        taken = r.stdout.split()
        self.assertEqual(len(taken), 2)
        self.assertIn("2 spot nodes get notice", r.stderr)

        def whole():
            running = {i["Id"] for i in self.json("nodes", "s")["Instances"] if i["Status"]["State"] == "RUNNING"}
            return len(running) == 3 and not running & set(taken)
        wait_for("both to be replaced", whole)
        past = self.json("spot", "history", "s")["Interruptions"]
        self.assertEqual({x["InstanceId"] for x in past}, set(taken))
        self.assertIn("drill", self.run_cli("spot", "history", "s", "--since", "1h").stdout)
        self.assertEqual(self.json("spot", "set-price", "m5.xlarge", "0.2")["Price"], 0.2)
        wait_for("the price to be above the bid", lambda: [
            i["Status"]["State"] for i in self.json("nodes", "s")["Instances"]].count("AWAITING_FULFILLMENT") == 2)
        self.run_cli("spot", "set-price", "m5.xlarge", "0.06")
        wait_for("the market to give again", whole)
        self.assertEqual(len(self.json("spot", "prices", "m5.xlarge", "--since", "1h")["SpotPrices"][0]["History"]), 3)
        self.assertFalse(self.json("spot", "set-price", "c5.large", "--available", "no")["Available"])

    def test_feed(self):
        """A recorded storm, sixty times as fast: the nodes bid 0.1, the price goes above it and comes back."""
        def record(seconds, price, **other):
            return json.dumps(dict({"AvailabilityZone": "us-east-1a", "InstanceType": "c5.xlarge",
                                    "ProductDescription": "Linux/UNIX", "SpotPrice": str(price),
                                    "Timestamp": "2026-03-01T10:%02d:%02dZ" % divmod(seconds, 60)}, **other))
        self.assertIn("no feed is loaded", self.run_cli("spot", "feed").stdout)
        self.run_cli("create", "w", "--type", "c5.xlarge", "--core", "1", "--task", "1", "--spot", "--bid", "0.1", "--wait",
                     "--yes")
        self.addCleanup(self.run_cli, "terminate", "w", "--yes")

        def nodes():
            return {i["Id"]: i["Status"]["State"] for i in self.json("nodes", "w")["Instances"] if i["Market"] == "SPOT"}
        first = {k for k, state in nodes().items() if state == "RUNNING"}
        path = os.path.join(self.server.home, "storm.jsonl")
        with open(path, "w", encoding="utf-8") as f:
            f.write("\n".join((record(120, 0.13), record(0, 0.07), record(60, 0.09, ProductDescription="Windows"))))
        r = self.run_cli("spot", "feed", "load", path, "--speed", "60")
        self.assertRegex(r.stdout, r"feed +storm.jsonl\nstate +playing, 1 of 2 changes")
        self.assertRegex(r.stdout, r"2 records, 1 skipped")
        self.assertRegex(r.stdout, r"NEXT.*\n.*c5.xlarge +0.1300")
        wait_for("the nodes to be gone or to wait", lambda: "RUNNING" not in nodes().values(), 30)
        price = self.json("spot", "prices", "c5.xlarge", "--since", "1h")["SpotPrices"][0]
        self.assertEqual((price["Price"], price["Source"], price["Estimate"]), (0.13, "feed", False))
        self.assertEqual([b["Bid"] for b in price["Bids"]], [0.1, 0.1])
        self.assertEqual([p[1] for p in price["History"]], [0.0595, 0.07, 0.13])
        self.assertEqual(self.json("spot", "feed", "show")["Feed"]["State"], "ended")
        past = self.json("spot", "history", "w")["Interruptions"]
        self.assertEqual({x["InstanceId"] for x in past}, first)
        self.assertIn("the price rose to $0.1300, above the bid of $0.1000", past[0]["Detail"])
        self.assertIn("rose from $0.0700 to $0.1300 an hour (feed storm.jsonl, change 2 of 2)", self.run_cli("events").stdout)
        self.run_cli("spot", "set-price", "c5.xlarge", "0.05")
        wait_for("the market to give again", lambda: list(nodes().values()).count("RUNNING") == 2, 30)

        bad = os.path.join(self.server.home, "bad.jsonl")
        with open(bad, "w", encoding="utf-8") as f:
            f.write(record(0, 0.07) + "\n" + record(0, "cheap") + "\n")
        r = self.run_cli("spot", "feed", "load", bad, status=1)
        self.assertIn('bad.jsonl: line 2, SpotPrice: "cheap" is not a price', r.stderr)
        self.assertEqual(self.json("spot", "feed")["Feed"]["FeedName"], "storm.jsonl")
        self.run_cli("spot", "feed", "load", "/nowhere/at/all", status=4)
        self.run_cli("spot", "feed", "load", path, "--start", "recorded", "--speed", "2", status=1)
        self.assertIn("cleared", self.run_cli("spot", "feed", "clear").stdout)
        self.run_cli("spot", "feed", "clear", status=1)

    def test_refusals(self):
        for words in (("create", "x", "--fleet", "core:1"), ("create", "x", "--fleet", "core:x:m5.xlarge"),
                      ("create", "x", "--fleet", "boss:1:m5.xlarge"), ("create", "x", "--fleet", "core:1:m5=0"),
                      ("create", "x", "--fleet", "core:1:"), ("create", "x", "--bid", "1"),
                      ("create", "x", "--fleet", "core:1:m5.xlarge", "--spot-timeout", "1m"),
                      ("spot", "nonsense"), ("spot", "set-price"), ("spot", "set-price", "m5.xlarge", "free"),
                      ("spot", "set-price", "m5.xlarge", "--available", "maybe"), ("spot", "interrupt"),
                      ("spot", "history", "--since", "soon"), ("spot", "feed", "load"), ("spot", "feed", "play"),
                      ("spot", "feed", "load", "-", "--speed", "0")):
            self.run_cli(*words, status=2)
        self.run_cli("spot", "interrupt", "i-0123456789abcdef0", "--yes", status=4)
        self.run_cli("fleets", "nobody", status=4)


if __name__ == "__main__":
    unittest.main(verbosity=2)
