#!/usr/bin/env python3
"""All of the command table: each command explains itself, refuses what it does not know with the status 2 and says what may
have been meant, and speaks JSON. And the README's examples run as they are written."""
import json
import os
import re
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import ROOT, STOKER, Server, wait_for  # noqa: E402

# Words that make a command do something; "$C" is the cluster. Every command of the table must be here, or in NO_JSON.
JSON = {
    "clusters": ["", "$C"], "nodes": ["$C"], "steps": ["$C", "$C done"],
    "create": ["table-more --core 1 --yes"], "add-step": ["$C -n more -- true"], "scale": ["$C core=2 --yes"],
    "modify": ["$C --tag a=b --yes"], "wait": ["$C --timeout 2m", "$C done --timeout 2m"], "cancel": ["$C done", "$C more"],
    "logs": ["$C done", "$C done controller -n 1"], "spot": ["", "prices m5.xlarge", "history"], "fleets": ["$F"],
    "scaling": ["$C", "put-managed $C --min 1 --max 4 --yes", "remove $C managed"],
    "cost": ["", "$C", "--by step", "forecast", "what-if $C core=4", "recommendations", "prices m5.xlarge",
             "put-budget all 5", "budgets", "delete-budget all --yes"],
    "events": ["--limit 3"], "audit": ["--limit 3", "--verify", "--cloudtrail"],
    "keys": ["create --role viewer --access-key TABLE --secret-key table-secret", "", "rotate TABLE"],
    "policies": ["put mine $P", "", "show mine", "delete mine --yes"],
    "topics": ["put ops --command true", "", "delete ops --yes"],
    "alarms": ["put busy --cluster $C -m ContainerPending --above 0 --periods 5", "", "--metric", "show busy",
               "delete busy --yes"],
    "metrics": ["", "get IsIdle --cluster $C"],
    "dlq": ["list"],
    "schedules": ["put nightly -w rate(1day) -c $C --yes -- true", "", "show nightly", "runs", "next nightly",
                  "disable nightly", "delete nightly --yes"],
    "sql": ["-e SELECT(6*7)"], "env": [""], "call": ["ListClusters"], "server": ["status"], "help": ["", "keys"],
    "version": [""], "terminate": ["table-more --yes"],
}
NO_JSON = {"console": "draws on the terminal", "aws": "is another program's"}


