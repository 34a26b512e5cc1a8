#!/usr/bin/env python3
"""CloudWatch with a boto3 newer than Debian's: JSON 1.0 instead of query and XML, compressed PutMetricData."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "api"))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import newest_boto3  # noqa: E402

if newest_boto3.into():
    from cloudwatch_suite import Suite  # noqa: E402

    class NewestCloudWatch(Suite, unittest.TestCase):
        def test_it_speaks_json(self):
            r = self.cw.list_metrics()
            self.assertEqual(r["ResponseMetadata"]["HTTPHeaders"]["content-type"], "application/x-amz-json-1.0")

        def test_modelled_exceptions(self):
            with self.assertRaises(self.cw.exceptions.ResourceNotFound):
                self.cw.delete_alarms(AlarmNames=["no-such-alarm"])
            with self.assertRaises(self.cw.exceptions.InvalidParameterValueException):
                self.cw.put_metric_data(Namespace="AWS/X", MetricData=[{"MetricName": "x", "Value": 1}])
else:
    class NewestCloudWatch(unittest.TestCase):
        def test_nothing(self):
            self.skipTest("no newer boto3 is installed, and none can be fetched")

if __name__ == "__main__":
    unittest.main()
