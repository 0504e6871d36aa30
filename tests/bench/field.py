# SPDX-License-Identifier: GPL-3.0-or-later
"""Parts of bench.py: what a school feels, and what stands beside kitlogd on a server.

first        from the start of kitlogd to the first sample at a browser, with a kit plugged in.
page         weight of the student's page, and when its first point is drawn.
drain        how fast a backlog goes to a real server: tests/system/drain_test.py.
storage      the same rows in kitlogd's store, through it in InfluxDB and VictoriaMetrics, and through collectd in
             the same VictoriaMetrics: bytes kept and bytes written to a device of their own, for each sample.
instructions of the whole daemon for a row, pty to sink, by callgrind: no other program changes them."""
import json, os, pathlib, re, shutil, statistics, subprocess, sys, time, urllib.parse

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/support"))
import daemon as kitlogd  # noqa: E402
import events  # noqa: E402
import stores  # noqa: E402

TRIALS = 5
STORAGE_RATE, STORAGE_S = 2000, 90  # rows of three values
SLOW_RATES, SLOW_S = (100, 1000), 20  # rows a second that callgrind can follow; seconds

# InfluxDB compacts what was not written to for hours; here there are no hours.
COMPACT = '\n  cache-snapshot-write-cold-duration = "5s"\n  compact-full-write-cold-duration = "10s"'


def size_of(folder):
	return sum(path.stat().st_blocks * 512 for path in pathlib.Path(folder).rglob("*") if path.is_file())


def settle(read, seconds=90, still=12):
	"""The figure, once it has not changed for so long."""
	end, last, since = time.monotonic() + seconds, None, time.monotonic()
	while time.monotonic() < end and time.monotonic() - since < still:
		if (now := read()) != last:
			last, since = now, time.monotonic()
		time.sleep(0.5)
	return last


class Graphed(stores.VictoriaMetrics):
	"""One that also hears what collectd can say."""
	def command(self):
		self.graphite = getattr(self, "graphite", None) or stores.free_port()
		return [*super().command(), f"-graphiteListenAddr=127.0.0.1:{self.graphite}"]

	def count(self, name):
		"""Samples of all series whose name fits, with their stamps as they came."""
		stores.get(self.url + "/internal/force_flush")
		asked = urllib.parse.urlencode({"match[]": '{__name__=~"%s"}' % name, "start": "0"})
		_, body = stores.get(f"{self.url}/api/v1/export?{asked}", timeout=120)
		return sum(len(json.loads(line)["values"]) for line in body.decode().splitlines())


