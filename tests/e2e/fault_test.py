#!/usr/bin/env python3
"""kill -9 in the middle of the sample ETL: whatever dies, the rows at the end are the right ones.

The three steps run on the real three million flights. Each test kills one kind of process while the transform
runs, and then compares every output folder with what an undisturbed run left, file by file in content, not in
name: the comparison runs through `stoker sql`, as a user would do it.
"""
import os
import shutil
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import FLIGHTS, STOKER, VEGA, Server, kill, wait_for  # noqa: E402

STEPS = ("extract", "transform", "load")
ENDED = ("COMPLETED", "FAILED", "CANCELLED", "INTERRUPTED")


def folders(lake):
    """Every folder below lake that was committed (holds _SUCCESS), relative."""
    return sorted(os.path.relpath(d, lake) for d, _, files in os.walk(lake) if "_SUCCESS" in files)


class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        cls.addClassCleanup(cls.server.close)
        cls.run_etl("good", None)

    @classmethod
    def lake(cls, name):
        return os.path.join(cls.server.home, "lake-" + name)

    @classmethod
    def sql(cls, statement):
        out = subprocess.run([STOKER, "sql", "-e", statement], env=cls.server.env, capture_output=True, text=True,
                             timeout=120)
        if out.returncode:
            raise AssertionError(f"{statement}: {out.stderr}")
        return out.stdout

    def assert_same_rows(self, name):
        """Every output of run `name` holds the same bag of rows as the undisturbed run."""
        good, this = self.lake("good"), self.lake(name)
        self.assertEqual(folders(this), folders(good))
        for folder in folders(good):
            a, b = f"parquet.`{good}/{folder}`", f"parquet.`{this}/{folder}`"
            self.assertEqual(self.sql(f"SELECT (SELECT count(*) FROM {a}) - (SELECT count(*) FROM {b}), count(*) "
                                      f"FROM (SELECT * FROM {a} EXCEPT ALL SELECT * FROM {b})"), "0\t0\n", folder)

    @classmethod
    def run_etl(cls, name, disturb):
        s = cls.server
        lake = cls.lake(name)
        shutil.rmtree(lake, ignore_errors=True)
        cid = s.cluster("fault-" + name)
        ids = [s.step(cid, step, ["spark-sql", "-f", os.path.join(FLIGHTS, step + ".sql"), "-d", "input=" + VEGA,
                                  "-d", "lake=" + lake]) for step in STEPS]
        if disturb:
            disturb(cid, ids)

        def ended():
            try:
                steps = s.call("ListSteps", {"ClusterId": cid})["Steps"]
            except OSError:
                return None
            return all(step["Status"]["State"] in ENDED for step in steps) and steps
        steps = wait_for("all three steps to end", ended, 300)
        bad = [step for step in steps if step["Status"]["State"] != "COMPLETED"]
        if bad:
            raise AssertionError(f"{name}: {bad}")
        s.call("TerminateJobFlows", {"JobFlowIds": [cid]})
        leftovers = [d for d, _, _ in os.walk(lake) if "_temporary" in d or ".stoker-" in os.path.basename(d)]
        if leftovers:
            raise AssertionError(f"{name}: attempt folders left behind: {leftovers}")

    def transform_begins(self, cid, ids):
        """A fast machine may be done with it at the next look."""
        wait_for("the transform to run", lambda: self.server.call(
            "DescribeStep", {"ClusterId": cid, "StepId": ids[1]})["Step"]["Status"]["State"] != "PENDING", pause=0.005)

    def kill_during_transform(self, role):
        killed = []

        def disturb(cid, ids):
            self.transform_begins(cid, ids)

            # Pretend nothing of timing: kill whatever of this role is there at a busy moment.
            def kill_some():
                pids = self.server.nodes(role, cid)
                killed.extend(pid for pid in (pids if role == "executor" else pids[-1:]) if kill(pid))
                return killed
            wait_for(f"a {role} process", kill_some, pause=0.005)
        self.run_etl(role, disturb)
        self.assertTrue(killed)
        self.assert_same_rows(role)

    def test_outputs_exist(self):
        outputs = folders(self.lake("good"))
        self.assertGreaterEqual(len(outputs), 4)
        for folder in outputs:
            rows = int(self.sql(f"SELECT count(*) FROM parquet.`{self.lake('good')}/{folder}`"))
            self.assertGreater(rows, 300, folder)

    def test_executor_killed(self):
        self.kill_during_transform("executor")

    def test_driver_killed(self):
        self.kill_during_transform("driver")

    def test_worker_killed(self):
        self.kill_during_transform("worker")

    def test_server_killed(self):
        def disturb(cid, ids):
            self.transform_begins(cid, ids)
            self.server.kill()
            time.sleep(0.5)  # the cluster runs on alone for a moment
            self.server.start()
            states = {x["Id"]: x["Status"]["State"]
                      for x in self.server.call("ListSteps", {"ClusterId": cid})["Steps"]}
            self.assertEqual(set(states), set(ids), "an accepted step was lost")
        self.run_etl("server", disturb)
        self.assert_same_rows("server")

    def test_dead_worker_is_seen_and_replaced(self):
        s = self.server
        cid = s.cluster("fault-replace")
        before = {i["Id"] for i in s.call("ListInstances", {"ClusterId": cid, "InstanceStates": ["RUNNING"]})["Instances"]}
        self.assertTrue(kill(s.nodes("worker", cid)[-1]))

        def replaced():
            now = {i["Id"] for i in s.call("ListInstances", {"ClusterId": cid,
                                                             "InstanceStates": ["RUNNING"]})["Instances"]}
            return len(now) == len(before) and now != before
        wait_for("a new instance in place of the dead one", replaced)
        s.call("TerminateJobFlows", {"JobFlowIds": [cid]})


if __name__ == "__main__":
    unittest.main(verbosity=2)
