#!/usr/bin/env python3
"""The service model of a botocore newer than Debian's beside our tables: they must be equal. Put there by
.ci/clients.sh; skipped where it is not."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "api")]
import newest_boto3  # noqa: E402

if newest_boto3.into():
    from emr_model_suite import Suite, load  # noqa: E402

    class NewestEmrModel(Suite, unittest.TestCase):
        # One that does not know sessions is older than our tables.
        NEWEST = "StartSession" in load().operation_names
else:
    class NewestEmrModel(unittest.TestCase):
        def test_nothing(self):
            self.skipTest("run .ci/clients.sh aws: no newer boto3 is installed")

if __name__ == "__main__":
    unittest.main()
