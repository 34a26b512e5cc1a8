#!/usr/bin/env python3
"""A server that answers the console from a recorded world: HTTP on a Unix socket, JSON 1.1 by X-Amz-Target.

    fake.py SOCKET [--world full|empty|many|aws] [--log FILE]

Times are relative to STOKER_FROZEN_TIME (ms), so that every screen is the same on every run. Acts change the
world as a real server would at first, and every request goes to the log as "Target {json}".
"""
import argparse
import asyncio
import copy
import json
import math
import os

import fake_ops

NOW = int(os.environ.get("STOKER_FROZEN_TIME", "1763714467000")) / 1000


def timeline(created, ready=None, ended=None, name="ReadyDateTime"):
    t = {"CreationDateTime": NOW - created}
    if ready is not None:
        t[name] = NOW - ready
    if ended is not None:
        t["EndDateTime"] = NOW - ended
    return t


def cluster(cid, name, state, created, ready=None, ended=None, reason=None, **more):
    status = {"State": state, "StateChangeReason": reason or {}, "Timeline": timeline(created, ready, ended)}
    c = {"Id": cid, "Name": name, "Status": status, "ClusterArn": "arn:aws:elasticmapreduce:us-east-1:0:cluster/" + cid,
         "NormalizedInstanceHours": 24, "ReleaseLabel": "emr-7.5.0", "AutoTerminate": False,
         "TerminationProtected": False, "VisibleToAllUsers": True, "StepConcurrencyLevel": 1,
         "LogUri": "s3://lake/logs/", "MasterPublicDnsName": "localhost", "ServiceRole": "EMR_DefaultRole",
         "Applications": [{"Name": "Spark", "Version": "3.5.2"}], "Tags": [{"Key": "team", "Value": "data"}],
         "ScaleDownBehavior": "TERMINATE_AT_TASK_COMPLETION", "InstanceCollectionType": "INSTANCE_GROUP",
         "Configurations": [{"Classification": "spark-defaults",
                             "Properties": {"spark.sql.shuffle.partitions": "64"}}],
         "Ec2InstanceAttributes": {"Ec2AvailabilityZone": "local-a"}}
    c.update(more)
    return c


def group(gid, role, kind, want, have, state="RUNNING", message=""):
    market = "SPOT" if gid == "ig-A3" else "ON_DEMAND"
    return {"Id": gid, "Name": role, "InstanceGroupType": role, "InstanceType": kind, "Market": market,
            "RequestedInstanceCount": want, "RunningInstanceCount": have,
            "Status": {"State": state, "StateChangeReason": {"Message": message}, "Timeline": timeline(5400, 5300)}}


def instance(n, gid, kind, state="RUNNING"):
    return {"Id": "ci-%013d" % n, "Ec2InstanceId": "i-%017x" % (0xa1b2c3d4e5 * (n + 1)), "InstanceGroupId": gid,
            "InstanceType": kind, "Market": "SPOT" if gid == "ig-A3" else "ON_DEMAND", "PrivateDnsName": "node-%d.local" % n,
            "PrivateIpAddress": "10.0.0.%d" % (n + 10),
            "Status": {"State": state, "StateChangeReason": {}, "Timeline": timeline(5400, 5300)}}


def step(sid, name, state, created, started=None, ended=None, args=None, failure=None):
    status = {"State": state, "StateChangeReason": {}, "Timeline": timeline(created, started, ended, "StartDateTime")}
    if failure:
        status["FailureDetails"] = failure
    return {"Id": sid, "Name": name, "ActionOnFailure": "CONTINUE", "Status": status,
            "Config": {"Jar": "command-runner.jar", "Args": args or ["spark-sql", "-f", "/etl/%s.sql" % name],
                       "Properties": {}}}


FAILURE = {"Reason": "USER_ERROR",
           "Message": "[PATH_NOT_FOUND] Path does not exist: s3://lake/in/2025-11-20 (line 3, column 6 of backfill.sql)",
           "LogFile": "s3://lake/logs/j-7MNB3QK2ZX1YT/steps/s-3F0000000001/stderr.gz"}

