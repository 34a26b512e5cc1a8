#!/usr/bin/env python3
"""A health script on real workers: its words make a node unhealthy and healthy again, the alarm and the event say so,
and an unhealthy node gets no executors."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import Server, wait_for  # noqa: E402

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
        with open(os.path.join(self.ill, sick), "w") as f:
            f.write("the disk clicks")
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
        self.assertEqual(self.server.call("DescribeCluster", {"ClusterId": self.cid})["Cluster"]["Status"]["State"],
                         "WAITING")


if __name__ == "__main__":
    unittest.main()
