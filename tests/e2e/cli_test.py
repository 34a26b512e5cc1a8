#!/usr/bin/env python3
"""The command line against a live server: what it prints, what it changes, and what its exit status says."""
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import PATIENCE, STOKER, Server, wait_for  # noqa: E402

OK, FAILED, USAGE, UNREACHABLE, NOTFOUND, TIMEOUT = range(6)


class Cli(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        cls.addClassCleanup(cls.server.close)
        cls.cid = cls.server.cluster("cli-main", core=1)

    def stoker(self, *words, status=OK, stdin="", env=None, timeout=PATIENCE):
        r = subprocess.run([STOKER, *words], env=dict(self.server.env, **(env or {})), input=stdin,
                           capture_output=True, text=True, timeout=timeout)
        self.assertEqual(r.returncode, status, f"stoker {' '.join(words)}: {r.stdout}{r.stderr}")
        return r

    def json(self, *words, **kw):
        return json.loads(self.stoker(*words, "--json", **kw).stdout)

    def test_clusters(self):
        out = self.stoker("clusters").stdout
        self.assertIn("cli-main", out)
        self.assertIn(self.cid, out)
        self.assertNotIn("\033", out)
        listed = self.json("clusters")["Clusters"]
        mine = next(c for c in listed if c["Id"] == self.cid)
        self.assertEqual(mine["Name"], "cli-main")
        self.assertIn(mine["Status"]["State"], ("WAITING", "RUNNING"))
        self.assertIn("PerHour", mine["Cost"])

    def test_cluster_by_any_name(self):
        for name in (self.cid, self.cid[:8], self.cid[2:9], "cli-main", "cli-ma"):
            self.assertEqual(self.json("clusters", name)["Cluster"]["Id"], self.cid, name)
        self.assertIn("m5.xlarge", self.stoker("clusters", "cli-main").stdout)

    def test_nodes(self):
        self.assertEqual(len(self.json("nodes", "cli-main")["Instances"]), 2)
        out = self.stoker("nodes", "cli-main").stdout
        self.assertIn("MASTER", out)
        self.assertIn("CORE", out)

    def test_not_found_is_4(self):
        for words in (["clusters", "nosuch"], ["clusters", "j-ABCDEFGHIJKLM"], ["steps", "cli-main", "nosuch"],
                      ["logs", "cli-main", "nosuch"], ["scale", "cli-main", "ig-NOSUCH=1"],
                      ["terminate", "nosuch", "--yes"]):
            self.assertIn("stoker: ", self.stoker(*words, status=NOTFOUND).stderr)

    def test_usage_is_2(self):
        for words in (["nosuch"], ["clusters", "a", "b"], ["clusters", "--nosuch"], ["create"],
                      ["add-step", "cli-main"], ["add-step", "cli-main", "-f", "/nosuch.sql"],
                      ["scale", "cli-main"], ["scale", "cli-main", "core=x"], ["logs", "cli-main"],
                      ["steps", "cli-main", "--limit", "0"], ["create", "x", "--conf", "nonsense", "--yes"],
                      ["server", "dance"], ["wait", "cli-main", "--timeout", "soon"]):
            self.stoker(*words, status=USAGE)

    def test_no_server_is_3(self):
        with tempfile.TemporaryDirectory() as home:
            self.stoker("clusters", "--no-start", status=UNREACHABLE, env={"STOKER_HOME": home})
            self.stoker("server", "status", status=UNREACHABLE, env={"STOKER_HOME": home})

    def test_step_that_completes(self):
        sid = self.stoker("add-step", "cli-main", "--name", "hello", "-e", "SELECT 1 AS one", "--wait").stdout.strip()
        self.assertTrue(sid.startswith("s-"))
        self.assertEqual(self.stoker("logs", "cli-main", sid).stdout, "1\n")
        self.assertEqual(self.stoker("logs", "cli-main", "hello", "stdout", "-f", "-n", "5").stdout, "1\n")
        step = self.json("steps", "cli-main", "hello")["Step"]
        self.assertEqual(step["Status"]["State"], "COMPLETED")
        self.assertIn("COMPLETED", self.stoker("steps", "cli-main").stdout)
        self.assertIn("spark-sql", self.stoker("steps", "cli-main", "hello").stdout)
        self.stoker("wait", "cli-main", "hello")

    def test_step_that_fails_is_1_with_the_reason(self):
        r = self.stoker("add-step", "cli-main", "--name", "wrong", "-e", "SELECT FROM WHERE", "-w", status=FAILED)
        self.assertIn("FAILED", r.stderr)
        self.assertIn("wrong", r.stderr)

    def test_step_from_a_file(self):
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as f:
            f.write("SELECT '${who}' AS who;\n")
            f.flush()
            sid = self.stoker("add-step", "cli-main", "-f", f.name, "-d", "who=me", "--wait").stdout.strip()
        self.assertEqual(self.stoker("logs", "cli-main", sid).stdout, "me\n")

    def test_command_after_dashes(self):
        sid = self.stoker("add-step", "cli-main", "--name", "cmd", "--wait", "--", "bash", "-c",
                          "echo out; echo err >&2").stdout.strip()
        self.assertEqual(self.stoker("logs", "cli-main", sid, "stdout").stdout, "out\n")
        self.assertIn("err", self.stoker("logs", "cli-main", sid, "stderr").stdout)

    def test_cancel(self):
        sid = self.stoker("add-step", "cli-main", "--name", "long", "--", "sleep", "300").stdout.strip()
        wait_for("the step to run", lambda: self.json("steps", "cli-main", sid)["Step"]["Status"]["State"] == "RUNNING")
        self.stoker("wait", "cli-main", sid, "--timeout", "0.1s", status=TIMEOUT)
        self.stoker("cancel", "cli-main", "long", "--wait")
        self.assertEqual(self.json("steps", "cli-main", sid)["Step"]["Status"]["State"], "CANCELLED")
        self.stoker("wait", "cli-main", sid, status=FAILED)

    def test_life_of_a_cluster(self):
        r = self.stoker("create", "cli-life", "--core", "1", "--wait", "--tag", "team=night",
                        "--conf", "spark-defaults:spark.sql.ansi.enabled=true")
        cid = r.stdout.strip()
        self.assertIn("$/h", r.stderr)
        self.assertIn("aws emr", r.stderr)
        r = self.stoker("scale", "cli-life", "core=2", "task=1", "--wait")
        self.assertIn("CORE", r.stderr)
        groups = {g["InstanceGroupType"]: g for g in self.json("clusters", cid)["InstanceGroups"]}
        self.assertEqual(groups["CORE"]["RunningInstanceCount"], 2)
        self.assertEqual(groups["TASK"]["RunningInstanceCount"], 1)
        self.stoker("scale", "cli-life", "core=-1", "--wait")
        self.stoker("scale", "cli-life", "core=-5", status=USAGE)
        self.assertIn(cid, [c["ClusterId"] for c in self.json("cost", "cli-life")["Clusters"]])
        self.assertIn("prices:", self.stoker("cost").stdout)
        # Nobody can be asked: only --yes may end a cluster.
        self.stoker("terminate", "cli-life", status=USAGE)
        self.stoker("terminate", "cli-life", "--yes", "--wait")
        self.assertEqual(self.json("clusters", cid)["Cluster"]["Status"]["State"], "TERMINATED")
        self.assertIn("cli-life", self.stoker("events", cid).stdout + cid)
        lines = [json.loads(line) for line in self.stoker("events", cid, "--json").stdout.splitlines()]
        self.assertTrue(lines)
        self.assertEqual({e["ClusterId"] for e in lines}, {cid})
        self.assertEqual([int(e["EventId"]) for e in lines], sorted(int(e["EventId"]) for e in lines))

    def test_modify(self):
        cid = self.stoker("create", "cli-modify", "--core", "0", "--tag", "a=b", "--idle-timeout", "2h").stdout.strip()
        self.assertEqual(self.json("clusters", cid)["AutoTerminationPolicy"], {"IdleTimeout": 7200})
        r = self.stoker("modify", cid, "--tag", "c=d", "--untag", "a", "--concurrency", "3", "--protect",
                        "--replace-unhealthy", "--idle-timeout", "90m", "--yes")
        self.assertIn("steps at a time: 1 → 3", r.stderr)
        x = self.json("clusters", cid)
        c = x["Cluster"]
        self.assertEqual((c["Tags"], c["StepConcurrencyLevel"], c["TerminationProtected"], c["UnhealthyNodeReplacement"],
                          x["AutoTerminationPolicy"]),
                         ([{"Key": "c", "Value": "d"}], 3, True, True, {"IdleTimeout": 5400}))
        shown = self.stoker("clusters", cid).stdout
        self.assertIn("tag        c=d", shown)
        self.assertIn("ends after 1:30:00", shown)
        calls = self.json("modify", cid, "--unprotect", "--transient", "--dry-run")["Calls"]
        self.assertEqual([x["Operation"] for x in calls], ["SetTerminationProtection", "SetKeepJobFlowAliveWhenNoSteps"])
        self.assertIn("nothing changes", self.stoker("modify", cid, "--protect").stderr)
        self.stoker("modify", cid, "--protect", "--unprotect", status=USAGE)
        self.stoker("modify", cid, "--tag", "nonsense", status=USAGE)
        self.stoker("modify", cid, "--idle-timeout", "never", "--unprotect", "--yes")
        self.assertNotIn("AutoTerminationPolicy", self.json("clusters", cid))
        self.stoker("terminate", cid, "--yes")

    def test_dry_run_changes_nothing(self):
        before = len(self.json("clusters", "--all")["Clusters"])
        self.assertIn("THEN", self.stoker("create", "cli-dry", "--dry-run").stderr)
        self.assertEqual(self.json("create", "cli-dry", "--dry-run")["Name"], "cli-dry")
        there = self.stoker("create", "cli-dry", "--dry-run", "--region", "eu-west-1").stderr
        self.assertIn("list prices of eu-west-1 as of 2025-03-02", there)
        self.assertIn("≥0.214", there)  # EC2's part; EMR's fee there is not known
        nowhere = self.stoker("create", "cli-dry", "--dry-run", "--region", "cn-north-1").stderr
        self.assertIn("no list prices of cn-north-1 are known", nowhere)
        asked = self.json("create", "cli-dry", "--dry-run", "--masters", "3", "--security-configuration", "sc",
                          "--replace-unhealthy")
        self.assertEqual((asked["SecurityConfiguration"], asked["Instances"]["UnhealthyNodeReplacement"],
                          asked["Instances"]["InstanceGroups"][0]["InstanceCount"]), ("sc", True, 3))
        self.stoker("create", "cli-dry", "--dry-run", "--masters", "2", status=USAGE)
        self.assertEqual(len(self.json("clusters", "--all")["Clusters"]), before)

    def test_env_and_aws_variables(self):
        lines = self.stoker("env").stdout.splitlines()
        self.assertEqual([line.split("=")[0] for line in lines], ["export " + name for name in (
            "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION",
            "STOKER_SPARK_API", "STOKER_HISTORY_DIR")])
        values = self.json("env")
        self.assertTrue(values["STOKER_SPARK_API"].endswith("/api/v1"))
        shell = subprocess.run(["bash", "-c", f'eval "$({STOKER} env)"; echo "$AWS_ENDPOINT_URL"'],
                               env=self.server.env, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(shell.stdout.strip(), values["AWS_ENDPOINT_URL"])

    def test_aws(self):
        listed = json.loads(self.stoker("aws", "emr", "list-clusters", "--active", "--output", "json").stdout)
        self.assertIn(self.cid, [c["Id"] for c in listed["Clusters"]])

    def test_alarms(self):
        self.assertIsInstance(self.json("alarms")["Alarms"], list)
        self.stoker("alarms")

    def test_alarms_on_metrics(self):
        told = os.path.join(self.server.home, "told")
        self.stoker("topics", "put", "ops", "--command", f"cat > {told}")
        self.assertEqual(self.stoker("topics", "test", "ops").stdout, "delivered\n")
        self.assertTrue(os.path.exists(told))
        self.assertIn("cat >", self.stoker("topics").stdout)
        at = int(time.time()) // 60 * 60
        self.server.call("GraniteServiceVersion20100801.PutMetricData", {"Namespace": "Shop", "MetricData": [
            {"MetricName": "orders", "Value": i % 9, "Timestamp": at - 60 * i} for i in range(1, 60)]})
        self.stoker("alarms", "put", "few", "-m", "orders", "--namespace", "Shop", "--below", "5", "--action", "ops",
                    "--description", "hardly any orders")
        wait_for("ALARM", lambda: self.json("alarms", "show", "few")["MetricAlarm"]["StateValue"] == "ALARM")
        shown = self.stoker("alarms", "show", "few", "--since", "1h").stdout
        self.assertIn("hardly any orders", shown)
        self.assertIn("█", shown)
        self.assertIn("Alarm updated from INSUFFICIENT_DATA to ALARM", shown)
        self.assertIn("metric/few", self.stoker("alarms").stdout)
        self.stoker("alarms", "ack", "few", "--note", "called them")
        self.assertIn("called them", self.stoker("alarms").stdout)
        alarm = next(a for a in self.json("alarms")["Alarms"] if a.get("AlarmName") == "few")
        self.assertEqual((alarm["Kind"], alarm["Acknowledged"]["Note"]), ("metric", "called them"))
        self.stoker("alarms", "unack", "few")
        self.stoker("alarms", "disable", "few")
        self.assertIn("off", self.stoker("alarms", "--metric").stdout)
        self.stoker("alarms", "enable", "few")
        self.stoker("alarms", "set-state", "few", "OK", "--reason", "by hand")
        self.assertIn("--yes says that", self.stoker("alarms", "delete", "few", status=2).stderr)
        self.stoker("alarms", "delete", "few", "--yes")
        self.assertIn("does not exist", self.stoker("alarms", "delete", "few", "--yes", status=1).stderr)
        self.assertIn("there is no alarm", self.stoker("alarms", "show", "few", status=4).stderr)
        self.assertIn("there is no topic", self.stoker("alarms", "put", "x", "-m", "m", "--above", "1", "--action",
                                                       "nobody", status=4).stderr)
        self.assertIn("--above", self.stoker("alarms", "put", "x", "-m", "m", status=2).stderr)
        self.assertIn("--yes says that", self.stoker("topics", "delete", "ops", status=2).stderr)
        self.stoker("topics", "delete", "ops", "--yes")

    def test_composite_alarms(self):
        for name in ("part", "deploy"):
            self.stoker("alarms", "put", name, "-m", "none", "--namespace", "Shop", "--above", "5", "--missing", "ignore")
        self.stoker("alarms", "put-composite", "whole", "--rule", "ALARM(part)", "--suppressor", "deploy", "--wait-period", "2m",
                    "--description", "a part is broken")
        wait_for("OK", lambda: self.json("alarms", "show", "whole")["CompositeAlarm"]["StateValue"] == "OK")
        self.stoker("alarms", "set-state", "part", "ALARM")
        shown = self.stoker("alarms", "show", "whole").stdout
        for words in ("whole  ALARM since", "rule: ALARM(part)", "kept quiet by deploy: waits 120 s for it, and 60 s",
                      "its actions wait: ", "Actions are suppressed by WaitPeriod"):
            self.assertIn(words, shown)
        self.assertRegex(shown, r"part +ALARM")
        self.assertIn("part", [a["AlarmName"] for a in self.json("alarms", "show", "whole")["Children"]["MetricAlarms"]])
        self.assertIn("ALARM(part)", self.stoker("alarms", "--metric").stdout)
        alarm = next(a for a in self.json("alarms")["Alarms"] if a.get("AlarmName") == "whole")
        self.assertEqual((alarm["Kind"], alarm["Title"]), ("composite", "whole: a part is broken"))
        self.assertIn("depending on it: whole", self.stoker("alarms", "delete", "part", "--yes", status=1).stderr)
        self.assertIn("--rule is missing", self.stoker("alarms", "put-composite", "x", status=2).stderr)
        self.assertIn("at position 7", self.stoker("alarms", "put-composite", "x", "--rule", "ALARM()", status=1).stderr)
        self.stoker("alarms", "delete", "whole", "--yes")
        self.stoker("alarms", "delete", "part", "deploy", "--yes")

    def test_metrics(self):
        at = int(time.time()) // 60 * 60
        self.server.call("GraniteServiceVersion20100801.PutMetricData", {"Namespace": "Draw", "MetricData": [
            {"MetricName": m, "Value": v, "Timestamp": at - 60} for m, v in (("a", 6), ("b", 3))]})
        self.assertIn("Draw", self.stoker("metrics", "--namespace", "Draw").stdout)
        self.assertEqual({m["MetricName"] for m in self.json("metrics", "--namespace", "Draw")["Metrics"]}, {"a", "b"})
        self.assertIn("last 6", self.stoker("metrics", "get", "a", "--namespace", "Draw").stdout)
        r = self.json("metrics", "get", "a", "b", "--namespace", "Draw", "--math", "m1 / m2")
        self.assertEqual(r["MetricDataResults"][0]["Values"], [2])
        self.assertIn("at position 6", self.stoker("metrics", "get", "a", "--namespace", "Draw", "--math", "m1 + *",
                                                   status=1).stderr)

    def test_help_needs_no_server(self):
        with tempfile.TemporaryDirectory() as home:
            env = {"STOKER_HOME": os.path.join(home, "not-there")}
            for words in (["help"], ["--help"], ["help", "create"], ["create", "--help"], ["version"],
                          ["help", "--man"], ["help", "--bash"], ["help", "--zsh"]):
                self.assertTrue(self.stoker(*words, env=env).stdout)
            self.assertFalse(os.path.exists(env["STOKER_HOME"]))

    def test_completion(self):
        self.assertIn("cli-main", self.stoker("help", "--names", "clusters").stdout.split())
        with tempfile.TemporaryDirectory() as home:
            script = os.path.join(home, "c.bash")
            with open(script, "w") as f:
                f.write(self.stoker("help", "--bash").stdout)
            path = os.path.dirname(STOKER) + ":" + os.environ["PATH"]

            def complete(*words):
                run = f'. {script}; COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}; _stoker; ' \
                      'printf "%s\\n" "${COMPREPLY[@]}"'
                return subprocess.run(["bash", "-c", run], env=dict(self.server.env, PATH=path), text=True,
                                      capture_output=True, timeout=PATIENCE).stdout.split()
            self.assertIn("clusters", complete("stoker", "cl"))
            self.assertEqual(complete("stoker", "nodes", "cli-ma"), ["cli-main"])
            self.assertIn("--core", complete("stoker", "create", "--co"))
            self.assertEqual(complete("stoker", "server", "sta"), ["start", "status"])
            self.assertEqual(complete("stoker", "scale", "cli-main", "co"), ["core="])

    def test_terminal(self):
        """On a terminal there is colour, a question before an act, and no table wider than the screen."""
        pid, fd = pty.fork()
        if pid == 0:
            env = dict(self.server.env, TERM="xterm-256color", NO_COLOR="")
            os.execve(STOKER, [STOKER, "terminate", "cli-main"], env)
        seen = b""
        end = time.monotonic() + PATIENCE
        while b"[y/N]" not in seen and time.monotonic() < end:
            if select.select([fd], [], [], 0.2)[0]:
                seen += os.read(fd, 4096)
        os.write(fd, b"n\n")
        _, status = os.waitpid(pid, 0)
        os.close(fd)
        self.assertIn(b"[y/N]", seen)
        self.assertEqual(os.waitstatus_to_exitcode(status), FAILED)
        self.assertIn(self.json("clusters", "cli-main")["Cluster"]["Status"]["State"], ("WAITING", "RUNNING"))

    def on_terminal(self, *words, **env):
        """All that a command writes to a terminal."""
        pid, fd = pty.fork()
        if pid == 0:
            os.execve(STOKER, [STOKER, *words], dict(self.server.env, TERM="xterm-256color", **env))
        seen = b""
        while True:
            try:
                piece = os.read(fd, 4096)
            except OSError:                             # the other side has closed it
                break
            if not piece:
                break
            seen += piece
        os.waitpid(pid, 0)
        os.close(fd)
        return seen

    def test_a_terminal_without_unicode(self):
        self.assertIn("…".encode(), self.on_terminal("help", LC_ALL="C.UTF-8"))
        plain = self.on_terminal("help", LC_ALL="C")
        self.assertIn(b"stoker COMMAND ~", plain)
        for words in (("help",), ("cost",), ("cost", "forecast"), ("steps", "cli-main"), ("help", "metrics")):
            self.assertLess(max(self.on_terminal(*words, LC_ALL="C")), 0x80, words)
        # Programs and pipes get what there is.
        self.assertIn("…", self.stoker("help", env={"LC_ALL": "C"}).stdout)

    @unittest.skipUnless(shutil.which("localedef") and os.path.exists("/usr/share/i18n/locales/de_DE"),
                         "no other language can be made here")
    def test_numbers_are_the_same_in_every_language(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["localedef", "-i", "de_DE", "-f", "UTF-8", os.path.join(folder, "de_DE.UTF-8")], check=True,
                           capture_output=True, timeout=PATIENCE)
            env = {"LOCPATH": folder, "LC_ALL": "de_DE.UTF-8"}
            self.assertIn("$0.48/h", self.stoker("cost", "what-if", "cli-main", "core=2", env=env).stdout)
            self.stoker("cost", "put-budget", "words", "12.5", env=env)
            self.assertIn("$12.50", self.stoker("cost", "budgets", env=env).stdout)
            self.assertEqual(self.json("cost", "budgets", env=env)["Budgets"][0]["Amount"], 12.5)
            self.stoker("cost", "delete-budget", "words", "--yes", env=env)

    def test_output_that_cannot_be_written_is_a_failure(self):
        with open("/dev/full", "w") as full:
            r = subprocess.run([STOKER, "clusters"], env=self.server.env, stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE)
        self.assertEqual(r.returncode, FAILED)


class Background(unittest.TestCase):
    """The server that starts by itself."""

    def test_start_and_stop(self):
        with tempfile.TemporaryDirectory(prefix="stoker-test-") as home:
            env = dict(os.environ, STOKER_HOME=home)

            def run(*words):
                return subprocess.run([STOKER, *words], env=env, capture_output=True, text=True, timeout=PATIENCE)
            try:
                # Several at once: one server comes of it, and all are answered.
                many = [subprocess.Popen([STOKER, "clusters", "--json"], env=env, stdout=subprocess.PIPE,
                                         stderr=subprocess.STDOUT) for _ in range(4)]
                for p in many:
                    out, _ = p.communicate(timeout=PATIENCE)
                    self.assertEqual(p.returncode, 0, out)
                status = json.loads(run("server", "status", "--json").stdout)
                self.assertEqual(status["Home"], home)
                again = json.loads(run("server", "start", "--json").stdout)
                self.assertEqual(again["Pid"], status["Pid"])
            finally:
                stopped = run("server", "stop", "--terminate", "--yes")
            self.assertEqual(stopped.returncode, 0, stopped.stderr)
            self.assertEqual(run("server", "status").returncode, UNREACHABLE)


if __name__ == "__main__":
    unittest.main(verbosity=2)
