"""Starts `jury serve` for a test, in a folder and on a port of its own."""
import contextlib
import csv
import fcntl
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(os.environ["TEST_BUILD"])
JURY = BUILD / "jury"
TABLE = ROOT / "data" / "german_credit.csv"
TARGET = "credit_risk"

# What a developer has set for a server of their own is not for those of the tests.
for variable in [name for name in os.environ if name.startswith("JURY_")]:
    del os.environ[variable]


def wait_for(condition, what, seconds=60.0):
    """The first true value of `condition`."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not happen within {seconds} s")
        time.sleep(0.01)


def train(folder, *options):
    """Trains a model of the demo's kind, small enough for a test."""
    done = subprocess.run([JURY, "train", TABLE, "--target", TARGET, "--out", folder, "--name", "german_credit", *options],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
    if done.returncode != 0:
        raise AssertionError(f"jury train ended with {done.returncode}:\n{done.stdout}")


def gone(pid):
    """Whether nothing of the process runs any more. Its entry may stay: not every container's PID 1 reaps orphans."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    fields = dict(re.findall(r"^(State|Threads):\t(\w+)", status, re.M))
    return fields["State"] in "ZX" and int(fields["Threads"]) <= 1


def rows():
    """The demo table as request bodies, typed as the manifest has them."""
    with open(TABLE, newline="", encoding="utf-8") as file:
        table = list(csv.DictReader(file))
    numeric = {name for name in table[0] if all(re.fullmatch(r"-?\d+", row[name]) for row in table)}
    return [{name: int(text) if name in numeric else text for name, text in row.items() if name != TARGET}
            for row in table]


class Server:
    """A process and its folder, both until `close`. As a context it is ready at the begin, and its folder stays if the
    block fails."""

    def __init__(self, model, *options, folder=None, port=0, environment=None, pinned=None):
        self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="jury-test-"))
        self.owns_folder = folder is None
        self.database = self.folder / "decisions.db"
        self.log = open(self.folder / "log", "ab+")
        self.port = port
        self.command = [*(["taskset", "-c", pinned] if pinned else []), JURY, "serve", model, "--port", str(port),
                        "--store", f"sqlite:{self.database}", "--spool", str(self.folder / "spool"), *options]
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                        env={**os.environ, **(environment or {})})

    def text(self):
        return (self.folder / "log").read_text(errors="replace")

    def wait_until_ready(self):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended with {self.process.returncode}:\n{self.text()}")
            found = re.findall(r"serving .* on http://\S+:(\d+) ", self.text())
            if not found:
                return False
            self.port = int(found[-1])
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, body, _ = self.get("/health/ready")
                # A recorder that is not yet running may be in the middle of creating the store.
                return status == 200 and json.loads(body)["recorder"] == "running"
            return False

        wait_for(ready, "readiness")
        return self

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.read(), response.headers
        finally:
            connection.close()

    def get(self, path, headers=None):
        return self.request("GET", path, headers=headers)

    def decide(self, features, headers=None):
        body = features if isinstance(features, (bytes, str)) else json.dumps(features)
        return self.request("POST", "/decisions", body, {"Content-Type": "application/json", **(headers or {})})

    def children(self):
        """Pids by process name: {"worker 0": 123, "recorder": 124}."""
        found = {}
        for status in pathlib.Path("/proc").glob("[0-9]*/status"):
            with contextlib.suppress(OSError):
                text = status.read_text()
                if re.search(r"^State:\tZ", text, re.M):
                    continue
                parent = int(re.search(r"^PPid:\t(\d+)", text, re.M)[1])
                name = re.search(r"^Name:\t(.*)", text, re.M)[1]
                if parent == self.process.pid and name.startswith("jury: "):
                    found[name.removeprefix("jury: ")] = int(status.parent.name)
        return found

    def stored(self, columns="decision_id, response"):
        """The rows of the table `decisions`; none before it exists."""
        if not self.database.exists():
            return []
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=20)) as database:
            try:
                return database.execute(f"select {columns} from decisions").fetchall()
            except sqlite3.OperationalError as problem:
                if "no such table" in str(problem):
                    return []
                raise

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(90)
        # A sanitizer ends only the process that it caught; the supervisor would replace it and hide it.
        found = re.search(r"(WARNING|ERROR): \w+Sanitizer.*|.*: runtime error: .*", self.text())
        if found:
            raise AssertionError(f"{found[0]}\n{self.text()[-20000:]}")
        return code

    def kill(self):
        """Kills the supervisor. Returns when its children, who die a little later, have left what the next server needs:
        the port and the spool."""
        self.process.kill()
        self.process.wait()
        self.log.close()

        def port_is_free():
            with socket.socket() as port:
                port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                with contextlib.suppress(OSError):
                    port.bind(("127.0.0.1", self.port))
                    return True
            return False

        def spool_is_free():
            with contextlib.suppress(FileNotFoundError), open(self.folder / "spool" / "recorder.lock", "rb") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return False
            return True

        wait_for(port_is_free, f"the release of port {self.port}")
        wait_for(spool_is_free, "the release of the spool")

    def close(self, keep=False):
        """Ends what still runs and removes the folder, unless the caller brought it or wants to keep it."""
        try:
            self.stop()
        except BaseException:
            keep = True
            raise
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()
            self.log.close()
            if keep:
                print(f"the server's folder is kept: {self.folder}")
            elif self.owns_folder:
                shutil.rmtree(self.folder)

    def __enter__(self):
        try:
            return self.wait_until_ready()
        except BaseException:
            self.close(keep=True)
            raise

    def __exit__(self, kind, *_):
        self.close(keep=kind is not None)
