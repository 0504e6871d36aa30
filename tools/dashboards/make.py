#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the dashboards beside this file, for Grafana: one that asks InfluxDB (InfluxQL), one that asks
VictoriaMetrics (MetricsQL). What a school asks stands once, below; tests/system/dashboards_test.py puts each
query to the real servers.

    tools/dashboards/make.py           writes influxdb.json and victoriametrics.json
    tools/dashboards/make.py --check   says whether they are as they would be written; exit 1: no

Each line that kitlog ships is described in daemon/ship/series.h. Every stream says once a minute how uncertain
its stamps are (stamp_u_us), whatever the kit: that is the heartbeat which the queries count."""
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
BEAT = '{__name__=~".+_stamp_u_us"}'
VALUES = '__name__!~".+_stamp_u_us"'
BY_BOARD = '"board","board_id"'

# Name, title in both languages, how it is shown, unit, InfluxQL, MetricsQL.
PANELS = [
    ("now", "现在在报数的板子 · Boards that report now", "table", "short",
     f'SELECT COUNT("stamp_u_us") AS "minutes" FROM /.*/ WHERE time > now() - 3m GROUP BY {BY_BOARD}',
     f"sum by (board, board_id) (count_over_time({BEAT}[3m]))"),
    ("silent", "最后一次有数据 · Silent since", "table", "s",
     f'SELECT LAST("stamp_u_us") AS "stamp_u_us" FROM /.*/ WHERE time > now() - 30d GROUP BY {BY_BOARD}',
     f"time() - max by (board, board_id) (tlast_over_time({BEAT}[30d]))"),
    ("lessons", "各班各课的样本数 · Samples by class and lesson", "table", "short",
     'SELECT COUNT(*) FROM /.*/ WHERE $timeFilter AND "lesson" != \'\' GROUP BY "session","lesson"',
     f'sum by (session, lesson) (count_over_time({{lesson!="", {VALUES}}}[$__range]))'),
    ("last", "每个仪器的最新读数 · Last values of each kit", "table", "short",
     f'SELECT LAST(*) FROM /.*/ WHERE time > now() - 1h GROUP BY {BY_BOARD},"device","stream"',
     f'last_over_time({{board!="", {VALUES}}}[1h])'),
    ("clock", "时间有多不准 (±) · How uncertain the clocks are (±)", "timeseries", "µs",
     'SELECT MAX("stamp_u_us") FROM /.*/ WHERE $timeFilter GROUP BY time(5m), "board" fill(none)',
     f"max by (board) (max_over_time({BEAT}[5m]))"),
    ("gaps", "每五分钟的心跳；0 是空缺，或者还没送到 · Heartbeats in 5 minutes; 0: a gap, or not here yet",
     "timeseries", "short",
     'SELECT COUNT("stamp_u_us") FROM /.*/ WHERE $timeFilter GROUP BY time(5m), "board" fill(0)',
     f"sum by (board) (count_over_time({BEAT}[5m])) default 0"),
    ("twins", "重名的板子 · Boards of the same name", "table", "short",
     'SELECT "boards" FROM (SELECT COUNT("n") AS "boards" FROM (SELECT COUNT("stamp_u_us") AS "n" FROM /.*/ '
     f'WHERE time > now() - 1d GROUP BY {BY_BOARD}) GROUP BY "board") WHERE "boards" > 1 GROUP BY "board"',
     f"count by (board) (count by (board, board_id) (last_over_time({BEAT}[1d]))) > 1"),
    ("laps", "时钟错过、后来拨回来的板子 · Boards whose clock was ahead, and was set back", "table", "short",
     'SELECT COUNT("stamp_u_us") AS "minutes" FROM /.*/ WHERE $timeFilter AND "hour_lap" != \'\' GROUP BY "board"',
     'sum by (board) (count_over_time({__name__=~".+_stamp_u_us", hour_lap!=""}[$__range]))'),
]

KINDS = {"influxdb": ("kitlog · InfluxDB", "influxdb"), "victoriametrics": ("kitlog · VictoriaMetrics", "prometheus")}


def target(kind, shown, influx, metrics):
    if kind == "influxdb":
        return {"refId": "A", "rawQuery": True, "query": influx,
                "resultFormat": "table" if shown == "table" else "time_series"}
    is_table = shown == "table"
    return {"refId": "A", "expr": metrics, "instant": is_table, "range": not is_table,
            "format": "table" if is_table else "time_series"}


def panel(kind, i, name, title, shown, unit, influx, metrics):
    return {"id": i + 1, "title": title, "description": name, "type": shown,
            "gridPos": {"x": 12 * (i % 2), "y": 8 * (i // 2), "w": 12, "h": 8},
            "datasource": {"type": KINDS[kind][1], "uid": "${source}"},
            "fieldConfig": {"defaults": {"unit": unit}, "overrides": []},
            "targets": [target(kind, shown, influx, metrics)]}


def dashboard(kind):
    title, source = KINDS[kind]
    return {"uid": f"kitlog-{kind}", "title": title, "tags": ["kitlog"], "schemaVersion": 36, "version": 1,
            "editable": True, "refresh": "1m", "time": {"from": "now-6h", "to": "now"},
            "templating": {"list": [{"name": "source", "label": "source", "type": "datasource", "query": source}]},
            "panels": [panel(kind, i, *row) for i, row in enumerate(PANELS)]}


def main():
    is_same = True
    for kind in KINDS:
        path = HERE / f"{kind}.json"
        text = json.dumps(dashboard(kind), indent=2, ensure_ascii=False) + "\n"
        if "--check" not in sys.argv[1:]:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            is_same = False
            print(f"{path} is not as tools/dashboards/make.py writes it; run that")
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
