"""What the control plane costs when it is large: 10,000 instances in 200 clusters with 100,000 steps queued, in one
server over made-up nodes (fleet_server.c), and how many requests it answers (load.c)."""
import json
import os
import signal
import sqlite3
import subprocess
import time

from stoker_server import BUILD, Server, UnixConnection, proc_cpu, proc_status, wait_for

CLUSTERS, LARGE, STEPS = 200, 2040, 500


class FleetServer(Server):
    """fleet_server in place of stokerd."""

    def start(self, deadline=60, samples=False):
        begin = time.monotonic()
        argv = [os.path.join(BUILD, "bench", "fleet_server")] + (["--samples"] if samples else [])
        with open(os.path.join(self.home, "server.err"), "a") as err:
            self.process = subprocess.Popen(argv, env=self.env, stdout=subprocess.PIPE, stderr=err, text=True)
        self.port = int(self.process.stdout.readline())
        self.conn = UnixConnection(os.path.join(self.home, "run", "api.sock"))
        self.call("Stoker.GetServerStatus")
        return time.monotonic() - begin

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.conn.close()
        self.conn = None

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        super().close()


def make_fleet(server):
    """Clusters through the API, then their queues through the journal: the API takes 256 active steps a cluster."""
    ids = []
    for i in range(CLUSTERS):
        core = LARGE - 1 if i == 0 else (10000 - LARGE) // (CLUSTERS - 1) - 1
        ids.append(server.cluster(f"fleet-{i}", core=core, wait=False))
    for cid in ids:
        wait_for(f"{cid} to be up", lambda c=cid: server.call("DescribeCluster", {"ClusterId": c})
                 ["Cluster"]["Status"]["State"] == "WAITING", 120, 0.05)
    sid = server.step(ids[0], "template", ["spark-sql", "-e", "SELECT 1"])
    server.stop()
    db = sqlite3.connect(os.path.join(server.home, "stoker.db"))
    db.row_factory = sqlite3.Row
    row = dict(db.execute("SELECT * FROM steps WHERE id = ?", (sid,)).fetchone())
    row.update(state=0, started=0, ended=0, attempts=0)
    db.execute("DELETE FROM steps")
    db.execute("DELETE FROM containers")
    for n, cid in enumerate(ids):
        for s in range(STEPS):
            row.update(cluster_id=cid, seq=s + 1, id=f"s-F{n:05d}{s:07d}", name=f"step {s}")
            db.execute(f"INSERT INTO steps ({','.join(row)}) VALUES ({','.join('?' * len(row))})", list(row.values()))
    db.commit()
    db.close()
    return ids


def load(server, lines, **options):
    path = os.path.join(server.home, "requests")
    with open(path, "w") as f:
        for target, body in lines:
            f.write(f"{target} {json.dumps(body)}\n")
    argv = [os.path.join(BUILD, "bench", "load"), "--file", path]
    for name, value in options.items():
        argv += [f"--{name}", str(value)]
    cpu = proc_cpu(server.process.pid)
    out = subprocess.run(argv, capture_output=True, text=True, timeout=300)
    if out.returncode:
        raise SystemExit(f"load: {out.stdout}{out.stderr}")
    result = json.loads(out.stdout)
    result["cpu"] = proc_cpu(server.process.pid) - cpu
    return result


def mixed(ids):
    """Three reads to one write, as a busy scheduler asks."""
    lines = []
    for cid in ids:
        lines += [("ElasticMapReduce.DescribeCluster", {"ClusterId": cid}),
                  ("ElasticMapReduce.ListInstanceGroups", {"ClusterId": cid}),
                  ("ElasticMapReduce.ListClusters", {"ClusterStates": ["RUNNING"]}),
                  ("ElasticMapReduce.ModifyCluster", {"ClusterId": cid, "StepConcurrencyLevel": 1})]
    return lines


def bench_fleet(report, quantile):
    print("fleet: 10,000 instances, 200 clusters, 100,000 steps queued")
    server = FleetServer()
    try:
        server.start()
        ids = make_fleet(server)
        report("restart with it, to the first answer", server.start(samples=True), "s", 5)
        wait_for("the nodes to be back", lambda: server.call("DescribeCluster", {"ClusterId": ids[-1]})
                 ["Cluster"]["Status"]["State"] in ("RUNNING", "WAITING"), 60)
        cpu, begin = proc_cpu(server.process.pid), time.monotonic()
        time.sleep(30)
        report("CPU while 10,000 nodes give a sample every 5 s",
               (proc_cpu(server.process.pid) - cpu) / (time.monotonic() - begin) * 100, "%")
        unix = os.path.join(server.home, "run", "api.sock")
        for what, cid in (("2,000 of 2,040", ids[0]), ("40", ids[1])):
            got = load(server, [("ElasticMapReduce.ListInstances", {"ClusterId": cid})], unix=unix, connections=1,
                       seconds=5)
            report(f"ListInstances, a page of {what}, median", got["median"], "ms")
            report(f"ListInstances, a page of {what}, p99", got["p99"], "ms", 20)
        report("RSS", proc_status(server.process.pid, "VmRSS") / 1024, "MB", 400)
    finally:
        server.close()


def bench_requests(report, _quantile):
    print("requests")
    server = FleetServer()
    try:
        server.start()
        ids = [server.cluster(f"load-{i}", core=2) for i in range(20)]
        keys = {"port": server.port, "key": "AKIABENCH", "secret": "bench"}
        one = load(server, mixed(ids), connections=1, seconds=5, **keys)
        report("a signed JSON-1.1 request, one client, median", one["median"], "ms", 1)
        held = load(server, mixed(ids), connections=64, seconds=10, rate=2000, **keys)
        report("2,000 requests/s asked for, held", held["rate"], "/s", 1990, ">=")
        report("  of one core, a quarter of them writes", held["cpu"] / held["seconds"] * 100, "%", 100)
        report("  latency from the time it was due, median", held["median"], "ms")
        report("  p99", held["p99"], "ms")
        full = load(server, mixed(ids), connections=64, seconds=5, **keys)
        report("as many as it takes", full["rate"], "/s")
        report("  requests per second of its CPU", full["requests"] / full["cpu"], "/s", 2000, ">=")
    finally:
        server.close()
