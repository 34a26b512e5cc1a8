#!/usr/bin/env python3
"""core/model/offers.py: rows of price lists from Amazon's offer files, here files of their form with made-up prices."""
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from stoker_server import Server  # noqa: E402

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def product(family, price, **attributes):
    return {"family": family, "price": price,
            "attributes": {"locationType": "AWS Region", "regionCode": "eu-west-1", **attributes}}


def ec2(kind, price, **other):
    return product("Compute Instance", price, **{
        "instanceType": kind, "operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA",
        "capacitystatus": "Used", **other})


def emr(kind, price, **other):
    return product("Elastic Map Reduce Instance", price, **{"instanceType": kind, "softwareType": "EMR", **other})


class OffersTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def offer(self, code, day, products):
        o = {"offerCode": code, "publicationDate": day + "T10:00:00Z", "products": {}, "terms": {"OnDemand": {}}}
        for i, p in enumerate(products):
            sku = f"SKU{i}"
            o["products"][sku] = {"sku": sku, "productFamily": p["family"], "attributes": p["attributes"]}
            o["terms"]["OnDemand"][sku] = {sku + ".T": {"priceDimensions": {sku + ".T.D": {
                "unit": "Hrs", "pricePerUnit": {"USD": p["price"]}}}}}
        path = os.path.join(self.folder, code + ".json")
        with open(path, "w", encoding="utf-8") as f:
            json.dump(o, f)
        return path

    def offers(self, *args):
        return subprocess.run([sys.executable, os.path.join(ROOT, "core/model/offers.py"), *args], capture_output=True,
                              text=True, timeout=60)

    def both(self):
        return (self.offer("AmazonEC2", "2026-11-02", [
                    ec2("m5.xlarge", "0.3210000000"), ec2("m5.xlarge", "0.9", tenancy="Dedicated"),
                    ec2("m5.xlarge", "0.5", operatingSystem="Windows"),
                    ec2("m5.xlarge", "0.4", preInstalledSw="SQL Web"), ec2("m5.2xlarge", "0.6420000000"),
                    ec2("m5.xlarge", "0.6", capacitystatus="UnusedCapacityReservation"),
                    ec2("r5.xlarge", "0.0000000000"), ec2("m5.4xlarge", "7", locationType="AWS Local Zone"),
                    ec2("z9.huge", "1.0")]),
                self.offer("ElasticMapReduce", "2026-11-01", [
                    emr("m5.xlarge", "0.0480000000"), emr("m5.2xlarge", "0.3", softwareType="MapR M7"),
                    product("WAL", "0.01")]))

    def test_rows_lie_over_the_shipped_list(self):
        r = self.offers(*self.both())
        self.assertEqual(r.stdout.splitlines(), [
            "type,region,vcpu,mem_gib,storage,ec2_usd_h,emr_usd_h,date,source",
            "m5.2xlarge,eu-west-1,,,,0.642,,2026-11-02,offer files of Amazon's price list: AmazonEC2",
            "m5.xlarge,eu-west-1,,,,0.321,0.048,2026-11-01,"
            "offer files of Amazon's price list: AmazonEC2 and ElasticMapReduce"], r.stderr)
        server = Server()
        self.addCleanup(server.close)
        server.start()
        with open(os.path.join(server.home, "prices.csv"), "w", encoding="utf-8") as f:
            f.write(r.stdout)
        got = server.call("Stoker.ListPrices", {"Region": "eu-west-1", "InstanceTypes": ["m5.xlarge", "m5.2xlarge"]})
        self.assertNotIn("Error", got)
        self.assertEqual({p["InstanceType"]: (p["Ec2PerHour"], p.get("EmrPerHour")) for p in got["Prices"]},
                         {"m5.xlarge": (0.321, 0.048), "m5.2xlarge": (0.642, None)})

    def test_rates_of_families(self):
        r = self.offers("--rates", *self.both())
        self.assertEqual(r.stdout, "family,region,xlarge_usd_h,date,source\n"
                         "m5,eu-west-1,0.321,2026-11-02,Amazon's AmazonEC2 offer file\n", r.stderr)

    def test_what_is_no_offer_is_said(self):
        for text, says in (("{", "no offer file of Amazon's price list"), ("[]", "no offer file"),
                           ('{"offerCode":"AmazonS3","publicationDate":"2026-11-01","products":{}}',
                            "an offer of AmazonS3; AmazonEC2 and ElasticMapReduce are of use"),
                           ('{"offerCode":"AmazonEC2","publicationDate":"2026-11-01","products":{}}',
                            "no price of a type")):
            path = os.path.join(self.folder, "x.json")
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            r = self.offers(path)
            self.assertNotEqual(r.returncode, 0)
            self.assertIn(says, r.stderr)
        self.assertIn("No such file", self.offers(os.path.join(self.folder, "none.json")).stderr)
        self.assertIn("usage:", self.offers().stderr)


if __name__ == "__main__":
    unittest.main()
