#!/usr/bin/python3
"""Sign-in and permission as AWS's clients meet them: keys of each role, policies by tag and ARN, signatures that are
late, altered or of another region, and the trail of all that. Debian's boto3 and aws."""
import datetime
import http.client
import json
import os
import shutil
import subprocess
import sys
import threading
import unittest
from unittest import mock

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import PATIENCE, STOKER, ApiError, Server, UnixConnection, wait_for  # noqa: E402

import boto3  # noqa: E402
import botocore.auth  # noqa: E402
from botocore.awsrequest import AWSRequest  # noqa: E402
from botocore.config import Config  # noqa: E402
from botocore.credentials import Credentials  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402

ONE = {"InstanceGroups": [{"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}],
       "KeepJobFlowAliveWhenNoSteps": True}
ACCOUNT = "000000000000"


def arn(cid, region="us-east-1"):
    return f"arn:aws:elasticmapreduce:{region}:{ACCOUNT}:cluster/{cid}"


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.endpoint = cls.server.call("Stoker.GetEnvironment")["Endpoint"]
        cls.blue = cls.cluster("blue")
        cls.red = cls.cluster("red")
        for cid in (cls.blue, cls.red):
            wait_for(f"{cid} waits", lambda c=cid: cls.server.call(
                "DescribeCluster", {"ClusterId": c})["Cluster"]["Status"]["State"] == "WAITING")

    @classmethod
    def cluster(cls, team):
        return cls.server.call("RunJobFlow", {"Name": team, "ReleaseLabel": "emr-7.5.0", "Instances": ONE,
                                              "Tags": [{"Key": "team", "Value": team}]})["JobFlowId"]

    def key(self, **request):
        return self.server.call("Stoker.CreateKey", request)["Key"]

    def client(self, key, service="emr", region="us-east-1", **kw):
        return boto3.client(service, endpoint_url=self.endpoint, region_name=region,
                            aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"],
                            config=Config(retries={"max_attempts": 0}, connect_timeout=PATIENCE, read_timeout=PATIENCE), **kw)

    def policy(self, name, *statements):
        self.server.call("Stoker.PutPolicy", {"PolicyName": name, "PolicyDocument": json.dumps(
            {"Version": "2012-10-17", "Statement": list(statements)})})
        return name

    def refused(self, call, *args, code="AccessDeniedException", says="", **kw):
        with self.assertRaises(ClientError) as caught:
            call(*args, **kw)
        self.assertEqual(caught.exception.response["Error"]["Code"], code, caught.exception)
        self.assertIn(says, caught.exception.response["Error"]["Message"])
        return caught.exception.response

    def stoker(self, *words, status=0):
        r = subprocess.run([STOKER, *words], env=self.server.env, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(r.returncode, status, r.stderr + r.stdout)
        return r.stdout

    # ---- roles ----

    def test_each_role(self):
        viewer = self.client(self.key(Role="viewer", UserName="vera"))
        operator = self.client(self.key(Role="operator", UserName="olga"))
        admin = self.client(self.key(Role="admin", UserName="adam"))
        for emr in (viewer, operator, admin):
            self.assertIn(self.blue, [c["Id"] for c in emr.list_clusters()["Clusters"]])
            emr.describe_cluster(ClusterId=self.blue)
            emr.list_steps(ClusterId=self.blue)
        answer = self.refused(viewer.set_termination_protection, JobFlowIds=[self.blue], TerminationProtected=True)
        self.assertEqual(answer["ResponseMetadata"]["HTTPStatusCode"], 400)
        self.assertEqual(answer["Error"]["Message"],
                         f"User: arn:aws:iam::{ACCOUNT}:user/vera is not authorized to perform: "
                         f"elasticmapreduce:SetTerminationProtection on resource: {arn(self.blue)} because no "
                         "identity-based policy allows the elasticmapreduce:SetTerminationProtection action")
        self.refused(viewer.run_job_flow, Name="x", Instances=ONE, says=f"on resource: {arn('*')} because")
        for emr in (operator, admin):
            emr.set_termination_protection(JobFlowIds=[self.blue], TerminationProtected=False)
        self.refused(operator.create_security_configuration, Name="x", SecurityConfiguration="{}")
        admin.create_security_configuration(Name="by-admin", SecurityConfiguration="{}")

    def test_refusals_do_not_tell_what_exists(self):
        none = self.client(self.key(Role="none", PolicyNames=[
            self.policy("only-blue", {"Effect": "Allow", "Action": "*", "Resource": arn(self.blue)})]))
        for cid in (self.red, "j-DOESNOTEXIST"):
            answer = self.refused(none.describe_cluster, ClusterId=cid)
            self.assertIn(arn(cid) + " because no identity-based policy allows", answer["Error"]["Message"])
        none.describe_cluster(ClusterId=self.blue)
        self.refused(none.list_clusters)
        # What is wrong with a request is not told to those who may not send it.
        self.refused(none.describe_step, ClusterId=self.red, StepId="s-NOSUCH")

    # ---- policies ----

    def test_tags_of_a_cluster(self):
        self.policy("team", {"Sid": "Own", "Effect": "Allow", "Action": "elasticmapreduce:*", "Resource": "*",
                             "Condition": {"StringEquals": {"elasticmapreduce:ResourceTag/team": "${aws:username}"}}},
                    {"Sid": "Keep", "Effect": "Deny", "Action": "elasticmapreduce:TerminateJobFlows", "Resource": "*"})
        emr = self.client(self.key(UserName="red", Role="none", PolicyNames=["team"]))
        emr.describe_cluster(ClusterId=self.red)
        emr.add_tags(ResourceId=self.red, Tags=[{"Key": "note", "Value": "x"}])
        self.refused(emr.describe_cluster, ClusterId=self.blue)
        self.refused(emr.set_visible_to_all_users, JobFlowIds=[self.red, self.blue], VisibleToAllUsers=True)
        self.refused(emr.terminate_job_flows, JobFlowIds=[self.red],
                     says="with an explicit deny in an identity-based policy")
        # Only what it asks for decides: a policy that is changed holds from the next request on.
        self.policy("team", {"Effect": "Allow", "Action": "elasticmapreduce:Describe*", "Resource": "*"})
        emr.describe_cluster(ClusterId=self.blue)
        self.refused(emr.add_tags, ResourceId=self.red, Tags=[{"Key": "note", "Value": "y"}])

    def test_tags_by_arn_are_of_the_same_cluster(self):
        """A resource named by its ARN is the one that policies speak of, whatever else the ARN says."""
        emr = self.client(self.key(UserName="arnold", Role="operator", PolicyNames=[self.policy(
            "hands-off", {"Effect": "Deny", "Action": "*", "Resource": arn(self.red)},
            {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {
                "StringEquals": {"elasticmapreduce:ResourceTag/team": "red"}}})]))
        note = [{"Key": "note", "Value": "arnold"}]
        for name in (self.red, arn(self.red), arn(self.red, "eu-west-1"), "arn:aws:x:::a/" + self.red):
            self.refused(emr.add_tags, ResourceId=name, Tags=note, says=arn(self.red))
        emr.add_tags(ResourceId=arn(self.blue), Tags=note)
        tags = self.server.call("DescribeCluster", {"ClusterId": self.blue})["Cluster"]["Tags"]
        self.assertIn(note[0], tags)
        entry = self.server.call("Stoker.ListAuditEvents", {"ClusterId": self.blue, "MaxResults": 1})["AuditEvents"][0]
        self.assertEqual((entry["EventName"], entry["ClusterId"]), ("AddTags", self.blue), entry)

    def test_studios_are_an_admins_and_have_tags(self):
        studio = dict(AuthMode="IAM", VpcId="v", SubnetIds=["s"], ServiceRole="r", WorkspaceSecurityGroupId="w",
                      EngineSecurityGroupId="e", DefaultS3Location="s3://b")
        operator = self.client(self.key(Role="operator"))
        self.refused(operator.create_studio, Name="x", **studio)
        admin = self.client(self.key(Role="admin"))
        mine, other = (admin.create_studio(Name=n, Tags=[{"Key": "of", "Value": n}], **studio)["StudioId"]
                       for n in ("mine", "other"))
        emr = self.client(self.key(Role="none", PolicyNames=[self.policy(
            "own-studio", {"Effect": "Allow", "Action": "elasticmapreduce:*", "Resource": "*", "Condition": {
                "StringEquals": {"elasticmapreduce:ResourceTag/of": "mine"}}})]))
        self.assertEqual(emr.describe_studio(StudioId=mine)["Studio"]["Name"], "mine")
        emr.add_tags(ResourceId=mine, Tags=[{"Key": "x", "Value": "y"}])
        self.refused(emr.describe_studio, StudioId=other, says=f":studio/{other}")
        self.refused(emr.add_tags, ResourceId=other, Tags=[{"Key": "of", "Value": "mine"}])
        elsewhere = self.client(self.key(Role="admin"), region="eu-west-1")
        self.assertEqual(elsewhere.list_studios()["Studios"], [])

    def test_tags_of_a_request(self):
        self.policy("tagged-runs", {
            "Effect": "Allow", "Action": ["elasticmapreduce:RunJobFlow", "elasticmapreduce:AddTags"], "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestTag/team": "green"},
                          "ForAllValues:StringLike": {"aws:TagKeys": ["team", "x-*"]}}})
        emr = self.client(self.key(Role="none", PolicyNames=["tagged-runs"]))
        run = dict(Name="green", ReleaseLabel="emr-7.5.0", Instances=dict(ONE, KeepJobFlowAliveWhenNoSteps=False))
        self.refused(emr.run_job_flow, **run)
        self.refused(emr.run_job_flow, Tags=[{"Key": "team", "Value": "green"}, {"Key": "other", "Value": ""}], **run)
        emr.run_job_flow(Tags=[{"Key": "team", "Value": "green"}, {"Key": "x-1", "Value": ""}], **run)

    def test_malformed_policies(self):
        with self.assertRaises(ApiError) as caught:
            self.policy("bad", {"Effect": "Allow", "Action": "RunJobFlow", "Resource": "*"})
        self.assertEqual(caught.exception.code, "MalformedPolicyDocumentException")
        self.assertIn("Statement[0].Action: 'RunJobFlow' is no action", caught.exception.message)

    # ---- signatures ----

    def signed(self, key, body=b"{}", target="ElasticMapReduce.ListClusters", region="us-east-1", shift=0,
               service="elasticmapreduce", token=None):
        """A request as botocore signs it, `shift` seconds from now."""
        request = AWSRequest("POST", self.endpoint + "/", data=body, headers={
            "X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"})
        auth = botocore.auth.SigV4Auth(Credentials(key["AccessKeyId"], key["SecretAccessKey"], token), service, region)
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(seconds=shift)

        class Shifted(datetime.datetime):
            @classmethod
            def utcnow(cls):
                return now
        # Old botocores ask the class, new ones a function of their own.
        if hasattr(botocore.auth, "get_current_datetime"):
            clock = mock.patch.object(botocore.auth, "get_current_datetime", lambda *_, **__: now)
        else:
            clock = mock.patch.object(botocore.auth.datetime, "datetime", Shifted)
        with clock:
            auth.add_auth(request)
        return request.prepare()

    def send(self, request):
        import http.client
        conn = http.client.HTTPConnection(self.endpoint.split("//")[1], timeout=PATIENCE)
        conn.request(request.method, "/", request.body, dict(request.headers))
        reply = conn.getresponse()
        data = json.loads(reply.read() or b"{}")
        conn.close()
        return reply.status, data.get("__type"), data

    def test_late_altered_and_foreign_signatures(self):
        key = self.key(Role="viewer")
        self.assertEqual(self.send(self.signed(key))[0], 200)
        for shift, says in ((-16 * 60, "Signature expired: "), (16 * 60, "Signature not yet current: ")):
            _, code, data = self.send(self.signed(key, shift=shift))
            self.assertEqual(code, "InvalidSignatureException")
            self.assertIn(says, data["Message"])
            self.assertIn("15 min.)", data["Message"])
        self.assertEqual(self.send(self.signed(key, shift=-14 * 60))[0], 200)
        altered = self.signed(key)
        altered.body = b'{"ClusterStates":["RUNNING"]}'
        altered.headers["Content-Length"] = str(len(altered.body))
        self.assertEqual(self.send(altered)[1], "InvalidSignatureException")
        altered = self.signed(key)
        altered.headers["X-Amz-Target"] = "ElasticMapReduce.DescribeCluster"
        self.assertEqual(self.send(altered)[1], "InvalidSignatureException")
        self.assertEqual(self.send(self.signed(dict(key, SecretAccessKey="x" * 40)))[1], "InvalidSignatureException")
        self.assertEqual(self.send(self.signed(dict(key, AccessKeyId="AKIANOBODY")))[1], "UnrecognizedClientException")
        self.assertEqual(self.send(self.signed(key, token="a session of nobody"))[1], "UnrecognizedClientException")
        _, code, data = self.send(self.signed(key, target="Stoker.GetServerStatus", service="glue"))
        self.assertEqual((code, "correct service" in data["Message"]), ("InvalidSignatureException", True))
        for foreign in (dict(service="s3"), dict(region="US_EAST_1")):
            _, code, data = self.send(self.signed(key, **foreign))
            self.assertEqual(code, "InvalidSignatureException")
            self.assertIn("Credential should be scoped to", data["Message"])

    def test_who_am_i(self):
        """What clients ask first, of STS: with AWS_ENDPOINT_URL set it comes here."""
        key = self.key(Role="none", UserName="nora")
        self.assertEqual(self.identity(key), (f"arn:aws:iam::{ACCOUNT}:user/nora", "nora", ACCOUNT))
        owner = self.server.call("Stoker.GetEnvironment")
        self.assertEqual(self.identity(owner)[0], f"arn:aws:iam::{ACCOUNT}:root")
        self.refused(self.client(dict(key, SecretAccessKey="wrong"), "sts").get_caller_identity,
                     code="SignatureDoesNotMatch")

    def identity(self, key):
        said = self.client(key, "sts").get_caller_identity()
        return said["Arn"], said["UserId"], said["Account"]

    def test_services_that_are_not_served(self):
        key = self.key(Role="admin")
        self.refused(self.client(key, "iam").get_role, RoleName="EMR_DefaultRole", code="InvalidAction",
                     says="iam:GetRole is not served here: this server answers Amazon EMR, CloudWatch and Glue. Roles and "
                          "instance profiles need not exist")
        self.refused(self.client(key, "sts").get_session_token, code="InvalidAction", says="sts:GetSessionToken")
        env = dict(os.environ, AWS_ACCESS_KEY_ID=key["AccessKeyId"], AWS_SECRET_ACCESS_KEY=key["SecretAccessKey"],
                   AWS_DEFAULT_REGION="us-east-1", AWS_PAGER="", HOME=self.server.home)
        r = subprocess.run(["/usr/bin/aws", "--endpoint-url", self.endpoint, "emr", "create-default-roles",
                            "--iam-endpoint", self.endpoint], env=env, capture_output=True, text=True, timeout=60)
        self.assertIn("clusters take any name, so go on without creating them", r.stderr)

    def test_a_signature_holds_for_its_window(self):
        """As on AWS: what was signed may arrive again; two equal calls of one second are two calls."""
        key = self.key(Role="operator")
        body = json.dumps({"JobFlowId": self.red, "Steps": [{"Name": "twin", "HadoopJarStep": {
            "Jar": "command-runner.jar", "Args": ["true"]}, "ActionOnFailure": "CONTINUE"}]}).encode()
        request = self.signed(key, body, "ElasticMapReduce.AddJobFlowSteps")
        first, second = self.send(request)[2], self.send(request)[2]
        self.assertNotEqual(first["StepIds"], second["StepIds"])

    def test_regions_are_worlds(self):
        key = self.key(Role="admin")
        here, there = self.client(key), self.client(key, region="eu-west-1")
        here.describe_cluster(ClusterId=self.blue)
        self.refused(there.describe_cluster, ClusterId=self.blue, code="InvalidRequestException")
        self.assertNotIn(self.blue, [c["Id"] for c in there.list_clusters()["Clusters"]])
        self.policy("europe", {"Effect": "Allow", "Action": "*", "Resource": "*",
                               "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}})
        key = self.key(Role="none", PolicyNames=["europe"])
        self.client(key, region="eu-west-1").list_clusters()
        self.refused(self.client(key).list_clusters)

    # ---- the life of a key ----

    def test_disabled_and_deleted_keys(self):
        key = self.key(Role="viewer", AccessKeyId="LIFECYCLE", SecretAccessKey="life-cycle-secret")
        emr = self.client(key)
        emr.list_clusters()
        self.stoker("keys", "disable", "LIFECYCLE")
        self.refused(emr.list_clusters, code="UnrecognizedClientException")
        self.stoker("keys", "enable", "LIFECYCLE")
        emr.list_clusters()
        self.stoker("keys", "set", "LIFECYCLE", "--role", "none")
        self.refused(emr.list_clusters)
        self.stoker("keys", "delete", "LIFECYCLE", "--yes")
        self.refused(emr.list_clusters, code="UnrecognizedClientException")

    def test_commands(self):
        made = json.loads(self.stoker("keys", "create", "--role", "operator", "--user", "olaf", "--json"))
        env = dict(os.environ)
        for line in self.stoker("env", "--key", made["AccessKeyId"]).splitlines():
            name, value = line[len("export "):].split("=", 1)
            env[name] = value
        self.assertEqual(env["AWS_SECRET_ACCESS_KEY"], made["SecretAccessKey"])
        self.assertNotIn("STOKER_SPARK_API", self.stoker("env", "--key", made["AccessKeyId"]))
        listed = json.loads(self.stoker("keys", "--json"))["Keys"]
        self.assertIn("olaf", [k["UserName"] for k in listed])
        self.assertFalse([k for k in listed if "SecretAccessKey" in k])
        rotated = json.loads(self.stoker("keys", "rotate", made["AccessKeyId"], "--json"))
        self.assertEqual((rotated["UserName"], rotated["Role"]), ("olaf", "operator"))
        self.refused(self.client(made).list_clusters, code="UnrecognizedClientException")
        self.client(rotated).list_clusters()
        owner = self.server.call("Stoker.GetEnvironment")["AccessKeyId"]
        for words in (("keys", "delete", owner, "--yes"), ("keys", "disable", owner), ("keys", "rotate", owner)):
            self.stoker(*words, status=1)
        if shutil.which("aws"):
            out = subprocess.run(["aws", "--endpoint-url", env["AWS_ENDPOINT_URL"], "emr", "terminate-clusters",
                                  "--cluster-ids", self.red], env=dict(env, AWS_ACCESS_KEY_ID=made["AccessKeyId"]),
                                 capture_output=True, text=True, timeout=PATIENCE)
            self.assertNotEqual(out.returncode, 0)
            self.assertIn("UnrecognizedClientException", out.stderr)

    # ---- the trail ----

    def test_the_trail(self):
        key = self.key(Role="viewer", UserName="tracy")
        emr = self.client(key)
        answer = self.refused(emr.terminate_job_flows, JobFlowIds=[self.blue])
        emr.list_clusters()
        events = self.server.call("Stoker.ListAuditEvents", {"Actor": "tracy"})["AuditEvents"]
        self.assertEqual(len(events), 1)
        e = events[0]
        self.assertEqual((e["EventName"], e["Outcome"], e["ErrorCode"]),
                         ("TerminateJobFlows", "Failure", "AccessDeniedException"))
        self.assertEqual((e["Source"], e["AccessKeyId"], e["Resource"]), ("127.0.0.1", key["AccessKeyId"],
                                                                       arn(self.blue)))
        self.assertEqual(e["RequestId"], answer["ResponseMetadata"]["RequestId"])
        self.assertIn("Boto3", e["UserAgent"])
        record = json.loads(self.stoker("audit", "--actor", "tracy", "--cloudtrail"))["Records"][0]
        self.assertEqual(record["userIdentity"]["arn"], f"arn:aws:iam::{ACCOUNT}:user/tracy")
        self.assertEqual(record["requestParameters"], {"jobFlowIds": [self.blue]})
        self.assertEqual(record["eventSource"], "elasticmapreduce.amazonaws.com")
        self.assertEqual((record["readOnly"], record["recipientAccountId"]), (False, ACCOUNT))
        text = self.stoker("audit", "--json", "--limit", "1000")
        self.assertNotIn(key["SecretAccessKey"], text)
        with open(os.path.join(self.server.home, "server.err")) as f:
            self.assertNotIn(key["SecretAccessKey"], f.read())
        proof = json.loads(self.stoker("audit", "--verify", "--json"))
        self.assertTrue(proof["Intact"])
        self.assertGreater(proof["Checked"], 1)
        self.assertEqual(len(proof["Head"]), 64)

    def test_following(self):
        follower = subprocess.Popen([STOKER, "audit", "--follow", "--json", "--event", "PutPolicy"],
                                    env=self.server.env, stdout=subprocess.PIPE, text=True)
        self.addCleanup(follower.stdout.close)
        self.addCleanup(follower.wait)
        self.addCleanup(follower.kill)
        lines = []
        reader = threading.Thread(target=lambda: lines.extend(iter(follower.stdout.readline, "")), daemon=True)
        reader.start()

        def seen():
            self.policy("followed", {"Effect": "Deny", "Action": "*", "Resource": "*"})
            return any(json.loads(line)["Request"].get("PolicyName") == "followed" for line in list(lines))
        wait_for("the follower says it", seen, pause=0.1)

    # ---- events ----

    def test_events_say_who(self):
        key = self.key(Role="operator", UserName="oscar")
        emr = self.client(key)
        emr.set_termination_protection(JobFlowIds=[self.red], TerminationProtected=True)
        emr.set_termination_protection(JobFlowIds=[self.red], TerminationProtected=False)
        found = self.server.call("Stoker.ListEvents", {"ClusterId": self.red, "Query": "termination protection oscar"})
        self.assertEqual([e["Actor"] for e in found["Events"]], ["oscar", "oscar"])
        self.assertIn("is off now", found["Events"][0]["Message"])
        sid = emr.add_job_flow_steps(JobFlowId=self.blue, Steps=[{
            "Name": "told", "ActionOnFailure": "CONTINUE",
            "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["true"]}}])["StepIds"][0]
        self.server.finish(self.blue, sid)
        records = [json.loads(line) for line in self.stoker("events", "--eventbridge", "--resource",
                                                             sid).splitlines()]
        self.assertEqual([r["detail"]["state"] for r in records], ["PENDING", "RUNNING", "COMPLETED"])
        self.assertEqual({r["detail-type"] for r in records}, {"EMR Step Status Change"})
        self.assertEqual({r["source"] for r in records}, {"aws.emr"})
        self.assertEqual(records[0]["detail"]["actor"], "oscar")
        self.assertEqual(records[0]["detail"]["actionOnFailure"], "CONTINUE")
        of_cluster = [json.loads(line) for line in self.stoker("events", self.blue, "--eventbridge", "--type",
                                                               "EMR Cluster State Change").splitlines()]
        self.assertIn("STARTING", [r["detail"].get("state") for r in of_cluster])
        self.assertEqual(json.loads(of_cluster[-1]["detail"]["stateChangeReason"]).keys(), {"code", "message"})
        for r in (e for e in [json.loads(x) for x in self.stoker("events", self.blue, "--json").splitlines()]
                  if e["Type"] == "EMR Instance State Change"):
            self.assertTrue(r["ResourceId"].startswith("ci-"))

    def test_pages_of_events(self):
        for i in range(5):
            self.policy(f"page{i}", {"Effect": "Deny", "Action": "*", "Resource": "*"})
        query = {"Type": "Stoker Policy State Change", "MaxResults": 2}
        first = self.server.call("Stoker.ListEvents", query)
        second = self.server.call("Stoker.ListEvents", dict(query, NextToken=first["NextToken"]))
        ids = [int(e["EventId"]) for e in first["Events"] + second["Events"]]
        self.assertEqual(ids, sorted(ids, reverse=True))
        self.assertEqual(len(set(ids)), 4)
        # Of one type: what a cluster does meanwhile are events as well.
        later = self.server.call("Stoker.ListEvents", {"Type": query["Type"],
                                                       "After": first["Events"][1]["EventId"]})["Events"]
        self.assertEqual([e["EventId"] for e in later][-1], first["Events"][0]["EventId"])
        for bad in ({"Severity": "LOUD"}, {"NextToken": "x"}, {"Format": "xml"}, {"After": "-1"}):
            with self.assertRaises(ApiError) as caught:
                self.server.call("Stoker.ListEvents", bad)
            self.assertEqual(caught.exception.code, "ValidationException")


class Crash(unittest.TestCase):
    def test_the_trail_after_a_crash(self):
        """What was answered is in the trail, once and in its order, however the server ended; so is the chain."""
        server = Server()
        self.addCleanup(server.close)
        server.start()
        said, stop = [], threading.Event()

        def put(n):
            conn = UnixConnection(os.path.join(server.home, "run", "api.sock"))
            try:
                while not stop.is_set():
                    name = f"p{n}-{len(said)}"
                    body = json.dumps({"PolicyName": name, "PolicyDocument": {
                        "Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}})
                    conn.request("POST", "/", body, {"X-Amz-Target": "Stoker.PutPolicy"})
                    reply = conn.getresponse()
                    reply.read()
                    if reply.status == 200:
                        said.append(name)
            except (OSError, http.client.HTTPException):
                pass
            finally:
                conn.close()
        threads = [threading.Thread(target=put, args=(n,)) for n in range(4)]
        for t in threads:
            t.start()
        wait_for("some were put", lambda: len(said) >= 100)
        server.kill()
        stop.set()
        for t in threads:
            t.join()
        server.start()
        kept, token = [], None
        while True:
            page = server.call("Stoker.ListAuditEvents", dict({"EventName": "PutPolicy", "MaxResults": 1000},
                                                              **({"NextToken": token} if token else {})))
            kept += [e["Request"]["PolicyName"] for e in page["AuditEvents"]]
            token = page.get("NextToken")
            if not token:
                break
        self.assertEqual(len(kept), len(set(kept)))
        self.assertLessEqual(set(said), set(kept))
        proof = server.call("Stoker.VerifyAudit")
        self.assertTrue(proof["Intact"], proof)
        server.call("Stoker.DeletePolicy", {"PolicyName": said[0]})
        self.assertTrue(server.call("Stoker.VerifyAudit")["Intact"])


if __name__ == "__main__":
    unittest.main(warnings="ignore")
