#!/usr/bin/env python3
"""Debian's `aws` (package awscli, version 2) against a live server."""
import os
import shutil
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from aws_cli_suite import Suite  # noqa: E402

PROGRAM = "/usr/bin/aws" if os.path.exists("/usr/bin/aws") else shutil.which("aws")


@unittest.skipUnless(PROGRAM, "the aws program is not installed")
class AwsCli(Suite, unittest.TestCase):
    AWS = PROGRAM


if __name__ == "__main__":
    unittest.main()
