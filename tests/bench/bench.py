#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole path measured beside its peers, in one run: prints a table, and with --keep writes it to
tests/bench/RESULTS.md with the machine's name.

    tests/bench/bench.py [--build DIR] [--keep] [--seconds N] [PART...]

The build is that of the preset "ci", the one that has the programs of tests/bench.

path    CPU per row: text rows of three values at 20 000 rows/s from one pty through kitlogd to an HTTP
        sink; the same rows at the same instants in a file that collectd tails and posts; the same rows in
        one SQLite row each. CPU is the kernel's own account of each thread (schedstat), user and system.
        Afterwards the load stops, and when all is sent the distinct rows at the sink are held against what
        kitlogd read.
latency from the byte at a pty to the event at 20 viewers: tests/system/latency_test.py.
card    bytes per sample in the store, and bytes that reached the device (an ext4 of its own on a loop
        device, journal included) per hour, at 1 000 values a second with a commit each second.
memory  resident memory of kitlogd with 8 kits at 100 Hz and 20 viewers, and its growth over a minute; with
        KITLOG_LONG=1 over an hour, which tools/test --long has a test for.
stages  instructions per row of each stage, by callgrind.
fits    processor time of a fit of 10 000 points, from points to verdict, of each model.

More parts stand in field.py: first, page, drain, storage, instructions. Without a PART all are measured, a quarter
of an hour.

