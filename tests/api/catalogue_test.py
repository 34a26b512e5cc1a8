#!/usr/bin/env python3
"""What EMR's clients match on, row by row: codes and texts of errors, limits, legal states and their order, reasons,
timelines, pages, regions. Over the Unix socket; standard library only."""
import os
import re
import sys
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from signed import Signed  # noqa: E402
from stoker_server import ApiError, Server, wait_for  # noqa: E402

LABEL = "emr-7.1.0"
MASTER = {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}
CORE = {"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": 1}
TASK = {"InstanceRole": "TASK", "InstanceType": "m5.xlarge", "InstanceCount": 1}
VALIDATION, INVALID = "ValidationException", "InvalidRequestException"
CLOSING = "A job flow that is shutting down, terminated, or finished may not be modified."
IDS = ("TerminateJobFlows", "SetTerminationProtection", "SetKeepJobFlowAliveWhenNoSteps", "SetVisibleToAllUsers",
       "SetUnhealthyNodeReplacement")
FLAG = {"SetTerminationProtection": "TerminationProtected", "SetVisibleToAllUsers": "VisibleToAllUsers",
        "SetKeepJobFlowAliveWhenNoSteps": "KeepJobFlowAliveWhenNoSteps",
        "SetUnhealthyNodeReplacement": "UnhealthyNodeReplacement"}


def step(name, *args, action="CONTINUE", **more):
    s = {"Name": name, "HadoopJarStep": {"Jar": "command-runner.jar", "Args": list(args)}, **more}
    if action:
        s["ActionOnFailure"] = action
    return s


