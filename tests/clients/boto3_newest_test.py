#!/usr/bin/env python3
"""The EMR operations with a boto3 newer than Debian's: it knows later operations and members. Put there by
.ci/clients.sh; skipped where it is not."""
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "lib"), os.path.join(HERE, "..", "api")]
import newest_boto3  # noqa: E402

if newest_boto3.into():
    from boto3_suite import Suite  # noqa: E402

    class NewestBoto3(Suite, unittest.TestCase):
        def test_endpoint_from_the_environment(self):
            e = self.server.call("Stoker.GetEnvironment")
            env = dict(os.environ, AWS_ENDPOINT_URL=e["Endpoint"], AWS_ACCESS_KEY_ID=e["AccessKeyId"],
                       AWS_SECRET_ACCESS_KEY=e["SecretAccessKey"], AWS_DEFAULT_REGION=e["Region"])
            r = subprocess.run([sys.executable, "-c",
                                "import boto3; print(len(boto3.client('emr').list_clusters()['Clusters']) > 0)"],
                               env=env, capture_output=True, text=True, timeout=60)
            self.assertEqual(r.stdout.strip(), "True", r.stderr)

        def test_newer_members(self):
            cid = self.run_job_flow("newer", EbsRootVolumeIops=3000, EbsRootVolumeThroughput=125)
            c = self.emr.describe_cluster(ClusterId=cid)["Cluster"]
            self.assertEqual((c["EbsRootVolumeIops"], c["EbsRootVolumeThroughput"]), (3000, 125))
            self.emr.set_unhealthy_node_replacement(JobFlowIds=[cid], UnhealthyNodeReplacement=True)
            self.assertTrue(self.emr.describe_cluster(ClusterId=cid)["Cluster"]["UnhealthyNodeReplacement"])
            self.terminate(cid)
else:
    class NewestBoto3(unittest.TestCase):
        def test_nothing(self):
            self.skipTest("run .ci/clients.sh aws: no newer boto3 is installed")

if __name__ == "__main__":
    unittest.main()
