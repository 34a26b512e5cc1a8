#!/usr/bin/env python3
"""The server is killed, or away, while steps wait to be tried again and schedules come due."""
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import PATIENCE, STOKER, Server, wait_for  # noqa: E402

MASTER = {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}
HOUR = 3600
# Fails twice, as one does whose database is not up yet.
FLAKY = 'echo x >>"$0"; [ "$(wc -l <"$0")" -ge 3 ] && echo 42 && exit 0; echo "psql: Connection refused" >&2; exit 2'


class ScheduleFaults(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.server.start()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def stoker(self, *words, status=0):
        r = subprocess.run([STOKER, *words], env=self.server.env, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(r.returncode, status, r.stdout + r.stderr)
        return r.stdout

    def again_at(self, epoch):
        """Down until then: the next server's clock stands there."""
        self.server.kill()
        self.server.env["STOKER_FROZEN_TIME"] = str(int(epoch * 1000))
        self.server.start()

    def runs(self, name):
        return self.server.call("Stoker.ListScheduleRuns", {"ScheduleName": name, "MaxResults": 1000})["Runs"]

    def put(self, name, expression, request, **members):
        op = "AddJobFlowSteps" if "JobFlowId" in request else "RunJobFlow"
        self.server.call("Stoker.PutSchedule", dict({
            "ScheduleName": name, "ScheduleExpression": expression,
            "Target": {"Operation": op, "Request": request}}, **members))

    def transient(self, name):
        return {"Name": name, "ReleaseLabel": "emr-7.5.0", "Instances": {"InstanceGroups": [MASTER]}, "Steps": [{
            "Name": "work", "ActionOnFailure": "TERMINATE_CLUSTER",
            "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["true"]}}]}

    def test_a_step_that_fails_twice_with_kills_between(self):
        cid = self.server.cluster("flaky", core=0)
        path = os.path.join(self.folder.name, "tries")
        sid = self.stoker("add-step", "flaky", "--name", "load", "--property", "stoker.retry.maxAttempts=5",
                          "--property", "stoker.retry.backoffSeconds=3600", "--property", "stoker.retry.jitter=none",
                          "--", "bash", "-c", FLAKY, path).strip()
        begin = time.time()
        for tries in (1, 2):
            def waits(tries=tries):
                with open(path) if os.path.exists(path) else open(os.devnull) as f:
                    done = len(f.readlines())
                return done == tries and "Waits until" in str(self.server.call(
                    "Stoker.GetStepProgress", {"ClusterId": cid, "StepIds": [sid]}))
            wait_for(f"the wait after attempt {tries}", waits)
            self.server.kill()
            self.server.start()
            self.assertTrue(waits())
            self.again_at(begin + 24 * HOUR * tries)
        self.server.finish(cid, sid, deadline=60)
        self.assertEqual(self.stoker("logs", "flaky", "load").strip(), "42")
        self.assertIn("no dead letters", self.stoker("dlq", "--all"))

    def test_missed_runs_by_policy(self):
        begin = time.time()
        self.server.cluster("home", core=0)
        for policy in ("SKIP", "ONE", "ALL"):
            self.put(policy, "rate(1 hour)", self.transient("night " + policy), CatchUp=policy, Overlap="QUEUE")
        self.again_at(begin + 3 * HOUR + HOUR / 2)
        expected = {"SKIP": (3, 0), "ONE": (2, 1), "ALL": (0, 3)}
        for policy, (missed, made_up) in expected.items():
            runs = wait_for(f"runs of {policy}", lambda p=policy: (
                lambda r: r if len(r) == 3 and not [x for x in r if x["State"] in ("STARTED", "QUEUED")] else None)(
                    self.runs(p)))
            states = [r["State"] for r in runs]
            self.assertEqual((states.count("MISSED"), states.count("SUCCEEDED")), (missed, made_up), runs)
            for r in runs:
                self.assertIn("did not run at that time", r["Reason"])
        self.assertIn("MISSED", self.stoker("schedules", "runs", "SKIP"))

    def test_a_run_is_started_once_however_often_the_server_dies(self):
        self.put("x", "rate(1 hour)", self.transient("once"))
        first = self.server.call("Stoker.ListSchedules")["Schedules"][0]["NextRuns"][0]
        self.again_at(first + 1)
        for _ in range(5):
            self.server.kill()
            self.server.start()
        runs = wait_for("the run", lambda: [r for r in self.runs("x") if r["State"] == "SUCCEEDED"])
        self.assertEqual(len(self.runs("x")), 1)
        clusters = self.server.call("ListClusters")["Clusters"]
        self.assertEqual([c["Id"] for c in clusters], [runs[0]["ClusterId"]])

    def test_dead_letters_on_the_command_line(self):
        self.server.cluster("home", core=0)
        self.assertIn("no dead letters that wait", self.stoker("dlq"))
        self.stoker("add-step", "home", "-n", "load", "--wait", "--", "bash", "-c", "echo no such file >&2; exit 1",
                    status=1)
        out = self.stoker("dlq")
        self.assertIn("NON_RETRYABLE", out)
        self.assertIn("no such file", out)
        shown = self.stoker("dlq", "show", "load")
        for text in ("stderr\nno such file", "bash -c 'echo no such file >&2; exit 1'", "Step failed", "ATTEMPT"):
            self.assertIn(text, shown)
        letter = json.loads(self.stoker("dlq", "--json"))["DeadLetters"][0]
        plan = json.loads(self.stoker("dlq", "replay", "load", "--dry-run", "--json", "--", "true"))
        self.assertEqual(plan["Step"]["HadoopJarStep"]["Args"], ["true"])
        self.assertIn(letter["DeadLetterId"], self.stoker("dlq"))
        self.stoker("dlq", "replay", letter["DeadLetterId"][:7], "--wait", status=1)
        self.stoker("dlq", "replay", "load", "--wait", "--", "true")
        self.assertIn("REPLAYED", self.stoker("dlq", "--all"))
        self.stoker("add-step", "home", "-n", "other", "--wait", "--", "false", status=1)
        self.stoker("dlq", "discard", "other", status=2)
        self.stoker("dlq", "discard", "other", "--yes", "--note", "known")
        self.assertIn("no dead letters that wait", self.stoker("dlq"))
        self.assertIn("known", self.stoker("dlq", "show", "other"))
        self.stoker("dlq", "show", "nobody", status=4)
        self.stoker("dlq", "burn", "load", status=2)

    def test_the_command_line_shows_what_is_to_come(self):
        self.server.cluster("home", core=0)
        out = self.stoker("schedules", "put", "tidy", "--when", "cron(30 3 ? * SUN *)", "--timezone", "America/New_York",
                          "--cluster", "home", "--execute", "SELECT 1", "--overlap", "SKIP")
        self.assertIn("next run", out)
        self.assertIn("every Sunday at 03:30 America/New_York", self.stoker("schedules"))
        self.assertIn("AddJobFlowSteps", self.stoker("schedules", "show", "tidy"))
        self.assertEqual(len(self.stoker("schedules", "next", "tidy").splitlines()), 6)
        self.stoker("schedules", "disable", "tidy")
        self.assertIn("DISABLED", self.stoker("schedules"))
        run = self.stoker("schedules", "run-now", "tidy").strip()
        wait_for("the run", lambda: [r for r in self.runs("tidy") if r["RunId"] == run and r["State"] == "SUCCEEDED"])
        self.stoker("schedules", "put", "bad", "--when", "cron(1 2 3)", "--cluster", "home", "-e", "x", status=1)
        self.stoker("schedules", "show", "nosuch", status=4)
        self.stoker("schedules", "delete", "tidy", status=2)
        self.stoker("schedules", "delete", "tidy", "--yes")
        self.assertIn("no schedules", self.stoker("schedules"))


if __name__ == "__main__":
    unittest.main()
