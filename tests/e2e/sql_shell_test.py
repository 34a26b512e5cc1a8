#!/usr/bin/env python3
"""stoker sql: as a filter, as a one-liner, and as a shell in a pseudo-terminal."""
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import PATIENCE, STOKER, Server, proc_cpu, wait_for  # noqa: E402

# Runs for minutes unless it is cancelled, and needs no input.
LONG = "SELECT sum(a.id * b.id) FROM range(3000000) a CROSS JOIN range(3000000) b WHERE a.id % 7 = b.id % 11"


class Shell:
    """stoker sql on a terminal of its own."""

    def __init__(self, env, *words):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(STOKER, [STOKER, "sql", *words], dict(env, TERM="dumb", INPUTRC="/dev/null"))
        self.text = ""

    def expect(self, what, deadline=PATIENCE):
        """Read until the pattern has come since the last expect; gives what came before and with it."""
        end = time.monotonic() + deadline
        while True:
            found = re.search(what, self.text)
            if found:
                seen, self.text = self.text[:found.end()], self.text[found.end():]
                return seen
            if time.monotonic() > end:
                raise AssertionError(f"no {what!r} within {deadline} s in {self.text!r}")
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self.fd, 65536).decode("utf-8", "replace").replace("\r\n", "\n")
                except OSError:
                    raise AssertionError(f"the shell ended; no {what!r} in {self.text!r}") from None

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self, deadline=PATIENCE):
        """Status of the shell once it has left."""
        def gone():
            if select.select([self.fd], [], [], 0)[0]:
                try:
                    os.read(self.fd, 65536)
                except OSError:
                    pass
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            return pid and (os.waitstatus_to_exitcode(status),)
        try:
            return wait_for("the shell to leave", gone, deadline)[0]
        finally:
            os.close(self.fd)


