#!/usr/bin/env python3
"""The EMR operations with a boto3 newer than Debian's, from PyPI: it knows later operations and members. Uses the
boto3 of this Python when that is new enough, else a virtual environment under .deps/clients."""
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(os.path.dirname(os.path.dirname(HERE)), ".deps", "clients")
sys.path.insert(0, os.path.join(HERE, "..", "api"))


def new_enough():
    try:
        import boto3
        return tuple(int(n) for n in boto3.__version__.split(".")[:2]) >= (1, 40)
    except ImportError:
        return False


def venv_python():
    """A Python with the newest boto3, or None: without the network there is nothing to test."""
    python = os.path.join(VENV, "bin", "python")
    try:
        if not os.path.exists(python):
            subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--upgrade", "boto3"], check=True)
    except (OSError, subprocess.CalledProcessError) as e:
        print(f"no newer boto3: {e}", file=sys.stderr)
        return None
    return python


if not new_enough() and not os.environ.get("STOKER_TEST_IN_VENV"):
    other = venv_python()
    if other:
        os.execve(other, [other] + sys.argv, dict(os.environ, STOKER_TEST_IN_VENV="1"))

if new_enough():
    import boto3  # noqa: E402
    from boto3_suite import Suite, client_of  # noqa: E402

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
            self.skipTest("no newer boto3 is installed, and none can be fetched")

if __name__ == "__main__":
    unittest.main()
