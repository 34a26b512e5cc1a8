#!/usr/bin/env python3
"""Schedules over the Unix socket, with clusters and steps that really run."""
import datetime
import json
import os
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import ApiError, Server, wait_for  # noqa: E402

MASTER = {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}


def step(name, *args):
    return {"Name": name, "ActionOnFailure": "CONTINUE",
            "HadoopJarStep": {"Jar": "command-runner.jar", "Args": list(args)}}


def transient(*steps, **members):
    return {"Operation": "RunJobFlow", "Request": dict({
        "Name": "run <aws.scheduler.execution-id>", "ReleaseLabel": "emr-7.5.0",
        "Instances": {"InstanceGroups": [MASTER]}, "Steps": list(steps)}, **members)}


def steps_for(cluster, *steps):
    return {"Operation": "AddJobFlowSteps", "Request": {"JobFlowId": cluster, "Steps": list(steps)}}


class Schedules(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.cid = cls.server.cluster("home", core=0)

    def put(self, name, expression, target, **members):
        return self.server.call("Stoker.PutSchedule", dict({
            "ScheduleName": name, "ScheduleExpression": expression, "Target": target}, **members))

    def put_soon(self, name, target, **members):
        """At the next second that has not gone by when the server reads of it."""
        for seconds in range(1, 60):
            at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
            try:
                return self.put(name, at.strftime("at(%Y-%m-%dT%H:%M:%S)"), target, **members)
            except ApiError as e:
                if "would never run" not in e.message:
                    raise
        raise AssertionError("a minute ahead is too late as well")

    def runs(self, name):
        return self.server.call("Stoker.ListScheduleRuns", {"ScheduleName": name})["Runs"]

    def over(self, name, n=1):
        """The last n runs, when all have ended."""
        def look():
            runs = self.runs(name)
            return runs if len(runs) >= n and all(r["State"] not in ("STARTED", "QUEUED") for r in runs) else None
        return wait_for(f"{n} runs of {name}", look)

    def shown(self, name):
        return next(s for s in self.server.call("Stoker.ListSchedules")["Schedules"] if s["ScheduleName"] == name)

    def refused(self, code, text, target, body):
        with self.assertRaises(ApiError) as e:
            self.server.call(target, body)
        self.assertEqual(e.exception.code, code)
        self.assertIn(text, e.exception.message)

    def test_a_cluster_of_its_own_comes_and_goes(self):
        reply = self.put_soon("once", transient(step("say", "echo", "<schedule.scheduled-time>")))
        self.assertEqual(len(reply["NextRuns"]), 1)
        run = self.over("once")[0]
        self.assertEqual(run["State"], "SUCCEEDED", run)
        self.assertEqual(run["ScheduledFor"], reply["NextRuns"][0])
        self.assertGreaterEqual(run["StartedAt"], run["ScheduledFor"])
        cluster = self.server.call("DescribeCluster", {"ClusterId": run["ClusterId"]})["Cluster"]
        self.assertEqual(cluster["Name"], "run " + run["RunId"])
        self.assertEqual(cluster["Status"]["State"], "TERMINATED")
        log = self.server.call("Stoker.ReadStepLog", {"ClusterId": run["ClusterId"], "StepId": run["StepIds"][0],
                                                      "Log": "stdout"})["Data"]
        self.assertEqual(log.strip(), time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(run["ScheduledFor"])))
        self.assertEqual(self.shown("once")["NextRuns"], [])

    def test_steps_for_a_named_cluster_that_fail_in_a_row(self):
        self.put("fails", "rate(1 day)", steps_for("home", step("bad", "false")))
        for n in (1, 2):
            self.server.call("Stoker.RunScheduleNow", {"ScheduleName": "fails"})
            run = self.over("fails", n)[0]
            self.assertEqual(run["State"], "FAILED")
            self.assertIn("Step bad failed: ", run["Reason"])
            self.assertEqual(run["ClusterId"], self.cid)
            self.assertEqual(self.shown("fails")["Failures"], n)
        self.put("fails", "rate(1 day)", steps_for("home", step("good", "true")))
        self.server.call("Stoker.RunScheduleNow", {"ScheduleName": "fails"})
        self.assertEqual(self.over("fails", 3)[0]["State"], "SUCCEEDED")
        self.assertEqual(self.shown("fails")["Failures"], 0)

    def test_a_topic_is_told_of_failures_and_of_their_end(self):
        told = os.path.join(self.server.home, "told")
        arn = self.server.call("Stoker.PutTopic", {"TopicName": "ops", "Command": f"cat >>{told}"})["TopicArn"]

        def says(text):
            def look():
                with open(told) if os.path.exists(told) else open(os.devnull) as f:
                    return text in f.read()
            wait_for(f"the notice \"{text}\"", look)
        self.put("loud", "rate(1 day)", steps_for("home", step("bad", "false")), TopicArn=arn)
        self.server.call("Stoker.RunScheduleNow", {"ScheduleName": "loud"})
        says("Schedule loud failed")
        self.put("loud", "rate(1 day)", steps_for("home", step("good", "true")), TopicArn=arn)
        self.server.call("Stoker.RunScheduleNow", {"ScheduleName": "loud"})
        says("Schedule loud works again after 1 failure")

    def test_queue_of_runs(self):
        name, flag = "queue", os.path.join(self.server.home, "go-on")
        wait = step("wait", "bash", "-c", f"until [ -e {flag} ]; do sleep 0.05; done")
        self.put_soon(name, steps_for("home", wait), Overlap="QUEUE")
        wait_for("the first run", lambda: self.runs(name))
        self.put_soon(name, steps_for("home", step("next", "true")), Overlap="QUEUE")
        wait_for("the second run", lambda: len(self.runs(name)) == 2)
        self.assertEqual([r["State"] for r in self.runs(name)], ["QUEUED", "STARTED"])
        open(flag, "w").close()
        self.assertEqual([r["State"] for r in self.over(name, 2)], ["SUCCEEDED"] * 2)

    def test_words_times_and_defaults(self):
        reply = self.put("nightly", "cron(0 2 ? * MON-FRI *)", transient(), ScheduleExpressionTimezone="Europe/Berlin",
                         Description="the big one", State="DISABLED")
        self.assertEqual(reply["NextRuns"], [])
        s = self.shown("nightly")
        self.assertEqual(s["Words"], "Monday to Friday at 02:00 Europe/Berlin")
        self.assertEqual((s["State"], s["CatchUp"], s["Overlap"], s["CatchUpWindowMinutes"]),
                         ("DISABLED", "SKIP", "ALLOW", 1440))
        put = {k: s[k] for k in s if k not in ("Words", "Region", "CreatedAt", "NextRuns", "LastRun", "Failures")}
        put["State"] = "ENABLED"
        self.assertEqual(len(self.server.call("Stoker.PutSchedule", put)["NextRuns"]), 5)
        self.server.call("Stoker.DeleteSchedule", {"ScheduleName": "nightly"})
        self.refused("ResourceNotFoundException", "nightly", "Stoker.DeleteSchedule", {"ScheduleName": "nightly"})

    def test_refused_as_the_operation_would(self):
        def put(expression, target, **members):
            return dict({"ScheduleName": "bad", "ScheduleExpression": expression, "Target": target}, **members)
        for body, text in (
                (put("cron(0 25 * * ? *)", transient()), "the hours field cannot be \"25\""),
                (put("rate(1 hour)", transient(), ScheduleExpressionTimezone="Nowhere/Land"), "Nowhere/Land"),
                (put("rate(1 hour)", {"Operation": "RunJobFlow", "Request": {"Name": "x"}}), ""),
                (put("rate(1 hour)", transient(Applications="Spark")), ""),
                (put("rate(1 hour)", steps_for("j-ABCDEFGHIJKLM", step("x", "true"))), "job flow ID not valid"),
                (put("rate(1 hour)", transient(step("x", "<schedule.day>"))), "<schedule.day> is not known"),
                (put("at(2020-01-01T00:00:00)", transient()), "would never run"),
                (put("rate(1 hour)", transient(), Overlap="PERHAPS"), "PERHAPS")):
            with self.assertRaises(ApiError) as e:
                self.server.call("Stoker.PutSchedule", body)
            self.assertEqual(e.exception.status, 400, body)
            self.assertIn(text, e.exception.message)
        # The operation's own words, to the letter.
        bad = dict(transient()["Request"], Name="a>b")
        with self.assertRaises(ApiError) as direct:
            self.server.call("RunJobFlow", bad)
        self.refused(direct.exception.code, direct.exception.message, "Stoker.PutSchedule",
                     put("rate(1 hour)", {"Operation": "RunJobFlow", "Request": bad}))
        self.assertNotIn("bad", [s["ScheduleName"] for s in self.server.call("Stoker.ListSchedules")["Schedules"]])
        clusters = self.server.call("ListClusters")["Clusters"]
        self.assertNotIn("bad", json.dumps(clusters))

    def test_what_it_does_is_in_the_audit_trail(self):
        self.put_soon("trail", steps_for("home", step("t", "true")))
        run = self.over("trail")[0]
        found = self.server.call("Stoker.ListAuditEvents", {"EventName": "AddJobFlowSteps"})["AuditEvents"]
        self.assertTrue([e for e in found if e["Actor"] == "stoker:schedule" and
                         run["StepIds"][0] in json.dumps(e)], found)


if __name__ == "__main__":
    unittest.main()