class Table(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.cid = cls.server.cluster("table", core=1)
        cls.server.step(cls.cid, "done", ["bash", "-c", "echo said"])
        cls.fleet = cls.server.call("RunJobFlow", {
            "Name": "fleet", "ReleaseLabel": "emr-7.5.0", "Instances": {
                "KeepJobFlowAliveWhenNoSteps": True, "InstanceFleets": [{
                    "InstanceFleetType": "MASTER", "TargetOnDemandCapacity": 1,
                    "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}]}]}})["JobFlowId"]
        cls.policy = os.path.join(cls.server.home, "policy.json")
        with open(cls.policy, "w") as f:
            json.dump({"Version": "2012-10-17",
                       "Statement": {"Effect": "Allow", "Action": "elasticmapreduce:*", "Resource": "*"}}, f)
        cls.commands = json.loads(cls.run_it("help", "--json").stdout)["Commands"]

    @classmethod
    def run_it(cls, *words, stdin="", env=None):
        return subprocess.run([STOKER, *words], env=dict(cls.server.env, **(env or {})), input=stdin,
                              capture_output=True, text=True, timeout=120)

    def test_every_command_explains_itself(self):
        self.assertGreater(len(self.commands), 30)
        for c in self.commands:
            name = c["Name"]
            shown = self.run_it("help", name)
            self.assertEqual((shown.returncode, shown.stderr), (0, ""), name)
            self.assertIn(c["Summary"], shown.stdout.replace("\n", " "))
            self.assertLessEqual(max(map(len, shown.stdout.splitlines()[1:])), 80, shown.stdout)
            if name != "aws":
                self.assertEqual(self.run_it(name, "--help").stdout, shown.stdout)
            for o in c["Options"]:
                self.assertIn("--" + o["Name"], shown.stdout)

    def test_unknown_options_are_usage(self):
        for c in self.commands:
            if c["Name"] == "aws":
                continue
            for word in ("--no-such-option", "-Z"):
                r = self.run_it(c["Name"], word)
                self.assertEqual((r.returncode, r.stdout), (2, ""), f"{c['Name']} {word}: {r.stderr}")
                self.assertIn(f"there is no option {word}", r.stderr)
                self.assertIn("usage: stoker " + c["Name"], r.stderr)

    def test_what_may_have_been_meant(self):
        for words, says in ((["claster"], 'no command "claster"; did you mean "clusters"?'),
                            (["help", "alrms"], 'did you mean "alarms"?'), (["clusters", "--jsno"], 'mean "--json"?'),
                            (["keys", "creat"], 'did you mean "create"?'), (["schedules", "lst"], 'mean "list"?'),
                            (["scaling", "put-manged", "table"], 'mean "put-managed"?'),
                            (["alarms", "shw", "x"], 'did you mean "show"?'),
                            (["dlq", "reply", "x"], 'did you mean "replay"?')):
            r = self.run_it(*words)
            self.assertEqual(r.returncode, 2, words)
            self.assertIn(says, r.stderr)
        for words in (["zzz"], ["clusters", "--qqqqqqqq"], ["keys", "xyzzyxyzzy"]):
            r = self.run_it(*words)
            self.assertEqual(r.returncode, 2)
            self.assertNotIn("did you mean", r.stderr)
        self.assertIn("is short for several: --", self.run_it("create", "x", "--s", "1").stderr)

    def test_every_command_speaks_json(self):
        names = {c["Name"] for c in self.commands}
        self.assertEqual(names, set(JSON) | set(NO_JSON))
        values = {"$C": "table", "$F": "fleet", "$P": self.policy, "SELECT(6*7)": "SELECT 6 * 7",
                  "rate(1day)": "rate(1 day)"}
        for name, calls in JSON.items():
            for call in calls:
                words = [values.get(w, w) for w in call.split()]
                if "--" in words:                     # what follows is the step's
                    words.insert(words.index("--"), "--json")
                else:
                    words.append("--json")
                r = self.run_it(name, *words)
                line = f"stoker {name} {' '.join(words)}: {r.returncode} {r.stdout}{r.stderr}"
                self.assertIn(r.returncode, (0, 1) if name == "cancel" else (0,), line)
                try:
                    json.loads(r.stdout)
                except ValueError:
                    try:
                        whole = [json.loads(one) for one in r.stdout.splitlines()]
                    except ValueError:
                        self.fail("no JSON: " + line)
                    self.assertTrue(whole, line)

    def test_times_have_a_zone(self):
        for zone, said in (("UTC", "UTC"), ("CET-1", "CET")):
            out = self.run_it("events", "--limit", "1", env={"TZ": zone}).stdout
            self.assertRegex(out, r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d " + said)

    def test_no_colour_and_no_cut_in_a_pipe(self):
        for words in (["clusters"], ["nodes", "table"], ["steps", "table"], ["cost"], ["events"]):
            out = self.run_it(*words, env={"TERM": "xterm-256color", "COLUMNS": "20"}).stdout
            self.assertNotIn("\033", out)
            self.assertNotIn("…", out)


class Readme(unittest.TestCase):
    """The examples of README.md, in their order, on a server of their own."""

    def blocks(self, title):
        with open(os.path.join(ROOT, "README.md")) as f:
            part = f.read().split(f"\n## {title}\n")[1].split("\n## ")[0]
        return re.findall(r"^```\n(.*?)^```$", part, re.S | re.M)

    def run_block(self, text, stdin=""):
        script = "set -e\nexport PATH=%s:$PATH\n" % os.path.dirname(STOKER) + text
        r = subprocess.run(["bash", "-c", script], env=self.server.env, cwd=self.server.home, input=stdin,
                           capture_output=True, text=True, timeout=300)
        self.assertEqual(r.returncode, 0, f"{text}\n{r.stdout}{r.stderr}")
        return r.stdout

    def test_examples(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.server.start()
        with open(os.path.join(self.server.home, "prices.json"), "w") as f:   # as aws ec2 describe-spot-price-history has it
            json.dump({"SpotPriceHistory": [
                {"AvailabilityZone": "us-east-1a", "InstanceType": "m5.xlarge", "ProductDescription": "Linux/UNIX",
                 "SpotPrice": price, "Timestamp": f"2026-11-20T0{hour}:00:00+00:00"}
                for hour, price in enumerate(("0.0700", "0.0900", "0.0650"))]}, f)
        five = self.blocks("Five minutes")[0]
        lines = [line.split("  #")[0].rstrip() for line in five.splitlines()]
        lines = [line for line in lines if line and not line.startswith("export PATH")]
        self.assertGreater(len(lines), 12)
        for line in lines:
            if line == "stoker":                      # the console: it has tests of its own
                continue
            if line == "stoker terminate demo":       # asks for the name; last of all
                continue
            out = self.run_block(line)
            if line.startswith("stoker logs demo answer"):
                self.assertEqual(out.split()[-1], "42")
        for block in self.blocks("Keys, roles, policies"):
            self.run_block(block, stdin="a-secret-you-have-already\n")
        with open(os.path.join(self.server.home, "load.sql"), "w") as f:
            f.write("SELECT raise_error('DATA_QUALITY: no rows');\n")
        for block in self.blocks("When it fails, and when it runs"):
            for line in block.splitlines():
                if line.startswith("stoker dlq replay"):
                    wait_for("the step is a dead letter", lambda: json.loads(
                        self.run_block("stoker dlq --json"))["DeadLetters"])
                self.run_block(line)
        self.run_block("stoker terminate demo --yes")


if __name__ == "__main__":
    unittest.main()
