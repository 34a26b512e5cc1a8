"""The recorded world of the control plane's own operations and of CloudWatch: what fake.py's server answers for
alarms, money, scaling, spot, audit, dead letters and schedules. Acts change it as a real server would at first."""
import math

A, B, C = "j-2AXK7QW9ZP3LM", "j-9QPL2RT6WS8VN", "j-7MNB3QK2ZX1YT"
TOPIC = "arn:aws:sns:us-east-1:0:oncall"


def dims(cid):
    return [{"Name": "JobFlowId", "Value": cid}]


def metric_alarm(now, name, cid, metric, op, threshold, state, since, reason, n=3, m=2, actions=True):
    return {"AlarmName": name, "AlarmArn": "arn:aws:cloudwatch:us-east-1:0:alarm:" + name, "AlarmDescription":
            "Tell the people on call.", "Namespace": "AWS/ElasticMapReduce", "MetricName": metric,
            "Dimensions": dims(cid), "Statistic": "Average", "Period": 300, "EvaluationPeriods": n,
            "DatapointsToAlarm": m, "Threshold": threshold, "ComparisonOperator": op, "TreatMissingData": "missing",
            "StateValue": state, "StateReason": reason, "StateUpdatedTimestamp": now - since,
            "ActionsEnabled": actions, "AlarmActions": [TOPIC]}


def letter(now, i, cid, cname, sid, name, klass, message, state="PENDING", attempts=3, age=5040, **more):
    o = {"DeadLetterId": "dl-%012d" % i, "Time": now - age, "Region": "us-east-1", "ClusterId": cid,
         "ClusterName": cname, "StepId": sid, "StepName": name, "Class": klass, "Reason": "USER_ERROR",
         "Message": message, "LogFile": "s3://lake/logs/%s/steps/%s/stderr.gz" % (cid, sid),
         "Attempts": [{"Number": n + 1, "StartedAt": now - age - 300 * (attempts - n), "EndedAt":
                       now - age - 300 * (attempts - n) + 10 + n, "Class": klass, "Message": message}
                      for n in range(attempts)],
         "Step": {"Name": name, "ActionOnFailure": "CONTINUE", "HadoopJarStep":
                  {"Jar": "command-runner.jar", "Args": ["spark-sql", "-d", "day=2025-11-20", "-f", "/etl/%s.sql" % name]}},
         "State": state}
    o.update(more)
    return o


def alarms(now):
    return [
        {"AlarmId": "step-failed/s-1A0000000002", "Kind": "condition", "Severity": "ERROR", "ClusterId": A,
         "Since": now - 5040, "Title": "Step quality-check failed",
         "Detail": "[PATH_NOT_FOUND] Path does not exist: s3://lake/in/2025-11-20 (line 3, column 6 of backfill.sql)",
         "Hint": "Read its stderr and syslog; add the step again once the cause is removed."},
        {"AlarmId": "metric/hdfs-full", "Kind": "metric", "Severity": "ERROR", "ClusterId": A, "Since": now - 1500,
         "Title": "hdfs-full: HDFSUtilization is above 80", "AlarmName": "hdfs-full",
         "Detail": "2 of the last 3 points of 5 min were above 80 (91.2, 86.4).",
         "Hint": "Remove old data from hdfs://, or add core nodes."},
        {"AlarmId": "budget/team-data", "Kind": "budget", "Severity": "WARN", "ClusterId": "", "Since": now - 7200,
         "Title": "Budget team-data: 80 % of $60.00 are spent", "AlarmName": "team-data",
         "Detail": "$49.80 of this month's $60.00 are spent; at this rate it will be $71.20.",
         "Hint": "Look at Savings on the cost screen."},
        {"AlarmId": "idle/" + B, "Kind": "condition", "Severity": "WARN", "ClusterId": B, "Since": now - 85000,
         "Title": "idle for 23 h and still paid for", "Detail": "It waits for steps and costs $0.39 an hour.",
         "Hint": "terminate it with T, or give it an idle timeout",
         "Acknowledged": {"By": "mia", "At": now - 3600, "Note": "kept for the workshop on Friday"}},
    ]


