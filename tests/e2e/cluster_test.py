#!/usr/bin/env python3
"""Clusters of real processes without SQL: lifecycle, steps, logs, cancelling, scaling, loss, restart."""
import json
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from gate import Gate  # noqa: E402
from stoker_server import STOKERD, ApiError, Server, alive, kill, wait_for  # noqa: E402

ENDED = ("COMPLETED", "FAILED", "CANCELLED", "INTERRUPTED")


class Base(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.server.start()
        self.addCleanup(self.server.close)

    def call(self, op, **args):
        return self.server.call(op, args)

    def state(self, cid):
        return self.call("DescribeCluster", ClusterId=cid)["Cluster"]["Status"]

    def step_status(self, cid, sid):
        return self.call("DescribeStep", ClusterId=cid, StepId=sid)["Step"]["Status"]

    def ended(self, cid, sid):
        return wait_for(f"step {sid} to end", lambda: (lambda s: s["State"] in ENDED and s)(
            self.step_status(cid, sid)))

    def log(self, cid, sid, name):
        return self.call("Stoker.ReadStepLog", ClusterId=cid, StepId=sid, Log=name)["Data"]

    def running(self, cid):
        return [i for i in self.call("ListInstances", ClusterId=cid, InstanceStates=["RUNNING"])["Instances"]]


class Steps(Base):
    def test_process_step_and_its_logs(self):
        cid = self.server.cluster("logs", core=0)
        sid = self.server.step(cid, "say", ["bash", "-c", "echo out; echo err >&2; echo $STOKER_STEP_ID"])
        self.assertEqual(self.ended(cid, sid)["State"], "COMPLETED")
        self.assertEqual(self.log(cid, sid, "stdout"), f"out\n{sid}\n")
        self.assertEqual(self.log(cid, sid, "stderr"), "err\n")
        controller = self.log(cid, sid, "controller")
        self.assertIn("Command: bash -c", controller)
        self.assertIn("exit status 0", controller)
        folder = os.path.join(self.server.home, "logs", cid, "steps", sid)
        self.assertEqual(sorted(os.listdir(folder)), ["controller", "stderr", "stdout", "syslog"])

    def test_log_uri_on_the_lake(self):
        cid = self.call("RunJobFlow", Name="l", ReleaseLabel="emr-7.5.0", LogUri="s3://logs/emr/", Instances={
            "InstanceGroups": [{"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}]},
            Steps=[{"Name": "s", "ActionOnFailure": "CONTINUE", "HadoopJarStep": {
                "Jar": "command-runner.jar", "Args": ["bash", "-c", "echo boom >&2; exit 9"]}}])["JobFlowId"]
        wait_for("the transient cluster to end", lambda: self.state(cid)["State"] == "TERMINATED")
        self.assertEqual(self.state(cid)["StateChangeReason"],
                         {"Code": "STEP_FAILURE", "Message": "Steps completed with errors"})
        step = self.call("ListSteps", ClusterId=cid)["Steps"][0]
        details = step["Status"]["FailureDetails"]
        self.assertEqual(details["Message"], "boom")
        self.assertEqual(details["LogFile"], f"s3://logs/emr/{cid}/steps/{step['Id']}/stderr")
        with open(os.path.join(self.server.home, "lake/logs/emr", cid, "steps", step["Id"], "stderr")) as f:
            self.assertEqual(f.read(), "boom\n")
        self.assertFalse(os.path.exists(os.path.join(self.server.home, "clusters", cid)))

    def test_ended_steps_keep_their_counters(self):
        cid = self.server.cluster("rows", core=0)
        out = os.path.join(self.server.home, "lake", "rows")
        sid = self.server.step(cid, "s", ["spark-sql", "-e", f"""
            CREATE TABLE t USING parquet LOCATION '{out}' AS SELECT id FROM range(1000); SELECT count(*) FROM t"""])
        bad = self.server.step(cid, "bad", ["spark-sql", "-e", "SELECT * FROM t; SELECT * FROM nowhere"])
        self.assertEqual(self.ended(cid, sid)["State"], "COMPLETED")
        self.assertEqual(self.ended(cid, bad)["State"], "FAILED")

        def counters():
            steps = self.call("Stoker.GetStepProgress", ClusterId=cid, StepIds=[sid, bad])["Steps"]
            return {s["StepId"]: s for s in steps}
        before = counters()
        self.assertEqual(before[sid]["Fraction"], 1)
        self.assertEqual(before[sid]["Statements"], 2)
        self.assertEqual(before[sid]["RowsOut"], 1001)
        self.assertEqual(before[bad]["RowsOut"], 1000)
        self.assertNotIn("Fraction", before[bad])
        self.server.kill()
        self.server.start()
        self.assertEqual(counters(), before)

    def test_sizes_stay_when_a_cluster_has_ended(self):
        cid = self.server.cluster("sizes", core=2)
        self.call("TerminateJobFlows", JobFlowIds=[cid])
        wait_for("the cluster to end", lambda: self.state(cid)["State"] == "TERMINATED")
        groups = self.call("Stoker.GetCost", ClusterIds=[cid])["Clusters"][0]["Groups"]
        self.assertEqual([(g["Role"], g["Requested"], g["Count"]) for g in groups], [("MASTER", 1, 0), ("CORE", 2, 0)])
        wanted = [g["RequestedInstanceCount"] for g in self.call("ListInstanceGroups", ClusterId=cid)["InstanceGroups"]]
        self.assertEqual(wanted, [1, 2])
        table = subprocess.run([os.path.join(os.path.dirname(STOKERD), "stoker"), "clusters"], env=self.server.env,
                               capture_output=True, text=True, timeout=60).stdout
        self.assertRegex(table, r"sizes +TERMINATED +1\+2 ")

    def test_bad_scripts_and_inputs_say_where(self):
        cid = self.server.cluster("bad", core=0)
        lake = os.path.join(self.server.home, "lake", "bad")
        os.makedirs(lake)
        with open(os.path.join(lake, "rows.csv"), "w") as f:
            f.write("a,b\n1,2\nx,y,z\n")
        csv = "CREATE TEMP VIEW v USING csv OPTIONS(path 's3://bad/rows.csv', header 'true', mode 'FAILFAST');\n"
        cases = [("SELECT 1;\nSELEC 2", "PARSE_SYNTAX_ERROR", "line 2, column 1", "^"),
                 ("SELECT *\nFROM parquet.`s3://nowhere/x`", "PATH_NOT_FOUND", "s3://nowhere/x", "^"),
                 (csv + "SELECT * FROM v", "MALFORMED_RECORD_IN_PARSING", "line 3", "rows.csv"),
                 (f"INSERT OVERWRITE DIRECTORY '{lake}/rows.csv/x' USING parquet SELECT 1 a", "IO",
                  "Not a directory", "rows.csv")]
        for n, (script, reason, message, stderr) in enumerate(cases):
            with open(os.path.join(lake, f"{n}.sql"), "w") as f:
                f.write(script)
            sid = self.server.step(cid, "s", ["spark-sql", "-f", f"s3://bad/{n}.sql"])
            status = self.ended(cid, sid)
            self.assertEqual(status["State"], "FAILED", script)
            self.assertIn(reason, status["FailureDetails"]["Reason"])
            self.assertIn(message, status["FailureDetails"]["Message"])
            self.assertIn(stderr, self.log(cid, sid, "stderr"))
        sid = self.server.step(cid, "s", ["spark-sql", "-f", "s3://bad/none.sql"])
        self.assertIn("s3://bad/none.sql", self.ended(cid, sid)["FailureDetails"]["Message"])

    def test_events_are_in_order(self):
        cid = self.server.cluster("events", core=0)
        sids = [self.server.step(cid, f"s{i}", ["true"]) for i in range(10)]
        for sid in sids:
            self.ended(cid, sid)
        events = self.call("Stoker.ListEvents", ClusterId=cid, MaxResults=1000)["Events"]
        order = [(e["ResourceId"], e["Message"].split(" is ")[-1]) for e in reversed(events)
                 if e["ResourceId"] in sids]
        # They were queued while the first ones ran; what runs, runs one after the other.
        self.assertEqual([o for o in order if o[1] == "PENDING"], [(s, "PENDING") for s in sids])
        self.assertEqual([o for o in order if o[1] != "PENDING"],
                         [(s, state) for s in sids for state in ("RUNNING", "COMPLETED")])
        for s in sids:
            self.assertLess(order.index((s, "PENDING")), order.index((s, "RUNNING")))

    def test_missing_program_is_named(self):
        cid = self.server.cluster("missing", core=0)
        sid = self.server.step(cid, "s", ["surely-not-installed", "--x"])
        status = self.ended(cid, sid)
        self.assertEqual(status["State"], "FAILED")
        self.assertIn("'surely-not-installed' is not installed", status["FailureDetails"]["Message"])

    def test_both_ways_to_cancel(self):
        cid = self.server.cluster("cancel", core=0)
        soft = self.server.step(cid, "soft", ["sleep", "600"])
        wait_for("it to run", lambda: self.step_status(cid, soft)["State"] == "RUNNING")
        self.call("CancelSteps", ClusterId=cid, StepIds=[soft])
        self.assertEqual(self.ended(cid, soft)["State"], "CANCELLED")
        marker = os.path.join(self.server.home, "pid")
        hard = self.server.step(cid, "hard", ["bash", "-c", f"trap '' TERM; setsid sleep 600 & echo $! > {marker}; "
                                              "while :; do sleep 1; done"])
        wait_for("its descendant", lambda: os.path.exists(marker) and os.path.getsize(marker))
        pid = int(open(marker).read())
        self.call("CancelSteps", ClusterId=cid, StepIds=[hard])
        self.assertEqual(self.step_status(cid, hard)["State"], "CANCEL_PENDING")
        self.call("CancelSteps", ClusterId=cid, StepIds=[hard], StepCancellationOption="TERMINATE_PROCESS")
        self.assertEqual(self.ended(cid, hard)["State"], "CANCELLED")
        wait_for("the descendant to be gone", lambda: not alive(pid))

    def test_terminating_interrupts(self):
        cid = self.server.cluster("stop", core=1)
        a = self.server.step(cid, "a", ["sleep", "600"])
        b = self.server.step(cid, "b", ["sleep", "600"])
        wait_for("it to run", lambda: self.step_status(cid, a)["State"] == "RUNNING")
        self.call("TerminateJobFlows", JobFlowIds=[cid])
        wait_for("the cluster to end", lambda: self.state(cid)["State"] == "TERMINATED")
        self.assertEqual(self.step_status(cid, a)["State"], "INTERRUPTED")
        self.assertEqual(self.step_status(cid, b)["State"], "CANCELLED")
        wait_for("all workers to be gone", lambda: not self.server.processes("worker"))

    def test_bootstrap_actions(self):
        folder = os.path.join(self.server.home, "lake", "boot")
        os.makedirs(folder)
        out = os.path.join(self.server.home, "ran")
        with open(os.path.join(folder, "good.sh"), "w") as f:
            f.write(f"echo $1 $STOKER_NODE_ROLE >> {out}\n")
        with open(os.path.join(folder, "bad.sh"), "w") as f:
            f.write("exit 5\n")
        groups = [{"InstanceRole": r, "InstanceType": "m5.xlarge", "InstanceCount": 1} for r in ("MASTER", "CORE")]

        def run(script, keep):
            return self.call("RunJobFlow", Name=script, ReleaseLabel="emr-7.5.0",
                             Instances={"InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": keep},
                             BootstrapActions=[{"Name": "b", "ScriptBootstrapAction": {
                                 "Path": f"s3://boot/{script}.sh", "Args": ["arg"]}}])["JobFlowId"]
        good = run("good", True)
        wait_for("the cluster to wait", lambda: self.state(good)["State"] == "WAITING")
        with open(out) as f:
            self.assertEqual(sorted(f.read().split("\n")), ["", "arg core", "arg master"])
        bad = run("bad", True)
        wait_for("the cluster to end", lambda: self.state(bad)["State"] == "TERMINATED_WITH_ERRORS")
        reason = self.state(bad)["StateChangeReason"]
        self.assertEqual(reason["Code"], "BOOTSTRAP_FAILURE")
        self.assertRegex(reason["Message"], r"On the (master|core) instance \(i-[0-9a-f]+\), bootstrap action 1 ")


class Nodes(Base):
    def test_scale_out_and_in(self):
        cid = self.server.cluster("scale", core=1)
        group = [g for g in self.call("ListInstanceGroups", ClusterId=cid)["InstanceGroups"]
                 if g["InstanceGroupType"] == "CORE"][0]["Id"]

        def to(n):
            self.call("ModifyInstanceGroups", ClusterId=cid,
                      InstanceGroups=[{"InstanceGroupId": group, "InstanceCount": n}])
            wait_for(f"{n} core nodes", lambda: len(self.running(cid)) == n + 1 and
                     len(self.server.processes("worker")) == n + 1)
        to(4)
        to(2)
        tasks = self.call("AddInstanceGroups", JobFlowId=cid, InstanceGroups=[{
            "InstanceRole": "TASK", "InstanceType": "c5.xlarge", "InstanceCount": 1}])["InstanceGroupIds"]
        wait_for("the task node", lambda: len(self.running(cid)) == 4)
        victim = [i for i in self.running(cid) if i["InstanceGroupId"] == tasks[0]][0]["Ec2InstanceId"]
        self.call("ModifyInstanceGroups", ClusterId=cid, InstanceGroups=[{
            "InstanceGroupId": tasks[0], "EC2InstanceIdsToTerminate": [victim]}])
        wait_for("it to be gone", lambda: len(self.running(cid)) == 3)

    def test_lost_nodes_are_replaced_and_steps_run_again(self):
        cid = self.server.cluster("loss", core=1)
        out = os.path.join(self.server.home, "starts")
        sid = self.server.step(cid, "s", ["bash", "-c", f"echo x >> {out}; test $(wc -l < {out}) -ge 2 || "
                                          "exec sleep 600"])
        wait_for("its first attempt", lambda: os.path.exists(out))
        before = {i["Id"] for i in self.running(cid)}
        for pid in self.server.processes("worker"):
            kill(pid)
        wait_for("two new nodes", lambda: (lambda now: len(now) == 2 and not now & before)(
            {i["Id"] for i in self.running(cid)}))
        self.assertEqual(self.ended(cid, sid)["State"], "COMPLETED")

    def test_no_secret_is_an_argument(self):
        cid = self.server.cluster("argv", core=1)
        gate = Gate(self, self.server, "argv")
        sid = self.server.step(cid, "s", ["spark-sql", "-e", gate.sql])
        gate.wait()
        self.assertTrue(self.server.processes("driver"))
        with sqlite3.connect(f"file:{self.server.home}/stoker.db?mode=ro", uri=True) as db:
            secrets = [t for (t,) in db.execute("SELECT token FROM instances UNION SELECT token FROM containers")]
        self.assertGreater(len(secrets), 2)
        looked_at = 0
        for pid in self.server.processes():
            try:
                with open(f"/proc/{pid}/cmdline") as f:
                    argv = f.read()
            except FileNotFoundError:
                continue  # it came and went
            self.assertFalse([t for t in secrets if t and t in argv], argv)
            looked_at += 1
        self.assertGreaterEqual(looked_at, 5)  # the server, two workers, a driver, an executor
        gate.open()
        self.assertEqual(self.ended(cid, sid)["State"], "COMPLETED")

    def test_silent_worker_is_replaced(self):
        cid = self.server.cluster("silent", core=1)
        victim = self.server.processes("worker")[-1]
        os.kill(victim, signal.SIGSTOP)
        wait_for("it to be given up", lambda: not alive(victim))
        wait_for("two nodes again", lambda: len(self.running(cid)) == 2)

    def test_metrics_arrive(self):
        cid = self.server.cluster("metrics", core=0)

        def points():
            series = self.call("Stoker.GetMetrics", ClusterId=cid, Metrics=["cpu", "mem.used", "nodes"],
                               StartTime=time.time() - 60)["Series"]
            return all(any(v is not None for _, v in s["Points"]) for s in series) and series
        series = wait_for("two samples", points)
        self.assertEqual({s["Period"] for s in series}, {5})
        with self.assertRaises(ApiError):
            self.call("Stoker.GetMetrics", ClusterId=cid, Metrics=["nonsense"])


class Restart(Base):
    def test_kill_9_loses_nothing(self):
        cid = self.server.cluster("restart", core=1)
        go = os.path.join(self.server.home, "go")
        first = self.server.step(cid, "first", ["bash", "-c", f"while [ ! -e {go} ]; do sleep 0.05; done"])
        rest = [self.server.step(cid, f"s{i}", ["true"]) for i in range(20)]
        wait_for("the first to run", lambda: self.step_status(cid, first)["State"] == "RUNNING")
        workers = self.server.processes("worker")
        self.server.kill()
        open(go, "w").close()
        self.server.start()
        for sid in [first] + rest:
            self.assertEqual(self.ended(cid, sid)["State"], "COMPLETED", sid)
        self.assertEqual(self.server.processes("worker"), workers)
        controller = self.log(cid, first, "controller")
        self.assertEqual(controller.count("attempt"), 1, controller)

    def test_clean_stop_lets_workers_go_on(self):
        cid = self.server.cluster("stop", core=0)
        go = os.path.join(self.server.home, "go")
        sid = self.server.step(cid, "s", ["bash", "-c", f"until [ -e {go} ]; do sleep 0.05; done"])
        wait_for("it to run", lambda: self.step_status(cid, sid)["State"] == "RUNNING")
        workers = self.server.processes("worker")
        self.server.process.send_signal(signal.SIGTERM)
        self.assertEqual(self.server.process.wait(60), 0)
        self.assertFalse(os.path.exists(os.path.join(self.server.home, "run", "api.sock")))
        self.assertEqual(self.server.processes("worker"), workers)
        open(go, "w").close()
        self.server.start()
        self.assertEqual(self.ended(cid, sid)["State"], "COMPLETED")

    def test_endpoint_and_keys_stay(self):
        before = self.call("Stoker.GetEnvironment")
        self.server.kill()
        self.server.start()
        after = self.call("Stoker.GetEnvironment")
        with open(os.path.join(self.server.home, "server.err")) as f:
            if "of the last start is in use" in f.read():  # somebody else on this machine has taken it meanwhile
                for member in ("Endpoint", "SparkApi"):
                    self.assertNotEqual(after.pop(member), before.pop(member))
        self.assertEqual(after, before)
        mode = stat.S_IMODE(os.stat(os.path.join(self.server.home, "credentials.json")).st_mode)
        self.assertEqual(mode, 0o600)


class BadStarts(unittest.TestCase):
    def start(self, home, *args):
        return subprocess.run([STOKERD, "server", "--foreground", *args], env=dict(os.environ, STOKER_HOME=home),
                              capture_output=True, text=True, timeout=60)

    def test_second_server_is_refused(self):
        server = Server()
        server.start()
        self.addCleanup(server.close)
        result = self.start(server.home)
        self.assertEqual(result.returncode, 1)
        self.assertIn("already running", result.stderr)
        self.assertIn(str(server.process.pid), result.stderr)
        server.call("Stoker.GetServerStatus")

    def test_port_in_use(self):
        with tempfile.TemporaryDirectory(prefix="stoker-test-") as home, socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()
            port = s.getsockname()[1]
            result = self.start(home, "--port", str(port))
        self.assertEqual(result.returncode, 1)
        self.assertIn(str(port), result.stderr)
        self.assertIn("--port", result.stderr)

    def test_stale_socket_and_files_of_a_killed_server(self):
        server = Server()
        server.start()
        self.addCleanup(server.close)
        server.kill()
        self.assertTrue(os.path.exists(os.path.join(server.home, "run", "api.sock")))
        server.start()

    def test_damaged_journal_is_refused(self):
        server = Server()
        server.start()
        self.addCleanup(server.close)
        server.kill()
        path = os.path.join(server.home, "stoker.db")
        for suffix in ("-wal", "-shm"):
            if os.path.exists(path + suffix):
                os.unlink(path + suffix)
        with open(path, "wb") as f:
            f.write(b"not a database " * 1000)
        result = self.start(server.home)
        self.assertEqual(result.returncode, 1)
        self.assertIn("stoker.db", result.stderr)
        with open(path, "rb") as f:
            self.assertTrue(f.read().startswith(b"not a database"))

    def test_newer_journal_is_refused_untouched(self):
        server = Server()
        server.start()
        self.addCleanup(server.close)
        server.kill()
        path = os.path.join(server.home, "stoker.db")
        db = sqlite3.connect(path)
        db.execute("PRAGMA user_version=99")
        db.commit()
        db.close()
        with open(path, "rb") as f:
            before = f.read()
        result = self.start(server.home)
        self.assertEqual(result.returncode, 1)
        self.assertRegex(result.stderr, "(?s)stoker.db was written by a newer stoker.*left as it is")
        with open(path, "rb") as f:
            self.assertEqual(f.read(), before)

    def test_full_disk_loses_nothing(self):
        server = Server()
        self.addCleanup(server.close)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", server.home],
                          capture_output=True).returncode:
            self.skipTest("a small disk can be mounted by root only")
        self.addCleanup(subprocess.run, ["umount", "-l", server.home], capture_output=True)
        server.start()
        cid = server.cluster("full", core=0)
        go, ballast = os.path.join(server.home, "go"), os.path.join(server.home, "ballast")
        ids = [server.step(cid, "first", ["bash", "-c", f"until [ -e {go} ]; do sleep 0.05; done"])]
        ids += [server.step(cid, f"s{i}", ["true"]) for i in range(3)]
        fd = os.open(ballast, os.O_WRONLY | os.O_CREAT)
        for size in (65536, 512):
            with self.assertRaises(OSError):
                while True:
                    os.write(fd, b"x" * size)
        os.close(fd)
        refused = 0
        for i in range(20):
            try:
                ids.append(server.step(cid, f"more{i}", ["true", "z" * 3000]))
            except ApiError as e:
                refused += 1
                self.assertIn("No space left", str(e))
        self.assertGreater(refused, 0)
        self.assertIn("journal", [a["AlarmId"] for a in server.call("Stoker.ListAlarms")["Alarms"]])
        os.unlink(ballast)
        open(go, "w").close()
        for sid in ids:
            wait_for(f"{sid} to complete", lambda: server.call("DescribeStep", {"ClusterId": cid, "StepId": sid})[
                "Step"]["Status"]["State"] == "COMPLETED")
        server.kill()
        server.start()
        listed = [s["Id"] for s in server.call("ListSteps", {"ClusterId": cid})["Steps"]]
        self.assertEqual(sorted(listed), sorted(ids))
        wait_for("no alarm", lambda: not server.call("Stoker.ListAlarms")["Alarms"])

    def test_usage_errors(self):
        for args in (["server", "--port", "x"], ["server", "extra"], ["nonsense"], [], ["worker"]):
            result = subprocess.run([STOKERD, *args], capture_output=True, text=True, timeout=60)
            self.assertEqual(result.returncode, 2, args)
            self.assertTrue(result.stderr, args)


class Door(Base):
    def test_bad_requests_are_json(self):
        for target, body in (("ElasticMapReduce.Nope", "{}"), ("Nope", "{}"), ("ElasticMapReduce.ListClusters", "{x"),
                             ("ElasticMapReduce.DescribeCluster", "{}"), ("Stoker.ReadStepLog", "[]")):
            self.server.conn.request("POST", "/", body, {"X-Amz-Target": target})
            reply = self.server.conn.getresponse()
            data = json.loads(reply.read())
            self.assertEqual(reply.status, 400, target)
            self.assertIn("__type", data)
        self.server.conn.request("POST", "/", b"x" * (5 << 20), {"X-Amz-Target": "ElasticMapReduce.ListClusters"})
        reply = self.server.conn.getresponse()
        self.assertEqual(reply.status, 413)
        json.loads(reply.read())

    def test_tcp_wants_a_signature_or_a_token(self):
        import http.client
        env = self.call("Stoker.GetEnvironment")
        host = env["Endpoint"].split("//")[1]
        token = env["SparkApi"].split("/")[3]

        def ask(method, path, headers=None):
            conn = http.client.HTTPConnection(host, timeout=60)
            conn.request(method, path, "{}" if method == "POST" else None, headers or {})
            reply = conn.getresponse()
            body = reply.read().decode()
            conn.close()
            return reply.status, body
        target = {"X-Amz-Target": "ElasticMapReduce.ListClusters"}
        self.assertEqual(ask("POST", "/", target)[0], 400)
        self.assertIn("MissingAuthenticationToken", ask("POST", "/", target)[1])
        self.assertEqual(ask("POST", f"/{token}/", target)[0], 400)
        self.assertEqual(ask("GET", "/metrics")[0], 401)
        self.assertEqual(ask("GET", "/metrics", {"Authorization": "Bearer wrong"})[0], 401)
        status, text = ask("GET", "/metrics", {"Authorization": f"Bearer {token}"})
        self.assertEqual(status, 200)
        self.assertIn("stoker_clusters", text)
        self.assertEqual(ask("GET", f"/{token}/metrics")[0], 200)
        self.assertEqual(ask("GET", "/nothing")[0], 404)


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
