#!/usr/bin/env python3
"""The real `aws` program (Debian's awscli) against a live server: its hand-written emr commands, the plain ones,
its waiters, and how it shows our errors."""
import json
import os
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import Server, wait_for  # noqa: E402

AWS = "/usr/bin/aws" if os.path.exists("/usr/bin/aws") else shutil.which("aws")


@unittest.skipUnless(AWS, "the aws program is not installed")
class AwsCli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        e = cls.server.call("Stoker.GetEnvironment")
        cls.endpoint = e["Endpoint"]
        cls.env = {"AWS_ACCESS_KEY_ID": e["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": e["SecretAccessKey"],
                   "AWS_DEFAULT_REGION": e["Region"], "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1",
                   "HOME": cls.server.home, "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
        cls.cid = cls.create("cli", "--instance-groups",
                             "InstanceGroupType=MASTER,InstanceCount=1,InstanceType=m5.xlarge",
                             "InstanceGroupType=CORE,InstanceCount=1,InstanceType=m5.xlarge")
        cls.wait_state(cls.cid, "WAITING")

    @classmethod
    def aws(cls, *words, status=0, env=None):
        r = subprocess.run([AWS, "--endpoint-url", cls.endpoint, "emr", *words], env=dict(cls.env, **(env or {})),
                           capture_output=True, text=True, timeout=120)
        assert r.returncode == status, f"aws emr {' '.join(words)}: {r.returncode} {r.stdout}{r.stderr}"
        if status:
            return r.stderr
        return json.loads(r.stdout) if r.stdout.strip() else {}

    @classmethod
    def create(cls, name, *words):
        return cls.aws("create-cluster", "--name", name, "--release-label", "emr-7.1.0", "--use-default-roles",
                       *words)["ClusterId"]

    @classmethod
    def wait_state(cls, cid, *states):
        wait_for(f"{cid} to be {' or '.join(states)}", lambda: cls.server.call("DescribeCluster", {
            "ClusterId": cid})["Cluster"]["Status"]["State"] in states)

    def test_describe_cluster_is_one_document(self):
        c = self.aws("describe-cluster", "--cluster-id", self.cid)["Cluster"]
        self.assertEqual(c["Name"], "cli")
        self.assertEqual({g["InstanceGroupType"] for g in c["InstanceGroups"]}, {"MASTER", "CORE"})
        self.assertEqual(c["BootstrapActions"], [])
        self.assertEqual(c["ServiceRole"], "EMR_DefaultRole")
        self.assertFalse(c["AutoTerminate"])

    def test_list_clusters(self):
        active = self.aws("list-clusters", "--active")["Clusters"]
        self.assertIn(self.cid, [c["Id"] for c in active])
        self.assertNotIn(self.cid, [c["Id"] for c in self.aws("list-clusters", "--terminated")["Clusters"]])
        self.assertNotIn(self.cid, [c["Id"] for c in self.aws("list-clusters", "--failed")["Clusters"]])
        q = self.aws("list-clusters", "--cluster-states", "WAITING", "RUNNING", "--query",
                     f"Clusters[?Id=='{self.cid}'].Name")
        self.assertEqual(q, ["cli"])

    def test_steps(self):
        ids = self.aws("add-steps", "--cluster-id", self.cid, "--steps",
                       'Type=CUSTOM_JAR,Name=hello,Jar=command-runner.jar,Args=["bash","-c","echo hello"]',
                       "Type=CUSTOM_JAR,Name=second,Jar=command-runner.jar,Args=[true]")["StepIds"]
        self.assertEqual(len(ids), 2)
        for sid in ids:
            wait_for("the step", lambda: self.server.call("DescribeStep", {"ClusterId": self.cid, "StepId": sid})[
                "Step"]["Status"]["State"] == "COMPLETED")
            self.aws("wait", "step-complete", "--cluster-id", self.cid, "--step-id", sid)
        s = self.aws("describe-step", "--cluster-id", self.cid, "--step-id", ids[0])["Step"]
        self.assertEqual((s["Name"], s["Config"]["Args"], s["ActionOnFailure"]),
                         ("hello", ["bash", "-c", "echo hello"], "CONTINUE"))
        listed = [x["Id"] for x in self.aws("list-steps", "--cluster-id", self.cid)["Steps"]]
        self.assertLess(listed.index(ids[1]), listed.index(ids[0]))
        done = self.aws("list-steps", "--cluster-id", self.cid, "--step-states", "COMPLETED")["Steps"]
        self.assertTrue(set(ids) <= {x["Id"] for x in done})

    def test_spark_step_becomes_spark_submit(self):
        cid = self.create("spark", "--instance-type", "m5.xlarge", "--instance-count", "1", "--steps",
                          "Type=Spark,Name=s,ActionOnFailure=CONTINUE,Args=[--version]")
        s = self.aws("list-steps", "--cluster-id", cid)["Steps"][0]
        self.assertEqual(s["Config"]["Args"][:2], ["spark-submit", "--version"])
        self.aws("terminate-clusters", "--cluster-ids", cid)

    def test_cancel(self):
        sid = self.aws("add-steps", "--cluster-id", self.cid, "--steps",
                       'Type=CUSTOM_JAR,Name=long,Jar=command-runner.jar,Args=["sleep","600"]')["StepIds"][0]
        info = self.aws("cancel-steps", "--cluster-id", self.cid, "--step-ids", sid, "--step-cancellation-option",
                        "TERMINATE_PROCESS")["CancelStepsInfoList"]
        self.assertEqual([(i["StepId"], i["Status"]) for i in info], [(sid, "SUBMITTED")])
        wait_for("the step to be cancelled", lambda: self.server.call("DescribeStep", {
            "ClusterId": self.cid, "StepId": sid})["Step"]["Status"]["State"] == "CANCELLED")

    def test_life_of_a_cluster(self):
        cid = self.create("life", "--instance-type", "m5.xlarge", "--instance-count", "2", "--tags", "a=b",
                          "--bootstrap-actions", "Path=/bin/true,Name=ok,Args=[x]", "--applications", "Name=Spark")
        self.wait_state(cid, "WAITING")
        self.aws("wait", "cluster-running", "--cluster-id", cid)
        c = self.aws("describe-cluster", "--cluster-id", cid)["Cluster"]
        self.assertEqual(c["Tags"], [{"Key": "a", "Value": "b"}])
        self.assertEqual(c["BootstrapActions"], [{"Name": "ok", "ScriptPath": "/bin/true", "Args": ["x"]}])
        self.assertEqual([(g["InstanceGroupType"], g["RequestedInstanceCount"]) for g in c["InstanceGroups"]],
                         [("MASTER", 1), ("CORE", 1)])
        gid = self.aws("add-instance-groups", "--cluster-id", cid, "--instance-groups",
                       "InstanceGroupType=TASK,InstanceCount=1,InstanceType=m5.xlarge,Name=t")["InstanceGroupIds"][0]
        self.aws("modify-instance-groups", "--cluster-id", cid, "--instance-groups",
                 f"InstanceGroupId={gid},InstanceCount=2")
        wait_for("two task nodes", lambda: len(self.server.call("ListInstances", {
            "ClusterId": cid, "InstanceGroupId": gid, "InstanceStates": ["RUNNING"]})["Instances"]) == 2)
        self.assertEqual(len(self.aws("list-instances", "--cluster-id", cid)["Instances"]), 4)
        self.aws("modify-cluster-attributes", "--cluster-id", cid, "--termination-protected")
        err = self.aws("terminate-clusters", "--cluster-ids", cid, status=254)
        self.assertIn("ValidationException", err)
        self.assertIn("termination protected", err)
        self.aws("modify-cluster-attributes", "--cluster-id", cid, "--no-termination-protected")
        self.aws("terminate-clusters", "--cluster-ids", cid)
        self.wait_state(cid, "TERMINATED")
        self.aws("wait", "cluster-terminated", "--cluster-id", cid)

    def test_errors_are_readable(self):
        err = self.aws("describe-cluster", "--cluster-id", "j-NOSUCH", status=254)
        self.assertIn("An error occurred (InvalidRequestException) when calling the DescribeCluster operation", err)
        self.assertIn("Cluster id 'j-NOSUCH' is not valid.", err)
        err = self.aws("list-studios", status=254)
        self.assertIn("(UnknownOperationException)", err)
        self.assertIn("Could not find operation ListStudios", err)
        err = self.aws("list-clusters", status=254, env={"AWS_SECRET_ACCESS_KEY": "wrong"})
        self.assertIn("(InvalidSignatureException)", err)
        err = self.aws("list-clusters", status=254, env={"AWS_ACCESS_KEY_ID": "AKIANOBODY"})
        self.assertIn("(UnrecognizedClientException)", err)


if __name__ == "__main__":
    unittest.main()
