"""Amazon's own clients, turned to the server of a test: boto3 (imported only where it is asked for) and the `aws`
program."""
import json
import subprocess


def boto3_client(server, service="emr", **members):
    """members go over what the server says: region_name, aws_access_key_id, aws_secret_access_key."""
    import boto3
    from botocore.config import Config
    e = server.call("Stoker.GetEnvironment")
    keys = dict({"aws_access_key_id": e["AccessKeyId"], "aws_secret_access_key": e["SecretAccessKey"],
                 "region_name": e["Region"]}, **members)
    return boto3.client(service, endpoint_url=e["Endpoint"],
                        config=Config(retries={"max_attempts": 0}, connect_timeout=60, read_timeout=120), **keys)


class Aws:
    """`aws <service>`, called as a function: gives the JSON that it prints, or its stderr when it should fail."""

    def __init__(self, program, server, service="emr"):
        e = server.call("Stoker.GetEnvironment")
        self.program, self.service, self.endpoint = program, service, e["Endpoint"]
        self.env = {"AWS_ACCESS_KEY_ID": e["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": e["SecretAccessKey"],
                    "AWS_DEFAULT_REGION": e["Region"], "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1",
                    "HOME": server.home, "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}

    def __call__(self, *words, status=0, env=None):
        r = subprocess.run([self.program, "--endpoint-url", self.endpoint, self.service, *words],
                           env=dict(self.env, **(env or {})), capture_output=True, text=True, timeout=120)
        assert r.returncode == status, f"aws {self.service} {' '.join(words)}: {r.returncode} {r.stdout}{r.stderr}"
        if status:
            return r.stderr
        return json.loads(r.stdout) if r.stdout.strip() else {}
