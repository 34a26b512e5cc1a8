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


PATIENCE = 120   # seconds until a test gives up: long, since it only ever passes when something is broken
RESTED = 30      # seconds after which a kept connection is made anew; the server closes those that rest for 120


def wait_for(what, condition, deadline=PATIENCE, pause=0.02):
    """Poll until condition() gives something true; that is the result. A deadline is a failure that says what
    was waited for."""
    end = time.monotonic() + deadline
    while True:
        last = time.monotonic() >= end  # what came true while this process did not run counts as well
        value = condition()
        if value:
            return value
        if last:
            raise AssertionError(f"not within {deadline} s: {what}")
        time.sleep(pause)


def alive(pid):
    """Does the process still run? One that has ended and that nobody has waited for does not."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


def environment(pid):
    """The environment that a process was started with, as NAME=VALUE in bytes; empty once it has ended."""
    try:
        with open(f"/proc/{pid}/environ", "rb") as f:
            return f.read().split(b"\0")
    except OSError:
        return []


def kill(pid, sig=signal.SIGKILL):
    """Send a signal; False when the process has ended by itself meanwhile."""
    try:
        os.kill(pid, sig)
        return True
    except ProcessLookupError:
        return False


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


class Server:
    """A stokerd of our own; everything it starts ends with close()."""

    def __init__(self):
        self.home = tempfile.mkdtemp(prefix="stoker-test-")
        self.env = dict(os.environ, STOKER_HOME=self.home, NO_COLOR="1")
        self.process = None
        self.conn = None
        self.asked = 0.0

    def start(self, deadline=PATIENCE):
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
                if self.process.poll() is not None:
                    break
                time.sleep(0.002)
        with open(os.path.join(self.home, "server.err")) as err:
            raise AssertionError(f"the server did not answer within {deadline} s, its status is "
                                 f"{self.process.poll()}:\n{err.read()}")

    def connection(self):
        """The connection to ask on: the kept one, anew when it has rested."""
        if time.monotonic() - self.asked > RESTED:
            self.conn.close()
        self.asked = time.monotonic()
        return self.conn

    def call(self, target, body=None):
        if "." not in target:
            target = "ElasticMapReduce." + target
        conn = self.connection()
        conn.request("POST", "/", json.dumps(body or {}),
                     {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"})
        reply = conn.getresponse()
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
                self.process.wait(60)
        except (OSError, http.client.HTTPException, subprocess.TimeoutExpired, AssertionError, ApiError):
            pass
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.conn:
            self.conn.close()
        self.sweep()
        shutil.rmtree(self.home, ignore_errors=True)

    def sweep(self):
        """End whatever still carries this home's mark: workers and what their steps have started."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            left = [pid for pid in self.processes(programs=None) if pid != os.getpid()]
            if not left:
                return
            for pid in left:
                kill(pid)
            time.sleep(0.01)

    def nodes(self, role, cid):
        """processes(role) of one cluster only: those that carry the mark of one of its instances."""
        mine = {b"STOKER_INSTANCE=" + i["Id"].encode()
                for i in self.call("ListInstances", {"ClusterId": cid})["Instances"]}
        return [pid for pid in self.processes(role) if mine & set(environment(pid))]

    def processes(self, role=None, programs=(b"stokerd",)):
        """Process ids that belong to this home; role is "server", "worker", "driver" or "executor". Only stokerd's
        own, unless programs is None. A child of server or worker that is about to become another program looks like
        its parent: it has no role yet. (A shell's driver has a child that stays one: it computes.)"""
        mark = f"STOKER_HOME={self.home}".encode()
        found = {}
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            if mark not in environment(name):
                continue
            try:
                with open(f"/proc/{name}/cmdline", "rb") as f:
                    argv = f.read().split(b"\0")
                parent = proc_status(name, "PPid")
            except OSError:
                continue
            if programs and os.path.basename(argv[0]) not in programs:
                continue
            if role is None or argv[1:2] == [role.encode()]:
                found[int(name)] = parent
        return sorted(pid for pid, parent in found.items() if role not in ("server", "worker") or parent not in found)

    def cluster(self, name, core=2, wait=True):
        groups = [{"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}]
        if core:
            groups.append({"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": core})
        cid = self.call("RunJobFlow", {"Name": name, "ReleaseLabel": "emr-7.5.0", "Instances": {
            "InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True}})["JobFlowId"]

        def waits():
            state = self.call("DescribeCluster", {"ClusterId": cid})["Cluster"]["Status"]["State"]
            if state.startswith("TERMINAT"):
                raise AssertionError(f"cluster {cid} is {state}")
            return state == "WAITING"
        if wait:
            wait_for(f"cluster {cid} to wait", waits, pause=0.01)
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
