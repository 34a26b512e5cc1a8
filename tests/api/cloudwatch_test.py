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

import json  # noqa: E402
import shutil  # noqa: E402
import subprocess  # noqa: E402
import unittest  # noqa: E402

from cloudwatch_suite import Suite, minute  # noqa: E402

AWS = "/usr/bin/aws" if os.path.exists("/usr/bin/aws") else shutil.which("aws")


class Query(Suite, unittest.TestCase):
    @unittest.skipUnless(AWS, "the aws program is not installed")
    def test_aws_cli(self):
        e = self.server.call("Stoker.GetEnvironment")
        env = {"AWS_ACCESS_KEY_ID": e["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": e["SecretAccessKey"],
               "AWS_DEFAULT_REGION": e["Region"], "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1",
               "HOME": self.server.home, "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}

        def aws(*words, status=0):
            r = subprocess.run([AWS, "--endpoint-url", e["Endpoint"], "cloudwatch", *words], env=env,
                               capture_output=True, text=True, timeout=120)
            self.assertEqual(r.returncode, status, r.stdout + r.stderr)
            return r.stderr if status else json.loads(r.stdout) if r.stdout.strip() else {}
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
