#!/usr/bin/env python3
"""Topics over the API: webhooks that answer, fail and come back, commands, e-mail through a sendmail of our own, and an
alarm that tells them."""
import http.server
import json
import os
import re
import socket
import stat
import sys
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import ApiError, Server, wait_for  # noqa: E402

GRANITE = "GraniteServiceVersion20100801."


class Receiver:
    """A webhook: keeps what it got; answers with the statuses that it was given, then 200."""

    def __init__(self, *statuses):
        self.got, statuses = [], list(statuses)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers), json.loads(body)))
                self.send_response(statuses.pop(0) if statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Rude:
    """A TCP server that is no good webhook: `answer` gets the socket when the request has come."""

    def __init__(self, answer):
        self.connections, self.answer = 0, answer
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.one, args=(s, self.connections), daemon=True).start()

    def one(self, s, number):
        with s:
            data = b""
            while b"\r\n\r\n" not in data:
                data += s.recv(65536)
            head, _, body = data.partition(b"\r\n\r\n")
            length = int(re.search(rb"(?i)content-length: *(\d+)", head).group(1))
            while len(body) < length:
                body += s.recv(65536)
            try:
                self.answer(s, number)
            except OSError:
                pass

    def close(self):
        self.listener.close()


class Topics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.close)
        cls.mail = os.path.join(cls.server.home, "mail")
        program = os.path.join(cls.server.home, "sendmail")
        with open(program, "w") as f:
            f.write(f"#!/bin/sh\n[ -e {cls.server.home}/busy ] && {{ rm {cls.server.home}/busy; exit 75; }}\n"
                    f"{{ echo \"args: $*\"; cat; }} > {cls.mail}\n")
        os.chmod(program, os.stat(program).st_mode | stat.S_IXUSR)
        cls.server.env["STOKER_SENDMAIL"] = program
        cls.server.start()

    def receiver(self, *statuses):
        r = Receiver(*statuses)
        self.addCleanup(r.close)
        return r

    def put(self, name, **way):
        return self.server.call("Stoker.PutTopic", {"TopicName": name, **way})["TopicArn"]

    def last(self, name):
        return next(t for t in self.server.call("Stoker.ListTopics")["Topics"] if t["TopicName"] == name).get("LastSent")

    def test_webhook(self):
        hook = self.receiver()
        arn = self.put("hook", Webhook=hook.url)
        self.assertEqual(self.server.call("Stoker.TestTopic", {"TopicName": "hook"}), {"Outcome": "delivered"})
        headers, body = hook.got[0]
        self.assertEqual(headers["Content-Type"], "application/json; charset=UTF-8")
        self.assertEqual((body["Type"], body["TopicArn"]), ("Notification", arn))
        self.assertEqual(json.loads(body["Message"])["SentBy"], "owner")
        self.assertEqual(self.last("hook")["Outcome"], "delivered")

    def test_a_test_is_not_repeated(self):
        hook = self.receiver(500)
        self.put("once", Webhook=hook.url)
        r = self.server.call("Stoker.TestTopic", {"TopicName": "once"})
        self.assertEqual(r["Outcome"], "failed")
        self.assertIn("HTTP status 500", r["Error"])
        self.assertEqual(self.last("once")["Error"], r["Error"])
        self.assertEqual(len(hook.got), 1)

    def alarm(self, name, arn, value=9):
        at = int(time.time()) // 60 * 60 - 60
        self.server.call(GRANITE + "PutMetricData", {"Namespace": "T", "MetricData": [
            {"MetricName": name, "Value": value, "Timestamp": at}]})
        self.server.call(GRANITE + "PutMetricAlarm", {
            "AlarmName": name, "Namespace": "T", "MetricName": name, "Statistic": "Maximum", "Period": 60,
            "EvaluationPeriods": 1, "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold",
            "AlarmActions": [arn], "AlarmDescription": "what to do"})

    def test_an_alarm_tells_and_a_webhook_that_fails_is_asked_again(self):
        hook = self.receiver(503)
        self.alarm("retry", self.put("retry", Webhook=hook.url))
        wait_for("the second attempt", lambda: len(hook.got) == 2)
        self.assertEqual(hook.got[0][1]["MessageId"], hook.got[1][1]["MessageId"])
        message = json.loads(hook.got[1][1]["Message"])
        self.assertEqual((message["AlarmName"], message["NewStateValue"], message["OldStateValue"],
                          message["AlarmDescription"]), ("retry", "ALARM", "INSUFFICIENT_DATA", "what to do"))
        self.assertEqual(message["Trigger"]["Threshold"], 5)
        wait_for("the outcome", lambda: (self.last("retry") or {}).get("Outcome") == "delivered")
        actions = self.server.call(GRANITE + "DescribeAlarmHistory", {"AlarmName": "retry", "HistoryItemType": "Action"})
        self.assertEqual(len(actions["AlarmHistoryItems"]), 1)

    def test_a_notice_outlives_the_server(self):
        hook = self.receiver(503)
        self.alarm("outlive", self.put("outlive", Webhook=hook.url))
        wait_for("the first attempt", lambda: hook.got)
        self.server.kill()
        self.server.start()
        wait_for("the attempt after the restart", lambda: len(hook.got) > 1)
        self.assertEqual(hook.got[0][1]["MessageId"], hook.got[-1][1]["MessageId"])
        wait_for("the outcome", lambda: (self.last("outlive") or {}).get("Outcome") == "delivered")
        self.server.kill()
        self.server.start()
        count = len(hook.got)
        self.server.call("Stoker.TestTopic", {"TopicName": "outlive"})
        self.assertEqual(len(hook.got), count + 1)  # it was not sent once more

    def test_a_refusal_is_final(self):
        hook = self.receiver(404, 404)
        self.alarm("final", self.put("final", Webhook=hook.url))
        wait_for("the outcome", lambda: (self.last("final") or {}).get("Outcome") == "failed")
        self.assertEqual(len(hook.got), 1)

    def rude(self, answer):
        r = Rude(answer)
        self.addCleanup(r.close)
        return r

    def try_topic(self, name, url):
        self.put(name, Webhook=url)
        return self.server.call("Stoker.TestTopic", {"TopicName": name})

    def test_a_redirect_is_not_followed(self):
        aim = self.receiver()
        for status in (301, 302, 307):
            r = self.rude(lambda s, n: s.sendall(f"HTTP/1.1 {status} Elsewhere\r\nLocation: {aim.url}\r\n"
                                                 "Content-Length: 0\r\n\r\n".encode()))
            reply = self.try_topic("moved", r.url)
            self.assertEqual(reply["Outcome"], "failed")
            self.assertIn(f"HTTP status {status}", reply["Error"])
        self.assertEqual(aim.got, [])

    def test_the_status_counts_however_large_the_reply_is(self):
        huge = 8 << 20
        r = self.rude(lambda s, n: s.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {huge}\r\n\r\n".encode() + b"x" * huge))
        self.alarm("huge", self.put("huge", Webhook=r.url))
        wait_for("the outcome", lambda: self.last("huge"), 30)
        self.assertEqual(self.last("huge")["Outcome"], "delivered")
        self.assertEqual(r.connections, 1)  # nobody is told twice

    def test_a_reply_that_never_ends_is_one(self):
        done = threading.Event()
        self.addCleanup(done.set)

        def answer(s, number):
            s.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthank")
            done.wait()
        r = self.rude(answer)
        self.alarm("endless", self.put("endless", Webhook=r.url))
        wait_for("the outcome", lambda: (self.last("endless") or {}).get("Outcome") == "delivered", 60)
        self.assertEqual(r.connections, 1)

    def test_a_webhook_that_hangs_up_is_asked_again(self):
        def answer(s, number):
            if number > 1:
                s.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        r = self.rude(answer)
        self.alarm("hangs-up", self.put("hangs-up", Webhook=r.url))
        wait_for("the outcome", lambda: (self.last("hangs-up") or {}).get("Outcome") == "delivered", 30)
        self.assertEqual(r.connections, 2)

    def test_what_is_no_http_is_told(self):
        r = self.rude(lambda s, n: s.sendall(b"220 smtp.example.org ESMTP\r\n"))
        reply = self.try_topic("smtp", r.url)
        self.assertEqual(reply["Outcome"], "failed")
        self.assertTrue(reply["Error"], reply)

    def test_a_webhook_that_hangs_holds_up_nobody(self):
        done = threading.Event()
        self.addCleanup(done.set)
        r = self.rude(lambda s, n: done.wait())
        hook = self.receiver()
        stuck = self.put("stuck", Webhook=r.url)
        self.put("well", Webhook=hook.url)
        self.alarm("stuck", stuck)
        wait_for("the first attempt", lambda: r.connections)
        self.assertEqual(self.server.call("Stoker.TestTopic", {"TopicName": "well"}), {"Outcome": "delivered"})
        self.assertIsNone(self.last("stuck"))  # it is still on its way
        wait_for("the second attempt, behind the limit of 15 s", lambda: r.connections > 1, 60)

    def test_email(self):
        self.put("mail", Email="ops@example.org")
        open(os.path.join(self.server.home, "busy"), "w").close()
        self.alarm("grün", self.put("mail", Email="ops@example.org"))
        wait_for("its outcome", lambda: (self.last("mail") or {}).get("Outcome") == "delivered")
        with open(self.mail, encoding="utf-8") as f:
            text = f.read()
        self.assertIn("args: -i -t\nTo: ops@example.org\nSubject: =?UTF-8?Q?", text)
        self.assertIn("gr=C3=BCn", text)
        self.assertIn("AlarmName: grün", text)
        self.assertIn("NewStateValue: ALARM", text)

    def test_commands_run_beside_the_server(self):
        begun, go, done = (os.path.join(self.server.home, name) for name in ("begun", "go", "done"))
        arn = self.put("slow", Command=f"read x; touch {begun}; until [ -e {go} ]; do sleep 0.05; done; touch {done}")
        self.alarm("slow", arn)
        wait_for("the command to begin", lambda: os.path.exists(begun))
        self.server.call("Stoker.ListTopics")
        self.assertFalse(os.path.exists(done))
        open(go, "w").close()
        wait_for("the command to end", lambda: os.path.exists(done))

    def test_topics_outlive_a_restart(self):
        self.put("kept", Command="true")
        self.server.call("Stoker.TestTopic", {"TopicName": "kept"})
        self.server.kill()
        self.server.start()
        self.assertEqual(self.last("kept")["Outcome"], "delivered")
        self.server.call("Stoker.DeleteTopic", {"TopicName": "kept"})
        with self.assertRaises(ApiError) as caught:
            self.server.call("Stoker.DeleteTopic", {"TopicName": "kept"})
        self.assertIn('There is no topic "kept"', caught.exception.message)


if __name__ == "__main__":
    unittest.main()