class Sql(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.server.start()
        cls.addClassCleanup(cls.server.close)

    def sql(self, *words, status=0, stdin=None, timeout=PATIENCE):
        r = subprocess.run([STOKER, "sql", *words], env=self.server.env, capture_output=True, text=True,
                           timeout=timeout, **({"input": stdin} if stdin is not None else {"stdin": subprocess.DEVNULL}))
        self.assertEqual(r.returncode, status, f"{words}: {r.stdout}{r.stderr}")
        return r

    def test_rows_as_spark_sql_prints_them(self):
        r = self.sql("-e", "SELECT 1, 'a', CAST(NULL AS INT), true")
        self.assertEqual(r.stdout, "1\ta\tNULL\ttrue\n")
        self.assertEqual(r.stderr, "")

    def test_a_shell_has_no_cluster_storage(self):
        for statement in ("INSERT OVERWRITE DIRECTORY 'hdfs:///x' USING csv SELECT 1", "SELECT * FROM csv.`hdfs:///x`"):
            for words in ((), ("--no-server",)):
                err = self.sql(*words, "-e", statement, status=1).stderr
                self.assertIn("hdfs:///x: there is no cluster storage for hdfs:// paths here; line 1 pos", err)
                self.assertIn("run this as a step of a cluster", err)

    def test_header_csv_json(self):
        query = "SELECT 1 AS one, 'a,b' AS two, CAST(NULL AS STRING) AS three"
        self.assertEqual(self.sql("--header", "-e", query).stdout, "one\ttwo\tthree\n1\ta,b\tNULL\n")
        self.assertEqual(self.sql("--csv", "--header", "-e", query).stdout, 'one,two,three\n1,"a,b",\n')
        row = json.loads(self.sql("--json", "-e", query).stdout)
        self.assertEqual((row["one"], row["two"]), (1, "a,b"))
        self.assertIsNone(row.get("three"))

    def test_script_from_a_file_and_from_stdin(self):
        script = "-- two statements; and a comment\nSELECT 1;\nSELECT ';' AS semi;\n"
        self.assertEqual(self.sql(stdin=script).stdout, "1\n;\n")
        self.assertEqual(self.sql("-f", "-", stdin=script).stdout, "1\n;\n")
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as f:
            f.write(script)
            f.flush()
            self.assertEqual(self.sql("-f", f.name).stdout, "1\n;\n")
            self.assertEqual(self.sql("-f", f.name, "-e", "SELECT 3").stdout, "1\n;\n3\n")
            self.assertEqual(self.sql("-i", f.name, stdin="SELECT 4").stdout, "1\n;\n4\n")
        self.assertIn("nosuch.sql", self.sql("-f", "/nosuch.sql", status=1).stderr)
        self.assertEqual(self.sql(stdin="").stdout, "")

    def test_a_session_remembers(self):
        script = "CREATE TEMP VIEW v AS SELECT 41 AS x; SELECT x + 1 FROM v;"
        self.assertEqual(self.sql(stdin=script).stdout, "42\n")
        self.assertEqual(self.sql("-e", "CREATE TEMP VIEW v AS SELECT 5 AS x", "-e", "SELECT x FROM v").stdout, "5\n")

    def test_variables_and_conf(self):
        self.assertEqual(self.sql("-d", "n=7", "-e", "SELECT ${n}").stdout, "7\n")
        self.assertEqual(self.sql("--hivevar", "n=8", "-e", "SELECT ${hivevar:n}").stdout, "8\n")
        out = self.sql("--conf", "spark.sql.session.timeZone=Asia/Tokyo", "-e", "SET spark.sql.session.timeZone").stdout
        self.assertIn("Asia/Tokyo", out)
        self.sql("-d", "nonsense", "-e", "SELECT 1", status=2)

    def test_errors_have_a_caret_and_status_1(self):
        r = self.sql("-e", "SELECT 1;\nSELECT FROM WHERE", status=1)
        self.assertEqual(r.stdout, "1\n")
        self.assertIn("^", r.stderr)
        self.assertIn("PARSE_SYNTAX_ERROR", r.stderr)
        r = self.sql("-e", "SELECT nosuch FROM range(3)", status=1)
        self.assertIn("nosuch", r.stderr)
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as f:
            f.write("SELECT 1;\n\nSELEC 2;\n")
            f.flush()
            r = self.sql("-f", f.name, status=1)
            self.assertIn(os.path.basename(f.name), r.stderr)

    def test_the_first_failure_ends_it_unless_told(self):
        script = "SELECT 1; SELECT nosuch; SELECT 3;"
        self.assertEqual(self.sql(stdin=script, status=1).stdout, "1\n")
        r = self.sql("--keep-going", stdin=script, status=1)
        self.assertEqual(r.stdout, "1\n3\n")
        self.assertIn("nosuch", r.stderr)
        self.assertEqual(self.sql("-e", "SELECT nosuch", "-e", "SELECT 2", status=1).stdout, "")
        self.assertEqual(self.sql("-k", "-e", "SELECT nosuch", "-e", "SELECT 2", status=1).stdout, "2\n")

    def test_many_rows(self):
        out = self.sql("-e", "SELECT id FROM range(200000)").stdout.split()
        self.assertEqual(len(out), 200000)
        self.assertEqual(sorted(map(int, out))[-1], 199999)

    def test_a_reader_that_has_enough(self):
        p = subprocess.Popen([STOKER, "sql", "-e", "SELECT id FROM range(5000000)"], env=self.server.env,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        p.stdout.readline()
        p.stdout.close()
        self.assertEqual(p.wait(PATIENCE), -signal.SIGPIPE)
        self.assertEqual(p.stderr.read(), b"")
        p.stderr.close()
        full = subprocess.run([STOKER, "sql", "-e", "SELECT 1"], env=self.server.env, stdout=open("/dev/full", "w"),
                              stderr=subprocess.PIPE, timeout=PATIENCE)
        self.assertEqual(full.returncode, 1)

    def test_interrupt_of_a_script_is_130(self):
        p = subprocess.Popen([STOKER, "sql", "-e", LONG], env=self.server.env, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        wait_for("the session to compute", self.computes)
        p.send_signal(signal.SIGINT)
        _, err = p.communicate(timeout=PATIENCE)
        self.assertEqual(p.returncode, 130, err)
        self.assertIn(b"cancelled", err)

    def computes(self):
        """The session has begun with LONG: that takes more CPU than a start. (In a shell the driver computes.)"""
        def seconds(pid):
            try:
                return proc_cpu(pid)
            except OSError:
                return 0
        return any(seconds(pid) > 0.5 for pid in self.server.processes("driver"))

    def test_nothing_stays_behind(self):
        self.sql("-e", "SELECT 1")
        wait_for("driver and executor to end",
                 lambda: not self.server.processes("driver") + self.server.processes("executor"))

    def test_without_a_server(self):
        with tempfile.TemporaryDirectory(prefix="stoker-test-") as home:
            env = dict(self.server.env, STOKER_HOME=home)
            r = subprocess.run([STOKER, "sql", "--no-server", "-e", "SELECT 2"], env=env, capture_output=True,
                               text=True, stdin=subprocess.DEVNULL, timeout=PATIENCE)
            self.assertEqual((r.returncode, r.stdout), (0, "2\n"), r.stderr)
            self.assertFalse(os.path.exists(os.path.join(home, "run", "api.sock")))

    def test_the_server_is_started_when_there_is_none(self):
        with tempfile.TemporaryDirectory(prefix="stoker-test-") as home:
            env = dict(self.server.env, STOKER_HOME=home)
            try:
                r = subprocess.run([STOKER, "sql", "-e", "SELECT 2"], env=env, capture_output=True, text=True,
                                   stdin=subprocess.DEVNULL, timeout=PATIENCE)
                self.assertEqual((r.returncode, r.stdout), (0, "2\n"), r.stderr)
            finally:
                subprocess.run([STOKER, "server", "stop", "--terminate", "--yes"], env=env, capture_output=True,
                               timeout=PATIENCE)

    def test_shell(self):
        s = Shell(self.server.env)
        s.expect("sql> ")
        s.type("SELECT 1 AS one,\n")
        s.expect("   > ")
        s.type("'two; three';\n")
        self.assertIn("1\ttwo; three\n", s.expect(r"Fetched 1 row\(s\)"))
        s.expect("sql> ")
        s.type("-- only a comment\n")
        s.expect("sql> ")
        s.type("SELECT nosuch;\n")
        s.expect("nosuch")
        s.expect("sql> ")
        s.type("SELECT 2; SELECT 3;\n")
        s.expect(r"\n2\n(.|\n)*\n3\n")
        s.expect("sql> ")
        s.type("exit\n")
        self.assertEqual(s.end(), 0)

    def test_shell_ctrl_c(self):
        s = Shell(self.server.env)
        s.expect("sql> ")
        s.type("SELECT 'half\n")
        s.expect("   > ")
        s.type("\x03")
        s.expect("sql> ")
        s.type(LONG + ";\n")
        s.expect(re.escape("% 11;") + "\n")
        wait_for("the session to compute", self.computes)
        s.type("\x03")
        s.expect("cancelled")
        s.expect("sql> ")
        s.type("SELECT 'alive' AS state;\n")
        s.expect("\nalive\n")
        s.expect("sql> ")
        s.type("\x04")
        self.assertEqual(s.end(), 0)

    def test_shell_completes_and_remembers(self):
        s = Shell(self.server.env)
        s.expect("sql> ")
        s.type("CREATE TABLE flight_facts USING parquet AS SELECT 77 AS x;\n")
        s.expect("Time taken")
        s.expect("sql> ")
        s.type("SELECT x FROM flight_f\t;\n")
        s.expect("\n77\n")
        s.expect("sql> ")
        s.type("\x04")
        self.assertEqual(s.end(), 0)
        with open(os.path.join(self.server.home, "sql_history")) as f:
            self.assertIn("flight_facts", f.read())
        s = Shell(self.server.env)
        s.expect("sql> ")
        s.type("\x1b[A")
        s.expect("flight_f")
        s.type("\x15\x04")
        self.assertEqual(s.end(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
