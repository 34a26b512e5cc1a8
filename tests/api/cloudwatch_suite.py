"""What CloudWatch clients do, for any boto3: Debian's speaks query and XML, a new one JSON 1.0."""
import datetime
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from aws import boto3_client  # noqa: E402
from stoker_server import Server, wait_for  # noqa: E402

from botocore.exceptions import ClientError  # noqa: E402

UTC = datetime.timezone.utc


def now():
    return datetime.datetime.now(UTC)


def minute(back=0):
    """A whole minute, `back` minutes ago."""
    return now().replace(second=0, microsecond=0) - datetime.timedelta(minutes=back)


class Suite:
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.cw = boto3_client(cls.server, "cloudwatch")

    def refused(self, code, call, *words, **kwargs):
        with self.assertRaises(ClientError) as caught:
            call(**kwargs)
        error = caught.exception.response["Error"]
        self.assertEqual(error["Code"], code, error)
        for word in words:
            self.assertIn(word, error["Message"])
        return error

    def put(self, name, value, when=None, namespace="Test", dims=(), **more):
        datum = {"MetricName": name, "Dimensions": [{"Name": k, "Value": v} for k, v in dims], **more}
        if value is not None:
            datum["Value"] = value
        if when:
            datum["Timestamp"] = when
        self.cw.put_metric_data(Namespace=namespace, MetricData=[datum])

    def statistics(self, name, *stats, start=None, end=None, period=60, namespace="Test", dims=(), **more):
        return self.cw.get_metric_statistics(
            Namespace=namespace, MetricName=name, Dimensions=[{"Name": k, "Value": v} for k, v in dims],
            StartTime=start or minute(10), EndTime=end or minute(-1), Period=period,
            **({"Statistics": list(stats)} if stats else {}), **more)["Datapoints"]

    # ---- metrics ----

    def test_statistics_of_what_was_put(self):
        at = minute(3)
        for i, v in enumerate([1, 2, 3, 4]):
            self.put("four", v, at + datetime.timedelta(seconds=i), Unit="Seconds")
        points = self.statistics("four", "Average", "Sum", "Minimum", "Maximum", "SampleCount")
        self.assertEqual(len(points), 1)
        p = points[0]
        self.assertEqual((p["Average"], p["Sum"], p["Minimum"], p["Maximum"], p["SampleCount"]), (2.5, 10, 1, 4, 4))
        self.assertEqual(p["Unit"], "Seconds")
        self.assertEqual(p["Timestamp"].astimezone(UTC), at)
        p = self.statistics("four", ExtendedStatistics=["p50", "p100"])[0]
        self.assertEqual(p["ExtendedStatistics"], {"p50": 2, "p100": 4})
        self.assertEqual(self.statistics("four", "Average", Unit="Bytes"), [])
        self.assertEqual(self.statistics("nothing", "Average"), [])

    def test_sets_and_value_lists(self):
        self.put("set", None, StatisticValues={"SampleCount": 10, "Sum": 50, "Minimum": 1, "Maximum": 9})
        self.put("values", None, Values=[1, 5, 9], Counts=[1, 2, 1])
        self.assertEqual(self.statistics("set", "Average")[0]["Average"], 5)
        p = self.statistics("values", "Sum", "SampleCount")[0]
        self.assertEqual((p["Sum"], p["SampleCount"]), (20, 4))

    def test_high_resolution(self):
        at = minute(2)
        for i in range(30):
            self.put("fast", i, at + datetime.timedelta(seconds=i), StorageResolution=1)
        points = sorted(self.statistics("fast", "Average", start=at, end=minute(1), period=10),
                        key=lambda p: p["Timestamp"])
        self.assertEqual([p["Average"] for p in points], [4.5, 14.5, 24.5])

    def test_many_values_in_one_request(self):
        """Large requests come compressed from new clients."""
        data = [{"MetricName": f"bulk-{i}", "Value": i, "Dimensions": [{"Name": "Host", "Value": f"host-{i % 7}"}]}
                for i in range(300)]
        self.cw.put_metric_data(Namespace="Bulk", MetricData=data)
        found = [m for page in self.cw.get_paginator("list_metrics").paginate(Namespace="Bulk")
                 for m in page["Metrics"]]
        self.assertEqual(len(found), 300)
        self.assertEqual(self.statistics("bulk-42", "Sum", namespace="Bulk", dims=[("Host", "host-0")])[0]["Sum"], 42)

    def test_list_metrics(self):
        for i in range(1203):
            if i % 600 == 0:
                batch = []
            batch.append({"MetricName": "m", "Value": 1, "Dimensions": [{"Name": "N", "Value": str(i)},
                                                                        {"Name": "K", "Value": "v"}]})
            if len(batch) == 600 or i == 1202:
                self.cw.put_metric_data(Namespace="List", MetricData=batch)
        pages = list(self.cw.get_paginator("list_metrics").paginate(Namespace="List"))
        self.assertEqual([len(p["Metrics"]) for p in pages], [500, 500, 203])
        seen = {d["Value"] for p in pages for m in p["Metrics"] for d in m["Dimensions"] if d["Name"] == "N"}
        self.assertEqual(len(seen), 1203)
        one = self.cw.list_metrics(Namespace="List", MetricName="m", Dimensions=[{"Name": "N", "Value": "77"},
                                                                                 {"Name": "K"}])["Metrics"]
        self.assertEqual(len(one), 1)
        self.assertEqual(one[0]["Dimensions"][0]["Name"], "K")
        self.assertEqual(self.cw.list_metrics(Namespace="Nowhere")["Metrics"], [])
        self.assertEqual(len(self.cw.list_metrics(Namespace="List", RecentlyActive="PT3H")["Metrics"]), 500)
        self.refused("InvalidNextToken", self.cw.list_metrics, NextToken="nonsense")

    def test_metric_math(self):
        at = minute(5)
        for i in range(3):
            self.put("a", 10 * (i + 1), at + datetime.timedelta(minutes=i), namespace="Math")
            if i != 1:
                self.put("b", i + 1, at + datetime.timedelta(minutes=i), namespace="Math")

        def stat(name):
            return {"Metric": {"Namespace": "Math", "MetricName": name}, "Period": 60, "Stat": "Average"}

        end = at + datetime.timedelta(minutes=4)  # and not by the clock: the minute may end in between

        def data(*queries, **more):
            return self.cw.get_metric_data(MetricDataQueries=list(queries), StartTime=at, EndTime=end,
                                           **more)["MetricDataResults"]
        a, b = ({"Id": n, "MetricStat": stat(n), "ReturnData": False} for n in "ab")
        r = data(a, b, {"Id": "e", "Expression": "a / b", "Label": "share"}, ScanBy="TimestampAscending")
        self.assertEqual([(x["Id"], x["Label"], x["Values"], x["StatusCode"]) for x in r],
                         [("e", "share", [10, 10], "Complete")])
        self.assertEqual(r[0]["Timestamps"][0].astimezone(UTC), at)
        r = data(a, b, {"Id": "e", "Expression": "SUM([a, FILL(b, 0)])"})
        self.assertEqual(r[0]["Values"], [0, 33, 20, 11])
        r = data({**a, "ReturnData": True}, {"Id": "f", "Expression": "IF(a > 15, a, 0)"}, ScanBy="TimestampAscending")
        self.assertEqual([x["Values"] for x in r], [[10, 20, 30], [0, 20, 30]])
        r = data({"Id": "s", "Expression": "SEARCH('{Math} MetricName=\"a\"', 'Maximum', 60)"})
        self.assertEqual([(x["Label"], x["Values"]) for x in r], [("a", [30, 20, 10])])
        with self.assertRaises(ClientError) as caught:
            data(a, {"Id": "e", "Expression": "a + * 2"})
        self.assertIn("at position 5", caught.exception.response["Error"]["Message"])
        with self.assertRaises(ClientError) as caught:
            data(a, {"Id": "e", "Expression": "zzz"})
        self.assertIn('no query with the id "zzz"', caught.exception.response["Error"]["Message"])

    def test_pages_of_data(self):
        at = minute(9)
        for i in range(5):
            self.put("paged", i, at + datetime.timedelta(minutes=i), namespace="Math")
        pages = list(self.cw.get_paginator("get_metric_data").paginate(
            MetricDataQueries=[{"Id": "m", "MetricStat": {"Metric": {"Namespace": "Math", "MetricName": "paged"},
                                                          "Period": 60, "Stat": "Sum"}}],
            StartTime=at, EndTime=now(), ScanBy="TimestampAscending", MaxDatapoints=2))
        self.assertEqual([p["MetricDataResults"][0]["Values"] for p in pages], [[0, 1], [2, 3], [4]])
        self.assertEqual([p["MetricDataResults"][0]["StatusCode"] for p in pages],
                         ["PartialData", "PartialData", "Complete"])

    def test_wrong_metrics(self):
        put = self.cw.put_metric_data
        def datum(**kw):
            return {"Namespace": "Test", "MetricData": [{"MetricName": "x", **kw}]}
        self.refused("MissingParameter", put, **datum())
        self.refused("InvalidParameterCombination", put, "mutually exclusive", **datum(Value=1, Values=[1]))
        self.refused("InvalidParameterValue", put, "same size", **datum(Values=[1, 2], Counts=[1]))
        self.refused("InvalidParameterValue", put, "Timestamp", **datum(Value=1, Timestamp=now() -
                                                                        datetime.timedelta(days=20)))
        self.refused("InvalidParameterValue", put, "AWS/", Namespace="AWS/EC2", MetricData=[{"MetricName": "x",
                                                                                             "Value": 1}])
        self.refused("ValidationError", put, "enum value set", **datum(Value=1, Unit="Parsecs"))
        get = self.cw.get_metric_statistics
        ask = {"Namespace": "T", "MetricName": "m", "StartTime": minute(10), "EndTime": minute(), "Period": 60,
               "Statistics": ["Sum"]}
        self.refused("InvalidParameterValue", get, "StartTime", **{**ask, "StartTime": minute(-5)})
        self.refused("InvalidParameterValue", get, "period", **{**ask, "Period": 61})
        self.refused("InvalidParameterCombination", get, "cannot be used together",
                     **{**ask, "ExtendedStatistics": ["p90"]})
        self.refused("InvalidParameterCombination", get, "1440", **{**ask, "StartTime": minute(5000)})
        del ask["Statistics"]
        self.refused("InvalidParameterValue", get, "p0 to p100", **{**ask, "ExtendedStatistics": ["p101"]})

    # ---- alarms ----

    def alarm(self, name, metric, **more):
        args = {"AlarmName": name, "Namespace": "Alarms", "MetricName": metric, "Statistic": "Average", "Period": 60,
                "EvaluationPeriods": 1, "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold", **more}
        self.cw.put_metric_alarm(**{k: v for k, v in args.items() if v is not None})

    def described(self, name):
        found = self.cw.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return found[0] if found else None

    def state(self, name):
        return self.described(name)["StateValue"]

    def test_life_of_an_alarm(self):
        self.put("load", 9, minute(1), namespace="Alarms")
        self.alarm("life", "load", AlarmDescription="load <high>", Tags=[{"Key": "team", "Value": "etl & co"}],
                   TreatMissingData="missing", DatapointsToAlarm=1)
        wait_for("ALARM", lambda: self.state("life") == "ALARM")
        a = self.described("life")
        self.assertEqual((a["AlarmDescription"], a["Threshold"], a["ComparisonOperator"], a["TreatMissingData"]),
                         ("load <high>", 5, "GreaterThanThreshold", "missing"))
        self.assertIn("Threshold Crossed: 1 out of the last 1 datapoints [9.0", a["StateReason"])
        self.assertTrue(a["AlarmArn"].endswith(":alarm:life"))
        self.assertTrue(a["ActionsEnabled"])
        self.assertEqual(self.cw.list_tags_for_resource(ResourceARN=a["AlarmArn"])["Tags"],
                         [{"Key": "team", "Value": "etl & co"}])
        self.cw.tag_resource(ResourceARN=a["AlarmArn"], Tags=[{"Key": "b", "Value": "2"}])
        self.cw.untag_resource(ResourceARN=a["AlarmArn"], TagKeys=["team"])
        self.assertEqual(self.cw.list_tags_for_resource(ResourceARN=a["AlarmArn"])["Tags"],
                         [{"Key": "b", "Value": "2"}])
        # It lasts until the next evaluation, which may be now: the history has it for good.
        self.cw.set_alarm_state(AlarmName="life", StateValue="OK", StateReason="by hand")
        self.cw.disable_alarm_actions(AlarmNames=["life", "unknown-is-ignored"])
        self.assertFalse(self.described("life")["ActionsEnabled"])
        self.cw.enable_alarm_actions(AlarmNames=["life"])
        history = self.cw.describe_alarm_history(AlarmName="life")["AlarmHistoryItems"]
        self.assertEqual([h["HistorySummary"] for h in history][-1], 'Alarm "life" created')
        self.assertIn("Alarm updated from ALARM to OK", [h["HistorySummary"] for h in history])
        states = self.cw.describe_alarm_history(AlarmName="life", HistoryItemType="StateUpdate",
                                                ScanBy="TimestampAscending")["AlarmHistoryItems"]
        self.assertEqual([h["HistorySummary"] for h in states][:2],
                         ["Alarm updated from INSUFFICIENT_DATA to ALARM", "Alarm updated from ALARM to OK"])
        self.cw.delete_alarms(AlarmNames=["life"])
        self.assertIsNone(self.described("life"))

    def test_an_alarm_keeps_its_state_when_it_is_put_again(self):
        self.alarm("again", "none", TreatMissingData="ignore")
        self.cw.set_alarm_state(AlarmName="again", StateValue="ALARM", StateReason="x")
        self.alarm("again", "none", TreatMissingData="ignore", Threshold=7)
        a = self.described("again")
        self.assertEqual((a["StateValue"], a["Threshold"]), ("ALARM", 7))

    def test_alarm_of_metric_math(self):
        at = minute(1)
        self.put("x", 8, at, namespace="Alarms")
        self.put("y", 2, at, namespace="Alarms")

        def stat(name):
            return {"Metric": {"Namespace": "Alarms", "MetricName": name}, "Period": 60, "Stat": "Sum"}
        metrics = [{"Id": "x", "MetricStat": stat("x"), "ReturnData": False},
                   {"Id": "y", "MetricStat": stat("y"), "ReturnData": False},
                   {"Id": "r", "Expression": "x / y", "Label": "ratio", "ReturnData": True}]
        self.cw.put_metric_alarm(AlarmName="math", Metrics=metrics, EvaluationPeriods=1, Threshold=3,
                                 ComparisonOperator="GreaterThanOrEqualToThreshold")
        wait_for("ALARM", lambda: self.state("math") == "ALARM")
        a = self.described("math")
        self.assertEqual({q["Id"] for q in a["Metrics"]}, {"x", "y", "r"})
        self.assertEqual([x["AlarmName"] for x in self.cw.describe_alarms_for_metric(
            Namespace="Alarms", MetricName="y")["MetricAlarms"]], ["math"])

    def test_short_periods_are_looked_at_every_ten_seconds(self):
        self.put("quick", 9, now() - datetime.timedelta(seconds=15), namespace="Alarms", StorageResolution=1)
        self.alarm("quick", "quick", Period=10)
        wait_for("ALARM", lambda: self.state("quick") == "ALARM")
        for _ in range(2):
            self.put("quick", 1, now(), namespace="Alarms", StorageResolution=1)
        wait_for("OK", lambda: self.state("quick") == "OK", pause=0.2)

    def test_describe_alarms_in_pages(self):
        for i in range(7):
            self.alarm(f"page-{i}", "p")
        pages = list(self.cw.get_paginator("describe_alarms").paginate(AlarmNamePrefix="page-",
                                                                       PaginationConfig={"PageSize": 3}))
        self.assertEqual([[a["AlarmName"][-1] for a in p["MetricAlarms"]] for p in pages],
                         [["0", "1", "2"], ["3", "4", "5"], ["6"]])
        self.assertEqual(self.cw.describe_alarms(AlarmTypes=["CompositeAlarm"])["MetricAlarms"], [])
        wait_for("no data", lambda: len(self.cw.describe_alarms(
            AlarmNamePrefix="page-", StateValue="INSUFFICIENT_DATA")["MetricAlarms"]) == 7)

    def composite(self, name):
        return self.cw.describe_alarms(AlarmNames=[name], AlarmTypes=["CompositeAlarm"])["CompositeAlarms"][0]

    def test_trimmed_statistics(self):
        self.cw.put_metric_data(Namespace="Test", MetricData=[{
            "MetricName": "trim", "Timestamp": minute(2), "Values": [1, 2, 3, 4, 100], "Counts": [2, 2, 2, 2, 2]}])
        names = ["p50", "tm80", "TM(10%:90%)", "WM(:4)", "tc80", "TS(2:4)", "PR(:4)", "IQM"]
        p = self.statistics("trim", ExtendedStatistics=names)[0]["ExtendedStatistics"]
        self.assertEqual([round(p[n], 6) for n in names], [3, 2.5, 14.875, 2.8, 8, 14, 80, 3])
        r = self.cw.get_metric_data(StartTime=minute(10), EndTime=minute(-1), MetricDataQueries=[{
            "Id": "a", "MetricStat": {"Metric": {"Namespace": "Test", "MetricName": "trim"}, "Period": 60, "Stat": "tm80"}}])
        self.assertEqual(r["MetricDataResults"][0]["Values"], [2.5])
        self.refused("InvalidParameterValue", self.cw.get_metric_statistics, "TM(10%:90%)", Namespace="Test", MetricName="trim",
                     StartTime=minute(10), EndTime=minute(), Period=60, ExtendedStatistics=["TM(90%:10%)"])

    def test_percentiles_of_few_values(self):
        for name, samples in (("few", 99), ("many", 1000)):
            self.cw.put_metric_data(Namespace="Alarms", MetricData=[{
                "MetricName": name, "Timestamp": minute(1), "Values": [9], "Counts": [samples]}])
            for low in ("ignore", "evaluate"):
                self.alarm(f"{name}-{low}", name, Statistic=None, ExtendedStatistic="p99",
                           EvaluateLowSampleCountPercentile=low)
        for name in ("few-evaluate", "many-ignore", "many-evaluate"):
            wait_for("ALARM", lambda: self.state(name) == "ALARM")
        self.assertEqual(self.state("few-ignore"), "INSUFFICIENT_DATA")

    def test_units_are_apart(self):
        at = minute(3)
        self.put("took", 2, at, Unit="Seconds")
        self.put("took", 4000, at, Unit="Milliseconds")
        self.put("took", 7, at)
        points = self.statistics("took", "Sum", "SampleCount")
        self.assertEqual(sorted((p["Unit"], p["Sum"], p["SampleCount"]) for p in points),
                         [("Milliseconds", 4000, 1), ("None", 7, 1), ("Seconds", 2, 1)])
        self.assertEqual([p["Sum"] for p in self.statistics("took", "Sum", Unit="Milliseconds")], [4000])
        self.assertEqual(len(self.cw.list_metrics(Namespace="Test", MetricName="took")["Metrics"]), 1)

        def values(**more):
            r = self.cw.get_metric_data(StartTime=minute(10), EndTime=minute(-1), MetricDataQueries=[{
                "Id": "a", "MetricStat": {"Metric": {"Namespace": "Test", "MetricName": "took"}, "Period": 60, "Stat": "Sum",
                                          **more}}])
            return r["MetricDataResults"][0]["Values"]
        self.assertEqual([values(Unit="Seconds"), values(Unit="None"), values(Unit="Bytes"), values()],
                         [[2], [7], [], [4009]])
        self.put("late", 2, minute(1), namespace="Alarms", Unit="Seconds")
        self.put("late", 4000, minute(1), namespace="Alarms", Unit="Milliseconds")
        self.alarm("in-seconds", "late", Unit="Seconds")
        wait_for("OK", lambda: self.state("in-seconds") == "OK")
        self.alarm("in-ms", "late", Unit="Milliseconds")
        wait_for("ALARM", lambda: self.state("in-ms") == "ALARM")

    def test_composite_alarms(self):
        for name in ("part-a", "part-b"):
            self.alarm(name, "none", TreatMissingData="ignore")
        self.cw.put_composite_alarm(AlarmName="whole", AlarmRule='ALARM("part-a") AND NOT OK(part-b)',
                                    AlarmDescription="a without b", Tags=[{"Key": "team", "Value": "etl"}])
        wait_for("first evaluation", lambda: self.composite("whole")["StateValue"] == "OK")
        self.cw.get_waiter("composite_alarm_exists").wait(
            AlarmNames=["whole"], AlarmTypes=["CompositeAlarm"], WaiterConfig={"Delay": 1, "MaxAttempts": 3})
        self.cw.set_alarm_state(AlarmName="part-a", StateValue="ALARM", StateReason="test")
        a = self.composite("whole")
        self.assertEqual((a["StateValue"], a["AlarmRule"], a["AlarmDescription"], a["ActionsEnabled"]),
                         ("ALARM", 'ALARM("part-a") AND NOT OK(part-b)', "a without b", True))
        self.assertIn(":alarm:part-a transitioned to ALARM at ", a["StateReason"])
        self.cw.disable_alarm_actions(AlarmNames=["whole"])
        self.assertFalse(self.composite("whole")["ActionsEnabled"])
        self.assertEqual(self.cw.list_tags_for_resource(ResourceARN=a["AlarmArn"])["Tags"],
                         [{"Key": "team", "Value": "etl"}])
        children = self.cw.describe_alarms(ChildrenOfAlarmName="whole")["MetricAlarms"]
        self.assertEqual([(c["AlarmName"], c["StateValue"]) for c in children],
                         [("part-a", "ALARM"), ("part-b", "INSUFFICIENT_DATA")])
        self.assertEqual([c["AlarmName"] for c in self.cw.describe_alarms(ParentsOfAlarmName="part-a")["CompositeAlarms"]],
                         ["whole"])
        history = self.cw.describe_alarm_history(AlarmName="whole", AlarmTypes=["CompositeAlarm"])["AlarmHistoryItems"]
        self.assertEqual(history[-1]["HistorySummary"], 'Alarm "whole" created')
        self.assertEqual({h["AlarmType"] for h in history}, {"CompositeAlarm"})
        self.refused("ValidationError", self.cw.delete_alarms, "depending on it", AlarmNames=["part-a"])
        self.refused("ValidationError", self.cw.put_composite_alarm, "do not exist", AlarmName="x", AlarmRule="ALARM(y)")
        self.cw.delete_alarms(AlarmNames=["whole"])
        self.cw.delete_alarms(AlarmNames=["part-a", "part-b"])

    def test_waiters(self):
        self.alarm("wait", "w")
        self.cw.get_waiter("alarm_exists").wait(AlarmNames=["wait"], WaiterConfig={"Delay": 1, "MaxAttempts": 3})

    def test_wrong_alarms(self):
        def bad(code, *words, **more):
            self.refused(code, self.alarm, *words, name="bad", metric="m", **more)
        bad("ValidationError", "DatapointsToAlarm", EvaluationPeriods=2, DatapointsToAlarm=3)
        bad("ValidationError", "86,400", Period=3540, EvaluationPeriods=30)
        bad("InvalidParameterValue", "period", Period=45)
        bad("InvalidParameterCombination", "Statistic", ExtendedStatistic="p90")
        bad("MissingParameter", "Statistic", Statistic=None)
        bad("ValidationError", "enum value set", ComparisonOperator="Above")
        bad("InvalidParameterValue", "notBreaching", TreatMissingData="sometimes")
        bad("ValidationError", "Invalid arn syntax", AlarmActions=["mailto:x"])
        self.refused("ResourceNotFound", self.cw.delete_alarms, AlarmNames=["no-such-alarm"])
        self.refused("ResourceNotFound", self.cw.set_alarm_state, AlarmName="no-such", StateValue="OK", StateReason="x")
        self.refused("ResourceNotFoundException", self.cw.list_tags_for_resource,
                     ResourceARN="arn:aws:cloudwatch:us-east-1:000000000000:alarm:no-such")
        self.alarm("format", "m")
        self.refused("InvalidFormat", self.cw.set_alarm_state, AlarmName="format", StateValue="OK", StateReason="x",
                     StateReasonData="{")
        self.refused("ValidationError", self.cw.describe_alarms, "maxRecords", MaxRecords=1000)

    def test_regions_are_worlds(self):
        other = boto3_client(self.server, "cloudwatch", region_name="eu-west-1")
        self.put("here", 1)
        self.alarm("here", "here")
        self.assertEqual(other.list_metrics(Namespace="Test", MetricName="here")["Metrics"], [])
        self.assertEqual(other.describe_alarms(AlarmNames=["here"])["MetricAlarms"], [])

    # ---- EMR's own metrics ----

    def test_metrics_of_a_cluster(self):
        cid = self.server.cluster("measured", core=1)
        dims = [("JobFlowId", cid)]
        self.alarm(f"idle-{cid}", "IsIdle", Namespace="AWS/ElasticMapReduce", Threshold=1,
                   ComparisonOperator="GreaterThanOrEqualToThreshold",
                   Dimensions=[{"Name": "JobFlowId", "Value": cid}])
        wait_for("metrics of the cluster", lambda: self.cw.list_metrics(
            Namespace="AWS/ElasticMapReduce", Dimensions=[{"Name": "JobFlowId", "Value": cid}])["Metrics"], pause=0.5)
        names = {m["MetricName"] for m in self.cw.list_metrics(Namespace="AWS/ElasticMapReduce")["Metrics"]}
        self.assertTrue({"IsIdle", "AppsRunning", "ContainerPending", "YARNMemoryAvailablePercentage",
                         "CoreNodesRunning", "HDFSUtilization", "S3BytesRead", "MRActiveNodes",
                         "LiveDataNodes"} <= names, names)

        def last(name):
            return self.statistics(name, "Average", namespace="AWS/ElasticMapReduce", dims=dims)[-1]["Average"]
        self.assertEqual((last("IsIdle"), last("CoreNodesRunning"), last("AppsRunning")), (1, 1, 0))
        self.assertGreater(last("MemoryAvailableMB"), 0)
        wait_for("the alarm on it", lambda: self.state(f"idle-{cid}") == "ALARM", pause=0.2)
        listed = self.server.call("Stoker.ListAlarms", {"ClusterId": cid})["Alarms"]
        self.assertIn(f"idle-{cid}", [a.get("AlarmName") for a in listed])
        # Memory is known at a node's first sample, use of the CPU (a difference of two) only at its second.
        wait_for("host metrics", lambda: {"cpu_usage_active", "mem_used_percent"} <= {
            m["MetricName"] for m in self.cw.list_metrics(Namespace="CWAgent")["Metrics"]}, pause=0.5)
        self.server.call("TerminateJobFlows", {"JobFlowIds": [cid]})
