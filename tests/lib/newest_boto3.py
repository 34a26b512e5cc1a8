"""A boto3 newer than Debian's: the one of this Python when it is new enough, else the one that .ci/clients.sh installed.
Call into() first of all: it may start the program again with another Python."""
import os
import sys

from clients import program


def new_enough():
    try:
        import boto3
        return tuple(int(n) for n in boto3.__version__.split(".")[:2]) >= (1, 40)
    except ImportError:
        return False


def into():
    """True when a new boto3 can be imported."""
    other = program("aws")
    if not new_enough() and other and os.path.realpath(sys.prefix) != os.path.realpath(os.path.join(other, "..", "..")):
        os.execv(other, [other] + sys.argv)
    return new_enough()
