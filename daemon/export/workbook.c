/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row is put together in a buffer of its own and goes out when it ends. The parts that list the others
 * come last, since only then it is known how many there are; a zip is read from its end. */
#include "export/workbook.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "export/workbook_xml.h"
#include "export/zip_out.h"

enum { ROW_BYTES = 1 << 20 };
/* A sheet's XML stays far below the 4 GiB that readers of zip are sure to bear. */
static const uint64_t MOST_SHEET_BYTES = 1 << 30;
/* Days from Excel's first one to 1970. */
static const double EXCEL_1970 = 25569;

struct workbook {
	struct zip_out *zip;
	struct workbook_list list;
	bool is_open;      /* a sheet is */
	uint32_t row;      /* ended in it */
	unsigned column;   /* comes next */
	uint64_t bytes;    /* of it */
	struct text cells; /* of the row */
	char *buffer;
};

int workbook_new(struct workbook **ret_book)
{
	struct workbook *book = calloc(1, sizeof *book);
	int r = book ? zip_out_new_small(&book->zip) : -ENOMEM;

	if (r == 0 && !(book->buffer = malloc(ROW_BYTES)))
		r = -ENOMEM;
	if (r < 0) {
		workbook_free(book);
		return r;
	}
	book->cells = text_over(book->buffer, ROW_BYTES);
	*ret_book = book;
	return 0;
}

void workbook_free(struct workbook *book)
{
	if (!book)
		return;
	zip_out_free(book->zip);
	free(book->buffer);
	free(book);
}

/* --- parts --- */

static int add_text(struct workbook *book, const struct text *text)
{
	book->bytes += text->length;
	return text->is_cut ? -EMSGSIZE : zip_out_add(book->zip, text->at, text->length);
}

static int add_part(struct workbook *book, const char *path, const struct text *text)
{
	int r = zip_out_begin(book->zip, path);

	return r == 0 ? add_text(book, text) : r;
}

static int end_sheet(struct workbook *book, const char *tail)
{
	struct text text = text_over(book->buffer, ROW_BYTES);

	book->is_open = false;
	text_addf(&text, "</sheetData>%s</worksheet>", tail);
	return add_text(book, &text);
}

int workbook_begin_sheet(struct workbook *book, const char *name, bool is_table)
{
	char room[64];
	struct text path = text_over(room, sizeof room), text;
	int r = book->is_open ? end_sheet(book, "") : 0;

	if (r < 0)
		return r;
	if (book->list.n == WORKBOOK_SHEETS)
		return -EFBIG;
	text_copy(book->list.names[book->list.n++], WORKBOOK_NAME, name);
	text_addf(&path, "xl/worksheets/sheet%u.xml", book->list.n);
	text = text_over(book->buffer, ROW_BYTES);
	text_add(&text,
		"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\""
		"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\""
		"http://schemas.openxmlformats.org/officeDocument/2006/relationships\">");
	if (is_table)
		text_add(&text,
			"<sheetViews><sheetView workbookViewId=\"0\"><pane ySplit=\"1\" "
			"topLeftCell=\"A2\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView>"
			"</sheetViews>");
	text_add(&text,
		"<cols><col min=\"1\" max=\"1\" width=\"22\" customWidth=\"1\"/>"
		"<col min=\"2\" max=\"64\" width=\"24\" customWidth=\"1\"/></cols><sheetData>");
	book->is_open = true;
	book->bytes = book->row = 0;
	book->column = 0;
	r = add_part(book, path.at, &text);
	text_reset(&book->cells);
	return r;
}

unsigned workbook_sheets(const struct workbook *book)
{
	return book->list.n;
}

/* --- cells --- */

static void open_cell(struct workbook *book, const char *kind)
{
	text_add(&book->cells, "<c r=\"");
	xml_add_column(&book->cells, book->column++);
	text_addf(&book->cells, "%u\"%s>", book->row + 1, kind);
}

void workbook_number(struct workbook *book, double value)
{
	if (!isfinite(value)) {
		book->column++;
		return;
	}
	open_cell(book, "");
	text_add(&book->cells, "<v>");
	text_add_double(&book->cells, value);
	text_add(&book->cells, "</v></c>");
}

void workbook_text(struct workbook *book, const char *string)
{
	if (!*string) {
		book->column++;
		return;
	}
	open_cell(book, book->row == 0 ? " s=\"2\" t=\"inlineStr\"" : " t=\"inlineStr\"");
	text_add(&book->cells, "<is><t xml:space=\"preserve\">");
	xml_add(&book->cells, string);
	text_add(&book->cells, "</t></is></c>");
}

