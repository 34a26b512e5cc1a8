"""A stokerd of a test's own: started in a temporary STOKER_HOME, asked over its Unix socket, ended with all it
started. Standard library only."""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("BUILD", os.path.join(ROOT, "build")))
STOKER = os.path.join(BUILD, "stoker")
STOKERD = os.path.join(BUILD, "stokerd")
FLIGHTS = os.path.join(ROOT, "tests", "jobs", "flights")
VEGA = os.path.join(ROOT, ".deps", "vega")


class ApiError(Exception):
    """A refused call: status, code (the wire's __type) and message."""

    def __init__(self, target, status, body):
        self.status = status
        try:
            parsed = json.loads(body)
        except ValueError:
            parsed = {"__type": "NotJson", "Message": body.decode("utf-8", "replace")}
        self.code = parsed.get("__type", "")
        self.message = parsed.get("Message", parsed.get("message", ""))
        self.error_code = parsed.get("ErrorCode")
        super().__init__(f"{target}: {status} {self.code}: {self.message}")


def wait_for(what, condition, deadline=60, pause=0.02):
    """Poll until condition() gives something true; that is the result. A deadline is a failure that says what
    was waited for."""
    end = time.monotonic() + deadline
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(pause)
    raise AssertionError(f"not within {deadline} s: {what}")


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class Server:
    """A stokerd of our own; everything it starts ends with close()."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="stoker-test-")
        self.env = dict(os.environ, STOKER_HOME=self.home, NO_COLOR="1")
        self.process = None
        self.conn = None

    def start(self, deadline=10):
        begin = time.monotonic()
        with open(os.path.join(self.home, "server.err"), "a") as err:
            self.process = subprocess.Popen([STOKERD, "server", "--foreground"], env=self.env,
                                            stdout=subprocess.DEVNULL, stderr=err)
        while time.monotonic() < begin + deadline:
            if self.conn:
                self.conn.close()
            try:
                self.conn = UnixConnection(os.path.join(self.home, "run", "api.sock"))
                self.call("Stoker.GetServerStatus")
                return time.monotonic() - begin
            except (OSError, http.client.HTTPException):
                time.sleep(0.002)
        raise AssertionError("the server did not answer within %d s; see %s/server.err" % (deadline, self.home))

    def call(self, target, body=None):
        if "." not in target:
            target = "ElasticMapReduce." + target
        self.conn.request("POST", "/", json.dumps(body or {}),
                          {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"})
        reply = self.conn.getresponse()
        data = reply.read()
        if reply.status != 200:
            raise ApiError(target, reply.status, data)
        return json.loads(data) if data else {}

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        try:
            if self.conn:
                self.call("Stoker.StopServer", {"Mode": "terminate"})
                self.process.wait(20)
        except (OSError, http.client.HTTPException, subprocess.TimeoutExpired, AssertionError, ApiError):
            self.process.kill()
            self.process.wait()
        if self.conn:
            self.conn.close()
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        shutil.rmtree(self.home, ignore_errors=True)

    def processes(self, role=None):
        """Process ids that belong to this home; role is "server", "worker", "driver" or "executor"."""
        mark = f"STOKER_HOME={self.home}".encode()
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/environ", "rb") as f:
                    if mark not in f.read().split(b"\0"):
                        continue
                with open(f"/proc/{name}/cmdline", "rb") as f:
                    argv = f.read().split(b"\0")
            except OSError:
                continue
            if argv[0].endswith(b"stokerd") and (role is None or argv[1:2] == [role.encode()]):
                found.append(int(name))
        return sorted(found)

    def cluster(self, name, core=2, wait=True):
        groups = [{"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}]
        if core:
            groups.append({"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": core})
        cid = self.call("RunJobFlow", {"Name": name, "ReleaseLabel": "emr-7.5.0", "Instances": {
            "InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True}})["JobFlowId"]
        begin = time.monotonic()
        while wait and time.monotonic() < begin + 60:
            state = self.call("DescribeCluster", {"ClusterId": cid})["Cluster"]["Status"]["State"]
            if state == "WAITING":
                return cid
            if state.startswith("TERMINAT"):
                raise AssertionError(f"cluster {cid} is {state}")
            time.sleep(0.01)
        return cid

    def step(self, cid, name, args):
        return self.call("AddJobFlowSteps", {"JobFlowId": cid, "Steps": [{
            "Name": name, "ActionOnFailure": "CONTINUE",
            "HadoopJarStep": {"Jar": "command-runner.jar", "Args": args}}]})["StepIds"][0]

    def finish(self, cid, sid, deadline=300, pause=0.002):
        begin = time.monotonic()
        while time.monotonic() < begin + deadline:
            status = self.call("DescribeStep", {"ClusterId": cid, "StepId": sid})["Step"]["Status"]
            if status["State"] == "COMPLETED":
                return
            if status["State"] in ("FAILED", "CANCELLED", "INTERRUPTED"):
                raise AssertionError(f"step {sid}: {json.dumps(status)}")
            time.sleep(pause)
        raise AssertionError(f"step {sid} did not end within {deadline} s")


def proc_cpu(pid):
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def proc_status(pid, key):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(rf"^{key}:\s+(\d+)", f.read(), re.M).group(1))
