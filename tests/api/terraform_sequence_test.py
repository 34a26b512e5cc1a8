#!/usr/bin/env python3
"""What Terraform's AWS provider asks of EMR, call by call: create, read, update and delete of its resources and data
sources, with the errors that it takes for answers. Signed requests over TCP; standard library only."""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from signed import Signed  # noqa: E402
from stoker_server import ApiError, Server, wait_for  # noqa: E402

PENDING, UP = ("STARTING", "BOOTSTRAPPING"), ("RUNNING", "WAITING")
GONE = ("TERMINATED", "TERMINATED_WITH_ERRORS")
MASTER = {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1, "Name": "",
          "EbsConfiguration": {"EbsBlockDeviceConfigs": [{"VolumeSpecification": {
              "VolumeType": "gp2", "SizeInGB": 40}, "VolumesPerInstance": 1}]}}
CORE = dict(MASTER, InstanceRole="CORE")
RULE = {"Name": "out", "Description": "", "Action": {"SimpleScalingPolicyConfiguration": {
    "AdjustmentType": "CHANGE_IN_CAPACITY", "ScalingAdjustment": 1, "CoolDown": 300}}, "Trigger": {
        "CloudWatchAlarmDefinition": {
            "ComparisonOperator": "LESS_THAN", "EvaluationPeriods": 1, "MetricName": "YARNMemoryAvailablePercentage",
            "Namespace": "AWS/ElasticMapReduce", "Period": 300, "Statistic": "AVERAGE", "Threshold": 15.0,
            "Unit": "PERCENT", "Dimensions": [{"Key": "JobFlowId", "Value": "${emr.clusterId}"}]}}}
