# SPDX-License-Identifier: GPL-3.0-or-later
"""A run package as a folder: run.json and a CSV for each stream, as a lesson's sample lies in
lessons/LESSON/sample/NAME and as the board exports one in a zip.

A time is in seconds while it is computed and whole nanoseconds from the run's begin in the file; a value is
rounded to the resolution of its channel and written as the shortest decimals that read back the same."""

import json
from decimal import Decimal

NS = 1_000_000_000

# kit: stamps, seconds from row to row (None: as it comes), {channel: zh, en, quantity, unit, resolution, low, high}
# as kits/KIT/kit.yaml has them; tests/system/lesson_samples_test.py compares.
KITS = {
    "ds18b20": ("arrival", 1, {"temp": ("温度", "Temperature", "temperature", "Cel", 0.0625, -55, 125)}),
    "bh1750": ("arrival", 0.5, {"light": ("光照度", "Illuminance", "illuminance", "lx", 0.8333, 0, 54612)}),
    "bme280": ("arrival", 1, {
        "temp": ("气温", "Air temperature", "temperature", "Cel", 0.01, -40, 85),
        "pressure": ("气压", "Air pressure", "pressure", "hPa", 0.01, 300, 1100),
        "humidity": ("相对湿度", "Relative humidity", "humidity", "%", 0.01, 0, 100)}),
    "scd4x": ("arrival", 5, {
        "co2": ("二氧化碳", "Carbon dioxide", "co2", "[ppm]", 1, 0, 40000),
        "temp": ("温度", "Temperature", "temperature", "Cel", 0.01, -10, 60),
        "humidity": ("相对湿度", "Relative humidity", "humidity", "%", 0.01, 0, 100)}),
    "xy-md02": ("arrival", 1, {
        "temp": ("温度", "Temperature", "temperature", "Cel", 0.1, -40, 60),
        "humidity": ("相对湿度", "Relative humidity", "humidity", "%", 0.1, 0, 100)}),
    "ws1361": ("arrival", 0.25, {"level": ("声级", "Sound level", "sound-level", "dB", 0.1, 30, 130)}),
    "pendulum-gate": ("kernel", None, {
        "period": ("周期", "Period", "period", "s", 1e-6, 0.1, 10),
        "count": ("周期数", "Periods", "count", "1", 1, 0, 1e5),
        "time": ("挡光时间", "Blocked time", "time", "s", 1e-6, 0.0003, 5),
        "speed": ("最低点速度", "Speed at the lowest point", "speed", "m/s", 0.001, 0, 10)}),
    "photogate-one": ("kernel", None, {
        "time": ("挡光时间", "Blocked time", "time", "s", 1e-6, 0.0003, 2),
        "speed": ("速度", "Speed", "speed", "m/s", 0.001, 0, 20),
        "count": ("通过次数", "Passes", "count", "1", 1, 0, 1e6)}),
    "picket-fence": ("kernel", None, {
        "position": ("下落距离", "Position", "position", "m", 1e-4, 0, 10),
        "speed": ("速度", "Speed", "speed", "m/s", 0.001, 0, 20),
        "acceleration": ("加速度（拟合）", "Acceleration (fitted)", "acceleration", "m/s2", 0.001, 0, 50)}),
    "hall-wheel": ("kernel", None, {
        "speed": ("速度", "Speed", "speed", "m/s", 0.001, 0, 20),
        "rate": ("转速", "Turns per minute", "angular-speed", "/min", 0.1, 0, 30000),
        "turns": ("圈数", "Turns", "turns", "1", 0.01, 0, 1e6),
        "distance": ("路程", "Distance", "distance", "m", 0.001, 0, 1e6)}),
    "geiger-tube": ("kernel", None, {
        "interval": ("脉冲间隔", "Time between pulses", "time", "s", 1e-6, 0.0001, 600),
        "count": ("计数", "Counts", "count", "1", 1, 0, 1e12),
        "cpm": ("计数率", "Count rate", "count-rate", "/min", 1, 0, 60000),
        "dose": ("剂量率（SBM-20）", "Dose rate (SBM-20)", "dose-rate", "uSv/h", 0.01, 0, 350)}),
    # A student's board says itself what it prints; these are what the lessons' sketches print.
    "text-board": ("arrival", None, {
        "pressure": ("气压", "Pressure", "pressure", "hPa", 0.01, 300, 1100),
        "ph": ("酸碱度", "pH", "ph", "[pH]", 0.01, 0, 14),
        "conductivity": ("电导率", "Conductivity", "conductivity", "uS/cm", 1, 0, 20000),
        "count": ("计数", "Count", "count", "1", 1, 0, 1e9),
        "time": ("时间", "Time", "time", "s", 1e-6, 0, 10),
        "turbidity": ("浊度", "Turbidity", "turbidity", "[NTU]", 0.1, 0, 1000),
        "voltage": ("电压", "Voltage", "voltage", "V", 0.001, 0, 26),
        "current": ("电流", "Current", "current", "mA", 0.1, 0, 3200)}),
}