class Base(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.call = staticmethod(cls.server.call)

    def run_job_flow(self, name="x", groups=None, keep=True, **more):
        body = {"Name": name, "ReleaseLabel": LABEL, "Instances": {"InstanceGroups": groups or [MASTER],
                                                                   "KeepJobFlowAliveWhenNoSteps": keep}}
        body["Instances"].update(more.pop("instances", {}))
        body.update(more)
        cid = self.call("RunJobFlow", body)["JobFlowId"]
        self.addCleanup(self.end, cid)
        return cid

    def end(self, cid):
        if not self.state(cid).startswith("TERMINAT"):
            try:
                self.call("SetTerminationProtection", {"JobFlowIds": [cid], "TerminationProtected": False})
            except ApiError as e:
                self.assertEqual(e.message, CLOSING)  # it has ended by itself meanwhile
            self.call("TerminateJobFlows", {"JobFlowIds": [cid]})

    def cluster(self, cid):
        return self.call("DescribeCluster", {"ClusterId": cid})["Cluster"]

    def state(self, cid):
        return self.cluster(cid)["Status"]["State"]

    def until(self, cid, *states):
        wait_for(f"{cid} to be {' or '.join(states)}", lambda: self.state(cid) in states)

    def ended(self):
        cid = self.run_job_flow("ended", keep=False)
        self.until(cid, "TERMINATED")
        return cid

    def steps(self, cid, *steps):
        return self.call("AddJobFlowSteps", {"JobFlowId": cid, "Steps": list(steps)})["StepIds"]

    def step(self, cid, sid):
        return self.call("DescribeStep", {"ClusterId": cid, "StepId": sid})["Step"]

    def step_until(self, cid, sid, state):
        wait_for(f"{sid} to be {state}", lambda: self.step(cid, sid)["Status"]["State"] == state)

    def refused(self, code, text, op, body=None, whole=True):
        with self.assertRaises(ApiError, msg=f"{op} {body}") as caught:
            self.call(op, body)
        e = caught.exception
        self.assertEqual((e.status, e.code), (400, code), f"{op}: {e}")
        if whole:
            self.assertEqual(e.message, text, op)
        else:
            self.assertIn(text, e.message, op)
        return e


class Errors(Base):
    """The catalogue of errors, in its order."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cid = cls.server.cluster("shared", core=1)

    def no_such_cluster(self, op, body, cid):
        e = self.refused(INVALID, f"Cluster id '{cid}' is not valid.", op, body)
        self.assertEqual(e.error_code, "NoSuchCluster", op)

    def test_unknown_cluster(self):
        more = {"DescribeStep": {"StepId": "s-1"}, "CancelSteps": {"StepIds": ["s-1"]}}
        for op in ("DescribeCluster", "ListSteps", "ListInstances", "ListInstanceGroups", "ListBootstrapActions",
                   "DescribeStep", "CancelSteps", "ModifyCluster", "PutAutoTerminationPolicy",
                   "GetAutoTerminationPolicy", "RemoveAutoTerminationPolicy", "GetClusterSessionCredentials"):
            for cid in ("j-0123456789ABC", "DummyId", "j-"):
                self.no_such_cluster(op, {"ClusterId": cid, **more.get(op, {})}, cid)
        for op, extra in (("AddTags", {"Tags": []}), ("RemoveTags", {"TagKeys": []})):
            self.no_such_cluster(op, {"ResourceId": "j-NOSUCH", **extra}, "j-NOSUCH")

    def test_unknown_job_flow(self):
        text = "Specified job flow ID not valid."
        for op in IDS:
            self.refused(VALIDATION, text, op, {"JobFlowIds": ["j-NOSUCH"], FLAG.get(op, "x"): True})
        self.refused(VALIDATION, text, "AddJobFlowSteps", {"JobFlowId": "j-NOSUCH", "Steps": [step("s", "true")]})
        self.refused(VALIDATION, text, "AddInstanceGroups", {"JobFlowId": "j-NOSUCH", "InstanceGroups": [TASK]})
        self.refused(VALIDATION, text, "DescribeJobFlows", {"JobFlowIds": ["j-NOSUCH"]})

    def test_empty_lists(self):
        for op in IDS:
            self.refused(VALIDATION, "The JobFlowId list cannot be empty", op,
                         {"JobFlowIds": [], FLAG.get(op, "x"): True})
        self.refused(VALIDATION, "empty", "AddJobFlowSteps", {"JobFlowId": self.cid, "Steps": []}, whole=False)
        self.refused(INVALID, "empty", "CancelSteps", {"ClusterId": self.cid, "StepIds": []}, whole=False)
        self.refused(VALIDATION, "empty", "AddInstanceGroups", {"JobFlowId": self.cid, "InstanceGroups": []},
                     whole=False)

    def test_unknown_step(self):
        text = "Step id 's-NOSUCH' is not valid."
        self.refused(INVALID, text, "DescribeStep", {"ClusterId": self.cid, "StepId": "s-NOSUCH"})
        self.refused(INVALID, text, "ListSteps", {"ClusterId": self.cid, "StepIds": ["s-NOSUCH"]})
        info = self.call("CancelSteps", {"ClusterId": self.cid, "StepIds": ["s-NOSUCH"]})["CancelStepsInfoList"]
        self.assertEqual(info, [{"StepId": "s-NOSUCH", "Status": "FAILED", "Reason": text}])

    def test_finished_cluster(self):
        cid = self.ended()
        group = self.call("ListInstanceGroups", {"ClusterId": cid})["InstanceGroups"][0]["Id"]
        for op in IDS[1:]:
            self.refused(VALIDATION, CLOSING, op, {"JobFlowIds": [cid], FLAG[op]: True})
        self.refused(VALIDATION, CLOSING, "AddJobFlowSteps", {"JobFlowId": cid, "Steps": [step("s", "true")]})
        self.refused(VALIDATION, CLOSING, "AddInstanceGroups", {"JobFlowId": cid, "InstanceGroups": [TASK]})
        self.refused(VALIDATION, CLOSING, "ModifyInstanceGroups", {
            "ClusterId": cid, "InstanceGroups": [{"InstanceGroupId": group, "InstanceCount": 1}]})
        self.refused(INVALID, CLOSING, "ModifyCluster", {"ClusterId": cid, "StepConcurrencyLevel": 2})
        self.refused(VALIDATION, CLOSING, "PutAutoTerminationPolicy", {"ClusterId": cid})
        self.refused(VALIDATION, CLOSING, "RemoveAutoTerminationPolicy", {"ClusterId": cid})
        self.call("TerminateJobFlows", {"JobFlowIds": [cid]})
        self.assertEqual(self.state(cid), "TERMINATED")
        text = "Tags cannot be modified on terminated clusters."
        self.refused(INVALID, text, "AddTags", {"ResourceId": cid, "Tags": [{"Key": "a", "Value": "b"}]})
        self.refused(INVALID, text, "RemoveTags", {"ResourceId": cid, "TagKeys": ["a"]})

    def test_resize_too_early(self):
        cid = self.run_job_flow("early", [MASTER, CORE], BootstrapActions=[
            {"Name": "slow", "ScriptBootstrapAction": {"Path": "/bin/sleep", "Args": ["600"]}}])
        group = self.call("ListInstanceGroups", {"ClusterId": cid})["InstanceGroups"][1]["Id"]
        self.refused(VALIDATION, "An instance group may only be modified when the cluster is running or waiting",
                     "ModifyInstanceGroups", {"ClusterId": cid, "InstanceGroups": [
                         {"InstanceGroupId": group, "InstanceCount": 2}]})

    def test_security_configurations(self):
        name = {"Name": "sc"}
        made = self.call("CreateSecurityConfiguration", {**name, "SecurityConfiguration": "{}"})
        self.assertEqual(made["Name"], "sc")
        self.refused(INVALID, "SecurityConfiguration with name 'sc' already exists.",
                     "CreateSecurityConfiguration", {**name, "SecurityConfiguration": "{}"})
        self.call("DeleteSecurityConfiguration", name)
        text = "Security configuration with name 'sc' does not exist."
        for op in ("DescribeSecurityConfiguration", "DeleteSecurityConfiguration"):
            self.assertEqual(self.refused(INVALID, text, op, name).error_code, "ResourceNotFound")
        self.refused(VALIDATION, text, "RunJobFlow", {
            "Name": "x", "ReleaseLabel": LABEL, "SecurityConfiguration": "sc",
            "Instances": {"InstanceGroups": [MASTER]}})
        for body in ("", "no", "[]", "{"):
            self.refused(INVALID, "not a JSON object", "CreateSecurityConfiguration",
                         {"Name": "bad", "SecurityConfiguration": body}, whole=False)

    def test_protected(self):
        safe, other = self.run_job_flow("safe", instances={"TerminationProtected": True}), self.run_job_flow("other")
        self.refused(VALIDATION, "Could not shut down one or more job flows since they are termination protected.",
                     "TerminateJobFlows", {"JobFlowIds": [safe, other]})
        self.assertFalse(self.state(safe).startswith("TERMINAT"))
        self.assertTrue(self.state(other).startswith("TERMINAT"))

    def test_releases(self):
        groups = {"Name": "x", "Instances": {"InstanceGroups": [MASTER]}}
        self.refused(VALIDATION, "Only one AMI version and release label may be specified. Provided AMI: 3.9.0, "
                     "release label: emr-5.0.0.", "RunJobFlow", {**groups, "AmiVersion": "3.9.0",
                                                                 "ReleaseLabel": "emr-5.0.0"})
        self.refused(VALIDATION, "Must specify exactly one of the following: release label, AMI version, or Hadoop "
                     "version.", "RunJobFlow", groups)
        for label in ("emr-x", "7.1.0", "emr-7.1", "emr-7.1.0.0", "emr-7.1.0 "):
            self.refused(VALIDATION, f"The supplied release label is invalid: {label}.", "RunJobFlow",
                         {**groups, "ReleaseLabel": label})
        self.refused(VALIDATION, "Custom AMI is not allowed", "RunJobFlow",
                     {**groups, "ReleaseLabel": "emr-5.6.0", "CustomAmiId": "ami-1"})
        self.refused(VALIDATION, "Custom AMI is not supported in this version of EMR", "RunJobFlow",
                     {**groups, "AmiVersion": "3.9.0", "CustomAmiId": "ami-1"})

    def bad_instances(self, text, instances, whole=False):
        self.refused(VALIDATION, text, "RunJobFlow", {"Name": "x", "ReleaseLabel": LABEL, "Instances": instances},
                     whole=whole)

    def test_instance_definitions(self):
        text = "Please configure instances using one and only one of the following: instance groups; instance " \
               "fleets; instance count, master and slave instance type."
        self.bad_instances(text, {}, True)
        self.bad_instances(text, {"InstanceGroups": [MASTER], "InstanceCount": 1, "MasterInstanceType": "m5.xlarge"},
                           True)
        self.bad_instances("Only one subnet may be specified for clusters configured with instance groups",
                           {"InstanceGroups": [MASTER], "Ec2SubnetIds": ["subnet-1", "subnet-2"]})

    def test_shape_of_groups(self):
        for text, groups in (
                ("Zero master instance groups supplied, you must specify exactly one master instance group", [CORE]),
                ("Multiple master instance groups supplied, you must specify exactly one master instance group",
                 [MASTER, MASTER]),
                ("Multiple core instance groups supplied, you must specify exactly one core instance group",
                 [MASTER, CORE, CORE]),
                ("An instance group must have at least one instance", [MASTER, dict(CORE, InstanceCount=0)]),
                ("Clusters with task nodes must also define core nodes.", [MASTER, TASK]),
                ("Master instance group must have exactly 3 instances for HA clusters.",
                 [dict(MASTER, InstanceCount=2), CORE])):
            self.bad_instances(text, {"InstanceGroups": groups}, True)
        core = {"JobFlowId": self.cid, "InstanceGroups": [CORE]}
        self.refused(VALIDATION, "Multiple core instance groups supplied, you must specify exactly one core instance "
                     "group", "AddInstanceGroups", core)

    def test_bid_prices(self):
        spot = dict(MASTER, Market="SPOT")
        for text, group in (
                ("Attempted to set bid price for on demand instance group.", dict(MASTER, BidPrice="0.1")),
                ("The bid price is negative or zero.", dict(spot, BidPrice="-1")),
                ("The bid price is negative or zero.", dict(spot, BidPrice="0")),
                ("The bid price supplied for an instance group is invalid", dict(spot, BidPrice="cheap")),
                ("No more than 3 digits are allowed after decimal place in bid price", dict(spot, BidPrice="0.1234"))):
            self.bad_instances(text, {"InstanceGroups": [group]}, True)

    def test_constraints(self):
        self.refused(VALIDATION, "1 validation error detected: Value 'CHEAP' at 'instances.instanceGroups.1.member."
                     "market' failed to satisfy constraint: Member must satisfy enum value set: [ON_DEMAND, SPOT]",
                     "RunJobFlow", {"Name": "x", "Instances": {"InstanceGroups": [dict(MASTER, Market="CHEAP")]}})
        self.refused(VALIDATION, "1 validation error detected: Value null at 'clusterId' failed to satisfy "
                     "constraint: Member must not be null", "DescribeCluster", {})
        self.refused(VALIDATION, "2 validation errors detected: Value null at 'name' failed to satisfy constraint: "
                     "Member must not be null; Value null at 'instances' failed to satisfy constraint: Member must "
                     "not be null", "RunJobFlow", {})
        self.refused("SerializationException", "String", "DescribeCluster", {"ClusterId": 7}, whole=False)

    def test_fleets(self):
        one = {"InstanceFleetType": "MASTER", "TargetOnDemandCapacity": 1,
               "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}]}
        core = dict(one, InstanceFleetType="CORE")
        for text, fleets in (
                ("A master instance fleet can only have a target capacity of 1. Revise the configuration and resubmit.",
                 [dict(one, TargetOnDemandCapacity=2)]),
                ("should have a value of one or greater for either targetOnDemandCapacity or targetSpotCapacity.",
                 [one, dict(core, TargetOnDemandCapacity=0)]),
                ("No master instance fleets were supplied.", [core]),
                ("Specify at most one of bidPrice or bidPriceAsPercentageOfOnDemandPrice", [one, dict(
                    core, TargetOnDemandCapacity=0, TargetSpotCapacity=1, InstanceTypeConfigs=[{
                        "InstanceType": "m5.xlarge", "BidPrice": "1", "BidPriceAsPercentageOfOnDemandPrice": 100}])])):
            self.bad_instances(text, {"InstanceFleets": fleets})
        cid = self.run_job_flow("fleets", instances={"InstanceGroups": None, "InstanceFleets": [one, core]},
                                BootstrapActions=[{"Name": "slow", "ScriptBootstrapAction": {
                                    "Path": "/bin/sleep", "Args": ["600"]}}])
        e = self.refused(INVALID, "Instance fleets and instance groups are mutually exclusive. The EMR cluster "
                         "specified in the request uses instance fleets. The ListInstanceGroups operation does not "
                         "support clusters that use instance fleets. Use the ListInstanceFleets operation instead.",
                         "ListInstanceGroups", {"ClusterId": cid})
        self.assertEqual(e.error_code, "API_DOES_NOT_SUPPORT_INSTANCE_FLEET_CLUSTERS")
        self.refused(INVALID, "uses instance groups", "ListInstanceFleets", {"ClusterId": self.cid}, whole=False)
        fid = self.call("ListInstanceFleets", {"ClusterId": cid})["InstanceFleets"][0]["Id"]
        self.refused(INVALID, "instance fleet may only be modified when the cluster is running or waiting",
                     "ModifyInstanceFleet", {"ClusterId": cid, "InstanceFleet": {
                         "InstanceFleetId": fid, "TargetOnDemandCapacity": 2}}, whole=False)

    def test_not_authorised(self):
        key = self.call("Stoker.CreateKey", {"UserName": "looker", "Role": "viewer"})["Key"]
        viewer = Signed(self.server, "us-east-1", key)
        self.addCleanup(viewer.close)
        self.assertIn("Clusters", viewer.call("ListClusters"))
        with self.assertRaises(ApiError) as caught:
            viewer.call("TerminateJobFlows", {"JobFlowIds": [self.cid]})
        e = caught.exception
        self.assertEqual((e.status, e.code), (400, "AccessDeniedException"))
        self.assertRegex(e.message, r"^User: arn:aws:iam::\d{12}:user/looker is not authorized to perform: "
                         r"elasticmapreduce:TerminateJobFlows on resource: arn:aws:elasticmapreduce:us-east-1:\d{12}:")
        self.assertEqual(self.state(self.cid), "WAITING")

    def test_unknown_operations(self):
        for op in ("DescribePersistentAppUI", "CreatePersistentAppUI", "StartSession", "Nonsense"):
            self.refused("UnknownOperationException", f"Could not find operation {op}", op)

    def test_notebooks_and_credentials(self):
        start = {"ExecutionEngine": {"Id": self.cid}, "ServiceRole": "r", "NotebookS3Location": {
            "Bucket": "b", "Key": "k"}, "NotebookExecutionName": "n"}
        nid = self.call("StartNotebookExecution", start)["NotebookExecutionId"]
        n = self.call("DescribeNotebookExecution", {"NotebookExecutionId": nid})["NotebookExecution"]
        self.assertEqual((n["Status"], n["NotebookExecutionName"]), ("FAILED", "n"))
        self.assertIn("cannot run on this server", n["LastStateChangeReason"])
        listed = self.call("ListNotebookExecutions", {"ExecutionEngineId": self.cid})["NotebookExecutions"]
        self.assertEqual([x["NotebookExecutionId"] for x in listed], [nid])
        self.assertEqual(self.call("ListNotebookExecutions", {"Status": "RUNNING"})["NotebookExecutions"], [])
        self.refused(INVALID, "cannot be stopped", "StopNotebookExecution", {"NotebookExecutionId": nid}, whole=False)
        self.refused(INVALID, "is not valid", "DescribeNotebookExecution", {"NotebookExecutionId": "ex-no"},
                     whole=False)
        self.refused(INVALID, "no endpoint that takes session credentials", "GetClusterSessionCredentials",
                     {"ClusterId": self.cid}, whole=False)


class Limits(Base):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cid = cls.server.cluster("limits", core=1)

    def too(self, path, words, op, body):
        self.refused(VALIDATION, f"at '{path}' failed to satisfy constraint: {words}", op, body, whole=False)

    def long(self, path, most, op, body):
        self.too(path, f"Member must have length less than or equal to {most}", op, body)

    def test_names(self):
        run = {"ReleaseLabel": LABEL, "Instances": {"InstanceGroups": [MASTER]}}
        self.run_job_flow("n" * 256)
        self.long("name", 256, "RunJobFlow", {**run, "Name": "n" * 257})
        for c in "<>$|`":
            self.refused(VALIDATION, "must not contain", "RunJobFlow", {**run, "Name": f"a{c}b"}, whole=False)
        self.too("name", "Member must satisfy regular expression pattern", "RunJobFlow", {**run, "Name": "a\x01"})
        self.long("logUri", 10280, "RunJobFlow", {**run, "Name": "x", "LogUri": "l" * 10281})

    def test_bootstrap_actions(self):
        action = {"Name": "b", "ScriptBootstrapAction": {"Path": "/bin/true"}}
        self.run_job_flow("b", BootstrapActions=[action] * 16)
        self.refused(VALIDATION, "more than 16 bootstrap actions", "RunJobFlow", {
            "Name": "x", "ReleaseLabel": LABEL, "Instances": {"InstanceGroups": [MASTER]},
            "BootstrapActions": [action] * 17}, whole=False)

    def test_task_groups(self):
        many = [dict(TASK, Name=f"t{i}") for i in range(49)]
        self.refused(VALIDATION, "48", "RunJobFlow", {"Name": "x", "ReleaseLabel": LABEL, "Instances": {
            "InstanceGroups": [MASTER, CORE] + many}}, whole=False)
        self.refused(VALIDATION, "48", "AddInstanceGroups", {"JobFlowId": self.cid, "InstanceGroups": many},
                     whole=False)

    def test_ids_in_one_call(self):
        ids = [f"j-{i}" for i in range(11)]
        for op in IDS:
            self.long("jobFlowIds", 10, op, {"JobFlowIds": ids, FLAG.get(op, "x"): True})
        self.long("stepIds", 10, "ListSteps", {"ClusterId": self.cid, "StepIds": ids})
        self.long("stepIds", 256, "CancelSteps", {"ClusterId": self.cid, "StepIds": ["s"] * 257})

    def test_steps(self):
        cid = self.run_job_flow("steps")
        self.long("steps", 256, "AddJobFlowSteps", {"JobFlowId": cid, "Steps": [step("s", "true")] * 257})
        self.steps(cid, *[step("s", "sleep", "600")] * 256)
        self.refused(VALIDATION, "Maximum number of active steps(State = 'Running', 'Pending' or 'Cancel_Pending') "
                     "for cluster exceeded.", "AddJobFlowSteps", {"JobFlowId": cid, "Steps": [step("s", "true")]})
        self.refused(VALIDATION, "more than 10240 characters", "AddJobFlowSteps", {
            "JobFlowId": self.cid, "Steps": [step("s", "true", "a" * 5200, "b" * 5200)]}, whole=False)
        self.long("steps.1.member.hadoopJarStep.args.1.member", 10280, "AddJobFlowSteps", {
            "JobFlowId": self.cid, "Steps": [step("s", "a" * 10281)]})
        self.refused(INVALID, "Cannot specify both StepIds and StepStates.", "ListSteps", {
            "ClusterId": cid, "StepIds": ["s-1"], "StepStates": ["PENDING"]})

    def test_concurrency(self):
        for level in (0, 257, -1):
            self.refused(INVALID, "between 1 and 256", "ModifyCluster",
                         {"ClusterId": self.cid, "StepConcurrencyLevel": level}, whole=False)
        cid = self.run_job_flow("parallel", StepConcurrencyLevel=2)
        for action in ("TERMINATE_CLUSTER", "TERMINATE_JOB_FLOW", "CANCEL_AND_WAIT", None):
            self.refused(VALIDATION, "ActionOnFailure", "AddJobFlowSteps", {
                "JobFlowId": cid, "Steps": [step("s", "true", action=action)]}, whole=False)
        self.assertEqual(self.call("ModifyCluster", {"ClusterId": cid, "StepConcurrencyLevel": 256})[
            "StepConcurrencyLevel"], 256)

    def test_tags(self):
        def add(key, value="v"):
            return {"ResourceId": self.cid, "Tags": [{"Key": key, "Value": value}]}
        self.call("AddTags", add("k" * 128, "v" * 256))
        for body in (add("k" * 129), add(""), add("k", "v" * 257), add("aws:x")):
            self.refused(VALIDATION, "tag", "AddTags", body, whole=False)
        self.call("AddTags", {"ResourceId": self.cid, "Tags": [{"Key": f"t{i}", "Value": ""} for i in range(49)]})
        self.refused(INVALID, "more than 50 tags", "AddTags", add("one-more"), whole=False)
        self.call("AddTags", add("t1", "again"))
        tags = {t["Key"]: t["Value"] for t in self.cluster(self.cid)["Tags"]}
        self.assertEqual((len(tags), tags["t1"]), (50, "again"))
        self.call("RemoveTags", {"ResourceId": self.cluster(self.cid)["ClusterArn"], "TagKeys": list(tags) + ["none"]})
        self.assertEqual(self.cluster(self.cid)["Tags"], [])

    def test_idle_timeout(self):
        put = {"ClusterId": self.cid}
        for seconds in (59, 604801, -1):
            self.refused(VALIDATION, "between 60 and 604800", "PutAutoTerminationPolicy",
                         {**put, "AutoTerminationPolicy": {"IdleTimeout": seconds}}, whole=False)
        self.assertEqual(self.call("GetAutoTerminationPolicy", put), {})
        self.call("PutAutoTerminationPolicy", {**put, "AutoTerminationPolicy": {}})
        self.assertEqual(self.call("GetAutoTerminationPolicy", put), {"AutoTerminationPolicy": {"IdleTimeout": 3600}})
        self.call("PutAutoTerminationPolicy", {**put, "AutoTerminationPolicy": {"IdleTimeout": 604800}})
        self.call("RemoveAutoTerminationPolicy", put)
        self.assertEqual(self.call("GetAutoTerminationPolicy", put), {})
        for label in ("emr-5.29.0", "emr-6.0.0"):
            old = self.run_job_flow("old", ReleaseLabel=label)
            for op in ("PutAutoTerminationPolicy", "GetAutoTerminationPolicy"):
                self.refused(VALIDATION, "Auto-termination is not available for this account when using this release "
                             "of EMR", op, {"ClusterId": old})

    def test_pages(self):
        cid = self.run_job_flow("pages")
        ids = self.steps(cid, *[step(str(i), "sleep", "600") for i in range(120)])
        seen, marker, sizes = [], None, []
        while marker or not sizes:
            page = self.call("ListSteps", {"ClusterId": cid, **({"Marker": marker} if marker else {})})
            sizes.append(len(page["Steps"]))
            seen += [s["Id"] for s in page["Steps"]]
            marker = page.get("Marker")
            if len(sizes) == 1:   # what is added between two pages repeats and loses nothing
                self.steps(cid, step("late", "true"))
        self.assertEqual((sizes, seen), ([50, 50, 20], ids[::-1]))
        page = self.call("ListSteps", {"ClusterId": cid})
        for op, body in (("ListClusters", {}), ("ListInstances", {"ClusterId": cid}), ("ListSteps", {
                "ClusterId": cid}), ("ListInstanceGroups", {"ClusterId": cid}), ("ListSecurityConfigurations", {}),
                ("ListNotebookExecutions", {}), ("ListSupportedInstanceTypes", {"ReleaseLabel": LABEL}),
                ("ListBootstrapActions", {"ClusterId": cid})):
            self.refused(INVALID, "Marker 'bogus' is not valid.", op, {**body, "Marker": "bogus"})
            if op != "ListSteps":
                self.refused(INVALID, "is not valid", op, {**body, "Marker": page["Marker"]}, whole=False)

    def types_of(self, label):
        types, marker = {}, None
        while marker or not types:
            r = self.call("ListSupportedInstanceTypes",
                          {"ReleaseLabel": label, **({"Marker": marker} if marker else {})})
            types.update({t["Type"]: t for t in r["SupportedInstanceTypes"]})
            marker = r.get("Marker")
        return types

    def test_releases_and_types(self):
        pages, token = [], None
        while token or not pages:
            r = self.call("ListReleaseLabels", {"MaxResults": 50, **({"NextToken": token} if token else {})})
            pages.append(r["ReleaseLabels"])
            token = r.get("NextToken")
        labels = [x for p in pages for x in p]
        self.assertGreater(len(pages), 2)
        numbers = [tuple(map(int, x[4:].split("."))) for x in labels]
        self.assertEqual(numbers, sorted(set(numbers), reverse=True))
        found = self.call("ListReleaseLabels", {"Filters": {"Prefix": "emr-7", "Application": "spark@3.5.0"}})
        self.assertEqual(found["ReleaseLabels"], ["emr-7.1.0", "emr-7.0.0"])
        self.assertNotIn("NextToken", found)
        self.refused(VALIDATION, "less than or equal to 100", "ListReleaseLabels", {"MaxResults": 101}, whole=False)
        self.refused(INVALID, "NextToken 'x' is not valid.", "ListReleaseLabels", {"NextToken": "x"})
        d = self.call("DescribeReleaseLabel", {"ReleaseLabel": "emr-5.36.0"})
        self.assertEqual({a["Name"]: a["Version"] for a in d["Applications"]},
                         {"Hadoop": "2.10.1", "Hive": "2.3.9", "Spark": "2.4.8"})
        self.refused(INVALID, "The supplied release label is invalid: emr-1.2.3.", "DescribeReleaseLabel",
                     {"ReleaseLabel": "emr-1.2.3"})
        d = self.call("DescribeReleaseLabel", {"ReleaseLabel": "emr-7.13.0"})
        self.assertEqual({a["Name"]: a["Version"] for a in d["Applications"]},
                         {"Hadoop": "3.4.2", "Hive": "3.1.3", "Spark": "3.5.6"})
        types = self.types_of(LABEL)
        self.assertEqual((types["m5.xlarge"]["VCPU"], types["m5.xlarge"]["MemoryGB"]), (4, 16))
        self.assertEqual((types["i3.4xlarge"]["NumberOfDisks"], types["i3.4xlarge"]["StorageGB"],
                          types["i3.4xlarge"]["EbsStorageOnly"]), (2, 3800, False))
        self.assertEqual(types["m6g.xlarge"]["Architecture"], "AARCH64")
        self.assertEqual((types["r8g.16xlarge"]["VCPU"], types["r8g.16xlarge"]["MemoryGB"]), (64, 512))
        self.assertEqual((types["i4i.xlarge"]["StorageGB"], types["i4i.xlarge"]["Architecture"]), (937, "X86_64"))
        self.assertNotIn("m7g.large", types)
        # family: a release without it, the first one with it
        for family, without, first in (("m6g", "emr-5.29.0", "emr-5.30.0"), ("c6g", "emr-5.30.2", "emr-5.31.0"),
                                       ("m6g", "emr-6.0.1", "emr-6.1.0"), ("m6i", "emr-6.5.0", "emr-6.6.0"),
                                       ("c7g", "emr-6.6.0", "emr-6.7.0"), ("r7g", "emr-6.9.1", "emr-6.10.0"),
                                       ("m8g", "emr-5.36.0", "emr-5.36.1"), ("m5", "emr-5.12.3", "emr-5.13.0")):
            self.assertNotIn(family + ".xlarge", self.types_of(without), without)
            self.assertIn(family + ".xlarge", self.types_of(first), first)
        self.assertIn("m7i.xlarge", self.types_of("emr-5.0.0"))

    def test_public_access(self):
        got = self.call("GetBlockPublicAccessConfiguration")
        self.assertEqual(got["BlockPublicAccessConfiguration"], {
            "BlockPublicSecurityGroupRules": True,
            "PermittedPublicSecurityGroupRuleRanges": [{"MinRange": 22, "MaxRange": 22}]})
        self.call("PutBlockPublicAccessConfiguration", {"BlockPublicAccessConfiguration": {
            "BlockPublicSecurityGroupRules": False, "PermittedPublicSecurityGroupRuleRanges": [{"MinRange": 80}]}})
        got = self.call("GetBlockPublicAccessConfiguration")
        self.assertEqual(got["BlockPublicAccessConfiguration"], {
            "BlockPublicSecurityGroupRules": False,
            "PermittedPublicSecurityGroupRuleRanges": [{"MinRange": 80, "MaxRange": 80}]})
        meta = got["BlockPublicAccessConfigurationMetadata"]
        self.assertRegex(meta["CreatedByArn"], "^arn:aws:iam::[0-9]{12}:")
        self.assertLess(abs(meta["CreationDateTime"] - time.time()), 60)
        self.refused(VALIDATION, "less than or equal to 65535", "PutBlockPublicAccessConfiguration", {
            "BlockPublicAccessConfiguration": {"BlockPublicSecurityGroupRules": True,
                                               "PermittedPublicSecurityGroupRuleRanges": [{"MinRange": 65536}]}},
                     whole=False)
        self.refused(INVALID, "must not be above", "PutBlockPublicAccessConfiguration", {
            "BlockPublicAccessConfiguration": {
                "BlockPublicSecurityGroupRules": True,
                "PermittedPublicSecurityGroupRuleRanges": [{"MinRange": 5, "MaxRange": 4}]}}, whole=False)


class States(Base):
    """Legal transitions with their reasons and times, as the stream of events and the API show them."""

    def history(self, cid, resource=None):
        events = self.call("Stoker.ListEvents", {"ClusterId": cid, "MaxResults": 1000})["Events"]
        found = [e for e in reversed(events) if e["ResourceId"] == (resource or cid)]
        states = [m.group(1) for m in (re.search(r" is ([A-Z_]{4,})", e["Message"]) for e in found) if m]
        return states

    def reason(self, cid):
        r = self.cluster(cid)["Status"]["StateChangeReason"]
        return r.get("Code"), r.get("Message")

    def times(self, cid):
        return self.cluster(cid)["Status"]["Timeline"]

    def test_waiting_cluster(self):
        cid = self.run_job_flow("life", [MASTER, CORE])
        self.until(cid, "WAITING")
        self.assertEqual(self.reason(cid), (None, "Cluster ready to run steps."))
        self.assertLessEqual(self.times(cid)["CreationDateTime"], self.times(cid)["ReadyDateTime"])
        self.assertNotIn("EndDateTime", self.times(cid))
        sid = self.steps(cid, step("s", "sleep", "600"))[0]
        self.until(cid, "RUNNING")
        self.assertEqual(self.reason(cid), (None, "Running step"))
        self.call("CancelSteps", {"ClusterId": cid, "StepIds": [sid], "StepCancellationOption": "TERMINATE_PROCESS"})
        self.step_until(cid, sid, "CANCELLED")
        self.assertEqual(self.history(cid, sid), ["PENDING", "RUNNING", "CANCEL_PENDING", "CANCELLED"])
        self.step_until(cid, self.steps(cid, step("s", "true"))[0], "COMPLETED")
        self.until(cid, "WAITING")
        self.assertEqual(self.reason(cid), (None, "Cluster ready after last step completed."))
        self.step_until(cid, self.steps(cid, step("s", "false"))[0], "FAILED")
        self.until(cid, "WAITING")
        self.assertEqual(self.reason(cid), (None, "Cluster ready after last step failed."))
        self.call("TerminateJobFlows", {"JobFlowIds": [cid]})
        self.assertEqual(self.reason(cid), ("USER_REQUEST", "Terminated by user request"))
        self.until(cid, "TERMINATED")
        self.assertEqual(self.reason(cid), ("USER_REQUEST", "Terminated by user request"))
        self.assertLessEqual(self.times(cid)["ReadyDateTime"], self.times(cid)["EndDateTime"])
        states = self.history(cid)
        self.assertEqual(states[:2], ["BOOTSTRAPPING", "WAITING"])
        self.assertEqual(states[-2:], ["TERMINATING", "TERMINATED"])
        for group in self.call("ListInstanceGroups", {"ClusterId": cid})["InstanceGroups"]:
            self.assertEqual(group["Status"]["State"], "TERMINATED")
            self.assertEqual(group["Status"]["StateChangeReason"],
                             {"Code": "CLUSTER_TERMINATED", "Message": "Cluster was terminated."})
            self.assertEqual(self.history(cid, group["Id"])[-2:], ["TERMINATING", "TERMINATED"])
            self.assertEqual((group["RunningInstanceCount"], group["RequestedInstanceCount"]), (0, 1))
        for i in self.call("ListInstances", {"ClusterId": cid})["Instances"]:
            self.assertEqual(i["Status"]["State"], "TERMINATED")
            self.assertEqual(i["Status"]["StateChangeReason"],
                             {"Code": "CLUSTER_TERMINATED", "Message": "Instance was terminated."})
            t = i["Status"]["Timeline"]
            self.assertTrue(t["CreationDateTime"] <= t["ReadyDateTime"] <= t["EndDateTime"])

    def ends(self, state, code, message, steps, **more):
        cid = self.run_job_flow("ends", keep=False, Steps=steps, **more)
        self.until(cid, "TERMINATED", "TERMINATED_WITH_ERRORS")
        self.assertEqual((self.state(cid), *self.reason(cid)), (state, code, message))
        return cid

    def test_transient_clusters(self):
        cid = self.ends("TERMINATED", "ALL_STEPS_COMPLETED", "Steps completed", [step("a", "true"), step("b", "true")])
        self.assertEqual(self.history(cid), ["BOOTSTRAPPING", "RUNNING", "TERMINATING", "TERMINATED"])
        self.assertEqual(self.cluster(cid)["Status"]["ErrorDetails"], [])
        self.ends("TERMINATED", "STEP_FAILURE", "Steps completed with errors", [step("a", "false"), step("b", "true")])
        cid = self.ends("TERMINATED_WITH_ERRORS", "STEP_FAILURE", "Shut down as step failed",
                        [step("a", "false", action=None), step("b", "true")])
        states = {s["Name"]: s["Status"]["State"] for s in self.call("ListSteps", {"ClusterId": cid})["Steps"]}
        self.assertEqual(states, {"a": "FAILED", "b": "CANCELLED"})
        self.assertEqual(self.cluster(cid)["Status"]["ErrorDetails"], [
            {"ErrorCode": "STEP_FAILURE", "ErrorData": [], "ErrorMessage": "Shut down as step failed"}])
        self.ends("TERMINATED_WITH_ERRORS", "STEP_FAILURE", "Shut down as step failed",
                  [step("a", "false", action="TERMINATE_JOB_FLOW")], instances={"TerminationProtected": True})

    def test_protected_and_kept_alive_stays_up(self):
        cid = self.run_job_flow("stays", instances={"TerminationProtected": True}, Steps=[
            step("a", "false", action="TERMINATE_CLUSTER"), step("b", "true")])
        self.until(cid, "WAITING")
        states = {s["Name"]: s["Status"]["State"] for s in self.call("ListSteps", {"ClusterId": cid})["Steps"]}
        self.assertEqual(states, {"a": "FAILED", "b": "CANCELLED"})

    def test_cancel_and_wait_without_keep_alive(self):
        cid = self.ends("TERMINATED", "STEP_FAILURE", "Steps completed with errors",
                        [step("a", "false", action="CANCEL_AND_WAIT"), step("b", "true")])
        states = {s["Name"]: s["Status"]["State"] for s in self.call("ListSteps", {"ClusterId": cid})["Steps"]}
        self.assertEqual(states, {"a": "FAILED", "b": "CANCELLED"})

    def lowered(self, action):
        """Two steps run at a time, then the level is 1 again, and the first one fails: a third was waiting."""
        gate = os.path.join(self.server.home, f"gate-{action}")
        cid = self.run_job_flow("lowered")
        first, second, third = self.steps(
            cid, step("a", "bash", "-c", f"until [ -e {gate} ]; do sleep 0.02; done; exit 1", action=action),
            step("b", "sleep", "600"), step("c", "sleep", "600"))
        self.call("ModifyCluster", {"ClusterId": cid, "StepConcurrencyLevel": 2})
        self.step_until(cid, first, "RUNNING")
        self.step_until(cid, second, "RUNNING")
        self.call("ModifyCluster", {"ClusterId": cid, "StepConcurrencyLevel": 1})
        self.assertEqual(self.step(cid, second)["Status"]["State"], "RUNNING")
        open(gate, "w").close()
        self.step_until(cid, first, "FAILED")
        return cid, second, third

    def test_lowered_concurrency(self):
        cid, second, third = self.lowered("CANCEL_AND_WAIT")
        self.assertEqual([self.step(cid, i)["Status"]["State"] for i in (second, third)], ["RUNNING", "PENDING"])
        cid, _, _ = self.lowered("TERMINATE_CLUSTER")
        self.until(cid, "TERMINATED_WITH_ERRORS")
        self.assertEqual(self.reason(cid), ("STEP_FAILURE", "Shut down as step failed"))

    def test_user_ends_a_running_step(self):
        cid = self.run_job_flow("ended")
        ids = self.steps(cid, step("a", "sleep", "600"), step("b", "true"))
        self.step_until(cid, ids[0], "RUNNING")
        self.call("TerminateJobFlows", {"JobFlowIds": [cid]})
        self.assertEqual([self.step(cid, i)["Status"]["State"] for i in ids], ["INTERRUPTED", "CANCELLED"])

    def test_bootstrap_failure(self):
        cid = self.run_job_flow("bad", BootstrapActions=[
            {"Name": "no", "ScriptBootstrapAction": {"Path": "/bin/false"}}])
        self.until(cid, "TERMINATED_WITH_ERRORS")
        code, message = self.reason(cid)
        self.assertEqual(code, "BOOTSTRAP_FAILURE")
        self.assertIn("bootstrap action 1", message)
        self.assertEqual(self.cluster(cid)["Status"]["ErrorDetails"][0]["ErrorCode"], "BOOTSTRAP_FAILURE")

    def test_ended_before_it_was_up(self):
        cid = self.run_job_flow("early", Steps=[step("s", "true")], BootstrapActions=[
            {"Name": "slow", "ScriptBootstrapAction": {"Path": "/bin/sleep", "Args": ["600"]}}])
        self.until(cid, "BOOTSTRAPPING")
        self.assertEqual(self.reason(cid), (None, "Running bootstrap actions"))
        self.call("TerminateJobFlows", {"JobFlowIds": [cid]})
        self.until(cid, "TERMINATED")
        self.assertNotIn("ReadyDateTime", self.times(cid))
        self.assertIn("EndDateTime", self.times(cid))
        self.assertEqual(self.history(cid)[-2:], ["TERMINATING", "TERMINATED"])
        s = self.call("ListSteps", {"ClusterId": cid})["Steps"][0]["Status"]
        self.assertEqual(s["State"], "CANCELLED")
        self.assertNotIn("StartDateTime", s["Timeline"])

    def test_cancelling(self):
        cid = self.run_job_flow("cancel")
        first, second, third = self.steps(cid, step("a", "sleep", "600"), step("b", "sleep", "600"), step("c", "true"))
        self.step_until(cid, first, "RUNNING")

        def cancel(*ids):
            infos = self.call("CancelSteps", {"ClusterId": cid, "StepIds": list(ids)})["CancelStepsInfoList"]
            return [(i["StepId"], i["Status"]) for i in infos]
        self.assertEqual(cancel(second, first), [(second, "SUBMITTED"), (first, "SUBMITTED")])
        self.step_until(cid, first, "CANCELLED")
        self.assertEqual(self.history(cid, second), ["PENDING", "CANCELLED"])
        self.step_until(cid, third, "COMPLETED")
        self.assertEqual(cancel(first, third), [(first, "FAILED"), (third, "FAILED")])
        self.until(cid, "WAITING")   # nothing that was cancelled set off its ActionOnFailure

    def test_suspended_group(self):
        block = os.path.join(self.server.home, "block")
        script = os.path.join(self.server.home, "maybe.sh")
        with open(script, "w") as f:
            f.write(f"#!/bin/bash\n[ ! -e {block} ]\n")
        os.chmod(script, 0o755)
        cid = self.run_job_flow("suspend", [MASTER, CORE], BootstrapActions=[
            {"Name": "maybe", "ScriptBootstrapAction": {"Path": script}}])
        self.until(cid, "WAITING")
        gid = [g["Id"] for g in self.call("ListInstanceGroups", {"ClusterId": cid})["InstanceGroups"]
               if g["InstanceGroupType"] == "CORE"][0]

        def group():
            return [g for g in self.call("ListInstanceGroups", {"ClusterId": cid})["InstanceGroups"]
                    if g["Id"] == gid][0]

        def resize(n):
            self.call("ModifyInstanceGroups", {"ClusterId": cid, "InstanceGroups": [
                {"InstanceGroupId": gid, "InstanceCount": n}]})
        open(block, "w").close()
        resize(2)
        wait_for("the group to give up", lambda: group()["Status"]["State"] == "SUSPENDED")
        self.assertEqual(group()["Status"]["StateChangeReason"]["Code"], "INSTANCE_FAILURE")
        self.assertEqual(self.state(cid), "WAITING")
        failed = self.call("ListInstances", {"ClusterId": cid, "InstanceStates": ["TERMINATED"]})["Instances"]
        self.assertEqual({i["Status"]["StateChangeReason"]["Code"] for i in failed}, {"BOOTSTRAP_FAILURE"})
        os.remove(block)
        resize(2)
        wait_for("two nodes", lambda: (group()["RunningInstanceCount"], group()["Status"]["State"]) == (2, "RUNNING"))
        self.assertEqual(self.history(cid, gid)[-3:], ["SUSPENDED", "RESIZING", "RUNNING"])

    def test_steps_while_starting(self):
        go, script = (os.path.join(self.server.home, name) for name in ("go-on", "wait.sh"))
        with open(script, "w") as f:
            f.write(f"#!/bin/bash\nuntil [ -e {go} ]; do sleep 0.05; done\n")
        os.chmod(script, 0o755)
        cid = self.run_job_flow("early", BootstrapActions=[{"Name": "slow", "ScriptBootstrapAction": {"Path": script}}])
        sid = self.steps(cid, step("s", "true"))[0]
        self.assertEqual(self.step(cid, sid)["Status"]["State"], "PENDING")
        self.assertEqual(self.step(cid, sid)["Status"]["StateChangeReason"], {})
        self.assertIn(self.state(cid), ("STARTING", "BOOTSTRAPPING"))
        open(go, "w").close()
        self.step_until(cid, sid, "COMPLETED")
        self.until(cid, "WAITING")
        t = self.step(cid, sid)["Status"]["Timeline"]
        self.assertTrue(t["CreationDateTime"] <= t["StartDateTime"] <= t["EndDateTime"])
        self.assertEqual(self.history(cid)[:2], ["BOOTSTRAPPING", "RUNNING"])

    def test_groups_resize(self):
        cid = self.run_job_flow("resize", [MASTER, CORE])
        self.until(cid, "WAITING")
        gid = self.call("AddInstanceGroups", {"JobFlowId": cid, "InstanceGroups": [TASK]})["InstanceGroupIds"][0]

        def group():
            return [g for g in self.call("ListInstanceGroups", {"ClusterId": cid})["InstanceGroups"]
                    if g["Id"] == gid][0]

        def rests(n):
            return lambda: (group()["RunningInstanceCount"], group()["Status"]["State"]) == (n, "RUNNING")
        wait_for("the group", rests(1))
        for n in (2, 0):
            self.call("ModifyInstanceGroups", {"ClusterId": cid, "InstanceGroups": [{
                "InstanceGroupId": gid, "InstanceCount": n, "ShrinkPolicy": {"DecommissionTimeout": 1}}]})
            wait_for(f"{n} nodes", rests(n))
        self.assertEqual(group()["ShrinkPolicy"], {"DecommissionTimeout": 1})
        self.assertEqual(self.history(cid, gid), ["PROVISIONING", "BOOTSTRAPPING", "RUNNING", "RESIZING",
                                                  "RUNNING", "RESIZING", "RUNNING"])
        conf = [{"Classification": "a", "Properties": {"x": "1", "y": "2"}}]
        self.call("ModifyInstanceGroups", {"ClusterId": cid, "InstanceGroups": [{
            "InstanceGroupId": gid, "Configurations": conf}]})
        self.call("ModifyInstanceGroups", {"ClusterId": cid, "InstanceGroups": [{
            "InstanceGroupId": gid, "ReconfigurationType": "MERGE", "Configurations": [
                {"Classification": "a", "Properties": {"y": "3"}}, {"Classification": "b", "Properties": {}}]}]})
        g = group()
        self.assertEqual((g["ConfigurationsVersion"], g["LastSuccessfullyAppliedConfigurationsVersion"]), (2, 2))
        self.assertEqual(g["Configurations"], [{"Classification": "a", "Properties": {"x": "1", "y": "3"}},
                                               {"Classification": "b", "Properties": {}}])

    def test_three_masters(self):
        cid = self.run_job_flow("ha", [dict(MASTER, InstanceCount=3), CORE], keep=False)
        self.until(cid, "WAITING")
        c = self.cluster(cid)
        self.assertEqual((c["AutoTerminate"], c["TerminationProtected"]), (False, True))
        masters = self.call("ListInstances", {"ClusterId": cid, "InstanceGroupTypes": ["MASTER"]})["Instances"]
        self.assertEqual([i["Status"]["State"] for i in masters], ["RUNNING"] * 3)
        sid = self.steps(cid, step("s", "bash", "-c", "echo $STOKER_INSTANCE"))[0]
        self.step_until(cid, sid, "COMPLETED")
        self.call("SetTerminationProtection", {"JobFlowIds": [cid], "TerminationProtected": False})
        self.call("TerminateJobFlows", {"JobFlowIds": [cid]})
        self.until(cid, "TERMINATED")

    def test_kept_and_shown(self):
        role = "arn:aws:iam::123456789012:role/run"
        cid = self.run_job_flow("kept", LogUri="s3://logs/here/", StepExecutionRoleArn=role, Steps=[step(
            "a", "true", StepMonitoringConfiguration={"S3MonitoringConfiguration": {
                "LogUri": "s3://logs/steps/", "EncryptionKeyArn": "arn:aws:kms:us-east-1:1:key/k"}})],
            ExtendedSupport=True, OSReleaseLabel="2.0.20240131.0", EbsRootVolumeIops=3000)
        c = self.cluster(cid)
        self.assertEqual((c["LogUri"], c["ExtendedSupport"], c["OSReleaseLabel"], c["EbsRootVolumeIops"]),
                         ("s3://logs/here/", True, "2.0.20240131.0", 3000))
        for s in (self.call("ListSteps", {"ClusterId": cid})["Steps"][0], ):
            self.assertEqual((s["LogUri"], s["EncryptionKeyArn"]),
                             ("s3://logs/steps/", "arn:aws:kms:us-east-1:1:key/k"))
            self.assertEqual(self.step(cid, s["Id"])["ExecutionRoleArn"], role)
        r = self.call("ModifyCluster", {"ClusterId": cid, "ExtendedSupport": False})
        self.assertEqual(r["ExtendedSupport"], False)
        self.assertEqual(self.cluster(cid)["ExtendedSupport"], False)
        other = "arn:aws:iam::123456789012:role/other"
        sid = self.call("AddJobFlowSteps", {"JobFlowId": cid, "Steps": [step("b", "true")],
                                            "ExecutionRoleArn": other})["StepIds"][0]
        self.assertEqual(self.step(cid, sid)["ExecutionRoleArn"], other)

    def test_job_flows(self):
        cid = self.ends("TERMINATED", "ALL_STEPS_COMPLETED", "Steps completed", [step("a", "true")])
        failed = self.ends("TERMINATED_WITH_ERRORS", "STEP_FAILURE", "Shut down as step failed",
                           [step("a", "false", action=None)])
        waits = self.run_job_flow("waits", [MASTER, CORE])
        self.until(waits, "WAITING")
        flows = {j["JobFlowId"]: j for j in self.call("DescribeJobFlows", {"JobFlowIds": [cid, failed, waits]})[
            "JobFlows"]}
        self.assertEqual([flows[i]["ExecutionStatusDetail"]["State"] for i in (cid, failed, waits)],
                         ["COMPLETED", "FAILED", "WAITING"])
        j = flows[waits]
        self.assertEqual((j["Instances"]["InstanceCount"], j["Instances"]["MasterInstanceType"]), (2, "m5.xlarge"))
        self.assertEqual({g["InstanceRole"] for g in j["Instances"]["InstanceGroups"]}, {"MASTER", "CORE"})
        detail = flows[cid]["Steps"][0]
        self.assertEqual(detail["StepConfig"]["HadoopJarStep"]["Args"], ["true"])
        self.assertEqual(detail["ExecutionStatusDetail"]["State"], "COMPLETED")
        ids = {x["JobFlowId"] for x in self.call("DescribeJobFlows", {"JobFlowStates": ["FAILED"]})["JobFlows"]}
        self.assertIn(failed, ids)
        self.assertNotIn(cid, ids)
        self.assertIn(waits, {x["JobFlowId"] for x in self.call("DescribeJobFlows")["JobFlows"]})


class Regions(Base):
    """Each region is a world of its own; partitions are in the ARNs."""

    def test_two_regions(self):
        here, there = Signed(self.server, "us-east-1"), Signed(self.server, "eu-central-1")
        self.addCleanup(here.close)
        self.addCleanup(there.close)
        body = {"Name": "r", "ReleaseLabel": LABEL, "Instances": {"InstanceGroups": [MASTER],
                                                                  "KeepJobFlowAliveWhenNoSteps": True}}
        made = there.call("RunJobFlow", body)
        cid = made["JobFlowId"]
        self.assertRegex(made["ClusterArn"], f"^arn:aws:elasticmapreduce:eu-central-1:[0-9]{{12}}:cluster/{cid}$")
        self.assertEqual(there.call("DescribeCluster", {"ClusterId": cid})["Cluster"]["ClusterArn"],
                         made["ClusterArn"])
        self.assertEqual([c["Id"] for c in there.call("ListClusters")["Clusters"]], [cid])
        self.assertNotIn(cid, [c["Id"] for c in here.call("ListClusters")["Clusters"]])
        for op, text in (("DescribeCluster", f"Cluster id '{cid}' is not valid."),
                         ("ListSteps", f"Cluster id '{cid}' is not valid.")):
            with self.assertRaises(ApiError) as caught:
                here.call(op, {"ClusterId": cid})
            self.assertEqual(caught.exception.message, text)
        for op in IDS:
            with self.assertRaises(ApiError) as caught:
                here.call(op, {"JobFlowIds": [cid], FLAG.get(op, "x"): True})
            self.assertEqual(caught.exception.message, "Specified job flow ID not valid.")
        with self.assertRaises(ApiError):
            here.call("AddTags", {"ResourceId": cid, "Tags": [{"Key": "a", "Value": "b"}]})
        here.call("CreateSecurityConfiguration", {"Name": "mine", "SecurityConfiguration": "{}"})
        there.call("CreateSecurityConfiguration", {"Name": "mine", "SecurityConfiguration": '{"a":1}'})
        self.assertEqual(here.call("DescribeSecurityConfiguration", {"Name": "mine"})["SecurityConfiguration"], "{}")
        here.call("DeleteSecurityConfiguration", {"Name": "mine"})
        self.assertEqual(len(there.call("ListSecurityConfigurations")["SecurityConfigurations"]), 1)
        there.call("TerminateJobFlows", {"JobFlowIds": [cid]})

    def test_partitions(self):
        for region, partition in (("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("us-west-2", "aws")):
            c = Signed(self.server, region)
            self.addCleanup(c.close)
            made = c.call("RunJobFlow", {"Name": "r", "ReleaseLabel": LABEL, "Instances": {
                "InstanceGroups": [MASTER]}})
            self.assertTrue(made["ClusterArn"].startswith(f"arn:{partition}:elasticmapreduce:{region}:"))

    def test_a_restart_keeps_regions(self):
        c = Signed(self.server, "ap-southeast-2")
        c.call("CreateSecurityConfiguration", {"Name": "stays", "SecurityConfiguration": "{}"})
        c.call("PutBlockPublicAccessConfiguration", {"BlockPublicAccessConfiguration": {
            "BlockPublicSecurityGroupRules": False}})
        cid = c.call("RunJobFlow", {"Name": "r", "ReleaseLabel": LABEL, "Instances": {
            "InstanceGroups": [MASTER], "KeepJobFlowAliveWhenNoSteps": True},
            "AutoTerminationPolicy": {"IdleTimeout": 600}, "Tags": [{"Key": "a", "Value": "b"}]})["JobFlowId"]
        c.call("RemoveTags", {"ResourceId": cid, "TagKeys": ["a"]})
        c.close()
        self.server.kill()
        self.server.start()
        c = Signed(self.server, "ap-southeast-2")
        self.addCleanup(c.close)
        self.assertEqual(c.call("DescribeSecurityConfiguration", {"Name": "stays"})["Name"], "stays")
        self.assertFalse(c.call("GetBlockPublicAccessConfiguration")["BlockPublicAccessConfiguration"][
            "BlockPublicSecurityGroupRules"])
        self.assertEqual(c.call("GetAutoTerminationPolicy", {"ClusterId": cid}),
                         {"AutoTerminationPolicy": {"IdleTimeout": 600}})
        self.assertEqual(c.call("DescribeCluster", {"ClusterId": cid})["Cluster"]["Tags"], [])
        c.call("TerminateJobFlows", {"JobFlowIds": [cid]})


if __name__ == "__main__":
    unittest.main()
