#!/usr/bin/python3
"""CloudWatch with Debian's boto3, which speaks query and XML, and with Debian's `aws cloudwatch`."""
import os
import sys

DEBIAN = "/usr/bin/python3"
try:
    if os.path.realpath(sys.executable) != os.path.realpath(DEBIAN) and os.path.exists(DEBIAN):
        os.execv(DEBIAN, [DEBIAN] + sys.argv)  # another Python came first in PATH: Debian's boto3 is not its
finally:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import gzip  # noqa: E402
import json  # noqa: E402
import shutil  # noqa: E402
import struct  # noqa: E402
import time  # noqa: E402
import unittest  # noqa: E402

from cloudwatch_suite import Suite, minute  # noqa: E402
from aws import Aws  # noqa: E402

AWS = "/usr/bin/aws" if os.path.exists("/usr/bin/aws") else shutil.which("aws")


def cbor(v):
    """As much of CBOR as requests need."""
    def head(major, n):
        return bytes([major << 5 | n]) if n < 24 else bytes([major << 5 | 24, n]) if n < 256 else \
            bytes([major << 5 | 26]) + struct.pack(">I", n)
    if isinstance(v, dict):
        return head(5, len(v)) + b"".join(cbor(k) + cbor(x) for k, x in v.items())
    if isinstance(v, list):
        return head(4, len(v)) + b"".join(map(cbor, v))
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    if isinstance(v, bool):
        return b"\xf5" if v else b"\xf4"
    if isinstance(v, int):
        return head(0, v)
    return b"\xfb" + struct.pack(">d", v)


def uncbor(b):
    """One item and what follows it; tags are dropped."""
    major, n, b = b[0] >> 5, b[0] & 31, b[1:]
    if major == 7:
        return ({20: False, 21: True, 22: None}[n], b) if n < 24 else (
            struct.unpack(">d", b[:8])[0], b[8:]) if n == 27 else (struct.unpack(">f", b[:4])[0], b[4:])
    if n >= 24:
        size = 1 << (n - 24)
        n, b = int.from_bytes(b[:size], "big"), b[size:]
    if major == 0:
        return n, b
    if major == 1:
        return -1 - n, b
    if major == 3:
        return b[:n].decode(), b[n:]
    if major == 6:
        return uncbor(b)
    out = [] if major == 4 else {}
    for _ in range(n):
        k, b = uncbor(b)
        if major == 4:
            out.append(k)
        else:
            out[k], b = uncbor(b)
    return out, b


