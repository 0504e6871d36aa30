/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line is taken apart only as far as needed: time_s is moved, clock is passed on, everything behind
 * is copied as it is, but for gap_until_s, which is a time too. */
#include "tools/kitlog/join_table.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/clock.h"
#include "base/text.h"

enum { TIMES = 2, DIGITS = 9 }; /* time_s, clock; of a fraction of a second */

static const char bom[] = "\xEF\xBB\xBF";

struct join_table {
	FILE *csv;
	const char *board;
	char *head, *line; /* as read; the line that comes next */
	size_t head_room, line_room;
	size_t n_cells, until; /* of each line; the place of gap_until_s, n_cells: none */
	int64_t zero_ns, at_ns;
	int64_t first_ns, last_ns, n_rows;
	bool is_over;
};

/* Where the cell ends that begins here: RFC 4180, whose quotes may hold commas. */
static char *end_of_cell(char *cell)
{
	bool is_quoted = false;

	for (; *cell && (is_quoted || *cell != ','); cell++)
		if (*cell == '"')
			is_quoted = !is_quoted;
	return cell;
}

/* The cell at `place`, 0 being the first; NULL: there is none. */
static char *find_cell(char *line, size_t place)
{
	while (place-- > 0) {
		line = end_of_cell(line);
		if (!*line++)
			return NULL;
	}
	return line;
}

static size_t count_cells(char *line)
{
	size_t n = 1;

	for (char *cell = end_of_cell(line); *cell; cell = end_of_cell(cell + 1))
		n++;
	return n;
}

/* "-1.5" is -1500000000: exact, as it was written. */
static bool read_seconds(const char *cell, int64_t *ret_ns)
{
	bool is_negative = *cell == '-';
	char *end;
	int64_t ns = 0;

	cell += is_negative;
	if (!isdigit((unsigned char)*cell))
		return false;
	errno = 0;
	long long seconds = strtoll(cell, &end, 10);
	if (errno || seconds > INT64_MAX / NS_PER_S - 1)
		return false;
	if (*end == '.') {
		int64_t unit = NS_PER_S / 10;

		for (end++; isdigit((unsigned char)*end); end++, unit /= 10)
			ns += (*end - '0') * unit;
	}
	if (*end && *end != ',')
		return false;
	ns += seconds * NS_PER_S;
	*ret_ns = is_negative ? -ns : ns;
	return true;
}

static void write_seconds(FILE *out, int64_t ns)
{
	int64_t whole = ns / NS_PER_S, fraction = ns % NS_PER_S;
	char digits[DIGITS + 2];
	int n;

	fprintf(out, "%s%lld", ns < 0 ? "-" : "", (long long)(whole < 0 ? -whole : whole));
	if (fraction == 0)
		return;
	n = snprintf(
		digits, sizeof digits, "%09lld", (long long)(fraction < 0 ? -fraction : fraction));
	while (digits[n - 1] == '0')
		n--;
	fprintf(out, ".%.*s", n, digits);
}

/* Without its end of line: 1, 0 at the end of the file, -errno. */
static int read_line(FILE *csv, char **line, size_t *room)
{
	ssize_t n = getline(line, room, csv);

	if (n < 0)
		return ferror(csv) ? -EIO : !feof(csv) ? -ENOMEM : 0;
	while (n > 0 && ((*line)[n - 1] == '\n' || (*line)[n - 1] == '\r'))
		(*line)[--n] = 0;
	return 1;
}

/* To the next line. A table that is over stays so. */
static int advance(struct join_table *table)
{
	int result = table->is_over ? 0 : read_line(table->csv, &table->line, &table->line_room);

	if (result == 1)
		return count_cells(table->line) == table->n_cells &&
				read_seconds(table->line, &table->at_ns)
			? 0
			: -EPROTO;
	table->is_over = true;
	return result;
}

static int read_head(struct join_table *table)
{
	int result = read_line(table->csv, &table->head, &table->head_room);

	if (result < 0)
		return result;
	if (result == 0 || strncmp(table->head, bom, sizeof bom - 1) ||
		strncmp(table->head + sizeof bom - 1, "time_s,clock,", 13))
		return -EPROTO;
	table->n_cells = count_cells(table->head);
	table->until = table->n_cells;
	for (size_t i = TIMES; i < table->n_cells; i++) {
		char *cell = find_cell(table->head, i), *end = end_of_cell(cell);

		if (end - cell == 11 && strncmp(cell, "gap_until_s", 11) == 0)
			table->until = i;
	}
	return 0;
}

