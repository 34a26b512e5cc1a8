#!/usr/bin/env python3
"""The service model of Debian's botocore (python3-botocore) beside our tables."""
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

try:
    import botocore  # noqa: F401
except ImportError:
    botocore = None

if botocore:
    from emr_model_suite import Suite

    class EmrModel(Suite, unittest.TestCase):
        pass
else:
    class EmrModel(unittest.TestCase):
        def test_nothing(self):
            self.skipTest("python3-botocore is not installed")

if __name__ == "__main__":
    unittest.main()
