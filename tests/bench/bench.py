#!/usr/bin/env python3
"""The numbers that stoker promises, measured; prints one table and, with --json, the same as JSON.

Needs only the standard library. Every figure comes from real processes in a STOKER_HOME of their own under a
temporary folder; ratios against a peer are taken in the same run. Nothing here fails because a machine is slow:
a missed target is printed as such, and only --strict turns it into an exit status.
"""
import argparse
import fcntl
import json
import os
import pty
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cloudwatch  # noqa: E402
import fleet  # noqa: E402
from stoker_server import BUILD, FLIGHTS, ROOT, STOKER, VEGA, Server, proc_cpu, proc_status, wait_for  # noqa: E402

RESULTS = []


def report(name, value, unit, target=None, better="<="):
    """Record one figure; target None means: for information."""
    ok = None if target is None else (value <= target if better == "<=" else value >= target)
    RESULTS.append({"name": name, "value": round(value, 3), "unit": unit, "target": target, "ok": ok})
    want = "" if target is None else f"  {better} {target:g}  {'ok' if ok else 'MISSED'}"
    print(f"  {name:<58} {value:10.2f} {unit:<6}{want}", flush=True)


def quantile(values, q):
    ordered = sorted(values)
    return ordered[min(int(q * len(ordered)), len(ordered) - 1)]


def bench_steps(server, rounds):
    print("steps")
    cid = server.cluster("bench-steps")
    times = []
    for i in range(rounds + 5):
        begin = time.monotonic()
        server.finish(cid, server.step(cid, f"s{i}", ["spark-sql", "-e", "SELECT 1"]))
        if i >= 5:
            times.append((time.monotonic() - begin) * 1000)
    report("add-step SELECT 1 to COMPLETED, median", statistics.median(times), "ms", 100)
    report("add-step SELECT 1 to COMPLETED, p99", quantile(times, 0.99), "ms", 250)
    server.call("TerminateJobFlows", {"JobFlowIds": [cid]})


def bench_shell(server, rounds):
    print("shell")
    times = []
    for i in range(rounds + 3):
        begin = time.monotonic()
        out = subprocess.run([STOKER, "sql", "-e", "SELECT 1"], env=server.env, capture_output=True, text=True,
                             timeout=30)
        elapsed = (time.monotonic() - begin) * 1000
        if out.returncode or out.stdout != "1\n":
            raise SystemExit(f"stoker sql: status {out.returncode}, stdout {out.stdout!r}: {out.stderr}")
        if i >= 3:
            times.append(elapsed)
    report("stoker sql -e 'SELECT 1', median", statistics.median(times), "ms", 50)
    report("stoker sql -e 'SELECT 1', p90", quantile(times, 0.9), "ms")


def bench_etl(server, rounds):
    """The three steps on a warm cluster against the same three on the bare kernel, in turns."""
    print("sample ETL, 3 million flights")
    lake = os.path.join(server.home, "bench-lake")
    peer = os.path.join(BUILD, "bench", "kernel_sql")
    cid = server.cluster("bench-etl")
    ours, bare = [], []
    threads = server.call("Stoker.GetServerStatus").get("Vcpus", os.cpu_count())
    for i in range(rounds):
        begin = time.monotonic()
        for name in ("extract", "transform", "load"):
            sid = server.step(cid, name, ["spark-sql", "-f", os.path.join(FLIGHTS, name + ".sql"),
                                          "-d", "input=" + VEGA, "-d", "lake=" + lake])
            server.finish(cid, sid)
        ours.append(time.monotonic() - begin)
        out = os.path.join(server.home, "bare-lake")
        shutil.rmtree(out, ignore_errors=True)
        os.makedirs(out)
        begin = time.monotonic()
        subprocess.run([peer, "--threads", str(min(threads, os.cpu_count())), "-d", "input=" + VEGA,
                        "-d", "lake=" + out, os.path.join(ROOT, "tests", "bench", "flights.kernel.sql")],
                       check=True, stdout=subprocess.DEVNULL)
        bare.append(time.monotonic() - begin)
    report("three steps on the embedded cluster, best", min(ours), "s")
    report("the same SQL on the bare kernel, best", min(bare), "s")
    report("ratio of the medians", statistics.median(ours) / statistics.median(bare), "x", 1.3)
    server.call("TerminateJobFlows", {"JobFlowIds": [cid]})


def bench_server_idle(server, seconds):
    print(f"server, idle for {seconds} s")
    pid = server.process.pid
    time.sleep(3)
    cpu, begin = proc_cpu(pid), time.monotonic()
    switches = proc_status(pid, "voluntary_ctxt_switches")
    time.sleep(seconds)
    span = time.monotonic() - begin
    report("server idle, CPU", (proc_cpu(pid) - cpu) / span * 100, "%", 0.2)
    report("server idle, wakeups", (proc_status(pid, "voluntary_ctxt_switches") - switches) / span, "/s")
    report("server RSS", proc_status(pid, "VmRSS") / 1024, "MB", 30)


