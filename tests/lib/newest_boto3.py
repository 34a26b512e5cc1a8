"""A boto3 newer than Debian's, from PyPI: the one of this Python when it is new enough, else a virtual environment
under .deps/clients. Call into() first of all: it may start the program again with another Python."""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".deps", "clients")


def new_enough():
    try:
        import boto3
        return tuple(int(n) for n in boto3.__version__.split(".")[:2]) >= (1, 40)
    except ImportError:
        return False


def venv_python():
    """A Python with the newest boto3, or None: without the network there is nothing to test."""
    python = os.path.join(VENV, "bin", "python")
    try:
        if not os.path.exists(python):
            subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--upgrade", "boto3"], check=True)
    except (OSError, subprocess.CalledProcessError) as e:
        print(f"no newer boto3: {e}", file=sys.stderr)
        return None
    return python


def into():
    """True when a new boto3 can be imported."""
    if not new_enough() and not os.environ.get("STOKER_TEST_IN_VENV"):
        other = venv_python()
        if other:
            os.execve(other, [other] + sys.argv, dict(os.environ, STOKER_TEST_IN_VENV="1"))
    return new_enough()
