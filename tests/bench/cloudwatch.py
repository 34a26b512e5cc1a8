"""CloudWatch under load: 10,000 samples a second into one server over its API, what 10,000 series take in memory, and
the evaluation of 10,000 alarms (alarm_load.c)."""
import json
import os
import statistics
import subprocess
import time

from stoker_server import BUILD, Server, proc_cpu, proc_status

PUT = "GraniteServiceVersion20100801.PutMetricData"
SERIES, BATCH, SECONDS = 10000, 1000, 15


def bodies(second):
    """One second's samples: one for each series, in requests of 1,000."""
    for first in range(0, SERIES, BATCH):
        yield json.dumps({"Namespace": "Bench", "MetricData": [
            {"MetricName": f"metric-{i % 100}", "Value": (i * 31 + second * 7919) % 1000 / 10, "Unit": "Percent",
             "Dimensions": [{"Name": "Host", "Value": f"host-{i // 100}"}]} for i in range(first, first + BATCH)]})


def put(server, body):
    server.conn.request("POST", "/", body, {"X-Amz-Target": PUT, "Content-Type": "application/x-amz-json-1.0"})
    reply = server.conn.getresponse()
    if reply.status != 200:
        raise SystemExit(f"PutMetricData: {reply.status} {reply.read()}")
    reply.read()


def bench_ingest(report):
    server = Server()
    try:
        server.start()
        pid = server.process.pid
        before = proc_status(pid, "VmRSS")
        ready = [list(bodies(s)) for s in range(SECONDS)]
        for body in ready[0]:  # makes the series
            put(server, body)
        cpu, begin = proc_cpu(pid), time.monotonic()
        for second in range(1, SECONDS):
            for body in ready[second]:
                put(server, body)
            rest = begin + second - time.monotonic()
            if rest > 0:
                time.sleep(rest)
        took = time.monotonic() - begin
        rate = (SECONDS - 1) * SERIES / took
        report("samples per second through PutMetricData", rate, "1/s")
        report("server CPU for 10,000 samples/s", (proc_cpu(pid) - cpu) / took * 10000 / rate * 100, "%", 50)
        report("server memory for 10,000 series", (proc_status(pid, "VmRSS") - before) / 1024, "MB", 60)
    finally:
        server.close()


def bench_cloudwatch(report, quantile):
    print("CloudWatch")
    bench_ingest(report)
    out = subprocess.run([os.path.join(BUILD, "bench", "alarm_load")], capture_output=True, text=True, check=True,
                         timeout=600)
    rounds = [float(line) for line in out.stdout.split()]
    report("evaluation of 10,000 alarms, median", statistics.median(rounds), "ms", 100)
    report("evaluation of 10,000 alarms, most", quantile(rounds, 1), "ms")
