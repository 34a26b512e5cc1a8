"""Requests signed as AWS's clients sign them, over TCP, for any region. Standard library only."""
import datetime
import hashlib
import hmac
import http.client
import json

from stoker_server import ApiError

JSON = "application/x-amz-json-1.1"


def headers(body, target, address, keys, region, service="elasticmapreduce"):
    date = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    sent = {"content-type": JSON, "host": address, "x-amz-date": date, "x-amz-target": target}
    names = ";".join(sorted(sent))
    canonical = "POST\n/\n\n" + "".join(f"{n}:{sent[n]}\n" for n in sorted(sent)) + \
        f"\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{date[:8]}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = ("AWS4" + keys["SecretAccessKey"]).encode()
    for part in (date[:8], region, service, "aws4_request", text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    sent["authorization"] = (f"AWS4-HMAC-SHA256 Credential={keys['AccessKeyId']}/{scope}, SignedHeaders={names}, "
                             f"Signature={key.hex()}")
    return sent


class Signed:
    """One region of a server, as a client there sees it."""

    def __init__(self, server, region, keys=None):
        """keys: those of another user than the server's own."""
        environment = server.call("Stoker.GetEnvironment")
        self.keys = keys or environment
        self.address = environment["Endpoint"].split("//")[1]
        self.region = region
        self.conn = http.client.HTTPConnection(self.address, timeout=60)

    def call(self, target, body=None):
        if "." not in target:
            target = "ElasticMapReduce." + target
        data = json.dumps(body or {}).encode()
        self.conn.request("POST", "/", data, headers(data, target, self.address, self.keys, self.region))
        reply = self.conn.getresponse()
        data = reply.read()
        if reply.status != 200:
            raise ApiError(target, reply.status, data)
        return json.loads(data) if data else {}

    def close(self):
        self.conn.close()
