#!/usr/bin/env python3
"""The doors of the server as a stranger finds them: what is not signed, badly signed, too large, malformed or
unknown is answered in JSON and harms nobody. Standard library only; signatures are made here."""
import datetime
import hashlib
import hmac
import http.client
import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import PATIENCE, STOKERD, Server, UnixConnection, wait_for  # noqa: E402

JSON = "application/x-amz-json-1.1"


class Wire(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.keys = cls.server.call("Stoker.GetEnvironment")
        cls.address = cls.keys["Endpoint"].split("//")[1]
        cls.sock = os.path.join(cls.server.home, "run", "api.sock")

    def sign(self, body, target, *, at=None, secret=None, region="us-east-1", access=None,
             names=("content-type", "host", "x-amz-date", "x-amz-target")):
        now = at or datetime.datetime.now(datetime.timezone.utc)
        date = now.strftime("%Y%m%dT%H%M%SZ")
        headers = {"content-type": JSON, "host": self.address, "x-amz-date": date, "x-amz-target": target}
        canonical = "POST\n/\n\n" + "".join(f"{n}:{headers[n]}\n" for n in names) + \
            f"\n{';'.join(names)}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{date[:8]}/{region}/elasticmapreduce/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        key = ("AWS4" + (secret or self.keys["SecretAccessKey"])).encode()
        for part in (date[:8], region, "elasticmapreduce", "aws4_request", text):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={access or self.keys['AccessKeyId']}/{scope}, "
            f"SignedHeaders={';'.join(names)}, Signature={key.hex()}")
        return headers

    def exchange(self, conn, headers, body=b"{}", method="POST", path="/"):
        conn.request(method, path, body, headers)
        r = conn.getresponse()
        data = r.read()
        return r, data

    def tcp(self):
        c = http.client.HTTPConnection(self.address, timeout=PATIENCE)
        self.addCleanup(c.close)
        return c

    def unix(self):
        c = UnixConnection(self.sock)
        self.addCleanup(c.close)
        return c

    def refused(self, r, data, status, code, says=""):
        self.assertEqual(r.getheader("content-type"), JSON)
        body = json.loads(data)
        self.assertEqual((r.status, body["__type"]), (status, code), body)
        self.assertIn(says, body["Message"])
        self.assertNotIn(b"<", data)
        self.assertEqual(r.getheader("x-amzn-errortype"), code)

    # ---- signatures on TCP ----

    def test_good_signature(self):
        r, data = self.exchange(self.tcp(), self.sign(b"{}", "ElasticMapReduce.ListClusters"))
        self.assertEqual(r.status, 200, data)
        self.assertIn("Clusters", json.loads(data))
        self.assertEqual(r.getheader("content-type"), JSON)
        self.assertRegex(r.getheader("x-amzn-requestid"), "^[0-9a-f-]{36}$")

    def test_tcp_always_wants_a_signature(self):
        for target in ("ElasticMapReduce.ListClusters", "Stoker.GetServerStatus", "Nonsense"):
            r, data = self.exchange(self.tcp(), {"x-amz-target": target, "content-type": JSON})
            self.refused(r, data, 400, "MissingAuthenticationTokenException")

    def test_bad_signatures(self):
        t = "ElasticMapReduce.ListClusters"
        now = datetime.datetime.now(datetime.timezone.utc)
        invalid = "InvalidSignatureException"
        cases = [
            (self.sign(b"{}", t, secret="no"), invalid, "does not match"),
            (self.sign(b'{"Marker":"x"}', t), invalid, "does not match"),
            (dict(self.sign(b"{}", t), **{"x-amz-target": "ElasticMapReduce.TerminateJobFlows"}), invalid, ""),
            (self.sign(b"{}", t, at=now - datetime.timedelta(minutes=16)), invalid, "Signature expired"),
            (self.sign(b"{}", t, at=now + datetime.timedelta(minutes=16)), invalid, "not yet current"),
            (self.sign(b"{}", t, access="AKIANOBODY"), "UnrecognizedClientException", "token"),
            (self.sign(b"{}", t, names=("content-type", "host", "x-amz-date")), invalid, "x-amz-target"),
            (dict(self.sign(b"{}", t), authorization="Basic eDp5"), "IncompleteSignatureException", ""),
            (dict(self.sign(b"{}", t), authorization="AWS4-HMAC-SHA256 garbage"), "IncompleteSignatureException",
             "Credential"),
        ]
        for headers, code, says in cases:
            r, data = self.exchange(self.tcp(), headers)
            body = json.loads(data)
            self.assertEqual(body["__type"], code)
            self.assertIn(says, body["Message"])
            self.assertEqual(r.status, 400)    # as Amazon's JSON services answer

    def test_refusals_of_the_query_protocol(self):
        """The same refusals have other names there, and the status 403."""
        form = "application/x-www-form-urlencoded"
        signed = self.sign(b"{}", "ElasticMapReduce.ListClusters", secret="no")
        del signed["x-amz-target"]
        for headers, code in (({}, "MissingAuthenticationToken"),
                              (dict(signed), "SignatureDoesNotMatch"),
                              (dict(signed, authorization=signed["authorization"].replace(
                                  "Credential=", "Credential=NOBODY")), "InvalidClientTokenId")):
            headers["content-type"] = form
            r, data = self.exchange(self.tcp(), headers, b"Action=ListMetrics&Version=2010-08-01")
            self.assertIn(f"<Code>{code}</Code>".encode(), data)
            self.assertEqual(r.status, 403)

    def test_strangers_do_not_fill_the_log(self):
        def refusals():
            with open(os.path.join(self.server.home, "server.err"), errors="replace") as f:
                return f.read().count("refused: ")
        before, conn, asked = refusals(), self.tcp(), 600
        for _ in range(asked):
            r, data = self.exchange(conn, {"x-amz-target": "ElasticMapReduce.ListClusters", "content-type": JSON})
            self.assertEqual(r.status, 400)
        self.assertLess(refusals() - before, asked)     # 60 a minute: however slow this machine is

    def test_strangers_do_not_lock_the_owner_out(self):
        """All connections that TCP may have are taken by people who say nothing."""
        host, port = self.address.rsplit(":", 1)
        silent = []
        try:
            for _ in range(520):
                s = socket.create_connection((host, int(port)), timeout=20)
                silent.append(s)
                s.sendall(b"POST / HTTP/1.1\r\n")
        except (BrokenPipeError, ConnectionResetError):
            pass                                        # those that found no room
        finally:
            r, data = self.exchange(self.unix(), {"x-amz-target": "ElasticMapReduce.ListClusters"})
            for s in silent:
                s.close()
        self.assertEqual(r.status, 200)
        wait_for("there is room again", lambda: self.room(host, int(port)))

    @staticmethod
    def room(host, port):
        try:
            with socket.create_connection((host, port), timeout=20) as s:
                s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return s.recv(100).startswith(b"HTTP/1.1 404")
        except OSError:
            return False

    def test_a_home_that_others_may_enter(self):
        for name in ("logs", "clusters", "history", "lake", "run", "warehouse"):
            self.assertEqual(stat.S_IMODE(os.stat(os.path.join(self.server.home, name)).st_mode), 0o700, name)

    def test_stoker_is_signed_as_emr(self):
        r, data = self.exchange(self.tcp(), self.sign(b"{}", "Stoker.GetServerStatus"))
        self.assertEqual(r.status, 200, data)

    def test_secrets_stay_on_the_unix_socket(self):
        for op in ("GetEnvironment", "StopServer"):
            body = b"{}"
            r, data = self.exchange(self.tcp(), self.sign(body, f"Stoker.{op}"), body)
            self.assertGreaterEqual(r.status, 400)
            self.assertNotIn(self.keys["SecretAccessKey"].encode(), data)
        self.assertEqual(stat.S_IMODE(os.stat(self.sock).st_mode), 0o600)

    def test_listens_on_loopback_only(self):
        port = int(self.address.rsplit(":", 1)[1])
        with open("/proc/net/tcp") as f:
            local = [line.split()[1] for line in f.readlines()[1:] if line.split()[3] == "0A"]
        self.assertIn(f"0100007F:{port:04X}", local)
        self.assertNotIn(f"00000000:{port:04X}", local)

    # ---- bodies and targets ----

    def test_malformed_bodies(self):
        for body in (b"{", b"nonsense", b"[]", b'"x"', b"{}{}", b'{"ClusterId":"\\u0000"}', b"[" * 5000,
                     b'{"ClusterId": "\xff"}', b"\0"):
            r, data = self.exchange(self.unix(), {"x-amz-target": "ElasticMapReduce.DescribeCluster"}, body)
            self.refused(r, data, 400, "SerializationException")
        r, data = self.exchange(self.unix(), {"x-amz-target": "ElasticMapReduce.ListClusters"}, b"")
        self.assertEqual(r.status, 200)

    def test_wrong_types(self):
        for op, body, says in (("DescribeCluster", {"ClusterId": 5}, "clusterId"),
                               ("ListClusters", {"ClusterStates": "RUNNING"}, "Expected list"),
                               ("RunJobFlow", {"Name": "x", "Instances": []}, "list"),
                               ("SetTerminationProtection", {"JobFlowIds": ["j-1"], "TerminationProtected": 1},
                                "Boolean")):
            r, data = self.exchange(self.unix(), {"x-amz-target": f"ElasticMapReduce.{op}"},
                                    json.dumps(body).encode())
            self.refused(r, data, 400, "SerializationException", says)

    def test_unknown_operations(self):
        for target in ("ElasticMapReduce.Nope", "Nope", "", ".", "Stoker.Nope", "AWSGlue.GetTables",
                       "ElasticMapReduce.", "elasticmapreduce.ListClusters", "x" * 3000):
            r, data = self.exchange(self.unix(), {"x-amz-target": target})
            self.refused(r, data, 400, "UnknownOperationException")
        r, data = self.exchange(self.unix(), {})
        self.refused(r, data, 400, "UnknownOperationException", "X-Amz-Target")

    def test_other_methods_and_paths(self):
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
            r, data = self.exchange(self.unix(), {"x-amz-target": "ElasticMapReduce.ListClusters"}, method=method)
            self.assertEqual(r.status, 405)
            self.assertEqual(json.loads(data)["__type"], "UnknownOperationException")
        r, data = self.exchange(self.unix(), {}, b"", "GET", "/nothing")
        self.assertEqual((r.status, r.getheader("content-type")), (404, JSON))
        r, data = self.exchange(self.tcp(), {}, b"", "GET", "/metrics")
        self.assertEqual((r.status, r.getheader("content-type")), (401, JSON))
        r, data = self.exchange(self.unix(), {"x-amz-target": "ElasticMapReduce.ListClusters"}, path="/prefix/")
        self.assertEqual(r.status, 200)

    def test_oversized_body(self):
        before = len(self.server.call("ListClusters")["Clusters"])
        big = b'{"Name":"' + b"x" * (5 << 20) + b'"}'
        for conn in (self.unix(), self.tcp()):
            r, data = self.exchange(conn, {"x-amz-target": "ElasticMapReduce.RunJobFlow"}, big)
            self.refused(r, data, 413, "RequestEntityTooLargeException", "4194304")
        self.assertEqual(len(self.server.call("ListClusters")["Clusters"]), before)

    def raw(self, text):
        """Send text, take what comes until the other side closes or has sent a whole JSON body."""
        s = socket.socket(socket.AF_UNIX)
        self.addCleanup(s.close)
        s.settimeout(PATIENCE)
        s.connect(self.sock)
        s.sendall(text)
        data = b""
        while not data.endswith(b"}"):
            piece = s.recv(65536)
            if not piece:
                break
            data += piece
        return data

    def test_body_that_is_only_announced(self):
        data = self.raw(b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: ElasticMapReduce.RunJobFlow\r\n"
                        b"Content-Length: 99999999999\r\n\r\n{")
        self.assertIn(b" 413 ", data.split(b"\r\n")[0])
        self.assertIn(b"RequestEntityTooLargeException", data)

    def test_chunked_body(self):
        def ask(*chunks):
            body = b"".join(b"%x\r\n%s\r\n" % (len(c), c) for c in chunks) + b"0\r\n\r\n"
            return self.raw(b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: ElasticMapReduce.DescribeCluster\r\n"
                            b"Transfer-Encoding: chunked\r\n\r\n" + body)
        self.assertIn(b"Cluster id 'j-A' is not valid.", ask(b'{"Cluster', b'Id":"', b'j-A"}'))
        self.assertIn(b"RequestEntityTooLargeException", ask(b"x" * (3 << 20), b"y" * (3 << 20)))

    def test_large_body_below_the_limit(self):
        body = json.dumps({"Name": "x", "AdditionalInfo": "y" * 10000, "Padding": "z" * (3 << 20)}).encode()
        r, data = self.exchange(self.unix(), {"x-amz-target": "ElasticMapReduce.RunJobFlow"}, body)
        self.refused(r, data, 400, "ValidationException", "Value null at 'instances'")

    def test_garbage_on_the_socket(self):
        for garbage in (b"\0" * 100, b"GET\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                        os.urandom(4096), b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"):
            s = socket.socket(socket.AF_UNIX)
            s.connect(self.sock)
            s.sendall(garbage)
            s.close()
        self.assertIn("Version", self.server.call("Stoker.GetServerStatus"))

    # ---- connections ----

    def test_kept_connection(self):
        conn = self.tcp()
        for _ in range(50):
            r, data = self.exchange(conn, self.sign(b"{}", "ElasticMapReduce.ListClusters"))
            self.assertEqual(r.status, 200)
        self.assertIsNotNone(conn.sock)

    def test_many_clients_at_once(self):
        failures = []

        def ask():
            try:
                conn = self.tcp()
                for _ in range(20):
                    r, data = self.exchange(conn, self.sign(b"{}", "ElasticMapReduce.ListClusters"))
                    if r.status != 200:
                        failures.append(data)
            except Exception as e:  # noqa: BLE001
                failures.append(repr(e))
        threads = [threading.Thread(target=ask) for _ in range(20)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(failures, [])

    def test_long_poll(self):
        def watch(since, ms):
            conn = self.unix()
            r, data = self.exchange(conn, {"x-amz-target": "Stoker.WatchState"},
                                    json.dumps({"Since": since, "TimeoutMs": ms}).encode())
            return json.loads(data)["Version"]
        now = watch(0, 0)
        self.assertGreaterEqual(watch(now, 300), now)
        got, asked = [], 60000
        now = watch(0, 0)
        t = threading.Thread(target=lambda: got.append((watch(now, asked), time.monotonic())))
        begin = time.monotonic()
        t.start()
        cid = self.server.call("RunJobFlow", {"Name": "w", "ReleaseLabel": "emr-7.1.0", "Instances": {
            "MasterInstanceType": "m5.xlarge", "InstanceCount": 1}})["JobFlowId"]
        t.join()
        self.assertGreater(got[0][0], now)
        self.assertLess(got[0][1] - begin, asked / 1000)  # what happened ended the wait
        self.server.call("TerminateJobFlows", {"JobFlowIds": [cid]})

    def test_a_watcher_that_leaves(self):
        for _ in range(5):
            s = socket.socket(socket.AF_UNIX)
            s.connect(self.sock)
            body = b'{"Since":999999999,"TimeoutMs":200}'
            s.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: Stoker.WatchState\r\nContent-Length: %d\r\n\r\n%s"
                      % (len(body), body))
            s.close()
        self.assertIn("Version", self.server.call("Stoker.GetServerStatus"))


