#!/usr/bin/env python3
"""The health of real nodes: a health script's words make a node unhealthy and healthy again, the alarm and the event
say so, and it gets no executors; and a cluster of three primaries outlives the loss of one."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import Server, environment, kill, wait_for  # noqa: E402

SCRIPT = """#!/bin/bash
# $1 is the folder of verdicts: one file for each node that is ill, named by its id.
[ ! -e "$1/$STOKER_INSTANCE" ] || echo "ERROR $(cat "$1/$STOKER_INSTANCE")"
exit 1   # says nothing, as in YARN
"""


class Health(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)
        self.server.start()
        self.ill = os.path.join(self.server.home, "ill")
        os.mkdir(self.ill)
        script = os.path.join(self.server.home, "health.sh")
        with open(script, "w") as f:
            f.write(SCRIPT)
        os.chmod(script, 0o755)
        group = {"InstanceType": "m5.xlarge", "InstanceCount": 1}
        self.cid = self.server.call("RunJobFlow", {
            "Name": "health", "ReleaseLabel": "emr-7.5.0", "Instances": {"InstanceGroups": [
                dict(group, InstanceRole="MASTER"), dict(group, InstanceRole="CORE", InstanceCount=2)],
                "KeepJobFlowAliveWhenNoSteps": True},
            "Configurations": [{"Classification": "yarn-site", "Properties": {
                "yarn.nodemanager.health-checker.script.path": script,
                "yarn.nodemanager.health-checker.script.opts": self.ill,
                "yarn.nodemanager.health-checker.interval-ms": "1000"}}]})["JobFlowId"]

    def instances(self, role):
        return self.server.call("ListInstances", {"ClusterId": self.cid, "InstanceGroupTypes": [role],
                                                  "InstanceStates": ["RUNNING"]})["Instances"]

    def alarms(self):
        return {a["AlarmId"]: a for a in self.server.call("Stoker.ListAlarms", {"ClusterId": self.cid})["Alarms"]}

    def test_ill_and_well_again(self):
        wait_for("two core nodes", lambda: len(self.instances("CORE")) == 2)
        sick, well = (i["Id"] for i in self.instances("CORE"))
        note = os.path.join(self.server.home, "note")
        with open(note, "w") as f:
            f.write("the disk clicks")
        os.rename(note, os.path.join(self.ill, sick))  # whole at once: a script may look at any moment
        alarm = wait_for("the alarm", lambda: self.alarms().get("node-unhealthy/" + sick))
        self.assertIn("ERROR the disk clicks", alarm["Detail"])
        self.assertNotIn("node-unhealthy/" + well, self.alarms())
        for i in range(3):
            self.server.finish(self.cid, self.server.step(self.cid, f"s{i}", ["spark-sql", "-e", "SELECT 1"]))
        containers = os.path.join(self.server.home, "logs", self.cid, "node")
        ran = {name for name in os.listdir(containers) if os.path.isdir(os.path.join(containers, name, "containers"))}
        ids = {i["Id"]: i["Ec2InstanceId"] for i in self.instances("CORE")}
        self.assertTrue(ran & {well, ids[well]}, os.listdir(containers))
        self.assertFalse(ran & {sick, ids[sick]})
        os.remove(os.path.join(self.ill, sick))
        wait_for("the alarm to go", lambda: "node-unhealthy/" + sick not in self.alarms())
        said = [e["Message"] for e in self.server.call("Stoker.ListEvents", {
            "ClusterId": self.cid, "ResourceId": sick})["Events"]]
        self.assertTrue(any("is healthy again" in m for m in said), said)
        wait_for("the cluster to wait", lambda: self.server.call(
            "DescribeCluster", {"ClusterId": self.cid})["Cluster"]["Status"]["State"] == "WAITING")


class HighAvailability(unittest.TestCase):
    """Three primaries: the loss of the one that runs a step neither ends the cluster nor fails the step."""

    def test_a_primary_is_lost(self):
        server = Server()
        self.addCleanup(server.close)
        server.start()
        cid = server.call("RunJobFlow", {"Name": "ha", "ReleaseLabel": "emr-7.5.0", "Instances": {"InstanceGroups": [
            {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 3}]}})["JobFlowId"]

        def masters():
            return [i["Id"] for i in server.call("ListInstances", {
                "ClusterId": cid, "InstanceGroupTypes": ["MASTER"], "InstanceStates": ["RUNNING"]})["Instances"]]

        def state(sid):
            return server.call("DescribeStep", {"ClusterId": cid, "StepId": sid})["Step"]["Status"]["State"]
        before = wait_for("three primaries", lambda: len(masters()) == 3 and masters())
        note = os.path.join(server.home, "ran-on")
        sid = server.step(cid, "long", ["bash", "-c", f"echo $STOKER_INSTANCE >>{note}; "
                                        f"[ $(wc -l <{note}) -gt 1 ] || sleep 600"])
        wait_for("the step to run", lambda: os.path.exists(note) and os.path.getsize(note) > 0)
        with open(note) as f:
            lost = f.read().strip()
        self.assertIn(lost, before)
        killed = [pid for pid in server.processes("worker")
                  if f"STOKER_INSTANCE={lost}".encode() in environment(pid) and kill(pid)]
        self.assertEqual(len(killed), 1)
        wait_for("the step to complete elsewhere", lambda: state(sid) == "COMPLETED")
        after = wait_for("three primaries again", lambda: len(masters()) == 3 and masters())
        self.assertNotIn(lost, after)
        with open(note) as f:
            self.assertIn(f.read().split()[-1], set(before) - {lost})

        def cluster():
            return server.call("DescribeCluster", {"ClusterId": cid})["Cluster"]
        wait_for("the cluster to wait", lambda: cluster()["Status"]["State"] == "WAITING")
        self.assertTrue(cluster()["TerminationProtected"])


if __name__ == "__main__":
    unittest.main()
