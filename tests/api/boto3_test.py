#!/usr/bin/python3
"""The EMR operations with Debian's boto3 (package python3-boto3)."""
import os
import sys

DEBIAN = "/usr/bin/python3"
try:
    if os.path.realpath(sys.executable) != os.path.realpath(DEBIAN) and os.path.exists(DEBIAN):
        os.execv(DEBIAN, [DEBIAN] + sys.argv)  # another Python came first in PATH: Debian's boto3 is not its
finally:
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import unittest  # noqa: E402

from boto3_suite import Suite  # noqa: E402


class Boto3(Suite, unittest.TestCase):
    pass


if __name__ == "__main__":
    unittest.main()
