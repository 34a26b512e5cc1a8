#!/usr/bin/python3
"""Scaling policies as AWS's own clients put and read them: boto3 (Debian's), the aws program, and the order of
calls of Terraform's resources."""
import os
import sys

DEBIAN = "/usr/bin/python3"
try:
    if os.path.realpath(sys.executable) != os.path.realpath(DEBIAN) and os.path.exists(DEBIAN):
        os.execv(DEBIAN, [DEBIAN] + sys.argv)  # another Python came first in PATH: Debian's boto3 is not its
finally:
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import copy  # noqa: E402
import json  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import time  # noqa: E402
import unittest  # noqa: E402

from botocore.exceptions import ClientError  # noqa: E402

from aws import Aws, boto3_client  # noqa: E402
from stoker_server import STOKER, Server, wait_for  # noqa: E402

AWS = "/usr/bin/aws" if os.path.exists("/usr/bin/aws") else shutil.which("aws")

POLICY = {
    "Constraints": {"MinCapacity": 1, "MaxCapacity": 4},
    "Rules": [{
        "Name": "out", "Description": "memory is short",
        "Action": {"SimpleScalingPolicyConfiguration": {
            "AdjustmentType": "CHANGE_IN_CAPACITY", "ScalingAdjustment": 1, "CoolDown": 300}},
        "Trigger": {"CloudWatchAlarmDefinition": {
            "ComparisonOperator": "LESS_THAN", "EvaluationPeriods": 1,
            "MetricName": "YARNMemoryAvailablePercentage", "Namespace": "AWS/ElasticMapReduce", "Period": 300,
            "Statistic": "AVERAGE", "Threshold": 15.0, "Unit": "PERCENT",
            "Dimensions": [{"Key": "JobFlowId", "Value": "${emr.clusterId}"}]}},
    }, {
        "Name": "in",
        "Action": {"SimpleScalingPolicyConfiguration": {"ScalingAdjustment": -1}},
        "Trigger": {"CloudWatchAlarmDefinition": {
            "ComparisonOperator": "GREATER_THAN", "MetricName": "YARNMemoryAvailablePercentage", "Period": 300,
            "Threshold": 75.0}},
    }],
}


def as_shown(policy, cluster):
    """What was put, with the cluster's id in its place and the default dimension."""
    p = copy.deepcopy(policy)
    for rule in p["Rules"]:
        alarm = rule["Trigger"]["CloudWatchAlarmDefinition"]
        alarm["Dimensions"] = [{"Key": "JobFlowId", "Value": cluster}]
    return p