FLEET = {"InstanceFleetType": "MASTER", "TargetOnDemandCapacity": 1, "TargetSpotCapacity": 0,
         "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}]}


class Terraform(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def setUp(self):
        self.emr = Signed(self.server, "us-west-2")
        self.addCleanup(self.emr.close)

    def call(self, op, **body):
        return self.emr.call(op, body)

    def fails(self, op, **body):
        with self.assertRaises(ApiError) as caught:
            self.call(op, **body)
        return caught.exception

    # ---- aws_emr_cluster ----

    def create(self, name, instances=None, **more):
        body = {"Name": name, "ReleaseLabel": "emr-7.1.0", "ServiceRole": "svc", "VisibleToAllUsers": True,
                "JobFlowRole": "arn:aws:iam::123456789012:instance-profile/p", "Applications": [{"Name": "Spark"}],
                "Instances": {"KeepJobFlowAliveWhenNoSteps": True, "TerminationProtected": False,
                              **(instances or {"InstanceGroups": [MASTER, CORE]})}, **more}
        cid = self.call("RunJobFlow", **body)["JobFlowId"]
        self.wait_up(cid)
        return cid

    def wait_up(self, cid):
        def up():
            state = self.call("DescribeCluster", ClusterId=cid)["Cluster"]["Status"]["State"]
            self.assertIn(state, PENDING + UP)
            return state in UP
        wait_for("the cluster to be up", up)

    def gone(self, cid):
        """The provider's own test of whether a cluster still exists."""
        try:
            c = self.call("DescribeCluster", ClusterId=cid)["Cluster"]
        except ApiError as e:
            self.assertTrue(e.code == "ClusterNotFound" or
                            (e.code == "InvalidRequestException" and "is not valid" in e.message), e)
            return True
        return c["Id"] != cid or c["Status"]["State"] in GONE

    def optional(self, op, **body):
        """A call whose failure the provider ignores."""
        try:
            return self.call(op, **body)
        except ApiError:
            return None

    def auto_termination(self, cid):
        try:
            return self.call("GetAutoTerminationPolicy", ClusterId=cid).get("AutoTerminationPolicy")
        except ApiError as e:
            self.assertTrue((e.code == "InvalidRequestException" and "is not valid" in e.message) or
                            (e.code == "ValidationException" and
                             "Auto-termination is not available for this account when using this release of EMR" in
                             e.message), e)
            return None

    def read(self, cid):
        """All that a refresh asks, in its order."""
        self.assertFalse(self.gone(cid))
        c = self.call("DescribeCluster", ClusterId=cid)["Cluster"]
        groups = self.optional("ListInstanceGroups", ClusterId=cid)
        fleets = self.optional("ListInstanceFleets", ClusterId=cid)
        self.assertTrue(groups or fleets)
        actions = self.call("ListBootstrapActions", ClusterId=cid)["BootstrapActions"]
        steps, marker = [], None
        while marker is not None or not steps:
            page = self.call("ListSteps", ClusterId=cid, **({"Marker": marker} if marker else {}))
            steps += page["Steps"]
            marker = page.get("Marker")
            if marker is None:
                break
        return c, groups and groups["InstanceGroups"], fleets and fleets["InstanceFleets"], actions, steps[::-1], \
            self.auto_termination(cid)

    def delete(self, cid):
        self.call("TerminateJobFlows", JobFlowIds=[cid])
        wait_for("the cluster to end", lambda: self.call("DescribeCluster", ClusterId=cid)["Cluster"]["Status"][
            "State"] in GONE)
        self.assertTrue(self.gone(cid))

    def test_cluster(self):
        steps = [{"Name": f"s{i}", "ActionOnFailure": "CONTINUE", "HadoopJarStep": {
            "Jar": "command-runner.jar", "Args": ["true"], "Properties": [{"Key": "a", "Value": "b"}]}}
            for i in range(60)]
        cid = self.create("tf", Steps=steps, StepConcurrencyLevel=1, Tags=[{"Key": "a", "Value": "b"}],
                          BootstrapActions=[{"Name": "b", "ScriptBootstrapAction": {"Path": "/bin/true",
                                                                                    "Args": ["x"]}}],
                          AutoTerminationPolicy={"IdleTimeout": 3600}, EbsRootVolumeSize=20, CustomAmiId="ami-1",
                          ScaleDownBehavior="TERMINATE_AT_TASK_COMPLETION", LogUri="s3n://logs/tf/",
                          KerberosAttributes={"Realm": "EC2.INTERNAL", "KdcAdminPassword": "geheim",
                                              "CrossRealmTrustPrincipalPassword": "geheim"},
                          Configurations=[{"Classification": "spark-env", "Configurations": [
                              {"Classification": "export", "Properties": {"A": "B"}}], "Properties": {}}])
        c, groups, _, actions, listed, idle = self.read(cid)
        self.assertEqual([s["Name"] for s in listed], [s["Name"] for s in steps])
        self.assertEqual(listed[0]["Config"]["Properties"], {"a": "b"})
        self.assertEqual((actions[0]["ScriptPath"], actions[0]["Args"]), ("/bin/true", ["x"]))
        self.assertEqual(idle, {"IdleTimeout": 3600})
        self.assertEqual((c["ReleaseLabel"], c["LogUri"], c["CustomAmiId"], c["EbsRootVolumeSize"], c["AutoTerminate"]),
                         ("emr-7.1.0", "s3n://logs/tf/", "ami-1", 20, False))
        self.assertEqual(c["Configurations"][0]["Configurations"][0]["Properties"], {"A": "B"})
        self.assertRegex(c["ClusterArn"], "^arn:aws:elasticmapreduce:us-west-2:")
        # Without a realm the provider would replace the cluster; the passwords it keeps itself.
        self.assertEqual(c["KerberosAttributes"], {"Realm": "EC2.INTERNAL", "KdcAdminPassword": "********",
                                                   "CrossRealmTrustPrincipalPassword": "********"})
        with open(os.path.join(self.server.home, "stoker.db-wal"), "rb") as f:
            self.assertNotIn(b"geheim", f.read())
        self.assertEqual({g["InstanceGroupType"]: len(g["EbsBlockDevices"]) for g in groups}, {"MASTER": 1, "CORE": 1})
        self.update(cid, groups)
        self.delete(cid)
        self.assertTrue(self.gone("j-NEVERWAS00000"))

    def update(self, cid, groups):
        self.call("ModifyCluster", ClusterId=cid, StepConcurrencyLevel=3)
        self.call("SetVisibleToAllUsers", JobFlowIds=[cid], VisibleToAllUsers=False)
        self.call("PutAutoTerminationPolicy", ClusterId=cid, AutoTerminationPolicy={"IdleTimeout": 600})
        self.call("SetTerminationProtection", JobFlowIds=[cid], TerminationProtected=True)
        self.call("SetUnhealthyNodeReplacement", JobFlowIds=[cid], UnhealthyNodeReplacement=True)
        core = [g for g in groups if g["InstanceGroupType"] == "CORE"][0]["Id"]
        self.call("ModifyInstanceGroups", InstanceGroups=[{"InstanceGroupId": core, "InstanceCount": 2}])
        self.wait_group(cid, core, 2)
        self.call("RemoveTags", ResourceId=cid, TagKeys=["a"])
        self.call("AddTags", ResourceId=cid, Tags=[{"Key": "c", "Value": "d"}])
        c, groups, _, _, _, idle = self.read(cid)
        self.assertEqual((c["StepConcurrencyLevel"], c["VisibleToAllUsers"], c["TerminationProtected"],
                          c["UnhealthyNodeReplacement"], c["Tags"], idle),
                         (3, False, True, True, [{"Key": "c", "Value": "d"}], {"IdleTimeout": 600}))
        self.call("RemoveAutoTerminationPolicy", ClusterId=cid)
        self.assertIsNone(self.auto_termination(cid))
        self.call("SetTerminationProtection", JobFlowIds=[cid], TerminationProtected=False)

    def group(self, cid, gid):
        return [g for g in self.call("ListInstanceGroups", ClusterId=cid)["InstanceGroups"] if g["Id"] == gid][0]

    def wait_group(self, cid, gid, n):
        def ready():
            g = self.group(cid, gid)
            self.assertIn(g["Status"]["State"], ("BOOTSTRAPPING", "PROVISIONING", "RECONFIGURING", "RESIZING",
                                                 "RUNNING"))
            return g["Status"]["State"] == "RUNNING" and g["RunningInstanceCount"] == n
        wait_for(f"{n} instances", ready)

    def test_old_release_has_no_auto_termination(self):
        cid = self.create("old", ReleaseLabel="emr-5.29.0")
        self.assertIsNone(self.read(cid)[5])
        self.delete(cid)

    def test_terminated_by_hand(self):
        cid = self.create("hand")
        self.delete(cid)
        self.assertTrue(self.gone(cid))
        self.delete(cid)   # again: no error

    def test_error_shows_the_reason(self):
        cid = self.call("RunJobFlow", Name="bad", ReleaseLabel="emr-7.1.0", Instances={
            "InstanceGroups": [MASTER], "KeepJobFlowAliveWhenNoSteps": True}, BootstrapActions=[
                {"Name": "b", "ScriptBootstrapAction": {"Path": "/bin/false"}}])["JobFlowId"]
        wait_for("the end", lambda: self.gone(cid))
        why = self.call("DescribeCluster", ClusterId=cid)["Cluster"]["Status"]["StateChangeReason"]
        self.assertEqual(why["Code"], "BOOTSTRAP_FAILURE")
        self.assertTrue(why["Message"])

    # ---- aws_emr_instance_group ----

    def test_instance_group(self):
        cid = self.create("groups")
        gid = self.call("AddInstanceGroups", JobFlowId=cid, InstanceGroups=[
            dict(MASTER, InstanceRole="TASK", Name="task")])["InstanceGroupIds"][0]
        self.wait_group(cid, gid, 1)
        self.call("ModifyInstanceGroups", InstanceGroups=[{"InstanceGroupId": gid, "InstanceCount": 2}])
        self.wait_group(cid, gid, 2)
        self.call("ModifyInstanceGroups", InstanceGroups=[{"InstanceGroupId": gid, "InstanceCount": 0}])
        self.wait_group(cid, gid, 0)
        self.delete(cid)
        e = self.fails("ModifyInstanceGroups", InstanceGroups=[{"InstanceGroupId": gid, "InstanceCount": 0}])
        self.assertIn("A job flow that is shutting down, terminated, or finished may not be modified", e.message)

    def served(self, op, **body):
        """Skips what this server does not have."""
        try:
            return self.call(op, **body)
        except ApiError as e:
            if e.code == "UnknownOperationException":
                self.skipTest(f"{op} is not served")
            raise

    def test_autoscaling_policy(self):
        cid = self.create("scaling", AutoScalingRole="scale")
        gid = self.call("AddInstanceGroups", JobFlowId=cid, InstanceGroups=[
            dict(MASTER, InstanceRole="TASK")])["InstanceGroupIds"][0]
        self.wait_group(cid, gid, 1)
        self.served("PutAutoScalingPolicy", ClusterId=cid, InstanceGroupId=gid, AutoScalingPolicy={
            "Constraints": {"MinCapacity": 1, "MaxCapacity": 2}, "Rules": [RULE]})
        policy = self.group(cid, gid)["AutoScalingPolicy"]
        self.assertEqual(policy["Constraints"], {"MinCapacity": 1, "MaxCapacity": 2})
        shown = policy["Rules"][0]["Trigger"]["CloudWatchAlarmDefinition"]
        self.assertEqual(shown["Dimensions"], [{"Key": "JobFlowId", "Value": cid}])
        self.call("RemoveAutoScalingPolicy", ClusterId=cid, InstanceGroupId=gid)
        wait_for("the policy to go", lambda: "AutoScalingPolicy" not in self.group(cid, gid))
        self.delete(cid)

    def test_managed_scaling_policy(self):
        cid = self.create("managed")
        limits = {"UnitType": "Instances", "MinimumCapacityUnits": 1, "MaximumCapacityUnits": 2}
        self.served("PutManagedScalingPolicy", ClusterId=cid, ManagedScalingPolicy={"ComputeLimits": limits})
        got = self.call("GetManagedScalingPolicy", ClusterId=cid)["ManagedScalingPolicy"]["ComputeLimits"]
        self.assertEqual({k: got[k] for k in limits}, limits)
        self.call("RemoveManagedScalingPolicy", ClusterId=cid)
        self.assertNotIn("ManagedScalingPolicy", self.call("GetManagedScalingPolicy", ClusterId=cid))
        self.delete(cid)
        e = self.fails("RemoveManagedScalingPolicy", ClusterId=cid)
        self.assertIn("A job flow that is shutting down, terminated, or finished may not be modified", e.message)

    def test_instance_fleets(self):
        groups = self.create("groups")
        try:
            self.call("ListInstanceFleets", ClusterId=groups)
            self.fail("fleets of a cluster with groups")
        except ApiError as e:
            if e.code == "UnknownOperationException":
                self.delete(groups)
                self.skipTest("fleets are not served")
            self.assertEqual(e.code, "InvalidRequestException")
        self.delete(groups)
        cid = self.create("fleets", {"InstanceFleets": [FLEET, dict(FLEET, InstanceFleetType="CORE")]})
        c, as_groups, fleets, _, _, _ = self.read(cid)
        self.assertEqual((c["InstanceCollectionType"], as_groups), ("INSTANCE_FLEET", None))
        self.assertEqual({f["InstanceFleetType"] for f in fleets}, {"MASTER", "CORE"})
        task = self.call("AddInstanceFleet", ClusterId=cid, InstanceFleet=dict(FLEET, InstanceFleetType="TASK"))
        fid = task["InstanceFleetId"]

        def fleet():
            return [f for f in self.call("ListInstanceFleets", ClusterId=cid)["InstanceFleets"] if f["Id"] == fid][0]
        wait_for("the fleet", lambda: fleet()["ProvisionedOnDemandCapacity"] == 1 and
                 fleet()["Status"]["State"] == "RUNNING")
        self.call("ModifyInstanceFleet", ClusterId=cid, InstanceFleet={
            "InstanceFleetId": fid, "TargetOnDemandCapacity": 0, "TargetSpotCapacity": 0})
        wait_for("an empty fleet", lambda: fleet()["ProvisionedOnDemandCapacity"] == 0)
        self.delete(cid)
        e = self.fails("ModifyInstanceFleet", ClusterId=cid, InstanceFleet={
            "InstanceFleetId": fid, "TargetOnDemandCapacity": 0, "TargetSpotCapacity": 0})
        self.assertIn("A job flow that is shutting down, terminated, or finished may not be modified", e.message)

    # ---- the small resources and the data sources ----

    def test_security_configuration(self):
        made = self.call("CreateSecurityConfiguration", Name="tf-sc", SecurityConfiguration='{"A":{}}')
        self.assertEqual(made["Name"], "tf-sc")
        self.assertEqual(self.call("DescribeSecurityConfiguration", Name="tf-sc")["SecurityConfiguration"], '{"A":{}}')
        self.call("DeleteSecurityConfiguration", Name="tf-sc")
        for op in ("DescribeSecurityConfiguration", "DeleteSecurityConfiguration"):
            e = self.fails(op, Name="tf-sc")
            self.assertEqual(e.code, "InvalidRequestException")
            self.assertIn("does not exist", e.message)

    def test_studio(self):
        made = self.call("CreateStudio", Name="tf-studio", AuthMode="SSO", VpcId="vpc-1", SubnetIds=["subnet-1"],
                         ServiceRole="arn:aws:iam::123456789012:role/s", UserRole="arn:aws:iam::123456789012:role/u",
                         WorkspaceSecurityGroupId="sg-1", EngineSecurityGroupId="sg-2", DefaultS3Location="s3://b/x",
                         Tags=[{"Key": "a", "Value": "b"}])
        sid = made["StudioId"]
        self.assertRegex(sid, "^es-[A-Z0-9]{25}$")
        s = self.call("DescribeStudio", StudioId=sid)["Studio"]
        self.assertEqual(s["StudioArn"], f"arn:aws:elasticmapreduce:us-west-2:000000000000:studio/{sid}")
        self.assertEqual((s["Name"], s["AuthMode"], s["SubnetIds"], s["Tags"], s["DefaultS3Location"]),
                         ("tf-studio", "SSO", ["subnet-1"], [{"Key": "a", "Value": "b"}], "s3://b/x"))
        self.assertNotIn("Url", s)   # there is nothing to be found at one
        self.call("UpdateStudio", StudioId=sid, SubnetIds=["subnet-1", "subnet-2"], Description="d")
        self.call("RemoveTags", ResourceId=sid, TagKeys=["a"])
        self.call("AddTags", ResourceId=s["StudioArn"], Tags=[{"Key": "c", "Value": "d"}])
        s = self.call("DescribeStudio", StudioId=sid)["Studio"]
        self.assertEqual((s["Name"], s["Description"], s["SubnetIds"], s["Tags"]),
                         ("tf-studio", "d", ["subnet-1", "subnet-2"], [{"Key": "c", "Value": "d"}]))
        self.session_mapping(sid)
        self.call("DeleteStudio", StudioId=sid)
        for op, more in (("DescribeStudio", {}), ("DeleteStudio", {}), ("UpdateStudio", {"Name": "n"})):
            self.assertIn("Studio does not exist", self.no_such(op, StudioId=sid, **more))
        self.assertEqual(self.call("ListStudioSessionMappings")["SessionMappings"], [])
        self.assertIn("Studio does not exist", self.no_such("AddTags", ResourceId=sid, Tags=[]))

    def no_such(self, op, **body):
        e = self.fails(op, **body)
        self.assertEqual(e.code, "InvalidRequestException")
        return e.message

    def session_mapping(self, sid):
        """aws_emr_studio_session_mapping; older providers send both names of an identity, the other one empty."""
        who = {"StudioId": sid, "IdentityType": "USER", "IdentityName": "ada@example.com"}
        policy = "arn:aws:iam::123456789012:policy/"
        self.call("CreateStudioSessionMapping", SessionPolicyArn=policy + "one", IdentityId="", **who)
        got = self.call("GetStudioSessionMapping", **who)["SessionMapping"]
        self.assertEqual({k: got[k] for k in who}, who)
        self.assertEqual(got["SessionPolicyArn"], policy + "one")
        self.assertNotIn("IdentityId", got)
        self.call("UpdateStudioSessionMapping", SessionPolicyArn=policy + "two", **who)
        again = self.call("GetStudioSessionMapping", **who)["SessionMapping"]
        self.assertEqual((again["SessionPolicyArn"], again["CreationTime"]), (policy + "two", got["CreationTime"]))
        self.assertIn("already exists", self.no_such("CreateStudioSessionMapping", SessionPolicyArn=policy, **who))
        self.assertIn("one of IdentityId and IdentityName",
                      self.no_such("GetStudioSessionMapping", IdentityId="i", **who))
        self.call("DeleteStudioSessionMapping", **who)
        for op in ("GetStudioSessionMapping", "DeleteStudioSessionMapping"):
            self.assertIn("Studio session mapping does not exist.", self.no_such(op, **who))
        self.assertIn("Studio does not exist", self.no_such("GetStudioSessionMapping", **dict(who, StudioId="es-NONE")))
        self.call("CreateStudioSessionMapping", SessionPolicyArn=policy, StudioId=sid, IdentityType="GROUP",
                  IdentityId="g-1")   # goes with its studio

    def test_studios_have_limits(self):
        studio = dict(AuthMode="IAM", VpcId="v", ServiceRole="r", WorkspaceSecurityGroupId="w",
                      EngineSecurityGroupId="e", DefaultS3Location="s3://b", SubnetIds=["s"])
        self.assertIn("1 to 5 subnets", self.no_such("CreateStudio", Name="x", **dict(studio, SubnetIds=["s"] * 6)))
        self.assertIn("must have a name", self.no_such("CreateStudio", Name="", **studio))
        ids = [self.call("CreateStudio", Name=f"s{i}", **studio)["StudioId"] for i in range(100)]
        self.assertIn("more than 100 studios", self.no_such("CreateStudio", Name="x", **studio))
        first = self.call("ListStudios")
        second = self.call("ListStudios", Marker=first["Marker"])
        self.assertNotIn("Marker", second)
        self.assertEqual({s["StudioId"] for s in first["Studios"] + second["Studios"]}, set(ids))
        self.assertEqual(set(first["Studios"][0]), {"StudioId", "Name", "VpcId", "AuthMode", "CreationTime"})
        groups = dict(StudioId=ids[0], IdentityType="GROUP", SessionPolicyArn="p")
        for i in range(5):
            self.call("CreateStudioSessionMapping", IdentityName=f"g{i}", **groups)
        self.assertIn("more than 5 mappings", self.no_such("CreateStudioSessionMapping", IdentityName="g", **groups))
        listed = self.call("ListStudioSessionMappings", StudioId=ids[0], IdentityType="GROUP")["SessionMappings"]
        self.assertEqual({m["IdentityName"] for m in listed}, {f"g{i}" for i in range(5)})
        self.assertEqual(self.call("ListStudioSessionMappings", IdentityType="USER")["SessionMappings"], [])
        for i in ids:
            self.call("DeleteStudio", StudioId=i)

    def test_block_public_access(self):
        self.call("PutBlockPublicAccessConfiguration", BlockPublicAccessConfiguration={
            "BlockPublicSecurityGroupRules": True, "PermittedPublicSecurityGroupRuleRanges": [
                {"MinRange": 22, "MaxRange": 22}, {"MinRange": 100, "MaxRange": 101}]})
        got = self.call("GetBlockPublicAccessConfiguration")["BlockPublicAccessConfiguration"]
        self.assertEqual(len(got["PermittedPublicSecurityGroupRuleRanges"]), 2)

    def test_data_sources(self):
        labels = self.call("ListReleaseLabels", Filters={"Application": "spark@2.1.0", "Prefix": "emr-5"})
        self.assertIn("emr-5.5.0", labels["ReleaseLabels"])
        types = self.call("ListSupportedInstanceTypes", ReleaseLabel="emr-6.15.0")["SupportedInstanceTypes"]
        self.assertEqual(set(types[0]), {"Type", "MemoryGB", "StorageGB", "VCPU", "Is64BitsOnly", "InstanceFamilyId",
                                         "EbsOptimizedAvailable", "EbsOptimizedByDefault", "NumberOfDisks",
                                         "EbsStorageOnly", "Architecture"})


if __name__ == "__main__":
    unittest.main()
