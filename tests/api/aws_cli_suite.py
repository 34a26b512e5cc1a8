"""The real `aws` program against a live server: its hand-written emr commands, the plain ones, its waiters, and how
it shows our errors. Run by aws_cli_test.py (Debian's, version 2) and tests/clients/aws_cli_v1_test.py (PyPI's)."""
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from aws import Aws  # noqa: E402
from stoker_server import Server, wait_for  # noqa: E402


class Suite:
    """Mixed into a TestCase that says which program: AWS is its path, REFUSED its exit status when the server says
    no, MORE_ATTRIBUTES what only newer ones can modify."""

    AWS = None
    REFUSED = 254
    MORE_ATTRIBUTES = ()

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.program = Aws(cls.AWS, cls.server)
        cls.cid = cls.create("cli", "--instance-groups",
                             "InstanceGroupType=MASTER,InstanceCount=1,InstanceType=m5.xlarge",
                             "InstanceGroupType=CORE,InstanceCount=1,InstanceType=m5.xlarge")
        cls.wait_state(cls.cid, "WAITING")

    @classmethod
    def ask(cls, op, body):
        """The same question without the program."""
        return cls.server.call(op, body)

    @classmethod
    def aws(cls, *words, refused=False, env=None):
        return cls.program(*words, status=cls.REFUSED if refused else 0, env=env)

    @classmethod
    def aws_all(cls, *commands, refused=False):
        """Several independent commands, side by side: most of the time of each is the program's own start. A last
        word that is a dict is the environment."""
        def one(words):
            env = words[-1] if isinstance(words[-1], dict) else None
            return cls.aws(*[w for w in words if not isinstance(w, dict)], refused=refused, env=env)
        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(one, commands))

    @classmethod
    def run_without_endpoint(cls, *words):
        r = subprocess.run([cls.AWS, "emr", *words], env=dict(cls.program.env, AWS_ENDPOINT_URL=cls.program.endpoint),
                           capture_output=True, text=True, timeout=120)
        assert r.returncode == 0, r.stderr
        return json.loads(r.stdout)

    @classmethod
    def create(cls, name, *words):
        return cls.aws("create-cluster", "--name", name, "--release-label", "emr-7.1.0", "--use-default-roles",
                       *words)["ClusterId"]

    @classmethod
    def wait_state(cls, cid, *states):
        wait_for(f"{cid} to be {' or '.join(states)}", lambda: cls.ask("DescribeCluster", {
            "ClusterId": cid})["Cluster"]["Status"]["State"] in states)

    def test_describe_cluster_is_one_document(self):
        c = self.aws("describe-cluster", "--cluster-id", self.cid)["Cluster"]
        self.assertEqual(c["Name"], "cli")
        self.assertLessEqual({"MASTER", "CORE"}, {g["InstanceGroupType"] for g in c["InstanceGroups"]})
        self.assertEqual(c["BootstrapActions"], [])
        self.assertEqual(c["ServiceRole"], "EMR_DefaultRole")
        self.assertFalse(c["AutoTerminate"])

    def test_list_clusters(self):
        active, terminated, failed, names, recent, old = self.aws_all(
            ("list-clusters", "--active"), ("list-clusters", "--terminated"), ("list-clusters", "--failed"),
            ("list-clusters", "--cluster-states", "WAITING", "RUNNING", "--query",
             f"Clusters[?Id=='{self.cid}'].Name"),
            ("list-clusters", "--created-after", "2020-01-01T00:00:00Z", "--created-before", "2100-01-01T00:00:00Z"),
            ("list-clusters", "--created-before", "2020-01-01T00:00:00Z"))

        def ids(listed):
            return [c["Id"] for c in listed["Clusters"]]
        self.assertIn(self.cid, ids(active))
        self.assertNotIn(self.cid, ids(terminated))
        self.assertNotIn(self.cid, ids(failed))
        self.assertEqual(names, ["cli"])
        self.assertIn(self.cid, ids(recent))
        self.assertEqual(ids(old), [])

    def test_steps(self):
        ids = self.aws("add-steps", "--cluster-id", self.cid, "--steps",
                       'Type=CUSTOM_JAR,Name=hello,Jar=command-runner.jar,Args=["bash","-c","echo hello"]',
                       "Type=CUSTOM_JAR,Name=second,Jar=command-runner.jar,Args=[true]")["StepIds"]
        self.assertEqual(len(ids), 2)
        for sid in ids:
            wait_for("the step", lambda: self.ask("DescribeStep", {"ClusterId": self.cid, "StepId": sid})[
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
        wait_for("the step to be cancelled", lambda: self.ask("DescribeStep", {
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
        wait_for("two task nodes", lambda: len(self.ask("ListInstances", {
            "ClusterId": cid, "InstanceGroupId": gid, "InstanceStates": ["RUNNING"]})["Instances"]) == 2)
        self.assertEqual(len(self.aws("list-instances", "--cluster-id", cid)["Instances"]), 4)
        self.aws("modify-cluster-attributes", "--cluster-id", cid, "--termination-protected")
        err = self.aws("terminate-clusters", "--cluster-ids", cid, refused=True)
        self.assertIn("ValidationException", err)
        self.assertIn("termination protected", err)
        self.aws("modify-cluster-attributes", "--cluster-id", cid, "--no-termination-protected")
        self.aws("terminate-clusters", "--cluster-ids", cid)
        self.wait_state(cid, "TERMINATED")
        self.aws("wait", "cluster-terminated", "--cluster-id", cid)

    def test_errors_are_readable(self):
        unknown, badly, nobody = self.aws_all(
            ("describe-cluster", "--cluster-id", "j-NOSUCH"), ("list-clusters", {"AWS_SECRET_ACCESS_KEY": "wrong"}), ("list-clusters", {"AWS_ACCESS_KEY_ID": "AKIANOBODY"}),
            refused=True)
        self.assertIn("An error occurred (InvalidRequestException) when calling the DescribeCluster operation", unknown)
        self.assertIn("Cluster id 'j-NOSUCH' is not valid.", unknown)
        self.assertIn("(InvalidSignatureException)", badly)
        self.assertIn("(UnrecognizedClientException)", nobody)

    # ---- create-cluster in its variants ----

    def document(self, name, value):
        """A JSON file for file:// arguments."""
        path = os.path.join(self.server.home, name)
        with open(path, "w") as f:
            json.dump(value, f)
        return "file://" + path

    def describe(self, cid):
        """What describe-cluster would print; each run of the program costs a second, so that only some tests do."""
        c = self.ask("DescribeCluster", {"ClusterId": cid})["Cluster"]
        c["InstanceGroups"] = self.ask("ListInstanceGroups", {"ClusterId": cid})["InstanceGroups"]
        return c

    def end(self, *cids):
        self.ask("TerminateJobFlows", {"JobFlowIds": list(cids)})

    def test_create_with_everything(self):
        self.aws("create-security-configuration", "--name", "cli-sc", "--security-configuration",
                 self.document("sc.json", {"EncryptionConfiguration": {"EnableAtRestEncryption": False}}))
        groups = self.document("groups.json", [
            {"InstanceGroupType": "MASTER", "InstanceCount": 1, "InstanceType": "m5.xlarge", "Name": "boss"},
            {"InstanceGroupType": "CORE", "InstanceCount": 1, "InstanceType": "r5.xlarge", "BidPrice": "OnDemandPrice",
             "EbsConfiguration": {"EbsOptimized": True, "EbsBlockDeviceConfigs": [
                 {"VolumeSpecification": {"VolumeType": "gp3", "SizeInGB": 10}, "VolumesPerInstance": 1}]}}])
        cid = self.aws(
            "create-cluster", "--name", "all", "--release-label", "emr-7.1.0", "--instance-groups", groups,
            "--service-role", "svc", "--ec2-attributes",
            "InstanceProfile=prof,KeyName=key,SubnetId=subnet-1,EmrManagedMasterSecurityGroup=sg-1,"
            "EmrManagedSlaveSecurityGroup=sg-2,AdditionalMasterSecurityGroups=[sg-3,sg-4]",
            "--auto-scaling-role", "scale", "--log-uri", "s3://logs/", "--security-configuration", "cli-sc",
            "--scale-down-behavior", "TERMINATE_AT_TASK_COMPLETION", "--visible-to-all-users",
            "--termination-protected", "--step-concurrency-level", "4", "--ebs-root-volume-size", "30",
            "--repo-upgrade-on-boot", "NONE", "--auto-termination-policy", "IdleTimeout=7200", "--tags", "a=b", "c=d e",
            "--applications", "Name=Spark", "Name=Hive", "--additional-info", '{"x":1}', "--configurations",
            self.document("conf.json", [{"Classification": "spark-defaults", "Properties": {"a": "b"}}]),
            "--bootstrap-actions", "Path=/bin/true,Name=one,Args=[1,2]", "Path=/bin/true")["ClusterId"]
        c = self.aws("describe-cluster", "--cluster-id", cid)["Cluster"]
        self.assertEqual((c["Name"], c["ServiceRole"], c["LogUri"], c["SecurityConfiguration"], c["AutoScalingRole"]),
                         ("all", "svc", "s3://logs/", "cli-sc", "scale"))
        self.assertEqual((c["TerminationProtected"], c["StepConcurrencyLevel"], c["EbsRootVolumeSize"],
                          c["RepoUpgradeOnBoot"]), (True, 4, 30, "NONE"))
        self.assertEqual({t["Key"]: t["Value"] for t in c["Tags"]}, {"a": "b", "c": "d e"})
        ec2 = c["Ec2InstanceAttributes"]
        self.assertEqual((ec2["Ec2KeyName"], ec2["Ec2SubnetId"], ec2["IamInstanceProfile"],
                          ec2["AdditionalMasterSecurityGroups"]), ("key", "subnet-1", "prof", ["sg-3", "sg-4"]))
        self.assertEqual([a["Name"] for a in c["Applications"]], ["Spark", "Hive"])
        self.assertEqual([b["Name"] for b in c["BootstrapActions"]], ["one", "Bootstrap action"])
        core = [g for g in c["InstanceGroups"] if g["InstanceGroupType"] == "CORE"][0]
        self.assertEqual((core["Market"], core.get("BidPrice"), len(core["EbsBlockDevices"])), ("SPOT", None, 1))
        self.assertEqual(self.aws("get-auto-termination-policy", "--cluster-id", cid)["AutoTerminationPolicy"],
                         {"IdleTimeout": 7200})
        self.aws("modify-cluster-attributes", "--cluster-id", cid, "--no-termination-protected")
        self.end(cid)

    def test_create_auto_terminate(self):
        cid = self.create("auto", "--instance-type", "m5.xlarge", "--instance-count", "1", "--auto-terminate", "--steps",
                          "Type=CUSTOM_JAR,Name=s,Jar=command-runner.jar,Args=[true]")
        self.assertTrue(self.describe(cid)["AutoTerminate"])
        self.wait_state(cid, "TERMINATED")
        self.aws("wait", "cluster-terminated", "--cluster-id", cid)
        self.assertIn(cid, [c["Id"] for c in self.aws("list-clusters", "--terminated")["Clusters"]])
        why = self.describe(cid)["Status"]["StateChangeReason"]
        self.assertEqual(why, {"Code": "ALL_STEPS_COMPLETED", "Message": "Steps completed"})

    def test_create_fails_as_aws_does(self):
        label, groups = self.aws_all(
            ("create-cluster", "--release-label", "emr-x", "--use-default-roles", "--instance-type", "m5.xlarge",
             "--instance-count", "1"),
            ("create-cluster", "--release-label", "emr-7.1.0", "--use-default-roles", "--instance-groups",
             "InstanceGroupType=CORE,InstanceCount=1,InstanceType=m5.xlarge"), refused=True)
        self.assertIn("(ValidationException)", label)
        self.assertIn("The supplied release label is invalid: emr-x.", label)
        self.assertIn("Zero master instance groups supplied", groups)

    def test_create_with_debugging(self):
        cid = self.create("debug", "--instance-type", "m5.xlarge", "--instance-count", "1", "--enable-debugging",
                          "--log-uri", "s3://logs/")
        step = self.aws("list-steps", "--cluster-id", cid)["Steps"][-1]
        self.assertEqual((step["Name"], step["ActionOnFailure"]), ("Setup Hadoop Debugging", "TERMINATE_CLUSTER"))
        self.end(cid)

    # ---- steps of every type ----

    def test_every_type_of_step(self):
        cid = self.create("types", "--instance-type", "m5.xlarge", "--instance-count", "1")
        ids = self.aws("add-steps", "--cluster-id", cid, "--steps",
                       "Type=STREAMING,Name=st,ActionOnFailure=CONTINUE,Args=[-input,i,-output,o,-mapper,cat,-reducer,cat]",
                       "Type=HIVE,Name=hv,ActionOnFailure=CONTINUE,Args=[-f,q.q,-d,K=V]",
                       "Type=PIG,Name=pg,ActionOnFailure=CONTINUE,Args=[-f,p.pig]",
                       "Type=SPARK,Name=sp,ActionOnFailure=CONTINUE,Args=[--class,C,x.jar]",
                       "Type=CUSTOM_JAR,Name=cj,Jar=command-runner.jar,MainClass=Main,Args=[true]")["StepIds"]
        steps = {s["Name"]: s for s in self.aws("list-steps", "--cluster-id", cid)["Steps"]}
        self.assertEqual(len(ids), 5)
        self.assertEqual(steps["st"]["Config"]["Args"][0], "hadoop-streaming")
        self.assertEqual(steps["hv"]["Config"]["Args"][:3], ["hive-script", "--run-hive-script", "--args"])
        self.assertEqual(steps["pg"]["Config"]["Args"][:3], ["pig-script", "--run-pig-script", "--args"])
        self.assertEqual(steps["sp"]["Config"]["Args"][0], "spark-submit")
        self.assertEqual(steps["cj"]["Config"]["MainClass"], "Main")
        self.assertEqual({s["ActionOnFailure"] for s in steps.values()}, {"CONTINUE"})
        arn = "arn:aws:iam::123456789012:role/run"
        sid = self.aws("add-steps", "--cluster-id", cid, "--execution-role-arn", arn, "--steps",
                       "Type=CUSTOM_JAR,Name=r,Jar=command-runner.jar,Args=[true]")["StepIds"][0]
        self.assertEqual(self.aws("describe-step", "--cluster-id", cid, "--step-id", sid)["Step"]["ExecutionRoleArn"],
                         arn)
        self.end(cid)

    # ---- the rest of the hand-written commands ----

    def test_tags(self):
        cid = self.create("tags", "--instance-type", "m5.xlarge", "--instance-count", "1")
        self.aws("add-tags", "--resource-id", cid, "--tags", "name=John Doe", "age=29", "empty")
        self.aws("remove-tags", "--resource-id", cid, "--tag-keys", "age")
        self.assertEqual({t["Key"]: t["Value"] for t in self.describe(cid)["Tags"]}, {"name": "John Doe", "empty": ""})
        self.end(cid)

    def test_attributes(self):
        cid = self.create("attributes", "--instance-type", "m5.xlarge", "--instance-count", "1")
        self.aws("modify-cluster-attributes", "--cluster-id", cid, "--no-visible-to-all-users",
                 "--termination-protected")
        c = self.describe(cid)
        self.assertEqual((c["VisibleToAllUsers"], c["TerminationProtected"]), (False, True))
        self.aws("modify-cluster-attributes", "--cluster-id", cid, "--visible-to-all-users",
                 "--no-termination-protected", *self.MORE_ATTRIBUTES)
        c = self.describe(cid)
        self.assertEqual((c["VisibleToAllUsers"], c["TerminationProtected"]), (True, False))
        self.assertEqual(c["UnhealthyNodeReplacement"], bool(self.MORE_ATTRIBUTES))
        self.end(cid)

    def test_add_instance_groups_prints_its_reply(self):
        r = self.aws("add-instance-groups", "--cluster-id", self.cid, "--instance-groups",
                     "InstanceGroupType=TASK,InstanceCount=1,InstanceType=m5.xlarge,BidPrice=0.10")
        self.assertEqual(r["ClusterId"], self.cid)
        self.assertRegex(r["ClusterArn"], self.cid)
        gid = r["InstanceGroupIds"][0]
        group = [g for g in self.describe(self.cid)["InstanceGroups"] if g["Id"] == gid][0]
        self.assertEqual((group["Market"], group["BidPrice"]), ("SPOT", "0.10"))


    def test_security_configurations(self):
        body = {"EncryptionConfiguration": {"EnableInTransitEncryption": False}}
        made = self.aws("create-security-configuration", "--name", "mine", "--security-configuration",
                        json.dumps(body))
        self.assertEqual(made["Name"], "mine")
        shown = self.aws("describe-security-configuration", "--name", "mine")
        self.assertEqual(json.loads(shown["SecurityConfiguration"]), body)
        self.assertEqual([c["Name"] for c in self.aws("list-security-configurations")["SecurityConfigurations"]
                          if c["Name"] == "mine"], ["mine"])
        self.assertIn("already exists", self.aws("create-security-configuration", "--name", "mine",
                                                 "--security-configuration", "{}", refused=True))
        self.aws("delete-security-configuration", "--name", "mine")
        self.assertIn("does not exist", self.aws("describe-security-configuration", "--name", "mine", refused=True))

    def test_plain_commands(self):
        labels, label, _, _, notebooks = self.aws_all(
            ("list-release-labels",), ("describe-release-label", "--release-label", "emr-7.1.0"),
            ("put-block-public-access-configuration", "--block-public-access-configuration",
             '{"BlockPublicSecurityGroupRules":true,"PermittedPublicSecurityGroupRuleRanges":[]}'),
            ("put-auto-termination-policy", "--cluster-id", self.cid, "--auto-termination-policy", "IdleTimeout=86400"),
            ("list-notebook-executions",))
        self.assertIn("emr-7.1.0", labels["ReleaseLabels"])
        self.assertEqual(label["ReleaseLabel"], "emr-7.1.0")
        self.assertEqual(notebooks["NotebookExecutions"], [])
        got, _ = self.aws_all(("get-block-public-access-configuration",),
                              ("remove-auto-termination-policy", "--cluster-id", self.cid))
        self.assertEqual(got["BlockPublicAccessConfiguration"]["PermittedPublicSecurityGroupRuleRanges"], [])
        self.assertEqual(self.ask("GetAutoTerminationPolicy", {"ClusterId": self.cid}), {})

    def test_studios(self):
        made = self.aws("create-studio", "--name", "st", "--auth-mode", "IAM", "--vpc-id", "v", "--subnet-ids", "s-1",
                        "--service-role", "r", "--workspace-security-group-id", "sg-1",
                        "--engine-security-group-id", "sg-2", "--default-s3-location", "s3://b")["StudioId"]
        listed, shown, mappings = self.aws_all(("list-studios",), ("describe-studio", "--studio-id", made),
                                               ("list-studio-session-mappings", "--studio-id", made))
        self.assertEqual([s["Name"] for s in listed["Studios"]], ["st"])
        self.assertEqual((shown["Studio"]["StudioId"], mappings), (made, {"SessionMappings": []}))
        self.aws("delete-studio", "--studio-id", made)
        self.assertIn("Studio does not exist", self.aws("describe-studio", "--studio-id", made, refused=True))

    def test_another_region(self):
        other = {"AWS_DEFAULT_REGION": "eu-west-1"}
        self.assertEqual(self.aws("list-clusters", env=other)["Clusters"], [])
        made = self.aws("create-cluster", "--release-label", "emr-7.1.0", "--use-default-roles", "--instance-type",
                        "m5.xlarge", "--instance-count", "1", env=other)
        self.assertIn(":eu-west-1:", made["ClusterArn"])
        self.assertIn("is not valid", self.aws("describe-cluster", "--cluster-id", made["ClusterId"], refused=True))
        self.aws("terminate-clusters", "--cluster-ids", made["ClusterId"], env=other)
