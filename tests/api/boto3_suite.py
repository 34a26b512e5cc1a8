"""The EMR operations as boto3 uses them: every operation, waiters, paginators, and the errors that clients match
on. Run by boto3_test.py (Debian's boto3) and by tests/clients/boto3_newest_test.py (the newest one)."""
import datetime
import os
import re
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from aws import boto3_client  # noqa: E402
from stoker_server import ROOT, Server, wait_for  # noqa: E402

from botocore.exceptions import ClientError, WaiterError  # noqa: E402

MASTER = {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}
CORE = {"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": 1, "Name": "core"}
TASK = {"InstanceRole": "TASK", "InstanceType": "c5.xlarge", "InstanceCount": 1, "Name": "extra"}
DAY = datetime.timedelta(days=1)
FAST = {"Delay": 0.1, "MaxAttempts": 1200}


def step(name, *args, action="CONTINUE"):
    s = {"Name": name, "HadoopJarStep": {"Jar": "command-runner.jar", "Args": list(args)}}
    if action:
        s["ActionOnFailure"] = action
    return s


class Suite:
    """Mixed into a TestCase by the files that say which boto3 this is."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.emr = boto3_client(cls.server)
        cls.cid = cls.run_job_flow("shared", [MASTER, CORE])
        cls.emr.get_waiter("cluster_running").wait(ClusterId=cls.cid, WaiterConfig=FAST)

    @classmethod
    def run_job_flow(cls, name, groups=None, keep=True, emr=None, **kw):
        args = {"Name": name, "ReleaseLabel": "emr-7.1.0", "ServiceRole": "EMR_DefaultRole",
                "JobFlowRole": "EMR_EC2_DefaultRole",
                "Instances": {"InstanceGroups": groups or [MASTER], "KeepJobFlowAliveWhenNoSteps": keep}}
        args.update(kw)
        return (emr or cls.emr).run_job_flow(**args)["JobFlowId"]

    def state(self, cid):
        return self.emr.describe_cluster(ClusterId=cid)["Cluster"]["Status"]

    def refused(self, code, message, call, error_code=None, status=400):
        with self.assertRaises(ClientError) as caught:
            call()
        r = caught.exception.response
        self.assertEqual((r["Error"]["Code"], r["ResponseMetadata"]["HTTPStatusCode"]), (code, status),
                         r["Error"]["Message"])
        self.assertIn(message, r["Error"]["Message"])
        if error_code:
            self.assertEqual(r.get("ErrorCode"), error_code)
        self.assertRegex(r["ResponseMetadata"]["RequestId"], "^[0-9a-f-]{36}$")

    def terminate(self, *cids):
        self.emr.terminate_job_flows(JobFlowIds=list(cids))

    # ---- clusters ----

    def test_describe_shows_what_was_asked_for(self):
        cid = self.run_job_flow(
            "full é", [MASTER, dict(CORE, Market="SPOT", BidPrice="0.10", EbsConfiguration={
                "EbsBlockDeviceConfigs": [{"VolumeSpecification": {"VolumeType": "gp3", "SizeInGB": 32},
                                           "VolumesPerInstance": 2}]})],
            LogUri=os.path.join(self.server.home, "mylogs"), Applications=[{"Name": "Spark"}],
            Tags=[{"Key": "team", "Value": "etl"}], VisibleToAllUsers=True,
            Configurations=[{"Classification": "spark-defaults", "Properties": {"a": "b"}}],
            BootstrapActions=[{"Name": "hello", "ScriptBootstrapAction": {
                "Path": "/bin/true", "Args": ["1", "2"]}}],
            ScaleDownBehavior="TERMINATE_AT_TASK_COMPLETION", StepConcurrencyLevel=3, EbsRootVolumeSize=20)
        self.assertRegex(cid, "^j-[A-Z0-9]{12,13}$")
        c = self.emr.describe_cluster(ClusterId=cid)["Cluster"]
        self.assertEqual((c["Id"], c["Name"], c["ReleaseLabel"]), (cid, "full é", "emr-7.1.0"))
        self.assertFalse(c["AutoTerminate"])
        self.assertEqual(c["Tags"], [{"Key": "team", "Value": "etl"}])
        self.assertEqual([a["Name"] for a in c["Applications"]], ["Spark"])
        self.assertEqual(c["Configurations"][0]["Properties"], {"a": "b"})
        self.assertEqual(c["StepConcurrencyLevel"], 3)
        self.assertEqual(c["InstanceCollectionType"], "INSTANCE_GROUP")
        self.assertEqual(c["EbsRootVolumeSize"], 20)
        self.assertEqual(c["Ec2InstanceAttributes"]["IamInstanceProfile"], "EMR_EC2_DefaultRole")
        self.assertEqual(c["ClusterArn"].rsplit("/", 1)[1], cid)
        self.assertEqual(c["LogUri"], os.path.join(self.server.home, "mylogs"))
        self.assertIn("CreationDateTime", c["Status"]["Timeline"])
        b = self.emr.list_bootstrap_actions(ClusterId=cid)["BootstrapActions"]
        self.assertEqual(b, [{"Name": "hello", "ScriptPath": "/bin/true", "Args": ["1", "2"]}])
        core = [g for g in self.emr.list_instance_groups(ClusterId=cid)["InstanceGroups"]
                if g["InstanceGroupType"] == "CORE"][0]
        self.assertEqual((core["Market"], core["BidPrice"], core["Name"]), ("SPOT", "0.10", "core"))
        self.assertEqual(len(core["EbsBlockDevices"]), 2)
        self.emr.get_waiter("cluster_running").wait(ClusterId=cid, WaiterConfig=FAST)
        self.assertIn("MasterPublicDnsName", self.emr.describe_cluster(ClusterId=cid)["Cluster"])
        self.terminate(cid)

    def test_what_emr_fills_in(self):
        """Versions of applications and how a cluster shrinks are the release's, when the request does not say."""
        for label, version, behaviour in (("emr-6.15.0", "3.4.1", "TERMINATE_AT_TASK_COMPLETION"),
                                          ("emr-5.9.0", "2.2.0", "TERMINATE_AT_INSTANCE_HOUR"),
                                          ("emr-4.2.0", None, None)):
            cid = self.run_job_flow("fills", ReleaseLabel=label, keep=False, Applications=[
                {"Name": "spark"}, {"Name": "Presto"}, {"Name": "Hive", "Version": "0.1"}])
            c = self.emr.describe_cluster(ClusterId=cid)["Cluster"]
            self.assertEqual([(a["Name"], a.get("Version")) for a in c["Applications"]],
                             [("spark", version), ("Presto", None), ("Hive", "0.1")])
            self.assertEqual(c.get("ScaleDownBehavior"), behaviour)

    def test_transient_cluster_ends_by_itself(self):
        cid = self.run_job_flow("transient", keep=False, Steps=[step("one", "bash", "-c", "true")])
        self.emr.get_waiter("cluster_terminated").wait(ClusterId=cid, WaiterConfig=FAST)
        s = self.state(cid)
        self.assertEqual(s["StateChangeReason"], {"Code": "ALL_STEPS_COMPLETED", "Message": "Steps completed"})
        self.assertIn("EndDateTime", s["Timeline"])

    def test_failing_step_ends_the_cluster_with_errors(self):
        cid = self.run_job_flow("fails", keep=False, Steps=[step("bad", "bash", "-c", "exit 3", action=None)])
        with self.assertRaises(WaiterError):
            self.emr.get_waiter("cluster_terminated").wait(ClusterId=cid, WaiterConfig=FAST)
        s = self.state(cid)
        self.assertEqual(s["State"], "TERMINATED_WITH_ERRORS")
        self.assertEqual(s["StateChangeReason"], {"Code": "STEP_FAILURE", "Message": "Shut down as step failed"})

    def test_simple_instances_form(self):
        cid = self.emr.run_job_flow(Name="simple", ReleaseLabel="emr-7.1.0", Instances={
            "MasterInstanceType": "m5.xlarge", "SlaveInstanceType": "c5.xlarge", "InstanceCount": 2,
            "KeepJobFlowAliveWhenNoSteps": True})["JobFlowId"]
        groups = {g["InstanceGroupType"]: g for g in self.emr.list_instance_groups(
            ClusterId=cid)["InstanceGroups"]}
        self.assertEqual((groups["MASTER"]["InstanceType"], groups["CORE"]["InstanceType"],
                          groups["CORE"]["RequestedInstanceCount"]), ("m5.xlarge", "c5.xlarge", 1))
        self.terminate(cid)
        self.emr.get_waiter("cluster_terminated").wait(ClusterId=cid, WaiterConfig=FAST)
        self.assertEqual(self.state(cid)["StateChangeReason"],
                         {"Code": "USER_REQUEST", "Message": "Terminated by user request"})
        states = {i["Status"]["State"] for i in self.emr.list_instances(ClusterId=cid)["Instances"]}
        self.assertEqual(states, {"TERMINATED"})
        self.refused("ValidationException", "A job flow that is shutting down, terminated, or finished may not be "
                     "modified.", lambda: self.emr.add_job_flow_steps(JobFlowId=cid, Steps=[step("x", "true")]))
        self.terminate(cid)  # again: accepted

    def test_list_clusters_filters(self):
        listed = self.emr.list_clusters(ClusterStates=["WAITING", "RUNNING"])["Clusters"]
        self.assertIn(self.cid, [c["Id"] for c in listed])
        listed = self.emr.list_clusters(ClusterStates=["STARTING"])["Clusters"]
        self.assertNotIn(self.cid, [c["Id"] for c in listed])
        created = self.state(self.cid)["Timeline"]["CreationDateTime"]
        after = [c["Id"] for c in self.emr.list_clusters(CreatedAfter=created + 1000 * DAY)["Clusters"]]
        self.assertEqual(after, [])
        before = [c["Id"] for c in self.emr.list_clusters(CreatedBefore=created - 1000 * DAY)["Clusters"]]
        self.assertEqual(before, [])

    def test_termination_protection(self):
        cid = self.run_job_flow("protected")
        self.emr.set_termination_protection(JobFlowIds=[cid], TerminationProtected=True)
        self.assertTrue(self.emr.describe_cluster(ClusterId=cid)["Cluster"]["TerminationProtected"])
        self.refused("ValidationException", "Could not shut down one or more job flows since they are termination "
                     "protected.", lambda: self.terminate(cid))
        self.assertFalse(self.state(cid)["State"].startswith("TERMINAT"))
        self.emr.set_termination_protection(JobFlowIds=[cid], TerminationProtected=False)
        self.terminate(cid)

    def test_keep_alive_can_be_switched_off(self):
        cid = self.run_job_flow("switch")
        self.emr.get_waiter("cluster_running").wait(ClusterId=cid, WaiterConfig=FAST)
        # Older ones than boto3 1.34 do not know this operation.
        self.server.call("SetKeepJobFlowAliveWhenNoSteps", {"JobFlowIds": [cid],
                                                            "KeepJobFlowAliveWhenNoSteps": False})
        self.assertTrue(self.emr.describe_cluster(ClusterId=cid)["Cluster"]["AutoTerminate"])
        self.emr.get_waiter("cluster_terminated").wait(ClusterId=cid, WaiterConfig=FAST)

    def test_failing_bootstrap_action(self):
        cid = self.run_job_flow("bootstrap", BootstrapActions=[{"Name": "no", "ScriptBootstrapAction": {
            "Path": "/bin/false"}}])
        with self.assertRaises(WaiterError):
            self.emr.get_waiter("cluster_running").wait(ClusterId=cid, WaiterConfig=FAST)
        wait_for("the cluster to end", lambda: self.state(cid)["State"] == "TERMINATED_WITH_ERRORS")
        self.assertEqual(self.state(cid)["StateChangeReason"]["Code"], "BOOTSTRAP_FAILURE")

    # ---- steps ----

    def test_step_life(self):
        sid = self.emr.add_job_flow_steps(JobFlowId=self.cid, Steps=[dict(step("ok", "bash", "-c", "echo hi"),
            HadoopJarStep={"Jar": "command-runner.jar", "Args": ["bash", "-c", "echo hi"],
                           "Properties": [{"Key": "k", "Value": "v"}]})])["StepIds"][0]
        self.assertRegex(sid, "^s-[A-Z0-9]+$")
        self.emr.get_waiter("step_complete").wait(ClusterId=self.cid, StepId=sid, WaiterConfig=FAST)
        s = self.emr.describe_step(ClusterId=self.cid, StepId=sid)["Step"]
        self.assertEqual(s["Config"], {"Jar": "command-runner.jar", "Properties": {"k": "v"},
                                       "Args": ["bash", "-c", "echo hi"]})
        self.assertEqual((s["Name"], s["ActionOnFailure"], s["Status"]["State"]), ("ok", "CONTINUE", "COMPLETED"))
        t = s["Status"]["Timeline"]
        self.assertTrue(t["CreationDateTime"] <= t["StartDateTime"] <= t["EndDateTime"])

    def test_failed_step_says_why(self):
        sid = self.emr.add_job_flow_steps(JobFlowId=self.cid, Steps=[
            step("bad", "bash", "-c", "echo the reason >&2; exit 7")])["StepIds"][0]
        with self.assertRaises(WaiterError):
            self.emr.get_waiter("step_complete").wait(ClusterId=self.cid, StepId=sid, WaiterConfig=FAST)
        d = self.emr.describe_step(ClusterId=self.cid, StepId=sid)["Step"]["Status"]["FailureDetails"]
        self.assertTrue(d["Reason"])
        self.assertIn("the reason", d["Message"])
        self.assertIn(sid, d["LogFile"])

    def test_program_that_is_not_there(self):
        sid = self.emr.add_job_flow_steps(JobFlowId=self.cid, Steps=[
            step("none", "no-such-program-here")])["StepIds"][0]
        wait_for("the step to fail", lambda: self.step_state(self.cid, sid) == "FAILED")
        d = self.emr.describe_step(ClusterId=self.cid, StepId=sid)["Step"]["Status"]["FailureDetails"]
        self.assertIn("no-such-program-here", d["Message"])

    def step_state(self, cid, sid):
        return self.emr.describe_step(ClusterId=cid, StepId=sid)["Step"]["Status"]["State"]

    def test_cancel(self):
        cid = self.run_job_flow("cancels")
        self.emr.get_waiter("cluster_running").wait(ClusterId=cid, WaiterConfig=FAST)
        ids = self.emr.add_job_flow_steps(JobFlowId=cid, Steps=[
            step("long", "sleep", "600"), step("waits", "true"), step("deaf", "bash", "-c",
                                                                     "trap '' TERM; sleep 600 & wait; sleep 600"),
            step("last", "true")])["StepIds"]
        wait_for("the first step to run", lambda: self.step_state(cid, ids[0]) == "RUNNING")
        info = self.emr.cancel_steps(ClusterId=cid, StepIds=ids[:2])["CancelStepsInfoList"]
        self.assertEqual([i["StepId"] for i in info], ids[:2])
        self.assertEqual({i["Status"] for i in info}, {"SUBMITTED"})
        wait_for("the steps to be cancelled", lambda: {self.step_state(cid, i) for i in ids[:2]} == {"CANCELLED"})
        wait_for("the third step to run", lambda: self.step_state(cid, ids[2]) == "RUNNING")
        self.emr.cancel_steps(ClusterId=cid, StepIds=[ids[2]], StepCancellationOption="TERMINATE_PROCESS")
        wait_for("the deaf step to be cancelled", lambda: self.step_state(cid, ids[2]) == "CANCELLED")
        wait_for("the last step to run", lambda: self.step_state(cid, ids[3]) == "COMPLETED")
        done = self.emr.cancel_steps(ClusterId=cid, StepIds=[ids[3]])["CancelStepsInfoList"][0]
        self.assertEqual(done["Status"], "FAILED")
        self.assertTrue(done["Reason"])
        self.terminate(cid)

    def test_cancel_and_wait(self):
        cid = self.run_job_flow("waits")
        ids = self.emr.add_job_flow_steps(JobFlowId=cid, Steps=[
            step("bad", "false", action="CANCEL_AND_WAIT"), step("never", "true")])["StepIds"]
        wait_for("the second step to be cancelled", lambda: self.step_state(cid, ids[1]) == "CANCELLED")
        wait_for("the cluster to wait", lambda: self.state(cid)["State"] == "WAITING")
        self.terminate(cid)

    def test_list_steps_pages_newest_first(self):
        cid = self.run_job_flow("many")
        ids = []
        for first in range(0, 120, 60):
            ids += self.emr.add_job_flow_steps(JobFlowId=cid, Steps=[
                step(f"s{first + i}", "true") for i in range(60)])["StepIds"]
        page = self.emr.list_steps(ClusterId=cid)
        self.assertEqual(len(page["Steps"]), 50)
        pages = list(self.emr.get_paginator("list_steps").paginate(ClusterId=cid))
        self.assertEqual([len(p["Steps"]) for p in pages], [50, 50, 20])
        self.assertEqual([s["Id"] for p in pages for s in p["Steps"]], ids[::-1])
        some = self.emr.list_steps(ClusterId=cid, StepIds=ids[:3])["Steps"]
        self.assertEqual({s["Id"] for s in some}, set(ids[:3]))
        pending = self.emr.list_steps(ClusterId=cid, StepStates=["CANCELLED"])["Steps"]
        self.assertEqual(pending, [])
        self.terminate(cid)
        wait_for("the rest to be cancelled", lambda: self.state(cid)["State"] == "TERMINATED")

    def test_active_steps_have_a_limit(self):
        cid = self.run_job_flow("limit")
        self.emr.add_job_flow_steps(JobFlowId=cid, Steps=[step("s", "sleep", "600")] * 256)
        self.refused("ValidationException", "Maximum number of active steps(State = 'Running', 'Pending' or "
                     "'Cancel_Pending') for cluster exceeded.",
                     lambda: self.emr.add_job_flow_steps(JobFlowId=cid, Steps=[step("s", "true")]))
        self.refused("ValidationException", "less than or equal to 256",
                     lambda: self.emr.add_job_flow_steps(JobFlowId=cid, Steps=[step("s", "true")] * 257))
        self.terminate(cid)

    def test_concurrency(self):
        cid = self.run_job_flow("parallel", StepConcurrencyLevel=2)
        self.refused("ValidationException", "ActionOnFailure", lambda: self.emr.add_job_flow_steps(
            JobFlowId=cid, Steps=[step("s", "true", action="CANCEL_AND_WAIT")]))
        ids = self.emr.add_job_flow_steps(JobFlowId=cid, Steps=[step(str(i), "sleep", "600") for i in range(3)])[
            "StepIds"]
        wait_for("two steps to run", lambda: [self.step_state(cid, i) for i in ids] ==
                 ["RUNNING", "RUNNING", "PENDING"])
        self.terminate(cid)

    # ---- groups and instances ----

    def test_groups_grow_and_shrink(self):
        cid = self.run_job_flow("grow", [MASTER, CORE])
        self.emr.get_waiter("cluster_running").wait(ClusterId=cid, WaiterConfig=FAST)
        added = self.emr.add_instance_groups(JobFlowId=cid, InstanceGroups=[TASK])
        self.assertEqual(added["JobFlowId"], cid)
        gid = added["InstanceGroupIds"][0]
        self.assertRegex(gid, "^ig-")

        def group():
            return [g for g in self.emr.list_instance_groups(ClusterId=cid)["InstanceGroups"] if g["Id"] == gid][0]

        def running(n):
            g = group()
            return (g["RunningInstanceCount"], g["Status"]["State"]) == (n, "RUNNING")
        wait_for("the task group", lambda: running(1))
        self.emr.modify_instance_groups(ClusterId=cid, InstanceGroups=[
            {"InstanceGroupId": gid, "InstanceCount": 2}])
        self.assertEqual(group()["RequestedInstanceCount"], 2)
        wait_for("two task nodes", lambda: running(2))
        live = self.emr.list_instances(ClusterId=cid, InstanceGroupId=gid, InstanceStates=["RUNNING"])["Instances"]
        self.assertEqual(len(live), 2)
        self.assertRegex(live[0]["Id"], "^ci-")
        self.assertRegex(live[0]["Ec2InstanceId"], "^i-[0-9a-f]{17}$")
        by_type = self.emr.list_instances(ClusterId=cid, InstanceGroupTypes=["TASK"])["Instances"]
        self.assertEqual({i["Id"] for i in by_type}, {i["Id"] for i in live})
        self.emr.modify_instance_groups(InstanceGroups=[
            {"InstanceGroupId": gid, "EC2InstanceIdsToTerminate": [live[0]["Ec2InstanceId"]]}])
        wait_for("one to go", lambda: running(1))
        left = self.emr.list_instances(ClusterId=cid, InstanceGroupId=gid, InstanceStates=["RUNNING"])["Instances"]
        self.assertEqual([i["Id"] for i in left], [live[1]["Id"]], self.emr.list_instances(ClusterId=cid))
        self.emr.modify_instance_groups(ClusterId=cid, InstanceGroups=[
            {"InstanceGroupId": gid, "InstanceCount": 0}])
        wait_for("an empty group", lambda: running(0))
        self.refused("ValidationException", "not valid", lambda: self.emr.modify_instance_groups(
            ClusterId=cid, InstanceGroups=[{"InstanceGroupId": "ig-NOSUCH", "InstanceCount": 1}]))
        self.terminate(cid)

    # ---- errors ----

    def test_unknown_ids(self):
        for call in ("describe_cluster", "list_steps", "list_instances", "list_instance_groups",
                     "list_bootstrap_actions"):
            for cid in ("j-NOSUCHCLUSTER", "DummyId"):
                self.refused("InvalidRequestException", f"Cluster id '{cid}' is not valid.",
                             lambda: getattr(self.emr, call)(ClusterId=cid), "NoSuchCluster")
        self.refused("InvalidRequestException", "Step id 's-NOSUCH' is not valid.",
                     lambda: self.emr.describe_step(ClusterId=self.cid, StepId="s-NOSUCH"))
        text = "Specified job flow ID not valid."
        self.refused("ValidationException", text, lambda: self.terminate("j-NOSUCH"))
        self.refused("ValidationException", text, lambda: self.emr.add_job_flow_steps(
            JobFlowId="j-NOSUCH", Steps=[step("s", "true")]))
        self.refused("ValidationException", text, lambda: self.emr.add_instance_groups(
            JobFlowId="j-NOSUCH", InstanceGroups=[TASK]))
        self.refused("ValidationException", text, lambda: self.emr.set_termination_protection(
            JobFlowIds=["j-NOSUCH"], TerminationProtected=True))

    def test_bad_requests(self):
        run = self.run_job_flow
        self.refused("ValidationException", "1 validation error detected: Value 'CHEAP' at 'instances."
                     "instanceGroups.1.member.market' failed to satisfy constraint: Member must satisfy enum value "
                     "set: [ON_DEMAND, SPOT]", lambda: run("x", [dict(MASTER, Market="CHEAP")]))
        self.refused("ValidationException", "Member must satisfy enum value set",
                     lambda: self.emr.list_clusters(ClusterStates=["HAPPY"]))
        self.refused("ValidationException", "Member must have length less than or equal to 256",
                     lambda: run("x" * 257))
        self.refused("ValidationException", "The supplied release label is invalid: emr-x.",
                     lambda: run("x", ReleaseLabel="emr-x"))
        self.refused("ValidationException", "Zero master instance groups supplied", lambda: run("x", [CORE]))
        self.refused("ValidationException", "Multiple core instance groups supplied, you must specify exactly one "
                     "core instance group", lambda: run("x", [MASTER, CORE, CORE]))
        self.refused("ValidationException", "Clusters with task nodes must also define core nodes.",
                     lambda: run("x", [MASTER, TASK]))
        self.refused("ValidationException", "Attempted to set bid price for on demand instance group.",
                     lambda: run("x", [dict(MASTER, BidPrice="1")]))
        self.refused("ValidationException", "No more than 3 digits are allowed after decimal place in bid price",
                     lambda: run("x", [dict(MASTER, Market="SPOT", BidPrice="0.0001")]))
        self.refused("ValidationException", "one and only one of the following", lambda: self.emr.run_job_flow(
            Name="x", ReleaseLabel="emr-7.1.0", Instances={}))
        self.refused("ValidationException", "Must specify exactly one of the following: release label",
                     lambda: self.emr.run_job_flow(Name="x", Instances={"InstanceGroups": [MASTER]}))
        self.refused("ValidationException", "The JobFlowId list cannot be empty", lambda: self.terminate())
        self.refused("InvalidRequestException", "Cannot specify both StepIds and StepStates.",
                     lambda: self.emr.list_steps(ClusterId=self.cid, StepIds=["s-1"], StepStates=["RUNNING"]))
        self.refused("InvalidRequestException", "Marker", lambda: self.emr.list_clusters(Marker="bogus"))

    def minimal(self, shape):
        """The least that botocore lets pass for a shape: ids that nobody has, one of each list."""
        if shape.type_name == "structure":
            return {n: self.minimal(shape.members[n]) for n in shape.required_members}
        if shape.type_name == "list":
            return [self.minimal(shape.member)]
        if shape.type_name == "map":
            return {}
        if shape.type_name == "boolean":
            return True
        if shape.type_name in ("integer", "long", "float", "double"):
            return 1
        return shape.enum[0] if shape.enum else "nothing-has-this-long-name"

    def test_every_operation_has_an_answer(self):
        """Whatever botocore's model has is answered with a reply, or with an error that a client can read; what the
        README lists as not served answers as an unknown operation."""
        model = self.emr.meta.service_model
        with open(os.path.join(ROOT, "core", "api", "emr", "README.md"), encoding="utf-8") as f:
            served = dict(re.findall(r"^\| (\w+) \| (yes|no) \|", f.read(), re.M))
        for name in model.operation_names:
            op = model.operation_model(name)
            args = self.minimal(op.input_shape) if op.input_shape else {}
            try:
                made = self.emr._make_api_call(name, args)
            except ClientError as e:
                code = e.response["Error"]["Code"]
                self.assertEqual(e.response["ResponseMetadata"]["HTTPStatusCode"], 400, name)
                self.assertTrue(e.response["Error"]["Message"], name)
                if served.get(name, "no") == "no":
                    self.assertEqual(code, "UnknownOperationException", name)
                else:
                    self.assertIn(code, ("ValidationException", "InvalidRequestException"), name)
            else:
                self.assertEqual(served.get(name), "yes", name)
                if name == "CreateStudio":
                    self.emr.delete_studio(StudioId=made["StudioId"])

    def test_tags(self):
        cid = self.run_job_flow("tags")
        self.emr.add_tags(ResourceId=cid, Tags=[{"Key": "team", "Value": "etl"}, {"Key": "k", "Value": ""}])
        self.emr.remove_tags(ResourceId=cid, TagKeys=["k", "absent"])
        self.assertEqual(self.emr.describe_cluster(ClusterId=cid)["Cluster"]["Tags"],
                         [{"Key": "team", "Value": "etl"}])
        self.terminate(cid)

    def test_auto_termination(self):
        cid = self.run_job_flow("idle", AutoTerminationPolicy={"IdleTimeout": 60})
        get = self.emr.get_auto_termination_policy
        self.assertEqual(get(ClusterId=cid)["AutoTerminationPolicy"], {"IdleTimeout": 60})
        self.emr.put_auto_termination_policy(ClusterId=cid, AutoTerminationPolicy={"IdleTimeout": 7200})
        self.assertEqual(get(ClusterId=cid)["AutoTerminationPolicy"], {"IdleTimeout": 7200})
        self.emr.remove_auto_termination_policy(ClusterId=cid)
        self.assertNotIn("AutoTerminationPolicy", get(ClusterId=cid))
        self.terminate(cid)

    def test_security_configurations(self):
        for i in range(55):
            made = self.emr.create_security_configuration(Name=f"s{i:02}", SecurityConfiguration="{}")
            self.assertEqual(made["CreationDateTime"].tzinfo is not None, True)
        pages = list(self.emr.get_paginator("list_security_configurations").paginate())
        self.assertEqual([len(p["SecurityConfigurations"]) for p in pages], [50, 5])
        self.assertEqual(len({c["Name"] for p in pages for c in p["SecurityConfigurations"]}), 55)
        cid = self.run_job_flow("secure", SecurityConfiguration="s07")
        self.assertEqual(self.emr.describe_cluster(ClusterId=cid)["Cluster"]["SecurityConfiguration"], "s07")
        self.terminate(cid)
        self.assertEqual(self.emr.describe_security_configuration(Name="s00")["SecurityConfiguration"], "{}")
        for i in range(55):
            self.emr.delete_security_configuration(Name=f"s{i:02}")
        self.refused("InvalidRequestException", "does not exist",
                     lambda: self.emr.delete_security_configuration(Name="s00"), "ResourceNotFound")

    def test_releases(self):
        labels = self.emr.list_release_labels(MaxResults=5)
        self.assertEqual(len(labels["ReleaseLabels"]), 5)
        more = self.emr.list_release_labels(MaxResults=5, NextToken=labels["NextToken"])
        self.assertFalse(set(labels["ReleaseLabels"]) & set(more["ReleaseLabels"]))
        d = self.emr.describe_release_label(ReleaseLabel="emr-7.1.0")
        self.assertIn({"Name": "Spark", "Version": "3.5.0"}, d["Applications"])

    def test_public_access(self):
        self.emr.put_block_public_access_configuration(BlockPublicAccessConfiguration={
            "BlockPublicSecurityGroupRules": True, "PermittedPublicSecurityGroupRuleRanges": [
                {"MinRange": 1, "MaxRange": 100}]})
        got = self.emr.get_block_public_access_configuration()
        self.assertEqual(got["BlockPublicAccessConfiguration"]["PermittedPublicSecurityGroupRuleRanges"],
                         [{"MinRange": 1, "MaxRange": 100}])
        self.assertIn(":user/", got["BlockPublicAccessConfigurationMetadata"]["CreatedByArn"])

    def test_notebooks(self):
        nid = self.emr.start_notebook_execution(EditorId="e-1", RelativePath="n.ipynb", ServiceRole="r",
                                                ExecutionEngine={"Id": self.cid})["NotebookExecutionId"]
        n = self.emr.describe_notebook_execution(NotebookExecutionId=nid)["NotebookExecution"]
        self.assertEqual((n["Status"], n["ExecutionEngine"]["Id"]), ("FAILED", self.cid))
        self.assertIn(nid, n["Arn"])
        found = [x for p in self.emr.get_paginator("list_notebook_executions").paginate(EditorId="e-1")
                 for x in p["NotebookExecutions"]]
        self.assertEqual([x["NotebookExecutionId"] for x in found], [nid])

    def test_studios(self):
        made = self.emr.create_studio(
            Name="st", AuthMode="IAM", VpcId="v", SubnetIds=["s"], ServiceRole="r", WorkspaceSecurityGroupId="w",
            EngineSecurityGroupId="e", DefaultS3Location="s3://b", Tags=[{"Key": "a", "Value": "b"}])["StudioId"]
        who = dict(StudioId=made, IdentityType="USER", IdentityId="u-1")
        self.emr.create_studio_session_mapping(SessionPolicyArn="p", **who)
        mapping = self.emr.get_studio_session_mapping(**who)["SessionMapping"]
        self.assertEqual((mapping["IdentityId"], mapping["CreationTime"].tzinfo is None), ("u-1", False))
        studios = [s for p in self.emr.get_paginator("list_studios").paginate() for s in p["Studios"]]
        self.assertEqual([s["Name"] for s in studios], ["st"])
        mappings = [m for p in self.emr.get_paginator("list_studio_session_mappings").paginate(StudioId=made)
                    for m in p["SessionMappings"]]
        self.assertEqual([m["IdentityId"] for m in mappings], ["u-1"])
        self.assertEqual(self.emr.describe_studio(StudioId=made)["Studio"]["Tags"], [{"Key": "a", "Value": "b"}])
        self.emr.delete_studio(StudioId=made)
        self.refused("InvalidRequestException", "Studio does not exist",
                     lambda: self.emr.describe_studio(StudioId=made))

    def test_job_flows(self):
        flow = self.emr.describe_job_flows(JobFlowIds=[self.cid])["JobFlows"][0]
        self.assertEqual((flow["JobFlowId"], flow["Instances"]["InstanceCount"]), (self.cid, 2))
        self.assertEqual(flow["Instances"]["KeepJobFlowAliveWhenNoSteps"], True)

    def test_paginators(self):
        for name in ("list_bootstrap_actions", "list_instance_groups", "list_instances", "list_steps"):
            self.assertEqual(len(list(self.emr.get_paginator(name).paginate(ClusterId=self.cid))), 1, name)

    def test_wrong_keys(self):
        self.refused("InvalidSignatureException", "does not match",
                     lambda: boto3_client(self.server, aws_secret_access_key="wrong").list_clusters(), status=400)
        self.refused("UnrecognizedClientException", "security token",
                     lambda: boto3_client(self.server, aws_access_key_id="AKIAWRONG").list_clusters(), status=400)

    def test_region_is_the_callers(self):
        emr = boto3_client(self.server, region_name="eu-central-1")
        self.assertIn("Clusters", emr.list_clusters())

    def test_every_page_of_clusters(self):
        emr = self.emr
        before = {c["Id"] for p in emr.get_paginator("list_clusters").paginate() for c in p["Clusters"]}
        ids = []
        for i in range(55):
            ids.append(self.run_job_flow(f"page{i}", keep=False))
        pages = list(emr.get_paginator("list_clusters").paginate())
        self.assertGreater(len(pages), 1)
        self.assertEqual(len(pages[0]["Clusters"]), 50)
        listed = [c["Id"] for p in pages for c in p["Clusters"]]
        self.assertEqual(len(listed), len(set(listed)))
        self.assertEqual(set(ids) | before, set(listed))
        for first in range(0, 55, 10):
            self.terminate(*ids[first:first + 10])


def main():
    unittest.main(module="__main__", verbosity=2)