def decimal(value):
    """The shortest decimals that read back to the same double, as std::to_chars and so the board writes them: with
    an exponent where that is shorter, such as 8e-04."""
    sign, digits, exponent = Decimal(repr(float(value))).normalize().as_tuple()
    fixed = f"{Decimal(repr(float(value))).normalize():f}"
    first, rest = str(digits[0]), "".join(map(str, digits[1:]))
    short = f"{'-' * sign}{first}{'.' * bool(rest)}{rest}e{exponent + len(digits) - 1:+03d}"
    return short if len(short) < len(fixed) else fixed


def rounded(value, resolution):
    """To a multiple of the resolution. Twelve digits take away what the product of two doubles adds."""
    return float(f"{round(value / resolution) * resolution:.12g}")


class Run:
    """One run. Times in seconds from its begin, values in the channel's unit."""

    def __init__(self, lesson, title, duration):
        self.lesson, self.title, self.duration = lesson, title, duration
        self.streams, self.readings, self.marks, self.gaps, self.files = [], [], [], [], {}
        self.groups, self.devices = set(), 0

    def stream(self, group, name, kit, rows, period=None, channels=None, needs=None, beside=None):
        """rows: [(seconds, {channel: value})]; from the end of the run on they are not in it. group None: of the whole class. needs: the ids of the lesson's
        needs that it serves, its name if not said. beside: the file of another stream of the same device. Returns
        the name of its file."""
        stamps, usual, known = KITS[kit]
        ids = channels or [id for id in known if any(id in row for _, row in rows)]
        file = f"g{group}-{name}.csv" if group else f"{name}.csv"
        period = period or usual
        self.groups.add(group)
        number = next((s["device"]["sticker"] for s in self.streams if s["file"] == beside), None)
        self.devices += number is None
        number = number or self.devices
        self.streams.append({
            "file": file, "group": group, "needs": needs or [name], "kit": kit,
            "device": {"identity": f"simulation:{self.lesson}:{number}", "model": "simulation", "sticker": number},
            "name": name, "stamps": stamps, "period_us": round(period * 1e6) if period else None,
            "channels": [dict(zip(("id", "name", "quantity", "unit", "resolution", "low", "high"),
                                  (id, dict(zip(("zh", "en"), known[id][:2])), *known[id][2:])))
                         for id in ids],
            "calibrations": []})
        lines = ["t_ns," + ",".join(ids)]
        for at, row in sorted((pair for pair in rows if pair[0] < self.duration), key=lambda pair: pair[0]):
            values = (decimal(rounded(row[id], known[id][4])) if id in row else "" for id in ids)
            lines.append(f"{round(at * NS)}," + ",".join(values))
        self.files[file] = "\n".join(lines) + "\n"
        return file

    def reading(self, group, at, **typed):
        self.readings.append({"group": group, "at_us": round(at * 1e6), "typed": typed})

    def mark(self, at, author, text):
        self.marks.append({"at_us": round(at * 1e6), "author": author, "text": text})

    def gap(self, file, begin, end, reason, lost_rows):
        self.gaps.append({"stream_file": file, "from_us": round(begin * 1e6), "to_us": round(end * 1e6),
                          "reason": reason, "lost_rows": lost_rows})

    def write(self, folder):
        """Into a folder that is made anew; what stood there and is no longer made goes."""
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        head = {"kitlog_package": 1, "title": self.title, "lesson": self.lesson, "origin": "simulation",
                "wall_from_us": None, "duration_us": round(self.duration * 1e6),
                "groups": [{"number": group} for group in sorted(self.groups - {None})],
                "streams": self.streams, "readings": self.readings,
                "marks": sorted(self.marks, key=lambda mark: mark["at_us"]), "gaps": self.gaps}
        # One stream, reading, mark a line: a diff shows what changed.
        lines = []
        for key, value in head.items():
            text = json.dumps(value, ensure_ascii=False)
            if isinstance(value, list) and value:
                text = "[\n" + ",\n".join("  " + json.dumps(one, ensure_ascii=False) for one in value) + "\n ]"
            lines.append(f" {json.dumps(key)}: {text}")
        (folder / "run.json").write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        for name, text in self.files.items():
            (folder / name).write_text(text, encoding="utf-8")
