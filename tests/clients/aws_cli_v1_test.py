#!/usr/bin/env python3
"""PyPI's `aws`, version 1, against a live server: it knows later operations than Debian's. Put there by
.ci/clients.sh; skipped where it is not."""
import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "api")]
from aws_cli_suite import Suite  # noqa: E402
from clients import program  # noqa: E402

PROGRAM = program("aws", "aws")


@unittest.skipUnless(PROGRAM, "run .ci/clients.sh aws: PyPI's aws is not installed")
class AwsCliV1(Suite, unittest.TestCase):
    AWS = PROGRAM
    REFUSED = 255
    MORE_ATTRIBUTES = ("--unhealthy-node-replacement",)

    def test_auto_terminate(self):
        cid = self.create("attributes", "--instance-type", "m5.xlarge", "--instance-count", "1")
        self.aws("modify-cluster-attributes", "--cluster-id", cid, "--auto-terminate")
        self.wait_state(cid, "TERMINATED")

    def test_endpoint_from_the_environment(self):
        self.assertIn("Clusters", self.run_without_endpoint("list-clusters"))

    def test_what_is_not_served(self):
        said = self.aws("describe-persistent-app-ui", "--persistent-app-ui-id", "p", refused=True)
        self.assertIn("(UnknownOperationException)", said)
        self.assertIn("Could not find operation DescribePersistentAppUI", said)

    def test_supported_instance_types(self):
        types = self.aws("list-supported-instance-types", "--release-label", "emr-7.1.0")["SupportedInstanceTypes"]
        self.assertIn("m5.xlarge", [t["Type"] for t in types])


if __name__ == "__main__":
    unittest.main()