class Sockets(unittest.TestCase):
    """What lies at the socket's place before a server starts."""

    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.close)

    def second(self):
        return subprocess.run([STOKERD, "server", "--foreground"], env=self.server.env, capture_output=True,
                              text=True, timeout=PATIENCE)

    def test_second_server_is_refused(self):
        self.server.start()
        r = self.second()
        self.assertNotEqual(r.returncode, 0)
        self.assertIn("already running", r.stderr)
        self.assertIn("Version", self.server.call("Stoker.GetServerStatus"))

    def test_stale_socket_is_replaced(self):
        self.server.start()
        self.server.kill()
        self.assertTrue(os.path.exists(os.path.join(self.server.home, "run", "api.sock")))
        self.server.start()
        self.assertIn("Version", self.server.call("Stoker.GetServerStatus"))

    def test_what_is_no_socket_is_not_removed(self):
        os.mkdir(os.path.join(self.server.home, "run"))
        path = os.path.join(self.server.home, "run", "api.sock")
        with open(path, "w") as f:
            f.write("mine")
        r = self.second()
        self.assertNotEqual(r.returncode, 0)
        self.assertIn("not a socket", r.stderr)
        with open(path) as f:
            self.assertEqual(f.read(), "mine")

    def test_port_in_use(self):
        s = socket.socket()
        s.bind(("127.0.0.1", 0))
        s.listen()
        self.addCleanup(s.close)
        r = subprocess.run([STOKERD, "server", "--foreground", "--port", str(s.getsockname()[1])],
                           env=self.server.env, capture_output=True, text=True, timeout=PATIENCE)
        self.assertNotEqual(r.returncode, 0)
        self.assertIn("port", r.stderr)

    def test_home_with_a_long_path(self):
        home = os.path.join(self.server.home, "d" * 100, "e" * 100)
        os.makedirs(home)
        env = dict(self.server.env, STOKER_HOME=home)
        p = subprocess.Popen([STOKERD, "server", "--foreground"], env=env, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE, text=True)
        self.addCleanup(p.stderr.close)
        try:
            path = os.path.join(home, "run", "api.sock")
            wait_for("the socket", lambda: os.path.exists(path) or p.poll() is not None)
            self.assertIsNone(p.poll())
            fd = os.open(os.path.dirname(path), os.O_PATH)
            self.addCleanup(os.close, fd)
            conn = UnixConnection(f"/proc/self/fd/{fd}/api.sock")
            self.addCleanup(conn.close)

            def listens():
                try:
                    conn.connect()
                except ConnectionRefusedError:  # it has its name already
                    return False
                return True
            wait_for("the server to listen", listens)
            conn.request("POST", "/", b"{}", {"X-Amz-Target": "Stoker.GetServerStatus"})
            self.assertEqual(conn.getresponse().status, 200)
        finally:
            p.terminate()
            p.wait()


if __name__ == "__main__":
    unittest.main()