class Query(Suite, unittest.TestCase):
    def ask(self, path, body, **headers):
        conn = self.server.connection()
        conn.request("POST", path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        r = conn.getresponse()
        return r.status, dict(r.getheaders()), r.read()

    def test_json(self):
        target = "GraniteServiceVersion20100801."
        body = json.dumps({"Namespace": "Raw", "MetricData": [{"MetricName": f"packed-{i}", "Value": i * i}
                                                              for i in range(200)]}).encode()
        status, headers, reply = self.ask("/", gzip.compress(body), X_Amz_Target=target + "PutMetricData",
                                          Content_Encoding="gzip", Content_Type="application/x-amz-json-1.0")
        self.assertEqual((status, reply), (200, b"{}"))
        self.assertEqual(headers["Content-Type"], "application/x-amz-json-1.0")
        self.assertEqual(self.statistics("packed-150", "Sum", namespace="Raw")[0]["Sum"], 22500)
        status, headers, reply = self.ask("/", gzip.compress(body)[:-9], X_Amz_Target=target + "PutMetricData",
                                          Content_Encoding="gzip")
        self.assertEqual((status, headers["x-amzn-query-error"]), (400, "MalformedInput;Sender"))
        status, headers, reply = self.ask("/", "{}", X_Amz_Target=target + "PutMetricAlarm")
        self.assertEqual((status, headers["x-amzn-query-error"]), (400, "ValidationError;Sender"))
        self.assertIn("Value null at 'alarmName' failed to satisfy constraint: Member must not be null",
                      json.loads(reply)["message"])
        status, headers, reply = self.ask("/", '{"AlarmNames":["no-such"]}', X_Amz_Target=target + "DeleteAlarms")
        self.assertEqual((status, json.loads(reply)["__type"]), (404, "GraniteServiceVersion20100801#ResourceNotFound"))
        status, headers, reply = self.ask("/", "{}", X_Amz_Target=target + "PutDashboard")
        self.assertEqual((status, json.loads(reply)["__type"]),
                         (400, "GraniteServiceVersion20100801#UnknownOperationException"))

    def test_cbor(self):
        def call(operation, request):
            status, headers, reply = self.ask(f"/service/GraniteServiceVersion20100801/operation/{operation}",
                                              cbor(request), smithy_protocol="rpc-v2-cbor", Accept="application/cbor",
                                              Content_Type="application/cbor")
            self.assertEqual((headers["Content-Type"], headers["smithy-protocol"]), ("application/cbor", "rpc-v2-cbor"))
            return status, uncbor(reply)[0]
        at = int(time.time()) // 60 * 60
        self.assertEqual(call("PutMetricData", {"Namespace": "Go", "MetricData": [
            {"MetricName": "m", "Value": 2.5, "Timestamp": float(at)}]}), (200, {}))
        status, r = call("GetMetricStatistics", {"Namespace": "Go", "MetricName": "m", "StartTime": at,
                                                 "EndTime": at + 60, "Period": 60, "Statistics": ["Sum"]})
        self.assertEqual((status, r["Datapoints"]), (200, [{"Timestamp": at, "Sum": 2.5, "Unit": "None"}]))
        status, r = call("PutMetricAlarm", {"AlarmName": "x"})
        self.assertEqual((status, r["__type"]), (400, "com.amazonaws.cloudwatch#ValidationError"))
        self.assertEqual(call("Nonsense", {})[0], 400)

    def test_a_form_that_is_wrong(self):
        status, headers, reply = self.ask("/", "Action=RunInstances",
                                          Content_Type="application/x-www-form-urlencoded; charset=utf-8")
        self.assertEqual((status, headers["Content-Type"]), (400, "text/xml"))
        self.assertIn(b"<Code>InvalidAction</Code>", reply)
        self.assertIn(b"<RequestId>" + headers["x-amzn-requestid"].encode(), reply)

    @unittest.skipUnless(AWS, "the aws program is not installed")
    def test_aws_cli(self):
        aws = Aws(AWS, self.server, "cloudwatch")
        aws("put-metric-data", "--namespace", "Cli", "--metric-name", "m", "--value", "3", "--dimensions", "Host=a",
            "--unit", "Count")
        found = aws("list-metrics", "--namespace", "Cli")["Metrics"]
        self.assertEqual(found[0]["Dimensions"], [{"Name": "Host", "Value": "a"}])
        points = aws("get-metric-statistics", "--namespace", "Cli", "--metric-name", "m", "--dimensions",
                     "Name=Host,Value=a", "--start-time", minute(5).isoformat(), "--end-time", minute(-1).isoformat(),
                     "--period", "60", "--statistics", "Sum")["Datapoints"]
        self.assertEqual(points[0]["Sum"], 3)
        aws("put-metric-alarm", "--alarm-name", "cli", "--namespace", "Cli", "--metric-name", "m", "--statistic", "Sum",
            "--period", "60", "--evaluation-periods", "1", "--threshold", "1", "--comparison-operator",
            "GreaterThanThreshold")
        self.assertEqual(aws("describe-alarms", "--alarm-names", "cli")["MetricAlarms"][0]["MetricName"], "m")
        self.assertIn("(ResourceNotFound)", aws("delete-alarms", "--alarm-names", "none", status=254))
        aws("delete-alarms", "--alarm-names", "cli")


if __name__ == "__main__":
    unittest.main()
