#!/usr/bin/env python3
"""Retries and dead letters over the Unix socket, with steps that really run."""
import os
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import ApiError, Server, wait_for  # noqa: E402

# Fails until the file has so many lines, with this last line on stderr.
FLAKY = 'echo x >>"$1"; [ "$(wc -l <"$1")" -ge "$2" ] && exit 0; echo "$3" >&2; exit 1'


class Retries(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.cid = cls.server.cluster("retries", core=0)
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)

    def add(self, name, args, cid=None, server=None, **properties):
        """Property names with _ for the dot: retry_maxAttempts=3."""
        pairs = [{"Key": "stoker." + k.replace("_", "."), "Value": str(v)} for k, v in properties.items()]
        return (server or self.server).call("AddJobFlowSteps", {"JobFlowId": cid or self.cid, "Steps": [{
            "Name": name, "ActionOnFailure": "CONTINUE", "HadoopJarStep": {
                "Jar": "command-runner.jar", "Args": args, "Properties": pairs}}]})["StepIds"][0]

    def flaky(self, name, tries, last="curl: (7) Connection refused", **properties):
        path = os.path.join(self.folder.name, name)
        return self.add(name, ["bash", "-c", FLAKY, "-", path, str(tries), last], **properties), path

    def status(self, sid, cid=None):
        return self.server.call("DescribeStep", {"ClusterId": cid or self.cid, "StepId": sid})["Step"]["Status"]

    def ended(self, sid, cid=None):
        def look():
            s = self.status(sid, cid)
            return s if s["State"] in ("COMPLETED", "FAILED", "CANCELLED", "INTERRUPTED") else None
        return wait_for(f"the end of step {sid}", look)

    def letters(self, **members):
        return self.server.call("Stoker.ListDeadLetters", members)["DeadLetters"]

    def letter(self, sid):
        return next(l for l in self.letters() if l["StepId"] == sid)

    def lines(self, path):
        with open(path) as f:
            return len(f.readlines())

    def refused(self, code, text, target, body):
        with self.assertRaises(ApiError) as e:
            self.server.call(target, body)
        self.assertEqual(e.exception.code, code)
        self.assertIn(text, e.exception.message)

    def test_two_failures_then_success(self):
        sid, path = self.flaky("twice", 3, retry_maxAttempts=4, retry_backoffSeconds=0.2, retry_jitter="none")
        self.assertEqual(self.ended(sid)["State"], "COMPLETED")
        self.assertEqual(self.lines(path), 3)
        events = [e["Message"] for e in self.server.call("Stoker.ListEvents", {"ClusterId": self.cid})["Events"]
                  if e.get("ResourceId") == sid]
        self.assertEqual(sum("begins in" in m for m in events), 2)
        self.assertFalse([l for l in self.letters() if l["StepId"] == sid])

    def test_without_a_policy_nothing_is_tried_again(self):
        sid, path = self.flaky("once", 3)
        status = self.ended(sid)
        self.assertEqual(status["State"], "FAILED")
        self.assertEqual(status["FailureDetails"]["Message"], "curl: (7) Connection refused")
        self.assertEqual(self.lines(path), 1)
        letter = self.letter(sid)
        self.assertEqual(letter["Class"], "RETRYABLE")
        self.assertEqual(letter["State"], "PENDING")

    def test_what_will_fail_again_is_not_tried_again(self):
        sid, path = self.flaky("never", 3, last="no such table", retry_maxAttempts=5, retry_backoffSeconds=0)
        self.assertEqual(self.ended(sid)["State"], "FAILED")
        self.assertEqual(self.lines(path), 1)
        self.assertEqual(self.letter(sid)["Class"], "NON_RETRYABLE")

    def test_quality_checks_of_sql(self):
        for sql in ("SELECT raise_error('DATA_QUALITY: 3 rows without a key')",
                    "SELECT assert_true(1 > 2, 'DATA_QUALITY: too few rows')"):
            sid = self.add("check", ["spark-sql", "-e", sql], retry_maxAttempts=3)
            self.assertEqual(self.ended(sid)["State"], "FAILED")
            letter = self.letter(sid)
            self.assertEqual(letter["Class"], "DATA_QUALITY", letter)
            self.assertEqual(len(letter["Attempts"]), 1)

    def test_an_attempt_that_takes_too_long(self):
        sid = self.add("slow", ["sleep", "60"], retry_maxAttempts=2, retry_backoffSeconds=0, retry_timeoutSeconds=1)
        status = self.ended(sid)
        self.assertEqual(status["State"], "FAILED")
        self.assertIn("longer than the 1 seconds", status["FailureDetails"]["Message"])
        attempts = self.letter(sid)["Attempts"]
        self.assertEqual([a["Class"] for a in attempts], ["RETRYABLE"] * 2)
        for a in attempts:
            self.assertGreaterEqual(a["EndedAt"] - a["StartedAt"], 0.9)

    def test_cancel_during_the_wait(self):
        sid, path = self.flaky("cancelled", 9, retry_maxAttempts=9, retry_backoffSeconds=3600)
        wait_for("the first failure", lambda: os.path.exists(path) and "Waits until" in str(
            self.server.call("Stoker.GetStepProgress", {"ClusterId": self.cid, "StepIds": [sid]})))
        self.assertEqual(self.status(sid)["State"], "RUNNING")
        self.server.call("CancelSteps", {"ClusterId": self.cid, "StepIds": [sid]})
        self.assertEqual(self.ended(sid)["State"], "CANCELLED")
        self.assertEqual(self.lines(path), 1)

    def test_defaults_of_a_cluster(self):
        cid = self.server.call("RunJobFlow", {
            "Name": "defaults", "ReleaseLabel": "emr-7.5.0", "Instances": {
                "InstanceGroups": [{"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}],
                "KeepJobFlowAliveWhenNoSteps": True},
            "Configurations": [{"Classification": "stoker-retry", "Properties": {
                "maxAttempts": "3", "backoffSeconds": "0", "on": "ALL"}}]})["JobFlowId"]
        path = os.path.join(self.folder.name, "defaults")
        sid = self.add("d", ["bash", "-c", FLAKY, "-", path, "3", "any reason"], cid=cid)
        self.assertEqual(self.ended(sid, cid)["State"], "COMPLETED")
        self.assertEqual(self.lines(path), 3)
        self.server.call("TerminateJobFlows", {"JobFlowIds": [cid]})

    def test_bad_values_are_named(self):
        for name, value, text in (("retry.maxAttempts", "0", "stoker.retry.maxAttempts"),
                                  ("retry.on", "OFTEN", "stoker.retry.on"),
                                  ("retry.backofSeconds", "1", "stoker.retry.backofSeconds is not known"),
                                  ("notify", "nobody", "stoker.notify")):
            self.refused("ValidationException", text, "AddJobFlowSteps", {"JobFlowId": self.cid, "Steps": [{
                "Name": "x", "ActionOnFailure": "CONTINUE", "HadoopJarStep": {
                    "Jar": "command-runner.jar", "Args": ["true"],
                    "Properties": [{"Key": "stoker." + name, "Value": value}]}}]})

    def test_a_letter_is_inspected_mended_and_replayed(self):
        sid = self.add("mend", ["bash", "-c", "echo line one >&2; echo the file is not there >&2; exit 2"])
        self.ended(sid)
        dl = self.letter(sid)["DeadLetterId"]
        letter = self.server.call("Stoker.DescribeDeadLetter", {"DeadLetterId": dl})["DeadLetter"]
        self.assertIn("line one\nthe file is not there", letter["Log"]["stderr"])
        self.assertIn("Step failed", letter["Log"]["controller"])
        self.assertEqual(letter["Message"], "the file is not there")
        self.assertEqual(letter["ClusterName"], "retries")
        self.assertEqual(letter["Configurations"], [])
        step = letter["Step"]
        step["HadoopJarStep"]["Args"] = ["true"]
        reply = self.server.call("Stoker.ReplayDeadLetter", {"DeadLetterId": dl, "Step": step})
        self.assertEqual(reply["ClusterId"], self.cid)
        self.assertEqual(self.ended(reply["StepId"])["State"], "COMPLETED")
        self.assertEqual(self.letter(sid)["ReplayStepId"], reply["StepId"])
        self.assertEqual(self.letter(sid)["State"], "REPLAYED")
        self.refused("ValidationException", "was replayed as step " + reply["StepId"], "Stoker.ReplayDeadLetter",
                     {"DeadLetterId": dl})

    def test_replay_elsewhere_and_discard(self):
        cid = self.server.cluster("short", core=0)
        sid = self.add("away", ["false"], cid=cid)
        self.ended(sid, cid)
        dl = self.letter(sid)["DeadLetterId"]
        self.server.call("TerminateJobFlows", {"JobFlowIds": [cid]})
        self.refused("ValidationException", "Name another one with ClusterId", "Stoker.ReplayDeadLetter",
                     {"DeadLetterId": dl})
        again = self.server.call("Stoker.ReplayDeadLetter", {"DeadLetterId": dl, "ClusterId": self.cid})["StepId"]
        self.ended(again)
        dl = self.letter(again)["DeadLetterId"]
        self.server.call("Stoker.DiscardDeadLetter", {"DeadLetterId": dl, "Note": "known"})
        letter = self.letter(again)
        self.assertEqual((letter["State"], letter["Note"], letter["ClosedBy"]), ("DISCARDED", "known", "owner"))
        self.assertNotIn(dl, [l["DeadLetterId"] for l in self.letters(State="PENDING")])
        self.refused("ValidationException", "was discarded", "Stoker.ReplayDeadLetter", {"DeadLetterId": dl})
        self.refused("ResourceNotFoundException", "dl-NONE", "Stoker.DescribeDeadLetter", {"DeadLetterId": "dl-NONE"})

    def test_a_topic_is_told(self):
        told = os.path.join(self.folder.name, "told")
        arn = self.server.call("Stoker.PutTopic", {"TopicName": "ops", "Command": f"cat >>{told}"})["TopicArn"]
        sid = self.add("loud", ["false"], notify=arn)
        self.ended(sid)

        def message():
            with open(told) if os.path.exists(told) else open(os.devnull) as f:
                text = f.read()
            return text if sid in text else None
        text = wait_for("the notice", message)
        self.assertIn("Step loud of cluster retries failed", text)
        self.assertIn(self.letter(sid)["DeadLetterId"], text)

    def test_letters_survive_a_kill(self):
        sid = self.add("kept", ["false"])
        self.ended(sid)
        before = self.letter(sid)
        self.server.kill()
        self.server.start()
        self.assertEqual(self.letter(sid), before)

    def test_a_wait_survives_a_kill(self):
        server, begin = Server(), time.time()
        self.addCleanup(server.close)
        server.start()
        cid, path = server.cluster("killed", core=0), os.path.join(self.folder.name, "killed")
        sid = self.add("killed", ["bash", "-c", FLAKY, "-", path, "2", "curl: (7) Connection refused"], cid=cid,
                       server=server, retry_maxAttempts=3, retry_backoffSeconds=7200,
                       retry_maxBackoffSeconds=7200, retry_jitter="none")

        def waits():
            state = server.call("DescribeStep", {"ClusterId": cid, "StepId": sid})["Step"]["Status"]["State"]
            progress = str(server.call("Stoker.GetStepProgress", {"ClusterId": cid, "StepIds": [sid]}))
            return state == "RUNNING" and progress if "Waits until" in progress else None
        until = wait_for("the first attempt", waits)
        # The clock of the next servers is set: a wait is over when it says so, however long a restart takes.
        for hours in (0, 1):
            server.kill()
            server.env["STOKER_FROZEN_TIME"] = str(int((begin + hours * 3600) * 1000))
            server.start()
            self.assertEqual(waits(), until)
            self.assertEqual(self.lines(path), 1)
        server.kill()
        server.env["STOKER_FROZEN_TIME"] = str(int((begin + 24 * 3600) * 1000))
        server.start()
        server.finish(cid, sid)
        self.assertEqual(self.lines(path), 2)


if __name__ == "__main__":
    unittest.main()