class Pty:
    """A console in a pseudo-terminal that somebody reads at once."""

    def __init__(self, argv, env, rows=24, cols=80):
        self.begin = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execve(argv[0], argv, dict(env, TERM="xterm-256color", LANG="C.UTF-8", NO_COLOR=""))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
        self.bytes = 0

    def read(self, timeout):
        ready, _, _ = select.select([self.fd], [], [], timeout)
        if not ready:
            return b""
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return b""
        self.bytes += len(data)
        return data

    def drain(self, quiet, limit=5):
        """Read until nothing came for `quiet` seconds; gives the time of the last byte."""
        last = time.monotonic()
        end = last + limit
        while time.monotonic() < end:
            if self.read(quiet):
                last = time.monotonic()
            else:
                break
        return last

    def first_paint(self):
        """Until the frame with the panes is there: what the terminal needs to show the home screen."""
        seen = b""
        while b"Clusters" not in seen and time.monotonic() < self.begin + 5:
            seen += self.read(1)
        return time.monotonic() - self.begin

    def close(self):
        os.kill(self.pid, signal.SIGTERM)
        try:
            os.waitpid(self.pid, 0)
        except ChildProcessError:
            pass
        os.close(self.fd)


def bench_console(server, seconds):
    print("console")
    for name in ("one", "two", "three"):
        server.cluster("bench-" + name, core=1)
    first = Pty([STOKER], server.env)  # fills the cache of last-known state
    first.drain(1.0, 6)
    first.close()
    paints = []
    for _ in range(9):
        p = Pty([STOKER], server.env)
        paints.append(p.first_paint() * 1000)
        p.close()
    report("console first paint, 80x24, median", statistics.median(paints), "ms", 30)
    for rows, cols in ((24, 80), (60, 200)):
        p = Pty([STOKER], server.env, rows, cols)
        p.drain(1.0, 6)
        keys, sizes = [], []
        for i in range(20):
            p.drain(0.05, 1)
            before, begin = p.bytes, time.monotonic()
            os.write(p.fd, b"j" if i % 2 == 0 else b"k")
            got = p.read(1.0)
            if got:
                keys.append((time.monotonic() - begin) * 1000)
                p.drain(0.03, 0.2)
                sizes.append(p.bytes - before)
        if keys:
            report(f"key to frame, {cols}x{rows}, median", statistics.median(keys), "ms", 5)
            report(f"bytes per cursor move, {cols}x{rows}, median", statistics.median(sizes), "B")
        cpu, switches = proc_cpu(p.pid), proc_status(p.pid, "voluntary_ctxt_switches")
        before, begin = p.bytes, time.monotonic()
        while time.monotonic() < begin + seconds:
            p.read(0.2)
        span = time.monotonic() - begin
        report(f"console idle, {cols}x{rows}, CPU", (proc_cpu(p.pid) - cpu) / span * 100, "%", 0.3)
        report(f"console idle, {cols}x{rows}, wakeups",
               (proc_status(p.pid, "voluntary_ctxt_switches") - switches) / span, "/s")
        report(f"console idle, {cols}x{rows}, bytes", (p.bytes - before) / span, "B/s")
        report(f"console RSS, {cols}x{rows}", proc_status(p.pid, "VmRSS") / 1024, "MB", 20)
        p.close()


def bench_restart(server, clusters, steps):
    """100 clusters with 20,000 finished steps in the journal, then kill -9 and start again."""
    print(f"restart with {clusters} clusters and {steps} finished steps")
    filler = os.path.join(ROOT, "tests", "bench", "fill_journal.py")
    cid = server.cluster("bench-template", core=1)
    server.finish(cid, server.step(cid, "template", ["spark-sql", "-e", "SELECT 1"]))
    server.call("TerminateJobFlows", {"JobFlowIds": [cid]})
    wait_for("the template to end", lambda: server.call("DescribeCluster", {"ClusterId": cid})
             ["Cluster"]["Status"]["State"] == "TERMINATED")
    server.kill()
    subprocess.run([sys.executable, filler, os.path.join(server.home, "stoker.db"), str(clusters), str(steps)],
                   check=True)
    report("server start to first answer", server.start(30) * 1000, "ms", 1000)
    report("server RSS afterwards", proc_status(server.process.pid, "VmRSS") / 1024, "MB")


# Benchmarks with servers of their own.
ALONE = {"fleet": fleet.bench_fleet, "requests": fleet.bench_requests, "cloudwatch": cloudwatch.bench_cloudwatch}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["steps", "shell", "etl", "idle", "console", "restart", "requests", "fleet",
                                                        "cloudwatch"])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a target is missed")
    options = parser.parse_args()
    for what in options.what:
        if what in ALONE:
            ALONE[what](report, quantile)
            continue
        server = Server()
        try:
            server.start()
            {"steps": lambda: bench_steps(server, options.rounds),
             "shell": lambda: bench_shell(server, options.rounds),
             "etl": lambda: bench_etl(server, 5),
             "idle": lambda: bench_server_idle(server, options.seconds),
             "console": lambda: bench_console(server, options.seconds),
             "restart": lambda: bench_restart(server, 100, 20000)}[what]()
        finally:
            server.close()
    if options.json:
        with open(options.json, "w") as f:
            json.dump(RESULTS, f, indent=1)
    missed = [r["name"] for r in RESULTS if r["ok"] is False]
    print(f"\n{len(RESULTS)} figures, {len(missed)} targets missed" + (": " + "; ".join(missed) if missed else ""))
    return 1 if missed and options.strict else 0


if __name__ == "__main__":
    sys.exit(main())
