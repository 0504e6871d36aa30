/* SPDX-License-Identifier: GPL-3.0-or-later */
/* CSV exports of several boards (export/export.h) become one: their lines in order of time, each with
 * its own cells and those of the others empty. One thread. */
#pragma once

#include <stdint.h>
#include <stdio.h>

struct join_table;

/* Reads the head of an export, which is borrowed until the table is closed, and how many rows it has
 * over what time. `board` goes in front of the head of each column. 0, -EPROTO: that is no
 * export of kitlog, -ENOMEM, -EIO. */
int join_table_open(FILE *csv, const char *board, struct join_table **ret_table);
void join_table_close(struct join_table *table);

/* The mean time from row to row in ns; 0: it has fewer than two. */
int64_t join_table_spacing(const struct join_table *table);

/* Where its zero lies in the joint time. */
void join_table_shift(struct join_table *table, int64_t zero_ns);

/* The head, then all lines: time_s, clock (each row's own board's), the columns of each. What
 * cannot be written is seen by the caller (ferror). 0, -EPROTO: a line is damaged, -ENOMEM, -EIO. */
int join_tables_write(struct join_table *const *tables, size_t n, FILE *out);
