# SPDX-License-Identifier: GPL-3.0-or-later
"""A lesson with its sample run, and what a class would compute from it: columns, statistics, formulas, fits. Its own
arithmetic, by the standard library alone, so that it can judge the board's."""

import csv
import json
import math
import re
import statistics

import yaml

STATISTICS = {"mean": statistics.fmean, "sd": statistics.stdev, "n": len, "min": min, "max": max,
              "first": lambda values: values[0], "last": lambda values: values[-1]}
FUNCTIONS = {"sqrt": math.sqrt, "ln": math.log, "log10": math.log10, "exp": math.exp, "sin": math.sin,
             "cos": math.cos, "tan": math.tan, "abs": abs}


def least_squares(functions, y):
    """Coefficients of y = sum c f, by the normal equations of scaled columns, with pivots."""
    scales = [max(map(abs, f)) or 1 for f in functions]
    f = [[value / scale for value in column] for column, scale in zip(functions, scales)]
    rows = [[sum(map(lambda p, q: p * q, a, b)) for b in f] + [sum(map(lambda p, q: p * q, a, y))] for a in f]
    n = len(rows)
    for i in range(n):
        pivot = max(range(i, n), key=lambda k: abs(rows[k][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for k in range(n):
            if k != i:
                factor = rows[k][i] / rows[i][i]
                rows[k] = [p - factor * q for p, q in zip(rows[k], rows[i])]
    return [rows[i][n] / rows[i][i] / scales[i] for i in range(n)]


def misfit(functions, y):
    c = least_squares(functions, y)
    return sum((value - sum(k * f[i] for k, f in zip(c, functions))) ** 2 for i, value in enumerate(y))


def least(low, high, cost):
    """Where a cost has its only minimum, by golden section."""
    ratio = (math.sqrt(5) - 1) / 2
    while high - low > 1e-6 * abs(high + low):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if cost(a) < cost(b) else (a, high)
    return (low + high) / 2


def fit(model, x, y):
    """{parameter: value}, by the names that daemon/fit/forms.c gives them. x in any unit, from anywhere."""
    one, u = [1.0] * len(x), [value - x[0] for value in x]
    if model == "proportional":
        return {"k": least_squares([x], y)[0]}
    if model == "linear":
        return {"k": least_squares([u, one], y)[0]}
    if model == "quadratic":
        return {"a": least_squares([[value * value for value in u], u, one], y)[0]}
    if model == "logarithm":
        return {"a": least_squares([[math.log(value) for value in x], one], y)[0]}
    if model == "exponential":
        k = least_squares([u, one], [math.log(value) for value in y])[0]
        return {"k": least(k - abs(k) / 2, k + abs(k) / 2, lambda k: misfit([[math.exp(k * v) for v in u]], y))}
    if model == "decay":
        return {"tau": least(u[-1] / 100, u[-1] * 10, lambda tau: misfit([[math.exp(-v / tau) for v in u], one], y))}
    if model == "sine":
        cost = lambda f: misfit([[math.sin(2 * math.pi * f * v) for v in u],
                                 [math.cos(2 * math.pi * f * v) for v in u], one], y)
        step = 1 / u[-1] / 4
        best = min((step * k for k in range(2, 60)), key=cost)
        return {"f": least(best - step, best + step, cost)}
    if model == "poisson":                                    # of a running total
        return {"rate": (y[-1] - y[0]) / u[-1]}
    raise ValueError(f"no {model} here")


class Sample:
    def __init__(self, folder):
        self.lesson = yaml.safe_load((folder / "lesson.yaml").read_text(encoding="utf-8"))
        self.folder = folder / self.lesson["sample"]
        self.run = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        self.groups = [group["number"] for group in self.run["groups"]] or [None]
        self.needs = {need["id"]: need for need in self.lesson["needs"]}
        self.formulas = {formula["id"]: formula["is"] for formula in self.lesson.get("formulas", [])}
        self.rows = {stream["file"]: self.read(stream["file"]) for stream in self.run["streams"]}

    def read(self, file):
        with (self.folder / file).open(encoding="utf-8", newline="") as text:
            return list(csv.DictReader(text))

    def stream(self, need, group):
        """(stream, channel) that serves a need of this group, or None."""
        for stream in self.run["streams"]:
            if need in stream["needs"] and stream["group"] in (group, None):
                for channel in stream["channels"]:
                    if channel["quantity"] == self.needs[need]["quantity"]:
                        return stream, channel
        return None

    def column(self, need, group):
        """[(seconds, value)] of a need."""
        stream, channel = self.stream(need, group)
        return [(int(row["t_ns"]) / 1e9, float(row[channel["id"]]))
                for row in self.rows[stream["file"]] if row[channel["id"]]]

    def typed(self, group):
        found = {}
        for reading in self.run["readings"]:
            if group in (None, reading["group"]):
                found.update(reading["typed"])
        return found

    def names_in(self, formula):
        return set(re.findall(r"[A-Za-z]\w*", formula)) - set(FUNCTIONS)

    def value(self, formula, values):
        return eval(formula.replace("^", "**"), {"__builtins__": {}}, {**FUNCTIONS, **values})

    def series(self, id, group):
        """[(seconds, value)] of a need, a formula or a typed value; others are as last read."""
        if id in self.needs:
            return self.column(id, group)
        if id not in self.formulas:
            return [(reading["at_us"] / 1e6, reading["typed"][id]) for reading in self.run["readings"]
                    if id in reading["typed"] and group in (None, reading["group"])]
        names = self.names_in(self.formulas[id]) - {"time"}
        typed = self.typed(group)
        columns = {name: self.series(name, group) for name in names if name not in typed}
        if not columns:
            return [(0, self.value(self.formulas[id], typed))]
        found, at = [], {name: 0 for name in columns}
        for t, _ in columns[max(columns, key=lambda name: len(columns[name]))]:
            for name, column in columns.items():
                while at[name] + 1 < len(column) and column[at[name] + 1][0] <= t:
                    at[name] += 1
            values = {name: column[at[name]][1] for name, column in columns.items()}
            found.append((t, self.value(self.formulas[id], {**typed, **values, "time": t})))
        return found

    def of_group(self, id, group):
        """The one number of a group: the mean of a need, what was typed, a formula of these."""
        if id == "group":
            return group
        if id in self.needs:
            return statistics.fmean(value for _, value in self.column(id, group))
        if id in self.formulas:
            return self.value(self.formulas[id], {name: self.of_group(name, group)
                                                  for name in self.names_in(self.formulas[id])})
        return self.typed(group)[id]

    def accepted(self, accept, group):
        """Is this group's run good enough by one entry of `accept`?"""
        values = self.series(accept["channel"], group)
        number, unit = accept.get("least", "0 samples").split()
        if unit == "samples" and len(values) < int(number):
            return False
        if unit != "samples":
            lasts = (values[-1][0] - values[0][0]) * len(values) / (len(values) - 1)
            if lasts < float(number) * {"s": 1, "min": 60, "h": 3600, "d": 86400}[unit]:
                return False
        if "range" in accept:
            low, high = accept["range"]
            return low <= self.of_group(accept["channel"], group) <= high
        return True

    def part(self, group):
        """What a class would select before it fits `plot`: (begin, end) in seconds."""
        name = self.lesson["lesson"]
        if name == "classroom-co2":
            return self.mark("开窗") + 120, 3600                  # the sensor's own minute is over
        if name == "hall-wheel":                                  # while it rolls, not where it creeps to a stop
            return 0, next(t for t, v in self.column("v", group) if v < 0.25)
        if name == "free-fall":                                   # the first of its drops
            begin = self.column("s", group)[0][0]
            return begin, begin + 1
        if name == "mushrooms":                                   # after a fanning, on a Tuesday
            fanned = (8 * 24 + 8) * 3600
            return fanned, fanned + 6 * 3600
        if name == "river-diary":
            return 0, self.mark("下大雨")
        if name == "black-cans":                                  # the lamp glows fully, and no hand is in the way yet
            return 60, 410
        return 0, self.run["duration_us"] / 1e6

    def plot(self, group, begin=-math.inf, end=math.inf):
        """{parameter} of the first fit of `plot`, of what lies between two instants."""
        plot = self.lesson["plot"]
        points = [point for point in self.series(plot["y"], group) if begin <= point[0] < end]
        assert plot["x"] == "time"
        return fit(plot["fits"][0], *zip(*points))

    def class_points(self, groups):
        plot = self.lesson["class_plot"]
        return [(self.of_group(plot["x"], group), self.of_group(plot["y"], group)) for group in groups]

    def class_fit(self, groups):
        return fit(self.lesson["class_plot"]["fits"][0], *zip(*self.class_points(groups)))

    def mark(self, word):
        return next(mark["at_us"] / 1e6 for mark in self.run["marks"] if word in mark["text"])
