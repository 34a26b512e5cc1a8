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
    client = boto3.client(service, endpoint_url=e["Endpoint"],
                          config=Config(retries={"max_attempts": 0}, connect_timeout=60, read_timeout=120), **keys)
    if service == "emr":
        client.meta.events.register("after-call.emr", as_modelled)
    return client


def as_modelled(http_response, model, **_):
    """Every reply of EMR, as it came over the wire, is what the service model says it is."""
    if http_response.status_code == 200 and model.output_shape:
        newest = "StartSession" in model.service_model.operation_names
        wrong = list(unlike(model.output_shape, json.loads(http_response.content or b"{}"), model.name, newest))
        assert not wrong, wrong


def unlike(shape, value, path, newest):
    """Where a value of the wire is not as its shape says: absent members, types, enumerations, and in the newest model
    members that it does not know."""
    kind = shape.type_name
    types = {"structure": dict, "map": dict, "list": list, "boolean": bool, "string": str}.get(kind, (int, float))
    if not isinstance(value, types) or (kind != "boolean" and isinstance(value, bool)):
        yield f"{path}: {value!r} is no {kind}"
    elif kind == "structure":
        for name in set(shape.required_members) - set(value):
            yield f"{path}.{name} is missing"
        for name, v in value.items():
            if name in shape.members:
                yield from unlike(shape.members[name], v, f"{path}.{name}", newest)
            elif newest:
                yield f"{path}.{name} is unknown"
    elif kind in ("list", "map"):
        for v in value if kind == "list" else value.values():
            yield from unlike(shape.member if kind == "list" else shape.value, v, path + "[]", newest)
    elif kind == "string" and shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is not in {shape.enum}"


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
