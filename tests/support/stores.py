# SPDX-License-Identifier: GPL-3.0-or-later
"""Real time-series servers for tests: Debian's InfluxDB 1.6 and VictoriaMetrics, on free loopback
ports, in a directory of their own, with what a test asks them.

    with stores.Influx(directory, database="kitlog") as influx:
        influx.url                      # for a sink
        influx.points("uno", "a0")      # [(ns, value, tags), ...] sorted by time
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

# A school's proxy has no business on loopback.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))

INFLUX_CONFIG = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{directory}/meta"
[data]
  dir = "{directory}/data"
  wal-dir = "{directory}/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  auth-enabled = {auth}
  log-enabled = false
[monitor]
  store-enabled = false
[continuous_queries]
  enabled = false
[logging]
  level = "warn"
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url, data=None, headers=None, timeout=30):
    """(status, body) of a request; data makes it a POST."""
    request = urllib.request.Request(url, data=data, headers=headers or {})
    try:
        with OPENER.open(request, timeout=timeout) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def wait_for(condition, seconds=30, what="the condition"):
    """Looks each 50 ms until condition() is true, and returns that; AssertionError after a while."""
    end = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {seconds} s")
        time.sleep(0.05)


class Store:
    """A server process. start() again after stop() continues with the same data and port."""

    program = None
    ready_path = None

    def __init__(self, directory):
        self.directory = os.path.abspath(directory)
        os.makedirs(self.directory, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    @classmethod
    def is_installed(cls):
        return shutil.which(cls.program) is not None

    def command(self):
        raise NotImplementedError

    def is_ready(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.program} ended: see {self.directory}/log")
        try:
            return get(self.url + self.ready_path, timeout=2)[0] in (200, 204)
        except OSError:
            return False

    def start(self):
        with open(os.path.join(self.directory, "log"), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log)
        wait_for(self.is_ready, 60, f"{self.program} ready")
        return self

    def stop(self, how=signal.SIGTERM):
        if self.process:
            self.process.send_signal(how)
            self.process.wait()
            self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


class Influx(Store):
    program = "influxd"
    ready_path = "/ping"

    def __init__(self, directory, database="kitlog", auth=False):
        super().__init__(directory)
        self.database = database
        self.auth = auth
        self.credentials = ""
        self.config = os.path.join(self.directory, "influxdb.conf")
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(INFLUX_CONFIG.format(directory=self.directory, port=self.port,
                                            rpc=free_port(), auth=str(auth).lower()))

    def command(self):
        return [self.program, "-config", self.config]

    def start(self):
        super().start()
        if self.auth and not self.credentials:
            self.query("CREATE USER admin WITH PASSWORD 'admin' WITH ALL PRIVILEGES")
            self.credentials = "&u=admin&p=admin"
        if self.database:
            self.query(f'CREATE DATABASE "{self.database}"')
        return self

    def query(self, text, database=None):
        """The series of one statement."""
        parameters = urllib.parse.urlencode(
            {"q": text, "epoch": "ns", "db": database or self.database or ""})
        status, body = get(f"{self.url}/query?{parameters}{self.credentials}", data=b"")
        answer = json.loads(body)
        result = answer.get("results", [{}])[0]
        if status != 200 or "error" in answer or "error" in result:
            raise RuntimeError(f"{text}: {status} {body.decode()}")
        return result.get("series", [])

    def points(self, measurement, field):
        """All points of a field, over all its tags, by time."""
        found = []
        for series in self.query(f'SELECT "{field}" FROM "{measurement}" GROUP BY *'):
            found += [(row[0], row[1], series.get("tags", {})) for row in series["values"]]
        return sorted(found, key=lambda point: point[0])

    def count(self, measurement, field):
        series = self.query(f'SELECT COUNT("{field}") FROM "{measurement}"')
        return series[0]["values"][0][1] if series else 0


class VictoriaMetrics(Store):
    program = "victoria-metrics"
    ready_path = "/health"

    def __init__(self, directory, *flags):
        super().__init__(directory)
        self.flags = flags

    def command(self):
        return [self.program, f"-storageDataPath={self.directory}/data",
                f"-httpListenAddr=127.0.0.1:{self.port}", "-retentionPeriod=100y",
                "-loggerLevel=WARN", "-search.latencyOffset=0s", *self.flags]

    def points(self, measurement, field):
        """All points of a field, over all its labels: [(ms, value, labels), ...] by time."""
        get(self.url + "/internal/force_flush")
        parameters = urllib.parse.urlencode(
            {"match[]": '{__name__="%s_%s"}' % (measurement, field), "start": "0"})
        _, body = get(f"{self.url}/api/v1/export?{parameters}")
        found = []
        for line in body.decode().splitlines():
            series = json.loads(line)
            labels = {k: v for k, v in series["metric"].items() if k != "__name__"}
            found += [(ms, value, labels)
                      for ms, value in zip(series["timestamps"], series["values"])]
        return sorted(found, key=lambda point: point[0])


def skip_without(*programs):
    """Ends a test with 77 where one of these is not built, or one of the two servers is not installed."""
    for program in programs:
        if not program or not os.path.exists(program):
            print(f"skipped: {program or 'a program of ours'} is not built")
            sys.exit(77)
    if not Influx.is_installed() or not VictoriaMetrics.is_installed():
        print("skipped: no influxd or no victoria-metrics (Debian: influxdb, victoria-metrics)")
        sys.exit(77)
