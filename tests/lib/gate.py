"""A statement that runs for just as long as a test wants: it reads a named pipe. So a job is in the way, or is hit, on
a fast machine as on a slow one."""
import os
import threading

from stoker_server import wait_for

VALUE = 5


class Gate:
    def __init__(self, test, server, name):
        """Shut. At the end of the test at the latest it is opened, so that nobody is left standing."""
        self.server, self.path = server, os.path.join(server.home, name + ".gate")
        os.mkfifo(self.path)
        # Both ends: who comes may enter and waits for rows; without a writer it would hang where it cannot be seen.
        self.fd = os.open(self.path, os.O_RDWR)
        self.done, self.feeder = threading.Event(), None
        test.addCleanup(self.close)

    @property
    def sql(self):
        """A query with one row and the column v, which is VALUE: however often the pipe is fed, and by whom read."""
        return f"SELECT max(CAST(value AS INT)) AS v FROM text.`{self.path}`"

    def readers(self):
        """Process ids of the executors that stand at it."""
        found = set()
        for pid in self.server.processes("executor"):
            try:
                for fd in os.listdir(f"/proc/{pid}/fd"):
                    if os.readlink(f"/proc/{pid}/fd/{fd}") == self.path:
                        found.add(pid)
            except OSError:
                pass  # it has ended, or the file was closed
        return found

    def wait(self, but=()):
        """Until a statement stands at it; `but`: executors that do not count. Gives their process ids."""
        return wait_for("a statement at the gate", lambda: self.readers() - set(but), pause=0.01)

    def open(self):
        """Whoever stands at it and whoever comes later goes through."""
        if self.feeder:
            return
        os.write(self.fd, b"%d\n" % VALUE)
        os.close(self.fd)
        self.feeder = threading.Thread(target=self.feed, daemon=True)
        self.feeder.start()

    def feed(self):
        while not self.done.wait(0.005):
            try:
                fd = os.open(self.path, os.O_WRONLY | os.O_NONBLOCK)  # fails while nobody reads
                os.write(fd, b"%d\n" % VALUE)
                os.close(fd)
            except OSError:
                pass

    def close(self):
        self.open()
        self.done.set()
        self.feeder.join()