def scaling_groups():
    rule = {"Name": "scale-out", "Description": "More nodes while containers wait for memory",
            "Action": {"SimpleScalingPolicyConfiguration": {"AdjustmentType": "CHANGE_IN_CAPACITY",
                                                            "ScalingAdjustment": 2, "CoolDown": 300}},
            "Trigger": {"CloudWatchAlarmDefinition": {
                "ComparisonOperator": "LESS_THAN", "EvaluationPeriods": 1, "MetricName": "YARNMemoryAvailablePercentage",
                "Namespace": "AWS/ElasticMapReduce", "Period": 300, "Threshold": 15, "Statistic": "AVERAGE",
                "Dimensions": [{"Key": "JobFlowId", "Value": "${emr.clusterId}"}]}}}
    return [
        {"InstanceGroupId": "ig-A1", "Role": "MASTER", "Type": "m5.xlarge", "Requested": 1, "Running": 1},
        {"InstanceGroupId": "ig-A2", "Role": "CORE", "Type": "m5.2xlarge", "Requested": 2, "Running": 2,
         "AutoScalingPolicy": {"Status": {"State": "ATTACHED", "StateChangeReason": {"Code": "USER_REQUEST"}},
                               "Constraints": {"MinCapacity": 2, "MaxCapacity": 6}, "Rules": [rule]}},
        {"InstanceGroupId": "ig-A3", "Role": "TASK", "Type": "c5.xlarge", "Requested": 4, "Running": 3,
         "Utilization": {"MinCapacity": 0, "MaxCapacity": 8, "HighCpu": 80, "LowCpu": 20, "ScaleOutBy": 1,
                         "ScaleInBy": 1, "Periods": 2, "CoolDown": 300, "TopicArn": TOPIC}},
    ]


def decisions(now):
    rows = [
        (130, "ig-A3", "utilization", 3, 4, "applied", "CPU of the task nodes was above 80 % for 2 min",
         {"cpu": 91.4, "high": 80, "low": 20, "periods": 2}),
        (730, "ig-A3", "utilization", 3, 3, "cool_down", "CPU is high, but the last change was 4 min ago",
         {"cpu": 88.1, "high": 80, "cool_down_left": 60}),
        (2600, "ig-A2", "custom", 4, 2, "applied", "rule scale-in: YARNMemoryAvailablePercentage > 75 for 1 x 300 s",
         {"YARNMemoryAvailablePercentage": 82.5, "threshold": 75}),
        (5100, "ig-A3", "scheduled", 0, 3, "applied", "night: cron(0 20 * * ? *)", {"count": 3}),
        (9000, "ig-A2", "custom", 6, 6, "at_limit", "rule scale-out would exceed the maximum of 6",
         {"YARNMemoryAvailablePercentage": 4.1, "threshold": 15, "maximum": 6}),
    ]
    return [{"DecisionId": "d-%04d" % i, "Time": now - t, "Region": "us-east-1", "ClusterId": A, "InstanceGroupId": g,
             "Kind": k, "Policy": "scale-out" if k == "custom" else k, "From": f, "To": to, "Outcome": o, "Reason": why,
             "Numbers": n} for i, (t, g, k, f, to, o, why, n) in enumerate(rows)]


def spot(now):
    out = []
    for kind, full, share, there, nodes in (("c5.xlarge", 0.17, 0.41, True, 3), ("m5.2xlarge", 0.384, 0.55, True, 0),
                                            ("m5.xlarge", 0.192, 0.38, True, 0), ("r5.xlarge", 0.252, 0.97, False, 0)):
        history = [[now - 86400 + h * 3600, round(full * (share + 0.12 * math.sin(h / 3)), 4)] for h in range(24)]
        out.append({"InstanceType": kind, "Price": round(full * share, 4), "OnDemandPrice": full, "Since": now - 3400,
                    "Available": there, "Instances": nodes, "History": history, "Source": "set",
                    "Bids": [{"ClusterId": A, "InstanceGroupId": "ig-A3", "Bid": 0.085}] if nodes else []})
    return out