def groups(policy=None):
    g = [{"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
         {"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": 1},
         {"InstanceRole": "TASK", "InstanceType": "m5.xlarge", "InstanceCount": 1}]
    if policy:
        g[2]["AutoScalingPolicy"] = policy
    return g


class Scaling(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.emr, cls.cw = boto3_client(cls.server), boto3_client(cls.server, "cloudwatch")
        cls.aws = Aws(AWS, cls.server)
        cls.cid = cls.create("shared")

    @classmethod
    def create(cls, name, instance_groups=None, **more):
        more.setdefault("AutoScalingRole", "EMR_AutoScaling_DefaultRole")
        cid = cls.emr.run_job_flow(Name=name, ReleaseLabel="emr-7.1.0", Instances={
            "InstanceGroups": instance_groups or groups(), "KeepJobFlowAliveWhenNoSteps": True}, **more)["JobFlowId"]
        wait_for(f"{cid} to wait", lambda: cls.emr.describe_cluster(ClusterId=cid)["Cluster"]["Status"]["State"]
                 == "WAITING")
        return cid

    def group(self, cid, role):
        return next(g for g in self.emr.list_instance_groups(ClusterId=cid)["InstanceGroups"]
                    if g["InstanceGroupType"] == role)

    def refused(self, code, text, fn, **args):
        with self.assertRaises(ClientError) as e:
            fn(**args)
        self.assertEqual(e.exception.response["Error"]["Code"], code)
        self.assertIn(text, e.exception.response["Error"]["Message"])
        self.assertEqual(e.exception.response["ResponseMetadata"]["HTTPStatusCode"], 400)

    def attached(self, cid, role="TASK"):
        def state():
            return self.group(cid, role).get("AutoScalingPolicy", {}).get("Status", {}).get("State")
        return wait_for("the policy to be attached", lambda: state() == "ATTACHED")

    # ---- custom policies ----

    def test_put_read_and_remove(self):
        gid = self.group(self.cid, "TASK")["Id"]
        r = self.emr.put_auto_scaling_policy(ClusterId=self.cid, InstanceGroupId=gid, AutoScalingPolicy=POLICY)
        self.assertEqual((r["ClusterId"], r["InstanceGroupId"]), (self.cid, gid))
        self.assertIn(f":cluster/{self.cid}", r["ClusterArn"])
        status = r["AutoScalingPolicy"].pop("Status")
        self.assertEqual(status["State"], "PENDING")
        self.assertEqual(status["StateChangeReason"]["Message"], "")
        self.assertEqual(r["AutoScalingPolicy"], as_shown(POLICY, self.cid))
        self.attached(self.cid)
        shown = self.group(self.cid, "TASK")["AutoScalingPolicy"]
        shown.pop("Status")
        self.assertEqual(shown, as_shown(POLICY, self.cid))
        self.assertNotIn("AutoScalingPolicy", self.group(self.cid, "CORE"))
        # Terraform removes it and asks until it has gone, for a minute at most.
        self.emr.remove_auto_scaling_policy(ClusterId=self.cid, InstanceGroupId=gid)
        wait_for("the policy to have gone", lambda: "AutoScalingPolicy" not in self.group(self.cid, "TASK"))
        self.emr.remove_auto_scaling_policy(ClusterId=self.cid, InstanceGroupId=gid)

    def test_every_rule_is_an_alarm(self):
        cid = self.create("alarms")
        gid = self.group(cid, "TASK")["Id"]
        self.emr.put_auto_scaling_policy(ClusterId=cid, InstanceGroupId=gid, AutoScalingPolicy=POLICY)
        self.attached(cid)

        def alarms():
            return {a["AlarmName"].rsplit("-", 1)[1]: a for a in self.cw.describe_alarms()["MetricAlarms"]
                    if cid in a["AlarmName"]}
        found = alarms()
        self.assertEqual(set(found), {"out", "in"})
        out = found["out"]
        self.assertEqual((out["MetricName"], out["Namespace"], out["Statistic"], out["Period"], out["Threshold"]),
                         ("YARNMemoryAvailablePercentage", "AWS/ElasticMapReduce", "Average", 300, 15.0))
        self.assertEqual(out["ComparisonOperator"], "LessThanThreshold")
        self.assertEqual(out["Dimensions"], [{"Name": "JobFlowId", "Value": cid}])
        self.assertEqual(out["Unit"], "Percent")
        self.assertIn(":autoscaling", out["AlarmActions"][0])
        # Another policy takes the place of the first, alarms and all.
        one = copy.deepcopy(POLICY)
        one["Rules"] = one["Rules"][:1]
        one["Rules"][0]["Name"] = "only"
        self.emr.put_auto_scaling_policy(ClusterId=cid, InstanceGroupId=gid, AutoScalingPolicy=one)
        self.attached(cid)
        wait_for("one alarm", lambda: set(alarms()) == {"only"})
        self.emr.remove_auto_scaling_policy(ClusterId=cid, InstanceGroupId=gid)
        wait_for("no alarm", lambda: not alarms())
        self.emr.put_auto_scaling_policy(ClusterId=cid, InstanceGroupId=gid, AutoScalingPolicy=one)
        self.attached(cid)
        self.emr.terminate_job_flows(JobFlowIds=[cid])
        wait_for("no alarm", lambda: not alarms())

    def test_inside_run_job_flow_and_add_instance_groups(self):
        cid = self.create("inside", groups(POLICY))
        self.attached(cid)
        shown = self.group(cid, "TASK")["AutoScalingPolicy"]
        self.assertEqual(shown["Rules"], as_shown(POLICY, cid)["Rules"])
        added = self.emr.add_instance_groups(JobFlowId=cid, InstanceGroups=[{
            "InstanceRole": "TASK", "InstanceType": "m5.xlarge", "InstanceCount": 1, "AutoScalingPolicy": POLICY}])
        gid = added["InstanceGroupIds"][0]
        wait_for("the added group's policy", lambda: any(
            g["Id"] == gid and g.get("AutoScalingPolicy", {}).get("Status", {}).get("State") == "ATTACHED"
            for g in self.emr.list_instance_groups(ClusterId=cid)["InstanceGroups"]))
        bad = copy.deepcopy(POLICY)
        bad["Constraints"]["MinCapacity"] = 9
        self.refused("ValidationException", "MinCapacity", self.emr.run_job_flow, Name="x", ReleaseLabel="emr-7.1.0",
                     Instances={"InstanceGroups": groups(bad)})
        self.refused("ValidationException", "MinCapacity", self.emr.add_instance_groups, JobFlowId=cid,
                     InstanceGroups=[{"InstanceRole": "TASK", "InstanceType": "m5.xlarge", "InstanceCount": 1,
                                      "AutoScalingPolicy": bad}])

    def test_without_a_role_it_fails_to_attach(self):
        cid = self.emr.run_job_flow(Name="norole", ReleaseLabel="emr-7.1.0", Instances={
            "InstanceGroups": groups(POLICY), "KeepJobFlowAliveWhenNoSteps": True})["JobFlowId"]
        status = wait_for("the policy to fail", lambda: next(
            (g["AutoScalingPolicy"]["Status"] for g in self.emr.list_instance_groups(ClusterId=cid)["InstanceGroups"]
             if g.get("AutoScalingPolicy", {}).get("Status", {}).get("State") == "FAILED"), None))
        self.assertEqual(status["StateChangeReason"]["Code"], "PROVISION_FAILURE")
        self.assertIn("AutoScalingRole", status["StateChangeReason"]["Message"])

    def test_bad_policies_are_refused(self):
        task, master = self.group(self.cid, "TASK")["Id"], self.group(self.cid, "MASTER")["Id"]

        def put(change, text, gid=task):
            p = copy.deepcopy(POLICY)
            change(p)
            self.refused("ValidationException", text, self.emr.put_auto_scaling_policy, ClusterId=self.cid,
                         InstanceGroupId=gid, AutoScalingPolicy=p)
        put(lambda p: None, "core and task instance groups only", master)
        put(lambda p: p["Constraints"].update(MinCapacity=5), "must not be greater than")
        put(lambda p: p["Rules"][1].update(Name="out"), "unique")
        put(lambda p: p.update(Rules=[]), "at least one rule")
        put(lambda p: p["Rules"][0]["Trigger"]["CloudWatchAlarmDefinition"].update(Period=90), "Period")
        put(lambda p: p["Rules"][0]["Trigger"]["CloudWatchAlarmDefinition"].update(ComparisonOperator="ALMOST"),
            "failed to satisfy constraint: Member must satisfy enum value set")
        put(lambda p: None, "is not valid", "ig-NOSUCHGROUP")
        self.refused("InvalidRequestException", "is not valid", self.emr.put_auto_scaling_policy,
                     ClusterId="j-NOSUCHCLUSTER", InstanceGroupId=task, AutoScalingPolicy=POLICY)

    # ---- managed scaling ----

    LIMITS = {"UnitType": "Instances", "MinimumCapacityUnits": 2, "MaximumCapacityUnits": 6,
              "MaximumOnDemandCapacityUnits": 6, "MaximumCoreCapacityUnits": 2}

    def test_managed_scaling_as_terraform_does(self):
        cid = self.create("managed")
        self.assertNotIn("ManagedScalingPolicy", self.emr.get_managed_scaling_policy(ClusterId=cid))
        self.emr.put_managed_scaling_policy(ClusterId=cid, ManagedScalingPolicy={"ComputeLimits": self.LIMITS})
        got = self.emr.get_managed_scaling_policy(ClusterId=cid)["ManagedScalingPolicy"]
        self.assertEqual(got, {"ComputeLimits": self.LIMITS})
        self.emr.remove_managed_scaling_policy(ClusterId=cid)
        self.assertNotIn("ManagedScalingPolicy", self.emr.get_managed_scaling_policy(ClusterId=cid))
        self.emr.remove_managed_scaling_policy(ClusterId=cid)
        self.emr.terminate_job_flows(JobFlowIds=[cid])
        closing = "A job flow that is shutting down, terminated, or finished may not be modified"
        self.refused("ValidationException", closing, self.emr.remove_managed_scaling_policy, ClusterId=cid)
        self.refused("ValidationException", closing, self.emr.put_managed_scaling_policy, ClusterId=cid,
                     ManagedScalingPolicy={"ComputeLimits": self.LIMITS})
        self.refused("InvalidRequestException", "does not exist", self.emr.remove_managed_scaling_policy,
                     ClusterId="j-NOSUCHCLUSTER")
        self.refused("InvalidRequestException", "is not valid", self.emr.get_managed_scaling_policy,
                     ClusterId="j-NOSUCHCLUSTER")

    def test_managed_scaling_inside_run_job_flow(self):
        cid = self.create("managed-run", ManagedScalingPolicy={"ComputeLimits": dict(self.LIMITS,
                                                                                     MinimumCapacityUnits=3)})
        self.assertEqual(self.emr.get_managed_scaling_policy(ClusterId=cid)["ManagedScalingPolicy"]["ComputeLimits"]
                         ["MinimumCapacityUnits"], 3)
        wait_for("the minimum of 3", lambda: self.group(cid, "CORE")["RunningInstanceCount"] +
                 self.group(cid, "TASK")["RunningInstanceCount"] == 3)
        # Terraform waits for a group that was resized to be RUNNING again.
        wait_for("a quiet group", lambda: self.group(cid, "CORE")["Status"]["State"] == "RUNNING")

    def test_bad_limits_are_refused(self):
        def put(text, **change):
            self.refused("ValidationException", text, self.emr.put_managed_scaling_policy, ClusterId=self.cid,
                         ManagedScalingPolicy={"ComputeLimits": dict(self.LIMITS, **change)})
        put("must not be greater than", MinimumCapacityUnits=7)
        put("instance groups", UnitType="InstanceFleetUnits")
        put("MaximumCoreCapacityUnits", MaximumCoreCapacityUnits=7)
        put("enum value set", UnitType="Dozens")
        self.refused("ValidationException", "ComputeLimits", self.emr.put_managed_scaling_policy, ClusterId=self.cid,
                     ManagedScalingPolicy={})
        self.refused("ValidationException", "5.30.0", self.emr.run_job_flow, Name="old", ReleaseLabel="emr-5.29.0",
                     Instances={"InstanceGroups": groups()}, ManagedScalingPolicy={"ComputeLimits": self.LIMITS})

    def test_units_of_fleets(self):
        cid = self.emr.run_job_flow(Name="fleets", ReleaseLabel="emr-7.1.0", Instances={
            "KeepJobFlowAliveWhenNoSteps": True, "InstanceFleets": [
                {"InstanceFleetType": "MASTER", "TargetOnDemandCapacity": 1,
                 "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}]},
                {"InstanceFleetType": "CORE", "TargetOnDemandCapacity": 2,
                 "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge", "WeightedCapacity": 2}]}]})["JobFlowId"]
        wait_for("the fleets", lambda: self.emr.describe_cluster(ClusterId=cid)["Cluster"]["Status"]["State"]
                 == "WAITING")
        self.refused("ValidationException", "instance fleets", self.emr.put_managed_scaling_policy, ClusterId=cid,
                     ManagedScalingPolicy={"ComputeLimits": self.LIMITS})
        self.emr.put_managed_scaling_policy(ClusterId=cid, ManagedScalingPolicy={"ComputeLimits": {
            "UnitType": "InstanceFleetUnits", "MinimumCapacityUnits": 6, "MaximumCapacityUnits": 8}})

        def core():
            return next(f for f in self.emr.list_instance_fleets(ClusterId=cid)["InstanceFleets"]
                        if f["InstanceFleetType"] == "CORE")
        wait_for("six units", lambda: core()["ProvisionedOnDemandCapacity"] == 6)
        self.assertEqual(core()["TargetOnDemandCapacity"], 6)
        self.emr.modify_instance_fleet(ClusterId=cid, InstanceFleet={"InstanceFleetId": core()["Id"],
                                                                     "TargetOnDemandCapacity": 8})
        decisions = self.server.call("Stoker.ListScalingDecisions", {"ClusterId": cid})["Decisions"]
        self.assertIn(("manual", 6, 8), [(d["Kind"], d["From"], d["To"]) for d in decisions])
        self.refused("ValidationException", "instance fleets", self.emr.put_auto_scaling_policy, ClusterId=cid,
                     InstanceGroupId=core()["Id"], AutoScalingPolicy=POLICY)
        # What EMR has no words for: by the clock, and by the CPU, in units of both markets.
        self.emr.remove_managed_scaling_policy(ClusterId=cid)
        at = time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime(time.time() + 6))
        self.server.call("Stoker.PutScheduledScaling", {
            "ClusterId": cid, "ScheduleName": "soon", "InstanceFleetId": core()["Id"], "ScheduleExpression": at,
            "TargetOnDemandCapacity": 2, "TargetSpotCapacity": 4})
        wait_for("its time", lambda: (core()["TargetOnDemandCapacity"], core()["TargetSpotCapacity"]) == (2, 4), 30)
        wait_for("the spot units", lambda: core()["ProvisionedSpotCapacity"] == 4, 30)
        last = next(d for d in self.server.call("Stoker.ListScalingDecisions", {"ClusterId": cid})["Decisions"]
                    if d["Kind"] == "scheduled")
        self.assertEqual((last["From"], last["To"], last["Numbers"]["SpotUnits"]), (8, 6, 4))
        self.server.call("Stoker.PutUtilizationScaling", {"ClusterId": cid, "InstanceFleetId": core()["Id"],
                                                          "MinCapacity": 2, "MaxCapacity": 9})
        fleet = next(g for g in self.server.call("Stoker.GetScaling", {"ClusterId": cid})["Groups"] if g["Role"] == "CORE")
        self.assertEqual(fleet["Utilization"]["MaximumOnDemandCapacityUnits"], 2)
        self.assertEqual((fleet["TargetSpotCapacity"], fleet["WeightedCapacity"]), (4, 2))

        def cli(*words, status=0):
            r = subprocess.run([STOKER, "scaling", *words], env=self.server.env, capture_output=True, text=True, timeout=120,
                               stdin=subprocess.DEVNULL)
            self.assertEqual(r.returncode, status, r.stdout + r.stderr)
            return r.stdout + r.stderr
        self.assertIn("2 to 8 units, CPU > 80 %", cli("put-utilization", cid, "core", "--min", "2", "--max", "8",
                                                       "--max-on-demand", "3", "--yes"))
        self.assertIn("1+5 units at", cli("put-scheduled", cid, "core", "nights", "cron(0 22 * * ? *)", "1+5", "--yes"))
        self.assertIn("as 2+6", cli("put-scheduled", cid, "core", "nights", "cron(0 22 * * ? *)", "6", "--yes", status=2))
        self.assertRegex(cli(cid), r"2\+4 of 2\+4 units(.|\n)*schedule nights: .* → 1\+5 units of if-")

    # ---- the aws program ----

    @unittest.skipUnless(AWS, "the aws program is not installed")
    def test_aws_program(self):
        path = os.path.join(self.server.home, "groups.json")
        with open(path, "w") as f:
            json.dump([dict(g, InstanceGroupType=g["InstanceRole"]) for g in groups(POLICY)], f)
        with open(path) as f:
            text = [{k: v for k, v in g.items() if k != "InstanceRole"} for g in json.load(f)]
        with open(path, "w") as f:
            json.dump(text, f)
        cid = self.aws("create-cluster", "--name", "cli", "--release-label", "emr-7.1.0", "--use-default-roles",
                       "--auto-scaling-role", "EMR_AutoScaling_DefaultRole", "--instance-groups", "file://" + path,
                       "--managed-scaling-policy", json.dumps({"ComputeLimits": self.LIMITS}))["ClusterId"]
        wait_for("the cluster", lambda: self.emr.describe_cluster(ClusterId=cid)["Cluster"]["Status"]["State"]
                 == "WAITING")
        self.attached(cid)
        shown = self.aws("describe-cluster", "--cluster-id", cid)["Cluster"]["InstanceGroups"]
        self.assertEqual([g["AutoScalingPolicy"]["Status"]["State"] for g in shown if "AutoScalingPolicy" in g],
                         ["ATTACHED"])
        self.assertEqual(self.aws("get-managed-scaling-policy", "--cluster-id", cid)["ManagedScalingPolicy"]
                         ["ComputeLimits"], self.LIMITS)
        gid = self.group(cid, "CORE")["Id"]
        self.aws("put-auto-scaling-policy", "--cluster-id", cid, "--instance-group-id", gid, "--auto-scaling-policy",
                 json.dumps(POLICY))
        self.attached(cid, "CORE")
        self.aws("remove-auto-scaling-policy", "--cluster-id", cid, "--instance-group-id", gid)
        self.aws("remove-managed-scaling-policy", "--cluster-id", cid)
        wait_for("the policy to have gone", lambda: "AutoScalingPolicy" not in self.group(cid, "CORE"))


if __name__ == "__main__":
    unittest.main()