LOG = "".join("2025-11-21 08:%02d:%02d INFO task %d of 96 finished in %d ms\n" % (20 + i // 60, i % 60, i + 1, 300 + i * 7 % 400)
              for i in range(96))


def full_world():
    w = {"version": 1, "clusters": [], "groups": {}, "instances": {}, "steps": {}, "progress": {}, "cost": {},
         "alarms": [], "events": [], "logs": {}}
    a, b, c = "j-2AXK7QW9ZP3LM", "j-9QPL2RT6WS8VN", "j-7MNB3QK2ZX1YT"
    w["clusters"] = [
        cluster(a, "nightly-etl", "RUNNING", 5400, 5300, reason={"Message": "Running step"}),
        cluster(b, "adhoc", "WAITING", 86400 * 2, 86400 * 2 - 90,
                reason={"Message": "Cluster ready after last step completed."}, TerminationProtected=True),
        cluster(c, "backfill", "TERMINATED_WITH_ERRORS", 30000, 29900, 26000,
                reason={"Code": "STEP_FAILURE", "Message": "Shut down as step failed"}),
    ]
    w["groups"] = {
        a: [group("ig-A1", "MASTER", "m5.xlarge", 1, 1), group("ig-A2", "CORE", "m5.2xlarge", 2, 2),
            group("ig-A3", "TASK", "c5.xlarge", 4, 3, "RESIZING", "waiting for one node")],
        b: [group("ig-B1", "MASTER", "m5.xlarge", 1, 1), group("ig-B2", "CORE", "m6g.xlarge", 1, 1)],
        c: [group("ig-C1", "MASTER", "m5.xlarge", 1, 0, "TERMINATED"), group("ig-C2", "CORE", "m5.xlarge", 2, 0, "TERMINATED")],
    }
    w["instances"] = {
        a: [instance(0, "ig-A1", "m5.xlarge"), instance(1, "ig-A2", "m5.2xlarge"), instance(2, "ig-A2", "m5.2xlarge"),
            instance(3, "ig-A3", "c5.xlarge"), instance(4, "ig-A3", "c5.xlarge"), instance(5, "ig-A3", "c5.xlarge"),
            instance(6, "ig-A3", "c5.xlarge", "PROVISIONING")],
        b: [instance(7, "ig-B1", "m5.xlarge"), instance(8, "ig-B2", "m6g.xlarge")],
        c: [],
    }
    w["steps"] = {
        a: [step("s-1A0000000001", "extract", "COMPLETED", 5200, 5100, 5059),
            step("s-1A0000000002", "quality-check", "FAILED", 5200, 5050, 5040, failure=dict(FAILURE)),
            step("s-1A0000000003", "transform", "RUNNING", 5000, 72),
            step("s-1A0000000004", "load", "PENDING", 4900),
            step("s-1A0000000005", "publish", "PENDING", 4800,
                 args=["bash", "-c", "aws s3 cp /out s3://lake/out --recursive"])],
        b: [step("s-2B0000000001", "explore", "COMPLETED", 86000, 85990, 85000)],
        c: [step("s-3F0000000001", "backfill", "FAILED", 29000, 28900, 26100, failure=dict(FAILURE)),
            step("s-3F0000000002", "load", "CANCELLED", 29000)],
    }
    w["progress"] = {
        "s-1A0000000001": {"Fraction": 1, "Statement": 3, "Statements": 3, "Description": "done", "RowsIn": 3000000,
                           "RowsOut": 2914560, "BytesIn": 51000000, "BytesOut": 48000000},
        "s-1A0000000003": {"Fraction": 0.62, "Statement": 2, "Statements": 3, "Description": "join with airports",
                           "RowsIn": 1810000, "RowsOut": 1790000, "BytesIn": 31000000, "BytesOut": 29000000,
                           "Stage": 2, "TasksDone": 60, "Tasks": 96},
    }
    w["cost"] = {a: (2.0, 3.05, 3.05), b: (0.394, 18.91, 3.42), c: (0, 0.8, 0)}
    w["events"] = [
        {"Time": NOW - 72, "Severity": "INFO", "ClusterId": a, "ResourceId": "s-1A0000000003",
         "Type": "EMR Step Status Change", "Message": "Step transform started running.", "EventId": "e-3",
         "Actor": "system", "Cause": "the step before it has ended"},
        {"Time": NOW - 5040, "Severity": "ERROR", "ClusterId": a, "ResourceId": "s-1A0000000002",
         "Type": "EMR Step Status Change", "Message": "Step quality-check failed: the input path does not exist.",
         "EventId": "e-2", "Actor": "system"},
        {"Time": NOW - 5100, "Severity": "WARN", "ClusterId": a, "ResourceId": "ig-A3",
         "Type": "EMR Instance Group State Change", "Message": "Task group of nightly-etl goes from 0 to 3 nodes.",
         "EventId": "e-4", "Actor": "stoker:scaling", "Cause": "schedule night: cron(0 20 * * ? *)"},
        {"Time": NOW - 5300, "Severity": "INFO", "ClusterId": a, "ResourceId": a,
         "Type": "EMR Cluster State Change", "Message": "Cluster nightly-etl is ready to run steps.", "EventId": "e-1",
         "Actor": "owner"},
    ]
    w["logs"] = {("s-1A0000000001", "stdout"): LOG,
                 ("s-1A0000000003", "controller"): "2025-11-21 08:39:55 INFO step transform started\n"
                                                   "2025-11-21 08:39:56 INFO driver runs on node-0.local\n",
                 ("s-1A0000000002", "stderr"): "Error in query: " + FAILURE["Message"] + "\n"}
    return fake_ops.extend(w, NOW)


def many_world():
    w = full_world()
    for i in range(60):
        cid = "j-MANY%09d" % i
        w["clusters"].append(cluster(cid, "batch-%02d" % i, "WAITING", 100000 + i * 60, 99000))
        w["groups"][cid], w["instances"][cid], w["steps"][cid] = [], [], []
        w["cost"][cid] = (0.48, 10 + i, 1)
    return w


def empty_world():
    w = full_world()
    for k in ("clusters", "alarms", "events", "metric_alarms", "decisions", "interruptions", "audit", "letters", "schedules",
              "budgets", "advice", "topics", "spot"):
        w[k] = []
    w["cost"] = {}
    return w


def fleet(fid, role, on_demand, spot, have_on_demand, have_spot, types, state="RUNNING", message=""):
    specs = [{"InstanceType": t, "WeightedCapacity": w, "BidPriceAsPercentageOfOnDemandPrice": 100} for t, w in types]
    return {"Id": fid, "Name": role, "InstanceFleetType": role, "TargetOnDemandCapacity": on_demand,
            "TargetSpotCapacity": spot, "ProvisionedOnDemandCapacity": have_on_demand, "ProvisionedSpotCapacity": have_spot,
            "InstanceTypeSpecifications": specs,
            "Status": {"State": state, "StateChangeReason": {"Message": message}, "Timeline": timeline(5400, 5300)}}


def composite_world():
    """One alarm over the others, kept quiet by a third."""
    w = full_world()
    arn = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:"
    w["composites"] = [{
        "AlarmName": "nightly-trouble", "AlarmArn": arn + "nightly-trouble", "ActionsEnabled": True,
        "AlarmRule": "ALARM(\"hdfs-full\") AND NOT ALARM(\"adhoc-idle\")", "AlarmDescription": "The load of the night is at risk.",
        "AlarmActions": ["arn:aws:sns:us-east-1:000000000000:oncall"], "OKActions": [], "InsufficientDataActions": [],
        "StateValue": "ALARM", "StateReason": arn + "hdfs-full transitioned to ALARM at Friday 21 November, 2025 08:16:07 UTC",
        "StateUpdatedTimestamp": NOW - 1500, "ActionsSuppressor": "s3-quiet", "ActionsSuppressorWaitPeriod": 120,
        "ActionsSuppressorExtensionPeriod": 60, "ActionsSuppressedBy": "WaitPeriod",
        "ActionsSuppressedReason": "The composite alarm waits for the suppressor alarm to go into ALARM."}]
    w["alarms"].append({
        "AlarmId": "metric/nightly-trouble", "Kind": "composite", "Severity": "CRITICAL", "ClusterId": w["clusters"][0]["Id"],
        "Since": NOW - 1500, "Title": "nightly-trouble: The load of the night is at risk.", "AlarmName": "nightly-trouble",
        "Detail": w["composites"][0]["StateReason"],
        "Hint": "stoker alarms show \"nightly-trouble\" tells its rule and the alarms behind it."})
    return w


def fleets_world():
    """The first cluster is made of fleets; one of its spot nodes waits for the market."""
    w = full_world()
    a = w["clusters"][0]
    a["InstanceCollectionType"] = "INSTANCE_FLEET"
    w["groups"][a["Id"]] = []
    w["fleets"] = {a["Id"]: [fleet("if-A1", "MASTER", 1, 0, 1, 0, [("m5.xlarge", 1)]),
                             fleet("if-A2", "CORE", 4, 0, 4, 0, [("m5.2xlarge", 2)]),
                             fleet("if-A3", "TASK", 0, 8, 0, 6, [("c5.xlarge", 2), ("c5.2xlarge", 4), ("m5.xlarge", 2)],
                                   "RESIZING", "two units of spot capacity are waited for")]}
    for i in w["instances"][a["Id"]]:
        i["InstanceFleetId"] = i.pop("InstanceGroupId").replace("ig-", "if-")
    w["instances"][a["Id"]][-1]["Status"]["State"] = "AWAITING_FULFILLMENT"
    return w


def plain_world():
    """Amazon's own EMR: Stoker.* is unknown to it (Server.aws), policies come in EMR's own replies."""
    w = full_world()
    a = w["clusters"][0]["Id"]
    w["scaling"][a]["ManagedScalingPolicy"] = {"ComputeLimits": {
        "UnitType": "Instances", "MinimumCapacityUnits": 2, "MaximumCapacityUnits": 12, "MaximumCoreCapacityUnits": 4}}
    w["idle"] = {a: 5400}
    return w


class Refused(Exception):
    def __init__(self, kind, message, **more):
        super().__init__(message)
        self.body = dict({"__type": kind, "message": message}, **more)


class Server(fake_ops.Operations):
    now = NOW
    refused = Refused

    def __init__(self, world, log, aws):
        self.w = world
        self.log = log
        self.aws = aws
        self.changed = asyncio.Event()

    def bump(self):
        self.w["version"] += 1
        self.changed.set()
        self.changed = asyncio.Event()

    def find(self, cid):
        for c in self.w["clusters"]:
            if c["Id"] == cid:
                return c
        raise Refused("InvalidRequestException", "Cluster id '%s' is not valid." % cid)

    async def answer(self, target, body):
        if self.log:
            with open(self.log, "a") as f:
                f.write(target + " " + json.dumps(body, sort_keys=True) + "\n")
        room, op = target.split(".", 1)
        if room == "Stoker" and self.aws:
            raise Refused("UnknownOperationException", "Could not find operation " + op)
        method = getattr(self, op, None)
        if method is None:
            raise Refused("UnknownOperationException", "Could not find operation " + op)
        reply = method(body)
        return await reply if asyncio.iscoroutine(reply) else reply

    # ---- what is there ----
    def ListClusters(self, b):
        states = b.get("ClusterStates")
        keep = ("Id", "Name", "Status", "NormalizedInstanceHours", "ClusterArn")
        return {"Clusters": [{k: c[k] for k in keep} for c in self.w["clusters"]
                             if not states or c["Status"]["State"] in states]}

    def DescribeCluster(self, b):
        return {"Cluster": self.find(b["ClusterId"])}

    def ListInstanceGroups(self, b):
        if self.find(b["ClusterId"])["InstanceCollectionType"] == "INSTANCE_FLEET":
            raise Refused("InvalidRequestException", "Instance fleets and instance groups are mutually exclusive.")
        scaling = self.w["scaling"].get(b["ClusterId"], {}).get("Groups", [])
        policies = {g["InstanceGroupId"]: g["AutoScalingPolicy"] for g in scaling if "AutoScalingPolicy" in g}
        return {"InstanceGroups": [dict(g, **({"AutoScalingPolicy": policies[g["Id"]]} if g["Id"] in policies else {}))
                                   for g in self.w["groups"].get(b["ClusterId"], [])]}

    def ListInstanceFleets(self, b):
        return {"InstanceFleets": self.w.get("fleets", {}).get(b["ClusterId"], [])}

    def ModifyInstanceFleet(self, b):
        change = b["InstanceFleet"]
        for f in self.w["fleets"][b["ClusterId"]]:
            if f["Id"] == change["InstanceFleetId"]:
                f.update({k: change[k] for k in ("TargetOnDemandCapacity", "TargetSpotCapacity")})
        self.bump()
        return {}

    def ListInstances(self, b):
        self.find(b["ClusterId"])
        return {"Instances": self.w["instances"].get(b["ClusterId"], [])}

    def ListSteps(self, b):
        self.find(b["ClusterId"])
        return {"Steps": list(reversed(self.w["steps"].get(b["ClusterId"], [])))}

    def ListBootstrapActions(self, b):
        return {"BootstrapActions": [{"Name": "tools", "ScriptPath": "s3://lake/boot/tools.sh", "Args": ["--quiet"]}]}

    # ---- acts ----
    def RunJobFlow(self, b):
        if b["Name"] == "refuse":
            raise Refused("ValidationException", "The supplied release label is invalid: emr-0.", Hint="try emr-7.5.0")
        cid = "j-NEW0000000001"
        self.w["clusters"].insert(0, cluster(cid, b["Name"], "STARTING", 0))
        groups = []
        for i, g in enumerate(b["Instances"]["InstanceGroups"]):
            groups.append(group("ig-N%d" % i, g["InstanceRole"], g["InstanceType"], g["InstanceCount"], 0, "PROVISIONING"))
        self.w["groups"][cid], self.w["instances"][cid], self.w["steps"][cid] = groups, [], []
        self.bump()
        return {"JobFlowId": cid, "ClusterArn": "arn:" + cid}

    def AddJobFlowSteps(self, b):
        ids = []
        for i, s in enumerate(b["Steps"]):
            sid = "s-NEW000000000%d" % i
            new = step(sid, s["Name"], "PENDING", 0, args=s["HadoopJarStep"]["Args"])
            self.w["steps"][b["JobFlowId"]].append(new)
            ids.append(sid)
        self.bump()
        return {"StepIds": ids}

    def CancelSteps(self, b):
        for s in self.w["steps"][b["ClusterId"]]:
            if s["Id"] in b["StepIds"]:
                s["Status"]["State"] = "CANCEL_PENDING" if s["Status"]["State"] == "RUNNING" else "CANCELLED"
        self.bump()
        return {"CancelStepsInfoList": [{"StepId": i, "Status": "SUBMITTED"} for i in b["StepIds"]]}

    def TerminateJobFlows(self, b):
        c = self.find(b["JobFlowIds"][0])
        if c["TerminationProtected"]:
            raise Refused("ValidationException",
                          "Could not shut down one or more job flows since they are termination protected.")
        c["Status"]["State"] = "TERMINATING"
        self.bump()
        return {}

    def ModifyInstanceGroups(self, b):
        for change in b["InstanceGroups"]:
            for g in self.w["groups"][b["ClusterId"]]:
                if g["Id"] == change["InstanceGroupId"]:
                    g["RequestedInstanceCount"] = change["InstanceCount"]
                    g["Status"]["State"] = "RESIZING"
        self.bump()
        return {}

    def SetTerminationProtection(self, b):
        self.find(b["JobFlowIds"][0])["TerminationProtected"] = b["TerminationProtected"]
        self.bump()
        return {}

    # ---- what only our server tells ----
    def GetServerStatus(self, b):
        return {"Version": "0.1.0", "Pid": 1, "StartedAt": NOW - 90000, "Home": "/home", "Endpoint": "http://127.0.0.1:1",
                "Clusters": 3, "MemoryBudgetMB": 8192, "MemoryGrantedMB": 4096, "Vcpus": 4}

    async def WatchState(self, b):
        if b.get("Since", 0) == self.w["version"]:
            try:
                await asyncio.wait_for(self.changed.wait(), b.get("TimeoutMs", 30000) / 1000)
            except asyncio.TimeoutError:
                pass
        return {"Version": self.w["version"]}

    def GetCost(self, b):
        out = []
        for cid, (rate, accrued, today) in self.w["cost"].items():
            groups = [{"InstanceGroupId": g["Id"], "Role": g["InstanceGroupType"], "Type": g["InstanceType"],
                       "Count": g["RunningInstanceCount"], "Requested": g["RequestedInstanceCount"], "Ec2PerHour": 0.192, "EmrPerHour": 0.048,
                       "Accrued": round(accrued / 3, 4)} for g in self.w["groups"].get(cid, [])]
            for g in groups:
                if g["Type"].startswith("m6g"):
                    g["Ec2PerHour"] = 0.154
                    del g["EmrPerHour"]
            out.append({"ClusterId": cid, "PerHour": rate, "Accrued": accrued, "Today": today,
                        "Unknown": any("EmrPerHour" not in g for g in groups), "Groups": groups})
        rests_on = {"PriceDate": "2026-07-20", "Source": "us-east-1 on-demand list prices"} if out else {
            "Source": "no prices of cn-north-1 are known"}
        return {"Clusters": out, "PerHour": sum(c["PerHour"] for c in out), "Today": sum(c["Today"] for c in out), **rests_on}

    def GetStepProgress(self, b):
        return {"Steps": [dict(self.w["progress"][i], StepId=i) for i in b["StepIds"] if i in self.w["progress"]]}

    def ListAlarms(self, b):
        return {"Alarms": self.w["alarms"]}

    def ListEvents(self, b):
        return {"Events": [e for e in self.w["events"] if b.get("ClusterId") in (None, e["ClusterId"]) and
                           all(x in str(e) for x in b.get("Query", "").split())]}

    def ReadStepLog(self, b):
        text = self.w["logs"].get((b["StepId"], b["Log"]), "")
        at = b.get("Offset", 0)
        at = max(0, len(text) + at) if at < 0 else min(at, len(text))
        data = text[at:at + b.get("MaxBytes", 65536)]
        done = not any(s["Id"] == b["StepId"] and s["Status"]["State"] in ("RUNNING", "PENDING", "CANCEL_PENDING")
                       for s in self.w["steps"].get(b["ClusterId"], []))
        return {"Data": data, "Offset": at, "NextOffset": at + len(data), "Size": len(text), "Complete": done}

    # ---- metrics: waves, so that every graph has a shape ----
    @staticmethod
    def value(metric, t, seed):
        x = 0.5 + 0.35 * math.sin(t / 600 + seed) + 0.12 * math.sin(t / 97 + seed * 3)
        x = min(0.97, max(0.02, x))
        table = {"cpu.user": 80 * x, "cpu.system": 9 * x + 1, "cpu.nice": 0.5, "cpu.iowait": 4 * x, "cpu.irq": 0.4,
                 "cpu.steal": 0, "load1": 8 * x, "load5": 7 * x, "load15": 6 * x, "mem.total": 16 * 2**30,
                 "mem.used": (3 + 8 * x) * 2**30, "mem.cached": 2 * 2**30, "mem.free": (11 - 8 * x) * 2**30,
                 "disk.read": 9e7 * x, "disk.write": 4e7 * (1 - x), "disk.used": 5e10, "disk.total": 1e11,
                 "net.rx": 6e7 * x, "net.tx": 3e7 * x, "nodes": 6, "vcpus": 24}
        if metric == "cpu.idle":
            return 100 - 80 * x - 9 * x - 1 - 0.5 - 4 * x - 0.4
        return table.get(metric)

    def GetMetrics(self, b):
        cid, who, period = b["ClusterId"], b.get("InstanceId"), b.get("Period", 5) or 5
        first = min(NOW - 5300, NOW) if not self.w["instances"].get(cid) else NOW - 5300
        subjects = [i["Id"] for i in self.w["instances"].get(cid, []) if i["Status"]["State"] == "RUNNING"] \
            if who == "*" else [who]
        series = []
        for n, subject in enumerate(subjects):
            for metric in b["Metrics"]:
                t = math.ceil(b["StartTime"] / period) * period
                points = []
                while t <= b["EndTime"]:
                    gap = 2000 < NOW - t < 2240
                    if t >= first and self.w["instances"].get(cid):
                        points.append([t, None if gap else round(self.value(metric, t, n), 3)])
                    t += period
                s = {"Metric": metric, "Period": period, "Points": points}
                if subject:
                    s["InstanceId"] = subject
                series.append(s)
        return {"Series": series}


async def serve(server, reader, writer):
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            headers = {}
            for line in head.decode("latin-1").split("\r\n")[1:]:
                if ":" in line:
                    k, v = line.split(":", 1)
                    headers[k.strip().lower()] = v.strip()
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            try:
                reply, status = await server.answer(headers.get("x-amz-target", "?.?"), json.loads(body or b"{}")), 200
            except Refused as e:
                reply, status = e.body, 400
            data = json.dumps(reply).encode()
            writer.write(b"HTTP/1.1 %d X\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: %d\r\n\r\n"
                         % (status, len(data)) + data)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main():
    p = argparse.ArgumentParser()
    p.add_argument("socket")
    p.add_argument("--world", default="full")
    p.add_argument("--log")
    a = p.parse_args()
    worlds = {"full": full_world, "empty": empty_world, "many": many_world, "aws": plain_world,
              "fleets": fleets_world, "composite": composite_world}
    server = Server(copy.deepcopy(worlds[a.world]()), a.log, a.world == "aws")
    os.makedirs(os.path.dirname(a.socket), exist_ok=True)
    s = await asyncio.start_unix_server(lambda r, w: serve(server, r, w), a.socket)
    print("ready", flush=True)
    async with s:
        await s.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        pass