A ratio between rows of one run can be trusted on a noisy machine; a time cannot."""
import argparse, datetime, glob, gzip, http.client, http.server, json, os, pathlib, platform, re, shutil, signal
import socket, sqlite3, subprocess, sys, tempfile, threading, time, urllib.request

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/bench"))
from field import Field  # noqa: E402
RATE = 20000
PARTS = ["path", "instructions", "latency", "first", "page", "drain", "card", "storage", "memory", "stages", "fits"]


class Sink(http.server.BaseHTTPRequestHandler):
	"""Answers 204 to every post and counts the lines in it; `bodies`, if a list, keeps them as they came."""
	protocol_version = "HTTP/1.1"
	lines = bytes = requests = 0
	bodies = None

	def do_POST(self):
		if "chunked" in self.headers.get("Transfer-Encoding", ""):
			body = b""
			while size := int(self.rfile.readline(), 16):
				body += self.rfile.read(size)
				self.rfile.readline()
			self.rfile.readline()
		else:
			body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
		type(self).bytes += len(body)
		is_packed = self.headers.get("Content-Encoding") == "gzip"
		if self.bodies is not None:
			self.bodies.append((is_packed, body))
		if is_packed:
			body = gzip.decompress(body)
		type(self).lines += body.count(b"\n")
		type(self).requests += 1
		self.send_response(204)
		self.end_headers()

	def log_message(self, *_):
		pass


def start_sink():
	handler = type("CountingSink", (Sink,), {})
	server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
	threading.Thread(target=server.serve_forever, daemon=True).start()
	return handler, server, server.server_address[1]


def free_port():
	with socket.socket() as s:
		s.bind(("127.0.0.1", 0))
		return s.getsockname()[1]


def cpu_ns(pid):
	"""On-CPU time of all threads, by name."""
	threads = {}
	for task in glob.glob(f"/proc/{pid}/task/*"):
		try:
			name = pathlib.Path(task, "comm").read_text().strip()
			threads[name] = threads.get(name, 0) + int(pathlib.Path(task, "schedstat").read_text().split()[0])
		except OSError:
			pass  # a thread that just ended
	return threads


def rss_kib(pid):
	return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1])


def wait_for(what, test, seconds=20):
	end = time.monotonic() + seconds
	while time.monotonic() < end:
		try:
			if result := test():
				return result
		except OSError:
			pass
		time.sleep(0.05)
	sys.exit(f"bench: {what} did not happen within {seconds} s")


class Bench(Field):
	start_sink = staticmethod(start_sink)

	def __init__(self, build, seconds):
		self.build, self.seconds = pathlib.Path(build), seconds
		self.place = pathlib.Path(tempfile.mkdtemp(prefix="kitlog-bench-"))
		self.started, self.rows, self.mounts = [], [], []
		self.loads = [os.getloadavg()[1]]

	def program(self, name):
		found = [p for p in self.build.rglob(name) if p.is_file() and os.access(p, os.X_OK)]
		if not found:
			sys.exit(f"bench: {name} is not built in {self.build}; build it, or name the folder with --build")
		return str(found[0])

	def start(self, *command, **more):
		log = open(self.place / "log", "a")
		process = subprocess.Popen(command, stderr=log, **{"stdout": log, **more})
		self.started.append(process)
		return process

	def stop(self, process):
		if process.poll() is None:
			process.send_signal(signal.SIGTERM)
			try:
				process.wait(20)
			except subprocess.TimeoutExpired:
				process.kill()
				process.wait()
		if process in self.started:
			self.started.remove(process)

	def close(self):
		for process in list(self.started):
			self.stop(process)
		for mount, device in self.mounts:
			subprocess.run(["umount", mount], check=False)
		shutil.rmtree(self.place, ignore_errors=True)

	def add(self, what, figure, note=""):
		print(f"{what:58} {figure:>16}  {note}", flush=True)
		self.rows.append((what, figure, note))

	def daemon(self, ports, data, sinks="", before=()):
		port = free_port()
		config = self.place / f"kitlogd-{port}.yaml"
		listed = "".join(f"\n    - {{path: {p}}}" for p in ports)
		config.write_text(f"board: bench\ndata: {data}\nlog: warn\nwall_clock: system\n"
			f"http: {{port: {port}}}\nserial:\n  scan: no\n  ports:{listed}\n{sinks}")
		process = self.start(*before, self.program("kitlogd"), "--config", str(config))
		return process, port

	# ---------------------------------------------------------------- path

	def load(self, *where, rate=RATE, seconds=3600):
		"""Starts the load; the list grows by how many rows were sent so far, ten times a second."""
		rows = self.start(self.program("bench-rows"), str(rate), str(seconds), *where, stdout=subprocess.PIPE,
			text=True)
		sent = []

		def read():
			for line in rows.stdout:
				sent.append(int(line.split()[1]))
		threading.Thread(target=read, daemon=True).start()
		return rows, sent

	def path(self):
		sink, server, sink_port = start_sink()
		sink.bodies = []
		peer_sink, peer_server, peer_port = start_sink()
		csv, link, link2 = self.place / "in.csv", self.place / "tty", self.place / "tty2"
		rows, sent = self.load("--pty", str(link), "--file", str(csv))
		wait_for("the load", lambda: csv.exists() and link.is_symlink())
		self.both(rows, sent, sink, sink_port, peer_sink, peer_port, csv, link)
		self.rowstore(link2)
		server.shutdown()
		peer_server.shutdown()

	def both(self, rows, sent, sink, sink_port, peer_sink, peer_port, csv, link):
		daemon, port = self.daemon([link], self.place / "data",
			f"sinks:\n  - {{name: bench, kind: influxdb1, url: 'http://127.0.0.1:{sink_port}', database: k}}\n")
		collectd = None
		if shutil.which("collectd"):
			conf = self.place / "collectd.conf"
			metrics = "".join(f'<Metric "v{i}">\nType "gauge"\nInstance "v{i}"\nValueFrom {i}\n</Metric>\n'
				for i in range(3))
			conf.write_text(f'Hostname "bench"\nFQDNLookup false\nBaseDir "{self.place}"\n'
				f'TypesDB "/usr/share/collectd/types.db"\nInterval 0.1\nWriteThreads 2\n'
				f'LoadPlugin logfile\n<Plugin logfile>\nLogLevel "warning"\nFile "{self.place}/collectd.log"\n</Plugin>\n'
				f'<LoadPlugin tail_csv>\nInterval 0.1\n</LoadPlugin>\n<Plugin tail_csv>\n{metrics}'
				f'<File "{csv}">\nPlugin "kit"\nInterval 0.1\nCollect "v0" "v1" "v2"\n</File>\n</Plugin>\n'
				f'LoadPlugin write_http\n<Plugin write_http>\n<Node "sink">\nURL "http://127.0.0.1:{peer_port}/write"\n'
				f'Format "Command"\nBufferSize 65536\nTimeout 2000\n</Node>\n</Plugin>\n')
			collectd = self.start("collectd", "-f", "-C", str(conf))
		wait_for("the first row at the sink", lambda: sink.lines > RATE)
		if collectd:
			wait_for("collectd's first row at its sink", lambda: peer_sink.lines > RATE)
		time.sleep(3)

		def look():
			return (sent[-1], cpu_ns(daemon.pid), cpu_ns(collectd.pid) if collectd else {}, sink.lines,
				peer_sink.lines, sink.bytes)
		before = look()
		time.sleep(self.seconds)
		after = look()
		n = after[0] - before[0]
		ours = {k: (v - before[1].get(k, 0)) / n for k, v in after[1].items()}
		total = sum(ours.values())
		self.add("rows a second offered from one pty, three values each", f"{n / self.seconds:.0f}")
		self.add("kitlogd: CPU per row, pty to sink, store included", f"{total / 1000:.2f} us",
			", ".join(f"{k} {v / 1000:.2f}" for k, v in sorted(ours.items()) if v > 1))
		self.add("kitlogd: CPU at that rate", f"{total * n / self.seconds / 1e7:.1f} %", "of one core")
		self.add("kitlogd: samples a second for one core", f"{3e9 / total / 1e6:.1f} million", "by that CPU; all threads on one core")
		self.stop(rows)
		self.delivered(port, sink, before[0], (after[5] - before[5]) / (after[3] - before[3]))
		if collectd:
			theirs = (sum(after[2].values()) - sum(before[2].values())) / n
			self.add("collectd 5.12 tail_csv -> write_http: CPU per row", f"{theirs / 1000:.2f} us",
				f"{(after[4] - before[4]) / n:.2f} lines a row reached its sink; keeps nothing")
			is_level = (after[4] - before[4]) / n > 2.9
			self.add("kitlogd / collectd", f"{total / theirs:.3f}" if is_level else "no ratio",
				"asked: at most 0.200" if is_level else "this machine was too busy for collectd to keep up")
			self.add("collectd: CPU at that rate", f"{theirs * n / self.seconds / 1e7:.1f} %", "of one core")
			self.add("collectd: samples a second for one core", f"{3e9 / theirs / 1e6:.1f} million", "by that CPU")
			self.add("collectd: resident memory", f"{rss_kib(collectd.pid) / 1024:.1f} MiB")
			self.stop(collectd)
		else:
			self.add("collectd", "not installed", "no ratio")
		self.stop(daemon)

	def delivered(self, port, sink, first, wire):
		"""Once all is sent: of the rows, which are numbered, none from `first` on is missing at the sink. Lines in a
		window would not tell: they are of rows that were offered before it."""
		url = f"http://127.0.0.1:{port}/api/v1/"
		ask = lambda what: json.load(urllib.request.urlopen(url + what))
		def state():
			return sink.lines, ask("status")["store"]["pending_rows"], ask("sinks")["sinks"][0]["rows_behind"]
		before = None
		while before != (now := state()) or now[1:] != (0, 0):  # a commit and a post are a second apart
			before = now
			time.sleep(3)
		rows, lines = set(), 0
		for is_packed, body in sink.bodies:
			text = gzip.decompress(body) if is_packed else body
			numbers = [n for n in (int(float(n)) for n in re.findall(rb" [^ =]+=([\d.e+]+)", text)) if n >= first]
			rows.update(numbers)
			lines += len(numbers)
		offered = max(rows) - first + 1
		self.add("kitlogd: distinct rows at the sink / rows offered", f"{len(rows) / offered:.4f}",
			f"of {offered}, {lines - len(rows)} sent twice; {wire:.1f} B a row on the wire")

	def rowstore(self, link):
		rows, sent = self.load("--pty", str(link))
		wait_for("the pty", link.is_symlink)
		peer = self.start(self.program("bench-rowstore"), str(link), str(self.place / "rows.db"))
		time.sleep(3)
		before = sent[-1], sum(cpu_ns(peer.pid).values())
		time.sleep(max(5, self.seconds / 2))
		n = sent[-1] - before[0]
		cost = (sum(cpu_ns(peer.pid).values()) - before[1]) / n
		self.stop(rows)
		self.stop(peer)
		with sqlite3.connect(self.place / "rows.db") as db:
			kept = db.execute("SELECT count(*) FROM sample").fetchone()[0]
		size = (self.place / "rows.db").stat().st_size
		self.add("one SQLite row a row: CPU per row, no sink", f"{cost / 1000:.2f} us")
		self.add("one SQLite row a row: bytes on disk per value", f"{size / kept / 3:.1f} B")

	# ---------------------------------------------------------------- latency

	def latency(self):
		test = subprocess.run([sys.executable, "-B", SOURCE / "tests/system/latency_test.py"],
			env=os.environ | {"KITLOGD": self.program("kitlogd")}, text=True, stdout=subprocess.PIPE)
		found = re.findall(r"event at the reader: (\{.*\})", test.stdout)
		if not found:
			sys.exit("bench: latency_test.py measured nothing")
		best = min(map(json.loads, found), key=lambda figures: figures["p99_ms"])
		self.add(f"byte at a pty to event at {best['viewers']} viewers, 99 of 100", f"{best['p99_ms']:.1f} ms",
			f"asked: at most 100; half within {best['p50_ms']:.1f} ms, cat alone {best['cat_p99_ms']:.1f} ms")

	# ---------------------------------------------------------------- card

	def mount(self, name="card"):
		image, mount = self.place / f"{name}.img", self.place / name
		mount.mkdir()
		with open(image, "wb") as f:
			f.truncate(1 << 30)
		subprocess.run(["mkfs.ext4", "-q", "-F", str(image)], check=True)
		device = subprocess.run(["losetup", "--find", "--show", str(image)], check=True, text=True,
			stdout=subprocess.PIPE).stdout.strip()
		subprocess.run(["mount", device, str(mount)], check=True)
		subprocess.run(["losetup", "--detach", device], check=False)  # lazily, at umount
		self.mounts.append((str(mount), device))
		return mount, pathlib.Path("/sys/block") / pathlib.Path(device).name / "stat"

	def virtual(self, n, model, rate, seed=1):
		links = []
		for i in range(n):
			link = self.place / f"{model}-{rate}-{i}"
			self.start(self.program("kitlog-virtual"), "--link", str(link), "--model", model, "--rate",
				str(rate), "--seed", str(seed + i), "--uid", f"{0x6b74000000000000 + seed * 256 + i:016x}")
			links.append(link)
		for link in links:
			wait_for(str(link), link.is_symlink)
		return links

	def card(self):
		if os.geteuid() != 0:
			self.add("card", "not measured", "needs root for a loop device")
			return
		mount, stat = self.mount()
		# 4 cups x 100 Hz x 2 channels with clocks of their own, a text board of 67 rows x 3 without.
		links = self.virtual(4, "cup", 100)
		text = self.place / "text"
		self.start(self.program("bench-rows"), "67", "100000", "--pty", str(text), stdout=subprocess.DEVNULL)
		wait_for("the text board", text.is_symlink)
		daemon, port = self.daemon([*links, text], mount / "data")
		written = lambda: int(stat.read_text().split()[6]) * 512
		time.sleep(65)  # past the first merge
		before, began = written(), time.monotonic()
		time.sleep(max(120, self.seconds * 6))
		hours = (time.monotonic() - began) / 3600
		subprocess.run(["sync", "-f", str(mount)], check=False)
		wrote = written() - before
		self.add("card: written to the device at 1 000 values/s, commit 1 s",
			f"{wrote / 1e6 / hours:.0f} MB/h", f"asked: at most 90; {wrote / hours / 3.6e6:.1f} B a sample, ext4 journal included")
		self.stop(daemon)
		report = subprocess.run([self.program("kitlog"), "--json", "store", "verify", str(mount / "data")],
			text=True, stdout=subprocess.PIPE)
		self.add("card: store verify afterwards", "sound" if json.loads(report.stdout)["is_sound"] else "DAMAGED")
		self.payload(mount / "data" / "kitlog.db", 1, "device clock, two decimals", "1.0")
		self.payload(mount / "data" / "kitlog.db", 0, "host stamps, two decimals", "2.0")

	def payload(self, path, stamps, what, asked):
		"""A sample is a value with its share of the stamp."""
		with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
			size, samples, chunks = db.execute(
				"SELECT sum(length(bytes)), sum(n * (SELECT count(*) FROM channel WHERE stream = s.id)), count(*) "
				"FROM chunk c JOIN chunk_data USING(id) JOIN stream s ON s.id = c.id >> 40 "
				"WHERE s.kind = 0 AND s.stamps = ?", (stamps,)).fetchone()
		self.add(f"card: payload per sample, {what}", f"{size / samples:.2f} B",
			f"asked: at most {asked}; {samples} samples in {chunks} chunks")

	# ---------------------------------------------------------------- memory

	def memory(self):
		links = self.virtual(8, "pendulum", 100, seed=9)
		daemon, port = self.daemon(links, self.place / "memory")
		url = f"http://127.0.0.1:{port}/api/v1/"
		wait_for("eight ready kits", lambda: sum(d["state"] == "ready" for d in json.load(
			urllib.request.urlopen(url + "devices"))["devices"]) == 8)
		viewers = [urllib.request.urlopen(url + "events") for _ in range(20)]
		for viewer in viewers:
			def drain(viewer=viewer):
				try:
					while viewer.read(4096):
						pass
				except (OSError, ValueError, http.client.HTTPException):
					pass
			threading.Thread(target=drain, daemon=True).start()
		time.sleep(240)  # past the first chunks of full size, whose scratch stays
		first = rss_kib(daemon.pid)
		seconds = 3600 if os.environ.get("KITLOG_LONG") else max(60, self.seconds * 3)
		time.sleep(seconds)
		last = rss_kib(daemon.pid)
		own = int(re.search(r"RssAnon:\s+(\d+)", pathlib.Path(f"/proc/{daemon.pid}/status").read_text())[1])
		share = int(re.search(r"Pss:\s+(\d+)", pathlib.Path(f"/proc/{daemon.pid}/smaps_rollup").read_text())[1])
		self.add("memory: resident, 8 kits at 100 Hz, 20 viewers", f"{last / 1024:.1f} MiB",
			f"asked: at most 24; {own / 1024:.1f} MiB of it its own, the rest pages of its program and libraries; where "
			f"others use these, too, its share is {share / 1024:.1f} MiB")
		self.add(f"memory: growth over {seconds} s", f"{(last - first) / 1024:+.2f} MiB")
		self.stop(daemon)

	# ---------------------------------------------------------------- stages

	def stages(self):
		program = self.program("bench-stages")
		if not shutil.which("valgrind"):
			self.add("stages", "not measured", "needs valgrind")
			return
		for line in subprocess.run([program], text=True, stdout=subprocess.PIPE, check=True).stdout.splitlines():
			name, unit = line.split()
			run = subprocess.run(["valgrind", "--tool=callgrind", "--toggle-collect=stage_*",
				"--callgrind-out-file=/dev/null", program, name, "50"], text=True, capture_output=True, check=True)
			n = int(re.search(rf"{name} (\d+) {unit}", run.stdout)[1])
			instructions = int(re.search(r"Collected : (\d+)", run.stderr)[1])
			self.add(f"instructions: {name}", f"{instructions / n:.0f}", f"for each of {n} {unit}")

	# ---------------------------------------------------------------- fits

	def fits(self):
		for line in subprocess.run([self.program("bench-fits")], text=True, stdout=subprocess.PIPE,
				check=True).stdout.splitlines():
			model, time_ms, _, why = line.split()
			self.add(f"fit of 10 000 points: {model}", f"{time_ms} ms", f"verdict: {why.strip('()')}")

	def machine(self):
		cpu = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
		system = platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
		memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
		is_shared = "hypervisor" in pathlib.Path("/proc/cpuinfo").read_text()
		return (f"{cpu[1] if cpu else platform.machine()}, {os.cpu_count()} cores"
			f"{' (a virtual machine)' if is_shared else ''}, {memory:.0f} GiB, {system}, Linux "
			f"{re.match(r'[0-9.]*', platform.release())[0]}; load over five minutes "
			f"{min(self.loads):.0f} to {max(self.loads):.0f}, of which the bench itself makes one or two")

	def keep(self):
		with open(SOURCE / "tests/bench/RESULTS.md", "w") as out:
			out.write("<!-- SPDX-License-Identifier: GPL-3.0-or-later -->\n# Measured\n\n"
				f"`tests/bench/bench.py --keep`, {datetime.date.today()}: {self.machine()}.\n\n"
				"A sample is one value with its stamp; a row has three. Where the load is more than the cores, a time is as much of\n"
				"the other programs as of ours: CPU, instructions, bytes and ratios are not. What is asked are bounds that the project\n"
				"set itself before it was built: a board of 512 MB has to be everybody's, and a fifth of the peer's CPU to be worth it.\n\n"
				"| what | figure | |\n|---|---:|---|\n")
			for row in self.rows:
				out.write("| " + " | ".join(row) + " |\n")


def main():
	parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
	parser.add_argument("--build", default=SOURCE / "build/ci")
	parser.add_argument("--keep", action="store_true")
	parser.add_argument("--seconds", type=int, default=20)
	parser.add_argument("parts", nargs="*", default=[])
	options = parser.parse_args()
	bench = Bench(options.build, options.seconds)
	try:
		for part in options.parts or PARTS:
			getattr(bench, part)()
			bench.loads.append(os.getloadavg()[1])
		if options.keep:
			bench.keep()
	finally:
		bench.close()


main()