def interruptions(now):
    i = lambda n: "i-%017x" % (0xa1b2c3d4e5 * (n + 1))
    return [
        {"Time": now - 45, "Region": "us-east-1", "ClusterId": A, "InstanceId": "ci-%013d" % 4, "Ec2InstanceId": i(4),
         "InstanceType": "c5.xlarge", "Reason": "capacity", "NoticeAt": now - 45, "TerminateAt": now + 75,
         "Outcome": "noticed", "ReplacedBy": "ci-%013d" % 6},
        {"Time": now - 40000, "Region": "us-east-1", "ClusterId": A, "InstanceId": "ci-%013d" % 90,
         "Ec2InstanceId": i(90), "InstanceType": "c5.xlarge", "Reason": "price", "NoticeAt": now - 40000,
         "TerminateAt": now - 39880, "Outcome": "terminated", "ReplacedBy": "ci-%013d" % 5},
    ]


def audit(now):
    rows = [
        (60, "mia", "ModifyInstanceGroups", "Success", A, {"ClusterId": A, "InstanceGroups":
         [{"InstanceGroupId": "ig-A3", "InstanceCount": 4}]}, "", ""),
        (900, "ci-runner", "TerminateJobFlows", "Failure", B, {"JobFlowIds": [B]}, "ValidationException",
         "Could not shut down one or more job flows since they are termination protected."),
        (4900, "owner", "AddJobFlowSteps", "Success", A, {"JobFlowId": A, "Steps": [{"Name": "load"}]}, "", ""),
        (5400, "owner", "RunJobFlow", "Success", A, {"Name": "nightly-etl", "ReleaseLabel": "emr-7.5.0"}, "", ""),
    ]
    return [{"EventId": "ev-%04d" % n, "Time": now - t, "Actor": who, "AccessKeyId": "" if who == "owner" else "AKIA" + who.upper(),
             "Source": "unix" if who == "owner" else "10.0.0.7", "UserAgent": "aws-cli/2.15 Python/3.11", "Region": "us-east-1",
             "EventSource": "elasticmapreduce.amazonaws.com", "EventName": op, "Resource": cid, "ClusterId": cid,
             "Outcome": end, "ErrorCode": code, "ErrorMessage": why, "Request": req}
            for n, (t, who, op, end, cid, req, code, why) in enumerate(rows)]


def schedules(now):
    def one(name, expr, zone, state, about, target, first, every, last, failures=0, **more):
        o = {"ScheduleName": name, "Description": about, "ScheduleExpression": expr, "ScheduleExpressionTimezone": zone,
             "State": state, "Target": target, "CatchUp": "ONE", "CatchUpWindowMinutes": 120, "Overlap": "SKIP",
             "TopicArn": TOPIC, "CreatedAt": now - 864000, "NextRuns": [now + first + i * every for i in range(5)],
             "LastRun": last, "Failures": failures}
        o.update(more)
        return o
    step = {"Name": "extract", "ActionOnFailure": "CONTINUE", "HadoopJarStep":
            {"Jar": "command-runner.jar", "Args": ["spark-sql", "-f", "/etl/extract.sql"]}}
    return [
        one("nightly", "cron(0 2 * * ? *)", "Europe/Berlin", "ENABLED", "The nightly load",
            {"Operation": "RunJobFlow", "Request": {"Name": "nightly-etl", "Steps": [step]}}, 58733, 86400,
            runs(now)[0]),
        one("refresh", "rate(6 hours)", "UTC", "ENABLED", "Refreshes the dimension tables",
            {"Operation": "AddJobFlowSteps", "Request": {"JobFlowId": A, "Steps": [step]}}, 4800, 21600,
            dict(runs(now)[1], ScheduleName="refresh", State="FAILED", Reason="step extract failed"), 2),
        one("backfill", "at(2025-12-01T00:00:00)", "UTC", "DISABLED", "Once, after the migration",
            {"Operation": "AddJobFlowSteps", "Request": {"JobFlowId": B, "Steps": [step]}}, 800000, 1, None),
    ]


