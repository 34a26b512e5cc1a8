#!/usr/bin/env python3
"""Costs over the Unix socket and on the command line: what GetCost says, reports, a forecast, what-if, budgets
and price lists. Sums to the cent are the unit tests' (they hold the clock); here it is the doors. Standard
library only."""
import json
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import PATIENCE, STOKER, ApiError, Server, UnixConnection, wait_for  # noqa: E402

M5 = 0.24
HEAD = "type,region,vcpu,mem_gib,storage,ec2_usd_h,emr_usd_h,date,source\n"


class Cost(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.env["TZ"] = "UTC"
        cls.server.start()
        cls.cluster = cls.server.call("ElasticMapReduce.RunJobFlow", {
            "Name": "costly", "ReleaseLabel": "emr-7.5.0", "Tags": [{"Key": "team", "Value": "ads"}],
            "Instances": {"KeepJobFlowAliveWhenNoSteps": True, "InstanceGroups": [
                {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
                {"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": 2}]}})["JobFlowId"]
        wait_for("the cluster to wait", lambda: cls.state() == "WAITING")

    @classmethod
    def state(cls):
        c = cls.server.call("ElasticMapReduce.DescribeCluster", {"ClusterId": cls.cluster})["Cluster"]
        return c["Status"]["State"]

    def call(self, op, **members):
        return self.server.call("Stoker." + op, members)

    def refused(self, says, op, **members):
        with self.assertRaises(ApiError) as e:
            self.call(op, **members)
        self.assertEqual(e.exception.status, 400)
        self.assertIn(says, e.exception.message)

    def stoker(self, *args, status=0):
        r = subprocess.run([STOKER, *args], env=self.server.env, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(r.returncode, status, r.stdout + r.stderr)
        return r

    def list_of(self, text):
        path = os.path.join(self.server.home, "prices.csv")
        with open(path + ".new", "w") as f:
            f.write(text)
        os.rename(path + ".new", path)
        self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))

    def test_get_cost(self):
        r = self.call("GetCost", ClusterIds=[self.cluster])
        self.assertAlmostEqual(r["PerHour"], 3 * M5)
        c = r["Clusters"][0]
        self.assertEqual(c["ClusterId"], self.cluster)
        self.assertFalse(c["Unknown"] or c["Estimate"])
        self.assertGreaterEqual(c["Accrued"], 3 * M5 / 60 - 1e-9)  # a minute at least
        core = next(g for g in c["Groups"] if g["Role"] == "CORE")
        self.assertEqual((core["Type"], core["Count"], core["Requested"]), ("m5.xlarge", 2, 2))
        self.assertAlmostEqual(core["Ec2PerHour"], 0.192)
        self.assertAlmostEqual(core["EmrPerHour"], 0.048)
        self.assertRegex(r["PriceDate"], r"^\d{4}-\d\d-\d\d$")
        self.refused("j-NONE", "GetCost", ClusterIds=["j-NONE"])

    def test_reports_agree(self):
        now = time.time()
        totals = []
        for by in ("cluster", "group", "role", "type", "market", "step", "day", "tag:team"):
            r = self.call("GetCostReport", GroupBy=by, To=now - 1, From=now - 86400)
            totals.append(r["Total"])
            self.assertAlmostEqual(sum(x["Total"] for x in r["Rows"]), r["Total"])
            for x in r["Rows"]:
                self.assertAlmostEqual(x["Ec2"] + x["Emr"] + x["Ebs"], x["Total"])
        self.assertLess(max(totals) - min(totals), 1e-9)
        self.assertEqual([x["Key"] for x in self.call("GetCostReport", GroupBy="tag:team")["Rows"]], ["ads"])
        self.refused("GroupBy must be", "GetCostReport", GroupBy="week")

    def test_other_regions_are_worlds_of_their_own(self):
        conn = UnixConnection(os.path.join(self.server.home, "run", "api.sock"))
        conn.request("POST", "/", "{}", {"content-type": "application/x-amz-json-1.1", "x-stoker-region": "eu-west-1",
                                         "x-amz-target": "Stoker.GetCostReport"})
        r = json.loads(conn.getresponse().read())
        self.assertEqual((r["Rows"], r["PriceDate"]), ([], "2025-03-02"))
        self.assertIn("eu-west-1 on-demand list prices; EMR fees are not known", r["Source"])
        conn.close()

    def test_forecast(self):
        r = self.call("GetCostForecast")
        self.assertAlmostEqual(r["PerHour"], 3 * M5)
        self.assertGreater(r["MonthProjected"], r["MonthToDate"])
        self.assertAlmostEqual(r["IdlePerHour"], 3 * M5)  # it waits, and nothing runs
        self.assertEqual(r["Queues"], [])

    def test_what_if(self):
        groups = self.server.call("ElasticMapReduce.ListInstanceGroups", {"ClusterId": self.cluster})
        core = next(g["Id"] for g in groups["InstanceGroups"] if g["InstanceGroupType"] == "CORE")
        r = self.call("WhatIf", ClusterId=self.cluster, Changes=[{"InstanceGroupId": core, "InstanceCount": 10}])
        self.assertAlmostEqual(r["Difference"], 8 * M5)
        self.assertAlmostEqual(r["After"]["PerMonth"], 11 * M5 * 730)
        self.refused("Market must be", "WhatIf", ClusterId=self.cluster,
                     Changes=[{"InstanceGroupId": core, "Market": "FREE"}])
        out = self.stoker("cost", "what-if", "costly", "core=10,m5.2xlarge").stdout
        self.assertIn("$0.72/h → $5.04/h", out)
        self.assertIn("Prices as of", out)

    def test_budget_becomes_an_alarm_an_event_and_a_notice(self):
        told = os.path.join(self.server.home, "told")
        command = f"cat >{told}.new && mv {told}.new {told}"
        topic = self.call("PutTopic", TopicName="money", Command=command)["TopicArn"]
        self.call("PutBudget", BudgetName="tiny", Amount=0.0001, Period="DAILY", Thresholds=[50, 100],
                  Scope={"TagKey": "team", "TagValue": "ads"}, TopicArn=topic)
        self.addCleanup(lambda: self.server.call("Stoker.DeleteBudget", {"BudgetName": "tiny"}))
        alarm = wait_for("the budget's alarm", lambda: next(
            (a for a in self.call("ListAlarms")["Alarms"] if a["AlarmId"] == "budget/tiny"), None))
        self.assertEqual((alarm["Severity"], alarm["Kind"], alarm["AlarmName"]), ("ERROR", "budget", "tiny"))
        self.assertIn("100 %", alarm["Title"])
        events = [e for e in self.call("ListEvents", MaxResults=1000)["Events"]
                  if e["Type"] == "Stoker Budget Threshold" and "tiny" in e["Message"]]
        self.assertEqual({e["Actor"] for e in events}, {"stoker:cost"})  # at midnight it begins anew
        b = next(b for b in self.call("ListBudgets")["Budgets"] if b["BudgetName"] == "tiny")
        self.assertEqual((b["State"], b["Thresholds"], b["Scope"]["TagValue"]), ("ALARM", [50, 100], "ads"))
        self.assertGreater(b["Forecast"], b["Spent"])
        wait_for("the notice", lambda: os.path.exists(told))
        with open(told) as f:
            self.assertIn("Budget tiny", f.read())
        self.refused("There is no budget", "DeleteBudget", BudgetName="other")
        self.refused("Amount must be", "PutBudget", BudgetName="other", Amount="much")
        self.refused("There is no topic", "PutBudget", BudgetName="other", Amount=1, TopicArn=topic + "x")

    def test_price_list_of_ones_own(self):
        self.list_of(HEAD + "m5.xlarge,us-east-1,,,,0.1,,2026-11-01,our contract\n"
                     "*,us-east-1,,,,,estimate,2026-11-01,a quarter of EC2\n")
        self.assertAlmostEqual(self.call("GetCost", ClusterIds=[self.cluster])["PerHour"], 3 * 0.148)
        prices = {p["InstanceType"]: p for p in self.call("ListPrices")["Prices"]}
        self.assertEqual(len(prices), 137)
        self.assertTrue(prices["m5.xlarge"]["Own"])
        self.assertTrue(prices["m6g.xlarge"]["EmrEstimate"])
        self.assertIn("~0.0385", self.stoker("cost", "prices", "m6g.xlarge").stdout)
        there = self.call("ListPrices", InstanceTypes=["m5.xlarge"], Region="eu-west-1")["Prices"]
        self.assertEqual([(p["Region"], p["Ec2PerHour"], p["Date"]) for p in there],
                         [("eu-west-1", 0.214, "2025-03-02")])
        self.assertNotIn("EmrPerHour", there[0])
        self.assertIn("unknown", there[0]["Source"])
        self.assertEqual(self.call("ListPrices", Region="cn-north-1")["Prices"], [])
        self.assertEqual(len(self.call("ListPrices")["Prices"]), 137)  # whatever else was asked for
        self.list_of(HEAD + "m5.xlarge,us-east-1,,,,free,,2026-11-01,our contract\n")
        self.assertAlmostEqual(self.call("GetCost", ClusterIds=[self.cluster])["PerHour"], 3 * 0.148)
        r = self.stoker("cost", "prices", "m5.xlarge", status=1)
        self.assertIn("prices.csv: line 2, ec2_usd_h: \"free\" is not a price in dollars per hour", r.stderr)
        self.assertIn("A price list is not used", self.stoker("alarms").stdout)
        os.unlink(os.path.join(self.server.home, "prices.csv"))
        self.assertAlmostEqual(self.call("GetCost", ClusterIds=[self.cluster])["PerHour"], 3 * M5)

    def test_spot_instances_cost_the_market_price(self):
        self.call("PutSpotPrice", InstanceType="c5.xlarge", Price=0.05)
        spot = self.server.call("ElasticMapReduce.RunJobFlow", {
            "Name": "spotty", "ReleaseLabel": "emr-7.5.0",
            "Instances": {"KeepJobFlowAliveWhenNoSteps": True, "InstanceGroups": [
                {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
                {"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": 1},
                {"InstanceRole": "TASK", "InstanceType": "c5.xlarge", "InstanceCount": 1, "Market": "SPOT",
                 "BidPrice": "0.15"}]}})["JobFlowId"]
        self.addCleanup(lambda: self.server.call("ElasticMapReduce.TerminateJobFlows", {"JobFlowIds": [spot]}))

        def rate():
            c = self.call("GetCost", ClusterIds=[spot])["Clusters"][0]
            return c if all(g["Count"] == 1 for g in c["Groups"]) else None
        c = wait_for("three instances", rate)
        self.assertAlmostEqual(c["PerHour"], 2 * M5 + 0.05 + 0.043)
        self.assertFalse(c["Estimate"])  # somebody has set the price
        self.call("PutSpotPrice", InstanceType="c5.xlarge", Price=0.07)
        self.assertAlmostEqual(rate()["PerHour"], 2 * M5 + 0.07 + 0.043)
        rows = {r["Key"]: r for r in self.call("GetCostReport", GroupBy="market", ClusterIds=[spot])["Rows"]}
        self.assertGreater(rows["SPOT"]["Ec2"], 0.05 / 60 * 0.99)  # a minute at least
        self.assertLess(rows["SPOT"]["Ec2"], rows["ON_DEMAND"]["Ec2"])

    def test_budgets_and_lists_outlive_a_restart(self):
        self.call("PutBudget", BudgetName="stays", Amount=500, Scope={"ClusterId": self.cluster})
        self.list_of(HEAD + "m5.xlarge,us-east-1,,,,0.1,,2026-11-01,our contract\n")
        before = self.call("GetCost", ClusterIds=[self.cluster])["Clusters"][0]
        self.server.kill()
        self.server.start()
        after = self.call("GetCost", ClusterIds=[self.cluster])["Clusters"][0]
        self.assertGreaterEqual(after["Accrued"], before["Accrued"])
        self.assertLess(after["Accrued"] - before["Accrued"], 0.05)
        budgets = {b["BudgetName"]: b for b in self.call("ListBudgets")["Budgets"]}
        self.assertEqual(budgets["stays"]["Scope"], {"ClusterId": self.cluster})
        self.call("DeleteBudget", BudgetName="stays")

    def test_command_line(self):
        self.assertIn("$0.72", self.stoker("cost").stdout)
        for by in ("cluster", "group", "role", "type", "market", "step", "day", "tag:team"):
            out = self.stoker("cost", "--by", by, "--from", "1d").stdout
            self.assertIn("prices:", out)
            self.assertIn("TOTAL", out)
        self.assertIn("team=ads", self.stoker("cost", "--by", "tag:team").stdout)
        self.assertIn("this month, projected", self.stoker("cost", "forecast", "costly").stdout)
        self.assertEqual(json.loads(self.stoker("cost", "forecast", "--json").stdout)["Queues"], [])
        self.assertIn("nothing to recommend", self.stoker("cost", "recommendations").stdout)
        self.stoker("cost", "put-budget", "cli", "1000", "--cluster", "costly", "--thresholds", "50,90")
        out = self.stoker("cost", "budgets").stdout
        self.assertRegex(out, r"cli +j-\w+ +month +\$1000\.00 .* 50,90 +OK")
        self.assertIn("--yes says that", self.stoker("cost", "delete-budget", "cli", status=2).stderr)
        self.stoker("cost", "delete-budget", "cli", "--yes")
        self.assertIn("no budgets", self.stoker("cost", "budgets").stdout)
        self.assertIn("is no day", self.stoker("cost", "--by", "day", "--from", "soon", status=2).stderr)
        self.assertIn("not KEY=VALUE", self.stoker("cost", "put-budget", "x", "1", "--tag", "a", status=2).stderr)
        self.assertIn("not an amount", self.stoker("cost", "put-budget", "x", "little", status=2).stderr)
        self.assertIn("no group \"edge\"", self.stoker("cost", "what-if", "costly", "edge=3", status=4).stderr)

    def test_month_to_date_is_what_the_days_add_up_to(self):
        r = self.call("GetCostReport", GroupBy="day")
        month = self.call("GetCostForecast")["MonthToDate"]
        self.assertLess(abs(r["Total"] - month), 3 * M5 / 60)


if __name__ == "__main__":
    unittest.main()