void workbook_date(struct workbook *book, int64_t local_ns)
{
	int64_t day_ns = 86400 * (int64_t)NS_PER_S, days = local_ns / day_ns;

	open_cell(book, " s=\"1\"");
	text_add(&book->cells, "<v>");
	text_add_double(&book->cells,
		EXCEL_1970 + (double)days + (double)(local_ns % day_ns) / (double)day_ns);
	text_add(&book->cells, "</v></c>");
}

void workbook_skip(struct workbook *book, unsigned n)
{
	book->column += n;
}

int workbook_end_row(struct workbook *book)
{
	char room[32];
	struct text head = text_over(room, sizeof room);
	int r;

	text_addf(&head, "<row r=\"%u\">", book->row + 1);
	text_add(&book->cells, "</row>");
	r = add_text(book, &head);
	if (r == 0)
		r = add_text(book, &book->cells);
	text_reset(&book->cells);
	book->row++;
	book->column = 0;
	return r;
}

uint32_t workbook_rows(const struct workbook *book)
{
	return book->row;
}

bool workbook_is_sheet_full(const struct workbook *book)
{
	return book->row >= WORKBOOK_ROWS || book->bytes > MOST_SHEET_BYTES;
}

/* --- charts --- */

static int add_sheet_rels(struct workbook *book)
{
	char room[512], path_room[64];
	struct text text = text_over(room, sizeof room);
	struct text path = text_over(path_room, sizeof path_room);

	text_addf(&path, "xl/worksheets/_rels/sheet%u.xml.rels", book->list.n);
	text_add(&text,
		"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\""
		"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship "
		"Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/"
		"relationships/drawing\" Target=\"../drawings/drawing1.xml\"/></Relationships>");
	return add_part(book, path.at, &text);
}

static int add_chart(struct workbook *book, const struct workbook_chart *chart, size_t number)
{
	char room[64];
	struct text path = text_over(room, sizeof room);
	struct text text = text_over(book->buffer, ROW_BYTES);

	text_addf(&path, "xl/charts/chart%zu.xml", number);
	workbook_write_chart(&book->list, chart, &text);
	return add_part(book, path.at, &text);
}

int workbook_add_charts(
	struct workbook *book, const char *name, const struct workbook_chart *charts, size_t n)
{
	struct text text;
	int r = workbook_begin_sheet(book, name, false);

	if (r == 0)
		r = end_sheet(book, "<drawing r:id=\"rId1\"/>");
	if (r == 0)
		r = add_sheet_rels(book);
	book->list.n_charts = n;
	text = text_over(book->buffer, ROW_BYTES);
	workbook_write_drawing(n, &text);
	if (r == 0)
		r = add_part(book, "xl/drawings/drawing1.xml", &text);
	text_reset(&text);
	workbook_write_drawing_rels(n, &text);
	if (r == 0)
		r = add_part(book, "xl/drawings/_rels/drawing1.xml.rels", &text);
	for (size_t i = 0; i < n && r == 0; i++)
		r = add_chart(book, &charts[i], i + 1);
	return r;
}

/* --- the end --- */

int workbook_end(struct workbook *book)
{
	static const struct {
		const char *path;
		void (*write)(const struct workbook_list *list, struct text *text);
		void (*write_same)(struct text *text);
	} PARTS[] = {
		{"xl/styles.xml", NULL, workbook_write_styles},
		{"xl/workbook.xml", workbook_write_book, NULL},
		{"xl/_rels/workbook.xml.rels", workbook_write_book_rels, NULL},
		{"_rels/.rels", NULL, workbook_write_rels},
		{"[Content_Types].xml", workbook_write_types, NULL},
	};
	int r = book->is_open ? end_sheet(book, "") : 0;

	for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS && r == 0; i++) {
		struct text text = text_over(book->buffer, ROW_BYTES);

		if (PARTS[i].write)
			PARTS[i].write(&book->list, &text);
		else
			PARTS[i].write_same(&text);
		r = add_part(book, PARTS[i].path, &text);
	}
	return r == 0 ? zip_out_end(book->zip) : r;
}

const void *workbook_take(struct workbook *book, size_t *ret_n)
{
	return zip_out_take(book->zip, ret_n);
}

size_t workbook_waiting(const struct workbook *book)
{
	return zip_out_waiting(book->zip);
}