def runs(now, name="nightly"):
    rows = [(24067, "SUCCEEDED", "", 2400), (110467, "SUCCEEDED", "", 2520), (196867, "MISSED", "the server was away", 0),
            (283267, "FAILED", "step load failed", 900), (369667, "SKIPPED", "the run before still ran", 0)]
    out = []
    for n, (t, state, why, took) in enumerate(rows):
        r = {"RunId": "run-%s-%d" % (name, n), "ScheduleName": name, "ScheduledFor": now - t, "State": state, "Reason": why,
             "ClusterId": C if took else "", "StepIds": ["s-3F0000000001"] if took else []}
        if took:
            r["StartedAt"], r["EndedAt"] = now - t + 1, now - t + 1 + took
        out.append(r)
    return out


def budgets(now):
    return [
        {"BudgetName": "all", "Amount": 500, "Period": "MONTHLY", "Thresholds": [50, 80, 100], "TopicArn": TOPIC,
         "Spent": 187.4, "Forecast": 268.1, "State": "OK", "Since": now - 900000, "Unknown": True},
        {"BudgetName": "team-data", "Amount": 60, "Period": "MONTHLY", "Scope": {"TagKey": "team", "TagValue": "data"},
         "Thresholds": [50, 80, 100], "Spent": 49.8, "Forecast": 71.2, "State": "ALARM", "Since": now - 7200,
         "Unknown": False},
        {"BudgetName": "adhoc-day", "Amount": 8, "Period": "DAILY", "Scope": {"ClusterId": B}, "Thresholds": [100],
         "Spent": 3.42, "Forecast": 9.46, "State": "OK", "Since": now - 30000, "Unknown": True},
    ]


def advice(now):
    return [
        {"RecommendationId": "idle/" + B, "Kind": "idle_termination", "ClusterId": B, "Title":
         "End adhoc after an hour without work", "Evidence": "It waited for steps 21 of the last 24 hours, in stretches "
         "of up to 11 hours, and cost $0.39 an hour all the while.", "SavingPerMonth": 251.4, "Unknown": True,
         "Act": {"Target": "ElasticMapReduce.PutAutoTerminationPolicy", "Request":
                 {"ClusterId": B, "AutoTerminationPolicy": {"IdleTimeout": 3600}}}},
        {"RecommendationId": "size/ig-A2", "Kind": "right_size", "ClusterId": A, "InstanceGroupId": "ig-A2", "Title":
         "Core nodes: m5.xlarge instead of m5.2xlarge", "Evidence": "The busiest of the last 7 days needed 46 % of their "
         "CPU and 39 % of their memory (p95).", "SavingPerMonth": 175.2, "Unknown": False},
        {"RecommendationId": "spot/ig-A3", "Kind": "spot_share", "ClusterId": A, "InstanceGroupId": "ig-A3", "Title":
         "Buy the task nodes on the spot market", "Evidence": "c5.xlarge costs 41 % of on-demand there and was "
         "interrupted once in 30 days.", "SavingPerMonth": 146.6, "Unknown": False},
    ]


