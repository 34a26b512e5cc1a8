#!/usr/bin/env python3
"""Rows for price lists from Amazon's own offer files.

usage: offers.py [--rates] OFFER.json…

Each OFFER.json is the offer file of one region, AmazonEC2's or ElasticMapReduce's, as Amazon's price list service
gives it away ("AWS Price List Bulk API" in its documentation). It reads no network. On standard output:

  without --rates  a list for $STOKER_HOME/prices.csv: the types of instance-types.csv with EC2's rate and EMR's fee;
                   what a file does not have stays empty, and then keeps what the shipped list says
  with --rates     lines for region-rates.csv: what an xlarge of each family costs in the region

EC2: Linux, shared tenancy, nothing preinstalled, on demand, not what a reservation of capacity stands empty for."""
import csv
import json
import os
import sys

EC2 = {"productFamily": "Compute Instance", "operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA",
       "capacitystatus": "Used", "locationType": "AWS Region"}
EMR = {"productFamily": "Elastic Map Reduce Instance", "softwareType": "EMR", "locationType": "AWS Region"}
WANTED = {"AmazonEC2": EC2, "ElasticMapReduce": EMR}


def die(text):
    sys.exit("offers.py: " + text)


def hourly(offer, sku):
    """The $/h of a product on demand, or None: it is not sold by the hour."""
    for term in offer["terms"].get("OnDemand", {}).get(sku, {}).values():
        for price in term["priceDimensions"].values():
            if price["unit"] == "Hrs" and float(price["pricePerUnit"].get("USD", 0)) > 0:
                return float(price["pricePerUnit"]["USD"])
    return None


def read(path, found):
    """Adds (region, type) → {offer code: $/h} and gives the day that the file speaks of."""
    try:
        with open(path, encoding="utf-8") as f:
            offer = json.load(f)
        code, day = offer["offerCode"], offer["publicationDate"][:10]
        wanted = WANTED.get(code) or die(f"{path}: an offer of {code}; AmazonEC2 and ElasticMapReduce are of use")
        for sku, product in offer["products"].items():
            a = {**product["attributes"], "productFamily": product.get("productFamily")}
            if all(a.get(k) == v for k, v in wanted.items()) and a.get("instanceType") and a.get("regionCode"):
                price = hourly(offer, sku)
                if price:
                    found.setdefault((a["regionCode"], a["instanceType"]), {})[code] = (price, day)
    except OSError as e:
        die(f"{path}: {e.strerror}")
    except (ValueError, KeyError, TypeError, AttributeError) as e:
        die(f"{path}: no offer file of Amazon's price list in JSON ({type(e).__name__}: {e})")


def number(x):
    return f"{x:.6f}".rstrip("0").rstrip(".")


def rates(found, out):
    out.writerow(["family", "region", "xlarge_usd_h", "date", "source"])
    for (region, name), prices in sorted(found.items(), key=lambda x: (x[0][1], x[0][0])):
        family, _, size = name.partition(".")
        if size == "xlarge" and "AmazonEC2" in prices:
            price, day = prices["AmazonEC2"]
            out.writerow([family, region, number(price), day, "Amazon's AmazonEC2 offer file"])


def rows(found, out):
    out.writerow("type,region,vcpu,mem_gib,storage,ec2_usd_h,emr_usd_h,date,source".split(","))
    for (region, name), prices in sorted(found.items()):
        day = min(d for _, d in prices.values())
        ec2, emr = (number(prices[c][0]) if c in prices else "" for c in ("AmazonEC2", "ElasticMapReduce"))
        out.writerow([name, region, "", "", "", ec2, emr, day,
                      "offer files of Amazon's price list: " + " and ".join(sorted(prices))])


def main(argv):
    families = "--rates" in argv
    paths = [a for a in argv if a != "--rates"]
    if not paths or any(p.startswith("-") for p in paths):
        sys.exit(__doc__)
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "instance-types.csv"), encoding="utf-8") as f:
        known = {r["type"] for r in csv.DictReader(f)}
    found = {}
    for path in paths:
        read(path, found)
    found = {k: v for k, v in found.items() if k[1] in known}
    if not found:
        die("no price of a type of instance-types.csv is in " + " ".join(paths))
    (rates if families else rows)(found, csv.writer(sys.stdout, lineterminator="\n"))


if __name__ == "__main__":
    main(sys.argv[1:])