/* A line with a value; one of a gap or a mark has none. Columns of values stand before `gap`. */
static bool is_row(struct join_table *table)
{
	char *cell = find_cell(table->line, TIMES);

	for (size_t i = TIMES; cell && i + 1 < table->until; i++) {
		char *end = end_of_cell(cell);

		if (end > cell)
			return true;
		cell = *end ? end + 1 : NULL;
	}
	return false;
}

static int measure(struct join_table *table)
{
	long begin = ftell(table->csv);
	int result;

	while ((result = advance(table)) == 0 && !table->is_over) {
		if (!is_row(table))
			continue;
		if (table->n_rows++ == 0)
			table->first_ns = table->at_ns;
		table->last_ns = table->at_ns;
	}
	table->is_over = false;
	if (result == 0 && (begin < 0 || fseek(table->csv, begin, SEEK_SET)))
		result = -EIO;
	return result;
}

int join_table_open(FILE *csv, const char *board, struct join_table **ret_table)
{
	struct join_table *table = calloc(1, sizeof *table);
	int result = -ENOMEM;

	if (table) {
		table->csv = csv;
		table->board = board;
		rewind(csv);
		result = read_head(table);
		if (result == 0)
			result = measure(table);
	}
	if (result < 0)
		join_table_close(table);
	else
		*ret_table = table;
	return result;
}

void join_table_close(struct join_table *table)
{
	if (!table)
		return;
	free(table->head);
	free(table->line);
	free(table);
}

int64_t join_table_spacing(const struct join_table *table)
{
	return table->n_rows > 1 ? (table->last_ns - table->first_ns) / (table->n_rows - 1) : 0;
}

void join_table_shift(struct join_table *table, int64_t zero_ns)
{
	table->zero_ns = zero_ns;
}

/* "kitlog-b 温度 temperature/°C": quoted, for a board's name may be anything; and a spreadsheet shall
 * not begin to compute. */
static void write_head_cell(FILE *out, const char *board, const char *cell, const char *end)
{
	bool is_quoted = *cell == '"';

	fprintf(out, ",\"%s", strchr("=+-@", *board) ? "'" : "");
	for (; *board; board++)
		fprintf(out, *board == '"' ? "\"\"" : "%c", *board);
	fprintf(out, " %.*s\"", (int)(end - cell) - 2 * is_quoted, cell + is_quoted);
}

static void write_head(struct join_table *const *tables, size_t n, FILE *out)
{
	fputs("time_s,clock", out);
	for (size_t i = 0; i < n; i++)
		for (size_t c = TIMES; c < tables[i]->n_cells; c++) {
			char *cell = find_cell(tables[i]->head, c);

			write_head_cell(out, tables[i]->board, cell, end_of_cell(cell));
		}
	fputs("\r\n", out);
}

static void write_commas(FILE *out, size_t n)
{
	while (n-- > 0)
		putc(',', out);
}

static int write_cells(struct join_table *table, FILE *out)
{
	char *from = find_cell(table->line, TIMES);
	char *until = find_cell(table->line, table->until);
	int64_t ns;

	putc(',', out);
	if (!until || !*until || *until == ',') {
		fputs(from, out);
		return 0;
	}
	if (!read_seconds(until, &ns))
		return -EPROTO;
	fprintf(out, "%.*s", (int)(until - from), from);
	write_seconds(out, ns + table->zero_ns);
	fputs(end_of_cell(until), out);
	return 0;
}

static int write_line(struct join_table *const *tables, size_t n, size_t which, FILE *out)
{
	struct join_table *table = tables[which];
	char *clock = find_cell(table->line, 1);
	int result = 0;

	write_seconds(out, table->at_ns + table->zero_ns);
	fprintf(out, ",%.*s", (int)(end_of_cell(clock) - clock), clock);
	for (size_t i = 0; i < n; i++)
		if (i == which)
			result = write_cells(table, out);
		else
			write_commas(out, tables[i]->n_cells - TIMES);
	fputs("\r\n", out);
	return result;
}

int join_tables_write(struct join_table *const *tables, size_t n, FILE *out)
{
	int result = 0;

	write_head(tables, n, out);
	for (size_t i = 0; i < n && result == 0; i++)
		result = advance(tables[i]);
	while (result == 0) {
		size_t next = n;

		for (size_t i = 0; i < n; i++)
			if (!tables[i]->is_over &&
				(next == n ||
					tables[i]->at_ns + tables[i]->zero_ns <
						tables[next]->at_ns + tables[next]->zero_ns))
				next = i;
		if (next == n)
			return 0;
		result = write_line(tables, n, next, out);
		if (result == 0)
			result = advance(tables[next]);
	}
	return result;
}
