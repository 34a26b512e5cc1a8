#!/usr/bin/python3
"""Instance fleets as Debian's clients drive them: boto3 and the `aws` program."""
import os
import shutil
import sys

DEBIAN = "/usr/bin/python3"
if os.path.realpath(sys.executable) != os.path.realpath(DEBIAN) and os.path.exists(DEBIAN):
    os.execv(DEBIAN, [DEBIAN] + sys.argv)  # another Python came first in PATH: Debian's boto3 is not its
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import unittest  # noqa: E402

from botocore.exceptions import ClientError  # noqa: E402
from aws import Aws, boto3_client  # noqa: E402
from stoker_server import Server, wait_for  # noqa: E402

AWS = "/usr/bin/aws" if os.path.exists("/usr/bin/aws") else shutil.which("aws")
MASTER = {"InstanceFleetType": "MASTER", "TargetOnDemandCapacity": 1,
          "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}]}
CORE = {"Name": "work", "InstanceFleetType": "CORE", "TargetOnDemandCapacity": 1, "TargetSpotCapacity": 3,
        "InstanceTypeConfigs": [
            {"InstanceType": "m5.xlarge", "WeightedCapacity": 1, "BidPriceAsPercentageOfOnDemandPrice": 80},
            {"InstanceType": "r5.xlarge", "WeightedCapacity": 2, "BidPrice": "0.200", "EbsConfiguration": {
                "EbsBlockDeviceConfigs": [{"VolumeSpecification": {"VolumeType": "gp2", "SizeInGB": 32},
                                           "VolumesPerInstance": 2}]}}],
        "LaunchSpecifications": {"SpotSpecification": {
            "TimeoutDurationMinutes": 20, "TimeoutAction": "SWITCH_TO_ON_DEMAND",
            "AllocationStrategy": "capacity-optimized"}, "OnDemandSpecification": {
                "AllocationStrategy": "lowest-price"}}}


class Fleets(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.emr = boto3_client(cls.server)
        cls.cid = cls.create([MASTER, CORE])
        cls.waits(cls.cid)

    @classmethod
    def create(cls, fleets):
        return cls.emr.run_job_flow(Name="fleets", ReleaseLabel="emr-7.1.0", ServiceRole="EMR_DefaultRole",
                                    JobFlowRole="EMR_EC2_DefaultRole", Instances={
                                        "InstanceFleets": fleets, "KeepJobFlowAliveWhenNoSteps": True,
                                        "Ec2SubnetIds": ["subnet-a", "subnet-b"]})["JobFlowId"]

    @classmethod
    def waits(cls, cid):
        wait_for("the cluster to wait", lambda: cls.emr.describe_cluster(ClusterId=cid)["Cluster"]["Status"][
            "State"] == "WAITING")

    def fleet(self, role, cid=None):
        pages = self.emr.get_paginator("list_instance_fleets").paginate(ClusterId=cid or self.cid)
        return next(f for page in pages for f in page["InstanceFleets"] if f["InstanceFleetType"] == role)

    def refused(self, code, text, call, **args):
        with self.assertRaises(ClientError) as e:
            call(**args)
        self.assertEqual(e.exception.response["Error"]["Code"], code)
        self.assertIn(text, e.exception.response["Error"]["Message"])
        return e.exception.response

    def test_describe(self):
        c = self.emr.describe_cluster(ClusterId=self.cid)["Cluster"]
        self.assertEqual(c["InstanceCollectionType"], "INSTANCE_FLEET")
        self.assertEqual(c["Ec2InstanceAttributes"]["RequestedEc2SubnetIds"], ["subnet-a", "subnet-b"])
        f = self.fleet("CORE")
        self.assertRegex(f["Id"], "^if-[A-Z0-9]{12,13}$")
        self.assertEqual(f["Name"], "work")
        self.assertEqual(f["Status"]["State"], "RUNNING")
        self.assertIn("ReadyDateTime", f["Status"]["Timeline"])
        self.assertEqual((f["TargetOnDemandCapacity"], f["TargetSpotCapacity"]), (1, 3))
        self.assertGreaterEqual(f["ProvisionedOnDemandCapacity"], 1)
        self.assertGreaterEqual(f["ProvisionedSpotCapacity"], 3)
        self.assertEqual(f["LaunchSpecifications"], CORE["LaunchSpecifications"])
        m5, r5 = f["InstanceTypeSpecifications"]
        self.assertEqual((m5["InstanceType"], m5["WeightedCapacity"], m5["BidPriceAsPercentageOfOnDemandPrice"]),
                         ("m5.xlarge", 1, 80))
        self.assertEqual((r5["WeightedCapacity"], r5["BidPrice"]), (2, "0.200"))
        self.assertEqual([d["Device"] for d in r5["EbsBlockDevices"]], ["/dev/sdb", "/dev/sdc"])

    def test_instances_belong_to_fleets(self):
        f = self.fleet("CORE")
        mine = self.emr.list_instances(ClusterId=self.cid, InstanceFleetId=f["Id"])["Instances"]
        self.assertEqual(mine, self.emr.list_instances(ClusterId=self.cid, InstanceFleetType="CORE")["Instances"])
        weight = {"m5.xlarge": 1, "r5.xlarge": 2}
        for market, member in (("ON_DEMAND", "ProvisionedOnDemandCapacity"), ("SPOT", "ProvisionedSpotCapacity")):
            self.assertEqual(sum(weight[i["InstanceType"]] for i in mine if i["Market"] == market), f[member])
        for i in mine:
            self.assertEqual(i["InstanceFleetId"], f["Id"])
            self.assertNotIn("InstanceGroupId", i)
        self.assertEqual(len(self.emr.list_instances(ClusterId=self.cid)["Instances"]), len(mine) + 1)

    def test_life(self):
        cid = self.create([MASTER, dict(CORE, TargetSpotCapacity=0)])
        self.waits(cid)
        r = self.emr.add_instance_fleet(ClusterId=cid, InstanceFleet={
            "Name": "extra", "InstanceFleetType": "TASK", "TargetSpotCapacity": 2,
            "InstanceTypeConfigs": [{"InstanceType": "c5.xlarge"}]})
        self.assertEqual(r["ClusterId"], cid)
        self.assertIn(cid, r["ClusterArn"])
        wait_for("the task fleet", lambda: self.fleet("TASK", cid)["ProvisionedSpotCapacity"] == 2)
        self.emr.modify_instance_fleet(ClusterId=cid, InstanceFleet={
            "InstanceFleetId": r["InstanceFleetId"], "TargetSpotCapacity": 0, "TargetOnDemandCapacity": 1})
        wait_for("one market for the other", lambda: (lambda f: (
            f["ProvisionedSpotCapacity"], f["ProvisionedOnDemandCapacity"], f["Status"]["State"]))(
                self.fleet("TASK", cid)) == (0, 1, "RUNNING"))
        self.emr.terminate_job_flows(JobFlowIds=[cid])
        wait_for("its end", lambda: self.fleet("CORE", cid)["Status"]["State"] == "TERMINATED")
        self.assertEqual(self.fleet("CORE", cid)["ProvisionedOnDemandCapacity"], 0)
        self.refused("InvalidRequestException", "may not be modified", self.emr.add_instance_fleet, ClusterId=cid,
                     InstanceFleet={"InstanceFleetType": "TASK", "TargetSpotCapacity": 2,
                                    "InstanceTypeConfigs": [{"InstanceType": "c5.xlarge"}]})

    def test_groups_are_refused(self):
        r = self.refused("InvalidRequestException", "Use the ListInstanceFleets operation instead.",
                         self.emr.list_instance_groups, ClusterId=self.cid)
        self.assertEqual(r["ErrorCode"], "API_DOES_NOT_SUPPORT_INSTANCE_FLEET_CLUSTERS")
        self.refused("ValidationException", "A master instance fleet can only have a target capacity of 1.",
                     self.create, fleets=[dict(MASTER, TargetOnDemandCapacity=2)])
        self.refused("ValidationException", "Specify at most one of bidPrice", self.create, fleets=[
            MASTER, dict(CORE, InstanceTypeConfigs=[{"InstanceType": "m5.xlarge", "BidPrice": "1",
                                                     "BidPriceAsPercentageOfOnDemandPrice": 10}])])
        self.refused("ValidationException", "Member must satisfy enum value set: [SWITCH_TO_ON_DEMAND, "
                     "TERMINATE_CLUSTER]", self.create, fleets=[MASTER, dict(CORE, LaunchSpecifications={
                         "SpotSpecification": {"TimeoutDurationMinutes": 5, "TimeoutAction": "SLEEP"}})])

    @unittest.skipUnless(AWS, "the aws program is not installed")
    def test_aws_program(self):
        aws = Aws(AWS, self.server)
        cid = aws("create-cluster", "--name", "cli", "--release-label", "emr-7.1.0", "--use-default-roles",
                  "--instance-fleets",
                  "InstanceFleetType=MASTER,TargetOnDemandCapacity=1,InstanceTypeConfigs=[{InstanceType=m5.xlarge}]",
                  "InstanceFleetType=CORE,TargetSpotCapacity=2,InstanceTypeConfigs=[{InstanceType=m5.xlarge,"
                  "BidPrice=0.15},{InstanceType=r5.xlarge,WeightedCapacity=2}],LaunchSpecifications={"
                  "SpotSpecification={TimeoutDurationMinutes=10,TimeoutAction=TERMINATE_CLUSTER}}")["ClusterId"]
        self.waits(cid)
        c = aws("describe-cluster", "--cluster-id", cid)["Cluster"]
        self.assertEqual([f["InstanceFleetType"] for f in c["InstanceFleets"]], ["MASTER", "CORE"])
        self.assertNotIn("InstanceGroups", c)
        fid = aws("add-instance-fleet", "--cluster-id", cid, "--instance-fleet",
                  "InstanceFleetType=TASK,TargetSpotCapacity=1,InstanceTypeConfigs=[{InstanceType=c5.xlarge}]")[
                      "InstanceFleetId"]
        aws("modify-instance-fleet", "--cluster-id", cid, "--instance-fleet",
            f"InstanceFleetId={fid},TargetSpotCapacity=2")
        wait_for("two task nodes", lambda: len(aws("list-instances", "--cluster-id", cid, "--instance-fleet-id", fid,
                                                   "--instance-states", "RUNNING")["Instances"]) == 2)
        self.assertEqual(len(aws("list-instance-fleets", "--cluster-id", cid)["InstanceFleets"]), 3)
        aws("terminate-clusters", "--cluster-ids", cid)


if __name__ == "__main__":
    unittest.main()