def extend(w, now):
    """Put the world of operations into a world of fake.py."""
    w["alarms"] = alarms(now)
    w["metric_alarms"] = [
        metric_alarm(now, "hdfs-full", A, "HDFSUtilization", "GreaterThanThreshold", 80, "ALARM", 1500,
                     "Threshold Crossed: 2 out of the last 3 datapoints [91.2, 86.4] were greater than the threshold (80.0)."),
        metric_alarm(now, "adhoc-idle", B, "IsIdle", "GreaterThanOrEqualToThreshold", 1, "OK", 86000,
                     "Threshold Crossed: 1 datapoint [0.0] was not greater than or equal to the threshold (1.0).", 12, 12, False),
        metric_alarm(now, "s3-quiet", C, "S3BytesRead", "LessThanThreshold", 1, "INSUFFICIENT_DATA", 26000,
                     "Insufficient Data: 3 datapoints were unknown.", 3, 3),
    ]
    w["scaling"] = {A: {"ClusterId": A, "Groups": scaling_groups(), "Schedules": [
        {"ScheduleName": "night", "InstanceGroupId": "ig-A3", "ScheduleExpression": "cron(0 20 * * ? *)",
         "ScheduleExpressionTimezone": "UTC", "InstanceCount": 3, "NextRuns": [now + 40733]}]}}
    w["decisions"], w["spot"], w["interruptions"] = decisions(now), spot(now), interruptions(now)
    w["audit"], w["schedules"], w["budgets"], w["advice"] = audit(now), schedules(now), budgets(now), advice(now)
    message = "[PATH_NOT_FOUND] Path does not exist: s3://lake/in/2025-11-20 (line 3, column 6 of quality-check.sql)"
    w["letters"] = [
        letter(now, 1, A, "nightly-etl", "s-1A0000000002", "quality-check", "NON_RETRYABLE", message),
        letter(now, 2, C, "backfill", "s-3F0000000001", "backfill", "DATA_QUALITY",
               "12,204 rows of flights have no arrival time (limit 1,000)", attempts=1, age=26100),
        letter(now, 3, B, "adhoc", "s-2B0000000009", "explore", "RETRYABLE", "connection to the lake was lost", "DISCARDED",
               4, 90000, ClosedAt=now - 80000, ClosedBy="mia", Note="not needed any more"),
    ]
    w["topics"] = [{"TopicArn": TOPIC, "TopicName": "oncall", "Webhook": "https://hooks.example/oncall",
                    "LastSent": {"Time": now - 1500, "Subject": "ALARM: hdfs-full", "Outcome": "delivered"}}]
    return w