class Field:
	# ---------------------------------------------------------------- first

	def first(self):
		link, = self.virtual(1, "pendulum", 100, seed=5)
		answers, samples = [], []
		for n in range(TRIALS):
			folder = self.place / f"first{n}"
			folder.mkdir()
			board = kitlogd.Daemon(folder, [link])
			began = time.monotonic()
			board.start(self.program("kitlogd"))
			try:
				board.wait_ready()
				answers.append(time.monotonic() - began)
				reader = events.Events(board.port)
				reader.wait(lambda event: event.name == "rows" and event.data)
				samples.append(time.monotonic() - began)
				reader.close()
			finally:
				board.end()
		self.add("start of kitlogd to its first answer", f"{statistics.median(answers):.2f} s", f"of {TRIALS} trials, the median")
		self.add("start of kitlogd to the first sample at a browser", f"{statistics.median(samples):.2f} s",
			"a kit with a clock of its own, asked who it is")

	# ---------------------------------------------------------------- page

	def page(self):
		run = subprocess.run(["node", SOURCE / "tests/bench/page.mjs"], text=True, stdout=subprocess.PIPE,
			env=os.environ | {"KITLOGD": self.program("kitlogd"), "KITLOG_VIRTUAL": self.program("kitlog-virtual"),
				"KITLOG_BUILD": str(self.build.resolve()), "KITLOG_SOURCE": str(SOURCE)})
		looks = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
		if not looks:
			self.add("page", "not measured", "needs node and chromium")
			return
		self.add("student's page: on the wire until its first point", f"{looks[0]['bytes'] / 1024:.0f} KiB",
			"files, questions and answers; the files of a page are bounded to 150 KiB by daemon/web/build.mjs")
		for look in looks:
			self.add("student's page: first point drawn, processor " + ("as it is" if look["slower"] == 1 else
				f"slowed to 1/{look['slower']}"), f"{look['ms'] / 1000:.2f} s", "Chromium on this machine, nothing in its cache")

	# ---------------------------------------------------------------- drain

	def drain(self):
		run = subprocess.run([sys.executable, "-B", SOURCE / "tests/system/drain_test.py"], text=True,
			stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ | {name: self.program(program) for name, program in
				(("KITLOGD", "kitlogd"), ("KITLOG_VIRTUAL", "kitlog-virtual"), ("LONG_STORE", "long-store"))})
		found = re.search(r'^\{"samples_per_s".*\}$', run.stdout, re.M)
		if not found:
			self.add("drain", "not measured", (run.stdout.strip().splitlines() or ["nothing was said"])[-1])
			return
		figures = json.loads(found[0])
		backlog = re.search(r"(\d+) samples of backlog", run.stdout)[1]
		self.add("drain: samples a second into InfluxDB", f"{figures['samples_per_s']}",
			f"asked: at least 50000; a backlog of {backlog} of 20 channels, all there once: " +
			("yes" if run.returncode == 0 else "NO"))
		self.add("drain: CPU of the ship thread for a sample", f"{figures['ship_us_per_sample']:.2f} us")
		self.add("drain: live rows at 20 browsers meanwhile, 99 of 100", f"{figures['live_p99_ms']:.0f} ms",
			f"asked: at most 250; half within {figures['live_p50_ms']:.0f} ms, cat alone {figures['cat_p99_ms']:.0f} ms")
		self.add("drain: newest row at the server, at most", f"{figures['server_most_s']:.1f} s old",
			f"half the time {figures['server_p50_s']:.1f} s, of a commit each second")

	# ---------------------------------------------------------------- storage

	def places(self):
		"""Folders for kitlogd, InfluxDB and VictoriaMetrics, and what was written to the device of each."""
		if os.geteuid() != 0:
			return [(self.place / name, None) for name in ("card-k", "card-i", "card-v")]
		found = [self.mount(name) for name in ("card-k", "card-i", "card-v")]
		return [(mount, lambda stat=stat: int(stat.read_text().split()[6]) * 512) for mount, stat in found]

	def collectd_graphite(self, csv, port):
		conf = self.place / "collectd-graphite.conf"
		metrics = "".join(f'<Metric "v{i}">\nType "gauge"\nInstance "v{i}"\nValueFrom {i}\n</Metric>\n' for i in range(3))
		conf.write_text(f'Hostname "bench"\nFQDNLookup false\nBaseDir "{self.place}"\nTypesDB "/usr/share/collectd/types.db"\n'
			f'Interval 0.1\n<LoadPlugin tail_csv>\nInterval 0.1\n</LoadPlugin>\n<Plugin tail_csv>\n{metrics}<File "{csv}">\n'
			f'Plugin "kit"\nInterval 0.1\nCollect "v0" "v1" "v2"\n</File>\n</Plugin>\nLoadPlugin write_graphite\n'
			f'<Plugin write_graphite>\n<Node "vm">\nHost "127.0.0.1"\nPort "{port}"\nProtocol "tcp"\n</Node>\n</Plugin>\n')
		return self.start("collectd", "-f", "-C", str(conf))

	def storage(self):
		if not (stores.Influx.is_installed() and stores.VictoriaMetrics.is_installed()):
			self.add("storage", "not measured", "needs influxdb and victoria-metrics")
			return
		(ours, ours_io), (theirs, theirs_io), (victoria, victoria_io) = self.places()
		influx, vm = stores.Influx(theirs / "influx"), Graphed(victoria / "vm")
		config = pathlib.Path(influx.config)
		config.write_text(config.read_text().replace("[data]", "[data]" + COMPACT))
		with influx, vm:
			self.store_all(ours, ours_io, influx, theirs_io, vm, victoria_io)

	def store_all(self, ours, ours_io, influx, influx_io, vm, vm_io):
		csv, link = self.place / "storage.csv", self.place / "storage-tty"
		rows, _ = self.load("--pty", str(link), "--file", str(csv), rate=STORAGE_RATE, seconds=STORAGE_S)
		kitlogd.wait_for("the load", lambda: csv.exists() and link.is_symlink())
		begun = [io() if io else 0 for io in (ours_io, influx_io, vm_io)]
		process, port = self.daemon([link], ours / "data", "sinks:\n"
			f"  - {{name: influx, kind: influxdb1, url: '{influx.url}', database: kitlog}}\n"
			f"  - {{name: vm, kind: victoriametrics, url: '{vm.url}'}}\n")
		peer = self.collectd_graphite(csv, vm.graphite) if shutil.which("collectd") else None
		rows.wait(STORAGE_S + 120)
		ask = lambda what: json.loads(stores.get(f"http://127.0.0.1:{port}/api/v1/{what}")[1])
		kitlogd.wait_for("all delivered", lambda: ask("status")["store"]["pending_rows"] == 0 and all(
			sink["rows_behind"] == 0 and sink["state"] == "idle" for sink in ask("sinks")["sinks"]), 120)
		time.sleep(65)  # the last minute becomes chunks
		samples, of = self.counted(influx)
		offered = 3 * sum(1 for _ in open(csv))
		self.stop(process)
		at_vm = vm.count("text-board_.*")
		at_peer = None
		if peer:
			self.stop(peer)
			at_peer = vm.count(".*kit.*gauge.*")
		kept = [(ours / "data" / "kitlog.db").stat().st_size,
			settle(lambda: size_of(influx.directory + "/data") + size_of(influx.directory + "/wal")), None]
		stores.get(vm.url + "/internal/force_merge")
		kept[2] = settle(lambda: size_of(vm.directory + "/data"))
		subprocess.run(["sync"], check=False)
		written = [io() - before if io else 0 for io, before in zip((ours_io, influx_io, vm_io), begun)]
		self.tell_storage(offered, samples, of, at_vm, at_peer, kept, written)

	def counted(self, influx):
		"""(samples that are there, samples of the load from the first row that is there to the last). Rows are
		numbered; those before the first were what kitlogd knew the kit by."""
		ask = lambda what: dict(zip(*[(series["columns"], series["values"][0]) for series in
			influx.query(f'SELECT {what} FROM "text-board"')][0]))
		counts, first, last = ask("COUNT(*)"), ask("MIN(*)"), ask("MAX(*)")
		fields = [key[6:] for key in counts if key not in ("time", "count_stamp_u_us")]
		rows = max(last[f"max_{field}"] - first[f"min_{field}"] + 1 for field in fields)
		return sum(counts[f"count_{field}"] for field in fields), round(rows) * len(fields)

	def tell_storage(self, offered, samples, of, at_vm, at_peer, kept, written):
		self.add("storage: samples at InfluxDB / samples offered, through kitlogd", f"{samples / of:.4f}",
			f"of {of}, in rows of three at {STORAGE_RATE}/s; at VictoriaMetrics {at_vm}, with those of how uncertain the clock is")
		if at_peer is not None:
			self.add("storage: collectd, write_graphite into the same VictoriaMetrics", f"{at_peer / offered:.4f}",
				f"of {offered}; its stamps are whole seconds")
		for name, size, wrote, note in zip(("kitlogd's store", "InfluxDB, compacted", "VictoriaMetrics, merged"), kept, written,
				("microseconds, each second safe", "the same stamps", f"milliseconds; what collectd sent is in there, too")):
			n = samples + (at_peer or 0) if name.startswith("Victoria") else samples
			self.add(f"storage: {name}, bytes kept for a sample", f"{size / n:.2f} B", note)
			if wrote:
				self.add(f"storage: {name}, bytes written to the device for a sample", f"{wrote / n:.2f} B", "ext4 journal included")
		self.add("storage: kitlogd / InfluxDB, bytes kept", f"{kept[0] / kept[1]:.3f}")

	# ---------------------------------------------------------------- instructions

	def instructions(self):
		if not shutil.which("valgrind"):
			self.add("instructions of the whole daemon", "not measured", "needs valgrind")
			return
		slow, fast = (self.collected(rate) for rate in SLOW_RATES)
		a_row = (fast[1] - slow[1]) / (fast[0] - slow[0])
		self.add("instructions of the whole daemon for a row of three", f"{a_row:.0f}",
			f"pty to sink, store included, rows one by one: {SLOW_RATES[1]}/s against {SLOW_RATES[0]}/s")
		self.add("instructions of the whole daemon for a sample", f"{a_row / 3:.0f}")
		self.add("instructions of the whole daemon for itself", f"{(slow[1] - a_row * slow[0]) / 1e6:.0f} million",
			f"its start, and {SLOW_S} s of timers and commits, whatever the rate")

	def collected(self, rate):
		"""(rows, instructions) of a kitlogd that was at work for so long at that rate."""
		sink, server, sink_port = self.start_sink()
		link, log = self.place / f"slow{rate}", self.place / f"callgrind{rate}"
		rows, sent = self.load("--pty", str(link), rate=rate)
		kitlogd.wait_for("the pty", link.is_symlink)
		process, port = self.daemon([link], self.place / f"slow{rate}-data",
			f"sinks:\n  - {{name: bench, kind: influxdb1, url: 'http://127.0.0.1:{sink_port}', database: k}}\n",
			before=["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log}"])
		kitlogd.wait_for("the first rows at the sink", lambda: sink.lines, 180)
		time.sleep(SLOW_S)
		self.stop(rows)
		ask = lambda what: json.loads(stores.get(f"http://127.0.0.1:{port}/api/v1/{what}")[1])
		time.sleep(5)
		kitlogd.wait_for("all delivered", lambda: (ask("status")["store"]["pending_rows"],
			ask("sinks")["sinks"][0]["rows_behind"]) == (0, 0), 120)
		self.stop(process)
		server.shutdown()
		return sink.lines, int(re.findall(r"Collected : (\d+)", log.read_text())[-1])  # a child comes first
