# SPDX-License-Identifier: GPL-3.0-or-later
"""A workbook as openpyxl sees it, as JSON: {sheet: {"rows": [[...]], "charts": [[reference, ...], ...]}}.
An hour is its ISO text."""

import datetime
import json
import sys

import openpyxl


def plain(value):
    return value.isoformat() if isinstance(value, datetime.datetime) else value


book = openpyxl.load_workbook(sys.argv[1])
json.dump({sheet.title: {
    "rows": [[plain(cell) for cell in row] for row in sheet.iter_rows(values_only=True)],
    "formulas": sum(cell.data_type == "f" for row in sheet.iter_rows() for cell in row),
    "charts": [[line.yVal.numRef.f for line in chart.series] for chart in sheet._charts],
} for sheet in book}, sys.stdout)