class Operations:
    """Mixed into the server: self.w is the world, self.bump() says that it has changed, self.now the time."""

    # ---- alarms ----
    def alarm_at(self, b):
        for a in self.w["alarms"]:
            if a["AlarmId"] == b["AlarmId"]:
                return a
        raise self.refused("ResourceNotFoundException", "There is no alarm %s." % b["AlarmId"])

    def AcknowledgeAlarm(self, b):
        self.alarm_at(b)["Acknowledged"] = {"By": "owner", "At": self.now, "Note": b["Note"]}
        self.bump()
        return {}

    def UnacknowledgeAlarm(self, b):
        self.alarm_at(b).pop("Acknowledged", None)
        self.bump()
        return {}

    def DescribeAlarms(self, b):
        types = b.get("AlarmTypes", ["MetricAlarm"])
        return {"MetricAlarms": self.w["metric_alarms"] if "MetricAlarm" in types else [],
                "CompositeAlarms": self.w.get("composites", []) if "CompositeAlarm" in types else []}

    def DescribeAlarmHistory(self, b):
        return {"AlarmHistoryItems": [
            {"AlarmName": b["AlarmName"], "Timestamp": self.now - 1500, "HistoryItemType": "StateUpdate",
             "HistorySummary": "Alarm updated from OK to ALARM"},
            {"AlarmName": b["AlarmName"], "Timestamp": self.now - 86000, "HistoryItemType": "StateUpdate",
             "HistorySummary": "Alarm updated from INSUFFICIENT_DATA to OK"},
            {"AlarmName": b["AlarmName"], "Timestamp": self.now - 90000, "HistoryItemType": "ConfigurationUpdate",
             "HistorySummary": 'Alarm "%s" created' % b["AlarmName"]}]}

    def GetMetricData(self, b):
        out = []
        for q in b["MetricDataQueries"]:
            stat = q["MetricStat"]
            period, t = stat["Period"], math.ceil(b["StartTime"] / stat["Period"]) * stat["Period"]
            times, values = [], []
            while t < b["EndTime"] and t < self.now:
                if stat["Metric"]["MetricName"] == "HDFSUtilization" and not 9000 < self.now - t < 10500:
                    times.append(t)
                    values.append(round(62 + 25 * math.sin((t - self.now) / 4000 + 1.2) + 9 * math.sin(t / 900), 2))
                t += period
            out.append({"Id": q["Id"], "Label": stat["Metric"]["MetricName"], "Timestamps": times, "Values": values,
                        "StatusCode": "Complete"})
        return {"MetricDataResults": out, "Messages": []}

    def PutMetricAlarm(self, b):
        new = dict(b, StateValue="INSUFFICIENT_DATA", StateReason="Unchecked: Initial alarm creation",
                   StateUpdatedTimestamp=self.now)
        self.w["metric_alarms"] = [a for a in self.w["metric_alarms"] if a["AlarmName"] != b["AlarmName"]] + [new]
        self.bump()
        return {}

    def DeleteAlarms(self, b):
        self.w["metric_alarms"] = [a for a in self.w["metric_alarms"] if a["AlarmName"] not in b["AlarmNames"]]
        self.bump()
        return {}

    def switch(self, b, on):
        for a in self.w["metric_alarms"]:
            if a["AlarmName"] in b["AlarmNames"]:
                a["ActionsEnabled"] = on
        self.bump()
        return {}

    def EnableAlarmActions(self, b):
        return self.switch(b, True)

    def DisableAlarmActions(self, b):
        return self.switch(b, False)

    def ListTopics(self, b):
        return {"Topics": self.w["topics"]}

    def PutTopic(self, b):
        arn = "arn:aws:sns:us-east-1:0:" + b["TopicName"]
        self.w["topics"] = [t for t in self.w["topics"] if t["TopicName"] != b["TopicName"]] + [dict(b, TopicArn=arn)]
        self.bump()
        return {"TopicArn": arn}

    def TestTopic(self, b):
        for t in self.w["topics"]:
            if t["TopicName"] == b["TopicName"]:
                t["LastSent"] = {"Time": self.now, "Subject": "A test", "Outcome": "failed", "Error": "exit status 1"}
        self.bump()
        return {"Outcome": "failed", "Error": "exit status 1"}

    def DeleteTopic(self, b):
        self.w["topics"] = [t for t in self.w["topics"] if t["TopicName"] != b["TopicName"]]
        self.bump()
        return {}

    # ---- money ----
    def GetCostForecast(self, b):
        return {"PerHour": 2.394, "Today": 6.47, "MonthToDate": 187.4, "MonthProjected": 268.1, "IdlePerHour": 0.394,
                "IdleToday": 3.42, "Unknown": True, "Queues": [
                    {"ClusterId": A, "EndsAt": self.now + 1980, "Cost": 1.1, "Basis": "earlier runs of these steps"}]}

    def GetCostReport(self, b):
        by = b.get("GroupBy", "cluster")
        rows = {"cluster": [(A, "nightly-etl", 118.2, 29.5), (B, "adhoc", 31.2, 0), (C, "backfill", 6.8, 1.7)],
                "market": [("ON_DEMAND", "", 129.0, 25.1), ("SPOT", "", 27.2, 6.1)],
                "day": [("2025-11-%02d" % d, "", 5 + d % 4 * 1.7, 1.4) for d in range(21, 0, -1)],
                "step": [("s-1A0000000001", "extract", 14.1, 3.2), ("s-1A0000000003", "transform", 61.7, 14.9),
                         ("s-1A0000000004", "load", 20.2, 5.1), ("", "between steps", 60.2, 8.0)]}
        rows = rows.get(by, [("data", "", 140.2, 29.9), ("", "without", 16.0, 1.3)])
        out = [{"Key": k, "Name": n, "Ec2": e, "Emr": f, "Total": round(e + f, 4), "InstanceHours": round(e / 0.19, 1),
                "Unknown": f == 0} for k, n, e, f in rows]
        return {"Rows": out, "Total": round(sum(r["Total"] for r in out), 4), "Unknown": any(r["Unknown"] for r in out),
                "From": self.now - 1730000, "To": self.now}

    def ListBudgets(self, b):
        return {"Budgets": self.w["budgets"]}

    def PutBudget(self, b):
        new = dict(b, Spent=0, Forecast=0, State="OK", Since=self.now, Unknown=False)
        self.w["budgets"] = [x for x in self.w["budgets"] if x["BudgetName"] != b["BudgetName"]] + [new]
        self.bump()
        return {}

    def DeleteBudget(self, b):
        self.w["budgets"] = [x for x in self.w["budgets"] if x["BudgetName"] != b["BudgetName"]]
        self.bump()
        return {}

    def ListRecommendations(self, b):
        return {"Recommendations": self.w["advice"]}

    def PutAutoTerminationPolicy(self, b):
        self.w["advice"] = self.w["advice"][1:]
        self.bump()
        return {}

    def WhatIf(self, b):
        return {"Before": {"PerHour": 2.0, "PerMonth": 1460.0, "Unknown": False},
                "After": {"PerHour": 1.52, "PerMonth": 1109.6, "Unknown": False}, "Difference": -0.48,
                "Groups": [{"InstanceGroupId": "ig-A2", "Before": "2 x m5.2xlarge on demand, $0.96/h",
                            "After": "2 x m5.xlarge on demand, $0.48/h"}],
                "Notes": ["The nodes are replaced one after the other: the cluster stays up."]}

    # ---- scaling ----
    def GetScaling(self, b):
        self.find(b["ClusterId"])
        return self.w["scaling"].get(b["ClusterId"], {"ClusterId": b["ClusterId"], "Groups": [], "Schedules": []})

    def ListScalingDecisions(self, b):
        return {"Decisions": [d for d in self.w["decisions"] if b.get("ClusterId") in (None, d["ClusterId"])]}

    def PutManagedScalingPolicy(self, b):
        self.w["scaling"][b["ClusterId"]]["ManagedScalingPolicy"] = b["ManagedScalingPolicy"]
        self.bump()
        return {}

    def RemoveManagedScalingPolicy(self, b):
        self.w["scaling"][b["ClusterId"]].pop("ManagedScalingPolicy", None)
        self.bump()
        return {}

    def scaled(self, b):
        for g in self.w["scaling"][b["ClusterId"]]["Groups"]:
            if g["InstanceGroupId"] == b["InstanceGroupId"]:
                return g

    def PutAutoScalingPolicy(self, b):
        self.scaled(b)["AutoScalingPolicy"] = dict(b["AutoScalingPolicy"], Status={"State": "ATTACHED"})
        self.bump()
        return {}

    def RemoveAutoScalingPolicy(self, b):
        self.scaled(b).pop("AutoScalingPolicy", None)
        self.bump()
        return {}

    def PutUtilizationScaling(self, b):
        self.scaled(b)["Utilization"] = b
        self.bump()
        return {}

    def RemoveUtilizationScaling(self, b):
        self.scaled(b).pop("Utilization", None)
        self.bump()
        return {}

    def PutScheduledScaling(self, b):
        self.w["scaling"][b["ClusterId"]]["Schedules"].append(dict(b, NextRuns=[self.now + 3600]))
        self.bump()
        return {}

    def RemoveScheduledScaling(self, b):
        s = self.w["scaling"][b["ClusterId"]]
        s["Schedules"] = [x for x in s["Schedules"] if x["ScheduleName"] != b["ScheduleName"]]
        self.bump()
        return {}

    # ---- spot ----
    def ListSpotPrices(self, b):
        return {"SpotPrices": self.w["spot"]}

    def PutSpotPrice(self, b):
        for p in self.w["spot"]:
            if p["InstanceType"] == b["InstanceType"]:
                p.update(b, Since=self.now)
                self.bump()
                return p
        raise self.refused("ValidationException", "There is no type %s." % b["InstanceType"])

    def GetSpotFeed(self, b):
        return {"Feed": self.w["feed"]} if self.w.get("feed") else {}

    def PutSpotFeed(self, b):
        self.w["feed"] = {"FeedName": b["FeedName"], "State": "playing", "Start": b["Start"], "Speed": b.get("Speed", 1),
                          "Loop": b.get("Loop", False), "Changes": 2, "Played": 1,
                          "Coming": [{"Time": self.now + 90, "InstanceType": "c5.xlarge", "Price": 0.15}]}
        self.bump()
        return {"Feed": self.w["feed"]}

    def DeleteSpotFeed(self, b):
        self.w["feed"] = None
        self.bump()
        return {}

    def InterruptSpot(self, b):
        for i in b["InstanceIds"]:
            self.w["interruptions"].insert(0, {
                "Time": self.now, "Region": "us-east-1", "ClusterId": b["ClusterId"], "InstanceId": i, "Ec2InstanceId": i,
                "InstanceType": "c5.xlarge", "Reason": "manual", "NoticeAt": self.now,
                "TerminateAt": self.now + b["NoticeSeconds"], "Outcome": "noticed"})
        self.bump()
        return {"Interrupted": b["InstanceIds"]}

    def ListSpotInterruptions(self, b):
        return {"Interruptions": self.w["interruptions"]}

    # ---- audit, dead letters, schedules ----
    def ListAuditEvents(self, b):
        return {"AuditEvents": [a for a in self.w["audit"] if b.get("ClusterId") in (None, a["ClusterId"]) and
                                all(x in str(a) for x in b.get("Query", "").split())]}

    def letter_at(self, b):
        for x in self.w["letters"]:
            if x["DeadLetterId"] == b["DeadLetterId"]:
                return x
        raise self.refused("ResourceNotFoundException", "There is no dead letter %s." % b["DeadLetterId"])

    def ListDeadLetters(self, b):
        return {"DeadLetters": [x for x in self.w["letters"] if b.get("State") in (None, x["State"])]}

    def DescribeDeadLetter(self, b):
        return {"DeadLetter": dict(self.letter_at(b), Log={
            "controller": "2025-11-21 07:17:06 INFO step quality-check started, attempt 3\n"
                          "2025-11-21 07:17:07 ERROR the driver ended with status 1",
            "stderr": "Error in query: " + self.letter_at(b)["Message"]}, Configurations=[
                {"Classification": "spark-defaults", "Properties": {"spark.sql.shuffle.partitions": "64"}}])}

    def ReplayDeadLetter(self, b):
        x = self.letter_at(b)
        x.update(State="REPLAYED", ClosedAt=self.now, ClosedBy="owner", ReplayClusterId=b.get("ClusterId", x["ClusterId"]),
                 ReplayStepId="s-NEW0000000009")
        self.bump()
        return {"ClusterId": x["ReplayClusterId"], "StepId": "s-NEW0000000009"}

    def DiscardDeadLetter(self, b):
        self.letter_at(b).update(State="DISCARDED", ClosedAt=self.now, ClosedBy="owner", Note=b["Note"])
        self.bump()
        return {}

    def ListSchedules(self, b):
        return {"Schedules": self.w["schedules"]}

    def PutSchedule(self, b):
        old = [x for x in self.w["schedules"] if x["ScheduleName"] == b["ScheduleName"]]
        new = dict(b, CreatedAt=self.now, NextRuns=[self.now + 3600 * (i + 1) for i in range(5)], Failures=0,
                   LastRun=old[0]["LastRun"] if old else None)
        self.w["schedules"] = [new if x["ScheduleName"] == b["ScheduleName"] else x for x in self.w["schedules"]]
        if not old:
            self.w["schedules"].append(new)
        self.bump()
        return {"NextRuns": new["NextRuns"]}

    def DeleteSchedule(self, b):
        self.w["schedules"] = [x for x in self.w["schedules"] if x["ScheduleName"] != b["ScheduleName"]]
        self.bump()
        return {}

    def RunScheduleNow(self, b):
        self.bump()
        return {"RunId": "run-now"}

    def ListScheduleRuns(self, b):
        return {"Runs": runs(self.now, b["ScheduleName"])}
