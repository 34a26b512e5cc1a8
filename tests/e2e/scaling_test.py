#!/usr/bin/env python3
"""Clusters that change their size by themselves while real jobs run on them: what is decided, that it says why,
and that no work is lost or done twice."""
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from gate import VALUE, Gate  # noqa: E402
from stoker_server import STOKER, Server, environment, wait_for  # noqa: E402

ENDED = ("COMPLETED", "FAILED", "CANCELLED", "INTERRUPTED")
NODE_MB = 4096  # c5.large


def rule(name, comparison, threshold, change, cool_down=0):
    """A rule on the metric that the test itself puts. Periods of 10 s are looked at every 10 s."""
    return {"Name": name,
            "Action": {"SimpleScalingPolicyConfiguration": {"ScalingAdjustment": change, "CoolDown": cool_down}},
            "Trigger": {"CloudWatchAlarmDefinition": {
                "ComparisonOperator": comparison, "MetricName": "Orders", "Namespace": "Shop", "Period": 10,
                "Statistic": "MAXIMUM", "Threshold": threshold,
                "Dimensions": [{"Key": "Cluster", "Value": "${emr.clusterId}"}]}}}


class Scaling(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.budget = cls.server.call("Stoker.GetServerStatus")["MemoryBudgetMB"]
        cls.mb = min(512, (cls.budget - 700) // 6)  # of one of six executors, beside their drivers

    def cluster(self, name, core, task, level, **more):
        groups = [{"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
                  {"InstanceRole": "CORE", "InstanceType": "c5.large", "InstanceCount": core}]
        if task:
            groups.append({"InstanceRole": "TASK", "InstanceType": "c5.large", "InstanceCount": task})
        cid = self.server.call("RunJobFlow", dict({
            "Name": name, "ReleaseLabel": "emr-7.5.0", "StepConcurrencyLevel": level,
            "AutoScalingRole": "EMR_AutoScaling_DefaultRole",
            "Instances": {"InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True}}, **more))["JobFlowId"]
        wait_for(f"{cid} to wait", lambda: self.server.call("DescribeCluster", {"ClusterId": cid})["Cluster"]
                 ["Status"]["State"] == "WAITING")
        return cid

    def group(self, cid, role):
        return next(g for g in self.server.call("ListInstanceGroups", {"ClusterId": cid})["InstanceGroups"]
                    if g["InstanceGroupType"] == role)

    def sizes(self, cid):
        """Nodes that do work: asked for, running."""
        groups = [g for g in self.server.call("ListInstanceGroups", {"ClusterId": cid})["InstanceGroups"]
                  if g["InstanceGroupType"] != "MASTER"]
        return (sum(g["RequestedInstanceCount"] for g in groups), sum(g["RunningInstanceCount"] for g in groups))

    def decisions(self, cid, **match):
        found = self.server.call("Stoker.ListScalingDecisions", {"ClusterId": cid})["Decisions"]
        return [d for d in found if all(d.get(k) == v for k, v in match.items())]

    # ---- jobs ----

    def job(self, cid, name, mb):
        """A step of arithmetic that waits for its gate; gives its id, the number it must print and the gate."""
        rows, gate = 2000, Gate(self, self.server, name)
        sql = f"SELECT sum(a.id % 3 + b.id % 5) + max(g.v) FROM range({rows}) a CROSS JOIN range({rows}) b " \
              f"CROSS JOIN ({gate.sql}) g"
        answer = rows * (sum(i % 3 for i in range(rows)) + sum(i % 5 for i in range(rows))) + VALUE
        step = self.server.step(cid, name, ["spark-sql", "--conf", f"spark.executor.memory={mb}m", "-e", sql])
        return step, answer, gate

    def steps(self, cid):
        return {s["Id"]: s for s in self.server.call("ListSteps", {"ClusterId": cid})["Steps"]}

    def running(self, cid):
        return sum(s["Status"]["State"] == "RUNNING" for s in self.steps(cid).values())

    def busy(self, jobs):
        """Core and task nodes with an executor that works on one of the jobs."""
        pids = set().union(*(gate.readers() for _, _, gate in jobs))
        return len({v for pid in pids for v in environment(pid) if v.startswith(b"STOKER_INSTANCE=")})

    def let_go(self, jobs):
        for _, _, gate in jobs:
            gate.open()

    def all_right(self, cid, jobs):
        """Every job is done, has the right answer, and was done once."""
        wait_for("the jobs to end", lambda: all(s["Status"]["State"] in ENDED for s in self.steps(cid).values()), 300)
        for step, answer, _ in jobs:
            log = self.server.call("Stoker.ReadStepLog", {"ClusterId": cid, "StepId": step, "Log": "stdout"})["Data"]
            control = self.server.call("Stoker.ReadStepLog", {"ClusterId": cid, "StepId": step, "Log": "controller"})
            self.assertEqual(self.steps(cid)[step]["Status"]["State"], "COMPLETED", control["Data"])
            self.assertEqual(log.strip(), str(answer))
            self.assertEqual(control["Data"].count("Started child process"), 1)
        events = self.server.call("Stoker.ListEvents", {"ClusterId": cid, "MaxResults": 1000})["Events"]
        bad = [e["Message"] for e in events if "was lost" in e["Message"] or "started again" in e["Message"]]
        self.assertEqual(bad, [])
        return events

    # ---- custom policies ----

    def test_custom_policy_out_and_in_while_jobs_run(self):
        s = self.server
        if self.mb < 256:
            self.skipTest(f"this machine may grant {self.budget} MB: too little for six jobs at once")
        cid = self.cluster("shop", 1, 1, 8)
        gid = self.group(cid, "TASK")["Id"]
        s.call("PutAutoScalingPolicy", {"ClusterId": cid, "InstanceGroupId": gid, "AutoScalingPolicy": {
            "Constraints": {"MinCapacity": 1, "MaxCapacity": 2},
            "Rules": [rule("out", "GREATER_THAN", 100, 1), rule("in", "LESS_THAN", 10, -1)]}})

        def orders(n):
            s.call("GraniteServiceVersion20100801.PutMetricData", {"Namespace": "Shop", "MetricData": [
                {"MetricName": "Orders", "Value": n, "StorageResolution": 1,
                 "Dimensions": [{"Name": "Cluster", "Value": cid}]}]})
        wait_for("the policy", lambda: self.group(cid, "TASK")["AutoScalingPolicy"]["Status"]["State"] == "ATTACHED")

        def grown():
            orders(500)
            return self.group(cid, "TASK")["RunningInstanceCount"] == 2
        wait_for("a second task node", grown, pause=0.5)
        out = self.decisions(cid, Kind="custom", Outcome="applied")[0]
        self.assertEqual((out["From"], out["To"], out["Policy"]), (1, 2, "out"))
        self.assertEqual((out["Numbers"]["Orders"], out["Numbers"]["Threshold"]), (500, 100))

        # More jobs than nodes: where the first executors land is chance.
        jobs = [self.job(cid, f"busy{i}", self.mb) for i in range(6)]
        wait_for("an executor on every node", lambda: self.busy(jobs) == 3)

        def shrunk():
            orders(1)
            return self.group(cid, "TASK")["RequestedInstanceCount"] == 1
        wait_for("the decision to shrink", shrunk, pause=0.5)
        self.assertEqual(self.running(cid), 6)
        decided = self.decisions(cid, Kind="custom", Outcome="applied", Policy="in")[0]
        # The node that is to go works on until its job has ended.
        self.assertEqual(self.group(cid, "TASK")["RunningInstanceCount"], 2)
        self.let_go(jobs)
        events = self.all_right(cid, jobs)
        wait_for("the node to go", lambda: self.group(cid, "TASK")["RunningInstanceCount"] == 1)
        gone = next(i for i in s.call("ListInstances", {"ClusterId": cid, "InstanceStates": ["TERMINATED"]})
                    ["Instances"])
        ended = gone["Status"]["Timeline"]["EndDateTime"]
        self.assertGreater(ended, decided["Time"])
        self.assertGreaterEqual(ended, min(self.steps(cid)[j]["Status"]["Timeline"]["EndDateTime"] for j, _, _ in jobs))
        scaled = [e for e in events if "scales in" in e["Message"]]
        self.assertEqual((scaled[0]["Actor"], len(scaled)), ("stoker:scaling", 1))
        self.assertIn("Orders is 1, < 10", scaled[0]["Cause"])

    # ---- managed scaling ----

    def test_managed_scaling_follows_the_jobs(self):
        s = self.server
        mb = min(2048, (self.budget - 700) // 6)
        if NODE_MB // mb >= 6:
            self.skipTest(f"a node holds all that this machine may grant ({self.budget} MB)")
        cid = self.cluster("managed", 1, 0, 6, ManagedScalingPolicy={
            "ScalingStrategy": "ADVANCED", "UtilizationPerformanceIndex": 1, "ComputeLimits": {
                "UnitType": "Instances", "MinimumCapacityUnits": 1, "MaximumCapacityUnits": 4}})
        begin = time.monotonic()
        jobs = [self.job(cid, f"job{i}", mb) for i in range(6)]
        wait_for("growth", lambda: self.sizes(cid)[0] > 1)
        took = time.monotonic() - begin
        for _, _, gate in jobs:
            gate.wait()
        largest = self.sizes(cid)[1]
        self.assertGreater(self.busy(jobs), 1)
        self.let_go(jobs)
        self.assertGreater(largest, 1)
        self.assertLessEqual(largest, 4)
        grown = self.decisions(cid, Kind="managed", Outcome="applied")[-1]
        self.assertGreater(grown["Numbers"]["ContainersPending"], 0)
        self.assertIn("for a node", grown["Reason"])
        self.all_right(cid, jobs)
        wait_for("the minimum again", lambda: self.sizes(cid) == (1, 1), pause=0.2)
        shrunk = self.decisions(cid, Kind="managed", Outcome="applied")[0]
        self.assertEqual(shrunk["To"], 1)
        self.assertIn("idle for 30 s", shrunk["Reason"])
        # No flapping: it grew, then it shrank.
        ways = [d["To"] > d["From"] for d in self.decisions(cid, Kind="managed", Outcome="applied")]
        self.assertEqual(ways, sorted(ways))
        print(f"\n  grew to {largest} nodes {took:.1f} s after the jobs came", file=sys.stderr)
        shown = subprocess.run([STOKER, "scaling", cid], env=s.env, capture_output=True, text=True, timeout=120)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.assertIn("managed scaling: 1 to 4 Instances", shown.stdout)
        self.assertIn("idle for 30 s", shown.stdout)

    # ---- the utilisation tree ----

    def test_an_operator_is_told_at_the_maximum(self):
        s = self.server
        cid = self.cluster("hot", 1, 0, 2)
        gid = self.group(cid, "CORE")["Id"]
        told = os.path.join(s.home, "told.json")
        topic = s.call("Stoker.PutTopic", {"TopicName": "on-call", "Command": f"cat >> {told}"})["TopicArn"]
        # A node's CPU is the machine's: one busy thread of it is a small part where there are many.
        high = min(10, round(50 / os.cpu_count(), 2))
        s.call("Stoker.PutUtilizationScaling", {
            "ClusterId": cid, "InstanceGroupId": gid, "MinCapacity": 1, "MaxCapacity": 1, "HighCpu": high, "LowCpu": 0,
            "Periods": 1, "CoolDown": 0, "TopicArn": topic})
        job = s.step(cid, "hot", ["spark-sql", "--conf", f"spark.executor.memory={self.mb}m", "-e",
                                  "SELECT sum(a.id % 3 + b.id % 5) FROM range(9000000) a CROSS JOIN range(9000000) b"])
        wait_for("the notice", lambda: os.path.exists(told) and os.path.getsize(told), 300, 0.2)
        with open(told) as f:
            text = f.read()
        self.assertIn(gid, text)
        self.assertIn(f"is above {high:g} %", text)
        alarms = [a for a in s.call("Stoker.ListAlarms", {"ClusterId": cid})["Alarms"]
                  if "maximum of 1 node" in a["Title"]]
        self.assertEqual(len(alarms), 1)
        self.assertGreater(self.decisions(cid, Kind="utilization", Outcome="at_limit")[0]["Numbers"]["Cpu"], high)
        warned = [e for e in s.call("Stoker.ListEvents", {"ClusterId": cid, "Severity": "WARN"})["Events"]
                  if "needs an operator" in e["Message"]]
        self.assertEqual(len(warned), 1)
        s.call("Stoker.RemoveUtilizationScaling", {"ClusterId": cid, "InstanceGroupId": gid})
        self.assertFalse([a for a in s.call("Stoker.ListAlarms", {"ClusterId": cid})["Alarms"]
                          if "maximum" in a["Title"]])
        s.call("CancelSteps", {"ClusterId": cid, "StepIds": [job], "StepCancellationOption": "TERMINATE_PROCESS"})
        s.call("TerminateJobFlows", {"JobFlowIds": [cid]})

    # ---- the command line ----

    def cli(self, *words, status=0):
        r = subprocess.run([STOKER, "scaling", *words], env=self.server.env, capture_output=True, text=True,
                           stdin=subprocess.DEVNULL, timeout=120)
        self.assertEqual(r.returncode, status, f"{words}: {r.stdout}{r.stderr}")
        return r.stdout + r.stderr

    def test_command_line(self):
        cid = self.cluster("words", 1, 1, 1)
        self.assertIn("CORE", self.cli(cid))
        plan = self.cli("put-managed", cid, "--min", "1", "--max", "4", "--max-core", "1", "--dry-run")
        self.assertIn("1 to 4 Instances", plan)
        self.assertRegex(plan, r"\$/h now, .*\$/h then")
        self.assertNotIn("managed scaling", self.cli(cid))
        self.cli("put-managed", cid, "--min", "2", "--max", "4", "--yes")
        self.assertIn("managed scaling: 2 to 4", self.cli(cid))
        self.cli("put-utilization", cid, "task", "--min", "1", "--max", "3", "--high", "75", "--yes")
        self.cli("put-scheduled", cid, "task", "nights", "cron(0 22 * * ? *)", "1", "--timezone", "Europe/Berlin",
                 "--yes")
        shown = self.cli(cid)
        self.assertIn("CPU > 75 % for 2 min", shown)
        self.assertIn("schedule nights", shown)
        path = os.path.join(self.server.home, "policy.json")
        with open(path, "w") as f:
            f.write('{"Constraints": {"MinCapacity": 1, "MaxCapacity": 5}, "Rules": [{"Name": "out", "Action": {'
                    '"SimpleScalingPolicyConfiguration": {"ScalingAdjustment": 1}}, "Trigger": {'
                    '"CloudWatchAlarmDefinition": {"ComparisonOperator": "GREATER_THAN", "MetricName": "AppsPending", '
                    '"Period": 300, "Threshold": 2}}}]}')
        self.cli("put-policy", cid, "core", path, "--yes")
        wait_for("the policy", lambda: "automatic scaling ATTACHED" in self.cli(cid))
        self.assertIn("out: AppsPending > 2", self.cli(cid))
        whole = self.cli(cid, "--json")
        self.assertIn('"ManagedScalingPolicy"', whole)
        self.assertIn('"Decisions"', whole)
        self.server.call("ModifyInstanceGroups", {"ClusterId": cid, "InstanceGroups": [
            {"InstanceGroupId": self.group(cid, "TASK")["Id"], "InstanceCount": 3}]})
        self.assertIn("manual", self.cli("decisions", cid, "--group", "task"))
        for what in (["managed"], ["policy", "core"], ["utilization", "task"], ["scheduled", "nights"]):
            self.cli("remove", cid, *what, "--yes")
        left = self.cli(cid)
        for word in ("managed scaling", "CPU >", "schedule"):
            self.assertNotIn(word, left)
        # Mistakes are told apart.
        self.assertIn("say the limits", self.cli("put-managed", cid, status=2))
        self.assertIn("no group", self.cli("put-utilization", cid, "gold", "--min", "1", "--max", "2", status=4))
        self.assertIn("must not be greater", self.cli("put-managed", cid, "--min", "5", "--max", "2", "--yes", status=1))
        self.assertIn("No such file", self.cli("put-policy", cid, "core", "/nowhere.json", status=4))
        self.assertIn("takes CLUSTER", self.cli("put-scheduled", cid, "task", status=2))


if __name__ == "__main__":
    unittest.main()
