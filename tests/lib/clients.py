"""Where .ci/clients.sh has put other people's clients: each in a virtual environment of its own."""
import os

from stoker_server import ROOT


def program(client, name="python"):
    """The path of a program of a client ("aws", "airflow"), or None when it is not there."""
    root = os.environ.get("STOKER_CLIENTS") or os.path.join(ROOT, ".deps", "clients")
    path = os.path.join(root, client, "bin", name)
    return path if os.path.exists(path) else None
