#!/usr/bin/env python3
"""The spot market with real processes: a storm in the middle of a job, a scale-in under a running statement, and the
notice of a machine's own metadata service.

The job is the sample ETL over three million flights, its three scripts as one step. What a disturbed run leaves is
compared with what an undisturbed one left, row by row; what had been finished before must not have been done twice.
"""
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from gate import VALUE, Gate  # noqa: E402
from stoker_server import FLIGHTS, STOKER, VEGA, Server, environment, wait_for  # noqa: E402

SCRIPTS = ("extract", "transform", "load")


def group(role, count, market="ON_DEMAND"):
    return {"InstanceRole": role, "InstanceType": "m5.xlarge", "InstanceCount": count, "Market": market}


class Market(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        cls.addClassCleanup(cls.server.close)
        cls.script("good")

    @classmethod
    def script(cls, name, gate=None):
        """The ETL as one script; gate: a statement of it, after those that extract, stands at it."""
        with open(os.path.join(cls.server.home, name + ".sql"), "w") as out:
            for part in SCRIPTS:
                with open(os.path.join(FLIGHTS, part + ".sql")) as f:
                    out.write(f.read().rstrip().rstrip(";") + ";\n")
                if gate and part == "extract":
                    out.write(gate.sql + ";\n")
        return os.path.join(cls.server.home, name + ".sql")

    def cluster(self, name, groups, **more):
        cid = self.server.call("RunJobFlow", dict({"Name": name, "ReleaseLabel": "emr-7.5.0", "Instances": {
            "InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True}}, **more))["JobFlowId"]
        wait_for("the cluster to wait", lambda: self.state(cid) == "WAITING")
        self.addCleanup(self.end, cid)
        return cid

    def end(self, cid):
        self.server.call("TerminateJobFlows", {"JobFlowIds": [cid]})

    def state(self, cid):
        return self.server.call("DescribeCluster", {"ClusterId": cid})["Cluster"]["Status"]["State"]

    def nodes(self, cid, **filters):
        return self.server.call("ListInstances", dict({"ClusterId": cid}, **filters))["Instances"]

    def running(self, cid):
        return {i["Id"] for i in self.nodes(cid, InstanceStates=["RUNNING"])}

    def lake(self, name):
        return os.path.join(self.server.home, "lake-" + name)

    def etl(self, cid, name, gate=None):
        return self.server.step(cid, "etl", ["spark-sql", "-f", self.script(name, gate), "-d", "input=" + VEGA, "-d",
                                             "lake=" + self.lake(name)])

    def log(self, cid, sid, log="syslog"):
        return self.server.call("Stoker.ReadStepLog", {"ClusterId": cid, "StepId": sid, "Log": log,
                                                       "MaxBytes": 1 << 20})["Data"]

    def sql(self, statement):
        out = subprocess.run([STOKER, "sql", "-e", statement], env=self.server.env, capture_output=True, text=True,
                             timeout=120)
        self.assertEqual(out.returncode, 0, f"{statement}: {out.stderr}")
        return out.stdout

    def assert_same_rows(self, name):
        def folders(lake):
            return sorted(os.path.relpath(d, lake) for d, _, files in os.walk(lake) if "_SUCCESS" in files)
        good, this = self.lake("good"), self.lake(name)
        self.assertGreaterEqual(len(folders(good)), 4)
        self.assertEqual(folders(this), folders(good))
        for folder in folders(good):
            a, b = f"parquet.`{good}/{folder}`", f"parquet.`{this}/{folder}`"
            self.assertEqual(self.sql(f"SELECT (SELECT count(*) FROM {a}) - (SELECT count(*) FROM {b}), count(*) "
                                      f"FROM (SELECT * FROM {a} EXCEPT ALL SELECT * FROM {b})"), "0\t0\n", folder)

    def undisturbed(self):
        if not os.path.exists(self.lake("good")):
            cid = self.cluster("good", [group("MASTER", 1), group("CORE", 2)])
            self.server.finish(cid, self.etl(cid, "good"))

    def assert_nothing_twice(self, cid, sid):
        """Every statement is done once, in one attempt of the step; only tasks in flight ran again."""
        log = self.log(cid, sid)
        done = [int(n) for n in re.findall(r"statement (\d+) is done", log)]
        self.assertEqual(done, list(range(1, len(done) + 1)))
        self.assertGreaterEqual(len(done), 5)
        self.assertEqual(len(re.findall(r"Started child process", self.log(cid, sid, "controller"))), 1)
        return len(self.losses(cid, sid))

    def losses(self, cid, sid):
        return re.findall(r"attempt \d+ of the task failed \(EXECUTOR_LOST", self.log(cid, sid))

    # ---- storms ----

    def test_storm_loses_only_what_is_in_flight(self):
        self.undisturbed()
        s = self.server
        cid = self.cluster("storm", [group("MASTER", 1), group("CORE", 2, "SPOT"), group("TASK", 1, "SPOT")])
        gate = Gate(self, s, "storm")
        sid = self.etl(cid, "storm", gate)
        seen = set()
        # Three times, while one and the same statement runs, every spot node is taken.
        for storms in (1, 2, 3):
            seen |= gate.wait(but=seen)
            taken = s.call("Stoker.InterruptSpot", {"ClusterId": cid, "NoticeSeconds": 0, "Reason": "storm"})
            self.assertTrue(taken["Interrupted"])
            wait_for("the task to be lost", lambda n=storms: len(self.losses(cid, sid)) == n)
        gate.wait(but=seen)
        gate.open()
        s.finish(cid, sid)
        self.assertEqual(self.assert_nothing_twice(cid, sid), 3)
        self.assert_same_rows("storm")
        wait_for("the groups to be whole again", lambda: len(self.running(cid)) == 4)
        gone = s.call("Stoker.ListSpotInterruptions", {"ClusterId": cid})["Interruptions"]
        self.assertGreaterEqual(len(gone), 3)
        for x in gone:
            self.assertIn(x["Outcome"], ("drained", "terminated"))
            self.assertEqual(x["Reason"], "manual")
            self.assertTrue(x.get("ReplacedBy"))
        self.assertEqual(self.state(cid), "WAITING")

    def test_notice_long_enough_lets_the_task_finish(self):
        """With the usual notice a running statement ends where it is; the next runs elsewhere."""
        self.undisturbed()
        s = self.server
        cid = self.cluster("notice", [group("MASTER", 1), group("CORE", 2, "SPOT")])
        before = self.running(cid)
        gate = Gate(self, s, "notice")
        sid = self.etl(cid, "notice", gate)
        gate.wait()
        taken = s.call("Stoker.InterruptSpot", {"ClusterId": cid, "NoticeSeconds": 120})["Interrupted"]
        self.assertEqual(len(taken), 2)
        gate.open()
        s.finish(cid, sid)
        self.assertEqual(self.assert_nothing_twice(cid, sid), 0, "a task was killed in spite of its notice")
        self.assert_same_rows("notice")

        def replaced():
            now = self.running(cid)
            return len(now) == 3 and not now & set(taken)
        wait_for("both nodes to be replaced", replaced)
        self.assertEqual(len(self.running(cid) & before), 1)  # the master
        gone = s.call("Stoker.ListSpotInterruptions", {"ClusterId": cid})["Interruptions"]
        self.assertEqual({x["Outcome"] for x in gone}, {"drained"})

    def test_price_feed_drives_a_fleet(self):
        s = self.server
        fleets = [
            {"InstanceFleetType": "MASTER", "TargetOnDemandCapacity": 1,
             "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}]},
            {"InstanceFleetType": "CORE", "TargetOnDemandCapacity": 1, "TargetSpotCapacity": 2,
             "InstanceTypeConfigs": [{"InstanceType": "r5.xlarge"}, {"InstanceType": "c5.xlarge"}],
             "LaunchSpecifications": {"SpotSpecification": {"TimeoutDurationMinutes": 5, "AllocationStrategy":
                                      "lowest-price", "TimeoutAction": "SWITCH_TO_ON_DEMAND"}}}]
        cid = s.call("RunJobFlow", {"Name": "fleet", "ReleaseLabel": "emr-7.5.0", "Instances": {
            "InstanceFleets": fleets, "KeepJobFlowAliveWhenNoSteps": True}})["JobFlowId"]
        self.addCleanup(self.end, cid)
        wait_for("the cluster to wait", lambda: self.state(cid) == "WAITING")

        def spot():
            return sorted(i["InstanceType"] for i in self.nodes(cid, InstanceStates=["RUNNING"])
                          if i["Market"] == "SPOT")
        self.assertEqual(spot(), ["c5.xlarge", "c5.xlarge"])
        s.call("Stoker.PutSpotPrice", {"InstanceType": "c5.xlarge", "Price": 0.5})  # far above on demand
        wait_for("the other pool to take over", lambda: spot() == ["r5.xlarge", "r5.xlarge"])
        s.call("Stoker.PutSpotPrice", {"InstanceType": "c5.xlarge", "Price": 0.05})
        fleet = s.call("ListInstanceFleets", {"ClusterId": cid})["InstanceFleets"][1]
        self.assertEqual((fleet["ProvisionedOnDemandCapacity"], fleet["ProvisionedSpotCapacity"]), (1, 2))

    # ---- scale-in ----

    def test_scale_in_hands_a_running_statement_over(self):
        """At the end of the drain what runs is moved; what was finished before is not done again."""
        s = self.server
        cid = self.cluster("shrink", [group("MASTER", 1), group("CORE", 2)], Configurations=[{
            "Classification": "yarn-site", "Properties": {
                "yarn.resourcemanager.nodemanager-graceful-decommission-timeout-secs": "1"}}])
        out = self.lake("shrink")
        gate = Gate(self, s, "shrink")
        sid = s.step(cid, "long", ["spark-sql", "-e",
                                   f"INSERT OVERWRITE DIRECTORY '{out}/a' USING parquet SELECT 1 AS x; "
                                   f"INSERT OVERWRITE DIRECTORY '{out}/b' USING parquet {gate.sql}"])
        first = gate.wait()
        groups = s.call("ListInstanceGroups", {"ClusterId": cid})["InstanceGroups"]
        core = next(g["Id"] for g in groups if g["InstanceGroupType"] == "CORE")
        busy = self.busy_node(cid)
        s.call("ModifyInstanceGroups", {"ClusterId": cid, "InstanceGroups": [{
            "InstanceGroupId": core, "InstanceCount": 1, "ShrinkPolicy": {"InstanceResizePolicy": {
                "InstancesToTerminate": [busy]}}}]})
        gate.wait(but=first)
        gate.open()
        s.finish(cid, sid)
        self.assertEqual(self.sql(f"SELECT v FROM parquet.`{out}/b`"), f"{VALUE}\n")
        self.assertNotIn(busy, {i["Ec2InstanceId"] for i in self.nodes(cid, InstanceStates=["RUNNING"])})
        log = self.log(cid, sid)
        self.assertEqual(re.findall(r"statement (\d+) is done", log), ["1", "2"])
        self.assertIn("attempt 1 of the task failed (EXECUTOR_LOST", log)
        wait_for("two nodes", lambda: len(self.running(cid)) == 2)

    def busy_node(self, cid):
        """The EC2 id of the core node whose worker has an executor."""
        def find():
            for i in self.nodes(cid, InstanceStates=["RUNNING"]):
                if any(f"STOKER_INSTANCE={i['Id']}".encode() in environment(pid)
                       for pid in self.server.processes("executor")):
                    return i["Ec2InstanceId"]
            return None
        return wait_for("an executor on a node", find)


class Imds(http.server.BaseHTTPRequestHandler):
    """The instance metadata service, version 2, of one machine; the class holds what it would say."""
    notice, tokens, asked, bad = None, set(), 0, []

    def log_message(self, *args):
        pass

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/latest/api/token" or not self.headers.get("X-aws-ec2-metadata-token-ttl-seconds"):
            Imds.bad.append(self.path)
            return self.answer(400)
        token = f"T{len(Imds.tokens)}=="
        Imds.tokens.add(token)
        return self.answer(200, token.encode())

    def do_GET(self):
        Imds.asked += 1
        if self.headers.get("X-aws-ec2-metadata-token") not in Imds.tokens:
            return self.answer(401)
        if self.path != "/latest/meta-data/spot/instance-action":
            Imds.bad.append(self.path)
        if not Imds.notice:
            return self.answer(404)
        return self.answer(200, json.dumps(Imds.notice).encode())


class Metadata(unittest.TestCase):
    def test_notice_of_the_machine_drains_its_nodes(self):
        imds = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Imds)
        threading.Thread(target=imds.serve_forever, daemon=True).start()
        self.addCleanup(imds.server_close)
        self.addCleanup(imds.shutdown)
        s = Server()
        self.addCleanup(s.close)
        s.env.update(STOKER_IMDS=f"http://127.0.0.1:{imds.server_port}/", http_proxy="http://127.0.0.1:9")
        s.start()
        cid = s.cluster("metal", core=1)
        wait_for("both nodes to have asked", lambda: Imds.asked >= 2)
        self.assertEqual(s.call("Stoker.ListSpotInterruptions")["Interruptions"], [])
        until = time.time() + 3000
        Imds.notice = {"action": "terminate", "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(until))}
        Imds.tokens.clear()  # and it has forgotten their sessions
        noticed = wait_for("both nodes to have notice", lambda: (lambda x: len(x) >= 2 and x)(
            s.call("Stoker.ListSpotInterruptions")["Interruptions"]))
        for x in noticed:
            self.assertEqual(x["Reason"], "metadata")
            self.assertAlmostEqual(x["TerminateAt"], until, delta=2)
        self.assertEqual(Imds.bad, [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
