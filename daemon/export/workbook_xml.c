/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "export/workbook_xml.h"

#include <ctype.h>
#include <string.h>

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define OPENXML "http://schemas.openxmlformats.org/"
#define MAIN OPENXML "spreadsheetml/2006/main"
#define RELATIONS OPENXML "package/2006/relationships"
#define OFFICE OPENXML "officeDocument/2006/relationships"
#define DRAWING OPENXML "drawingml/2006/main"
#define CHART OPENXML "drawingml/2006/chart"
#define TYPES "application/vnd.openxmlformats-officedocument."

static bool is_escape(const char *string)
{
	return strncmp(string, "_x", 2) == 0 && isxdigit((unsigned char)string[2]) &&
		isxdigit((unsigned char)string[3]) && isxdigit((unsigned char)string[4]) &&
		isxdigit((unsigned char)string[5]) && string[6] == '_';
}

static bool is_no_character(const char *at)
{
	return strncmp(at, "\xEF\xBF\xBE", 3) == 0 || strncmp(at, "\xEF\xBF\xBF", 3) == 0;
}

static void add_good(struct text *text, const char *string)
{
	for (const char *at = string; *at; at++) {
		if (*at == '&')
			text_add(text, "&amp;");
		else if (*at == '<')
			text_add(text, "&lt;");
		else if (*at == '>')
			text_add(text, "&gt;");
		else if (*at == '"')
			text_add(text, "&quot;");
		else if (*at == '_' && is_escape(at))
			text_add(text, "_x005F_");
		else if (*at == '\xEF' && is_no_character(at))
			at += 2;
		else if ((unsigned char)*at >= 0x20 || *at == '\n' || *at == '\t')
			text_add_char(text, *at);
	}
}

void xml_add(struct text *text, const char *string)
{
	if (utf8_is_valid(string, strlen(string)))
		add_good(text, string);
	else
		text_add_char(text, '?');
}

void xml_add_column(struct text *text, unsigned column)
{
	char letters[8];
	size_t n = sizeof letters;

	for (column++; column > 0; column = (column - 1) / 26)
		letters[--n] = (char)('A' + (column - 1) % 26);
	text_add_bytes(text, letters + n, sizeof letters - n);
}

static void add_override(struct text *text, const char *part, size_t number, const char *type)
{
	text_addf(text, "<Override PartName=\"/xl/%s%zu.xml\" ContentType=\"" TYPES "%s+xml\"/>",
		part, number, type);
}

void workbook_write_types(const struct workbook_list *list, struct text *text)
{
	text_add(text,
		HEAD
		"<Types xmlns=\"" OPENXML "package/2006/content-types\">"
		"<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package."
		"relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>"
		"<Override PartName=\"/xl/workbook.xml\" ContentType=\"" TYPES
		"spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/styles.xml\" "
		"ContentType=\"" TYPES "spreadsheetml.styles+xml\"/>");
	for (unsigned i = 1; i <= list->n; i++)
		add_override(text, "worksheets/sheet", i, "spreadsheetml.worksheet");
	if (list->n_charts > 0)
		add_override(text, "drawings/drawing", 1, "drawing");
	for (size_t i = 1; i <= list->n_charts; i++)
		add_override(text, "charts/chart", i, "drawingml.chart");
	text_add(text, "</Types>");
}

static void add_relation(struct text *text, size_t id, const char *type, const char *target)
{
	text_addf(text, "<Relationship Id=\"rId%zu\" Type=\"" OFFICE "/%s\" Target=\"%s\"/>", id,
		type, target);
}

static void add_numbered(struct text *text, size_t id, const char *type, const char *target)
{
	char room[64];
	struct text name = text_over(room, sizeof room);

	text_addf(&name, "%s%zu.xml", target, id);
	add_relation(text, id, type, name.at);
}

void workbook_write_rels(struct text *text)
{
	text_add(text, HEAD "<Relationships xmlns=\"" RELATIONS "\">");
	add_relation(text, 1, "officeDocument", "xl/workbook.xml");
	text_add(text, "</Relationships>");
}

void workbook_write_book(const struct workbook_list *list, struct text *text)
{
	text_add(text, HEAD "<workbook xmlns=\"" MAIN "\" xmlns:r=\"" OFFICE "\"><sheets>");
	for (unsigned i = 0; i < list->n; i++) {
		text_add(text, "<sheet name=\"");
		xml_add(text, list->names[i]);
		text_addf(text, "\" sheetId=\"%u\" r:id=\"rId%u\"/>", i + 1, i + 1);
	}
	text_add(text, "</sheets></workbook>");
}

void workbook_write_book_rels(const struct workbook_list *list, struct text *text)
{
	text_add(text, HEAD "<Relationships xmlns=\"" RELATIONS "\">");
	for (unsigned i = 1; i <= list->n; i++)
		add_numbered(text, i, "worksheet", "worksheets/sheet");
	add_relation(text, list->n + 1, "styles", "styles.xml");
	text_add(text, "</Relationships>");
}

/* Of cells: 0 as they are; 1 an hour; 2 a head. */
void workbook_write_styles(struct text *text)
{
	text_add(text,
		HEAD
		"<styleSheet xmlns=\"" MAIN "\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" "
		"formatCode=\"yyyy\\-mm\\-dd\\ hh:mm:ss.000\"/></numFmts>"
		"<fonts count=\"2\"><font><sz val=\"11\"/><name val=\"Calibri\"/></font>"
		"<font><b/><sz val=\"11\"/><name val=\"Calibri\"/></font></fonts>"
		"<fills count=\"2\"><fill><patternFill patternType=\"none\"/></fill>"
		"<fill><patternFill patternType=\"gray125\"/></fill></fills>"
		"<borders count=\"1\"><border><left/><right/><top/><bottom/><diagonal/></border>"
		"</borders><cellStyleXfs count=\"1\"><xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" "
		"borderId=\"0\"/></cellStyleXfs><cellXfs count=\"3\">"
		"<xf numFmtId=\"0\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\"/>"
		"<xf numFmtId=\"164\" fontId=\"0\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
		"applyNumberFormat=\"1\"/>"
		"<xf numFmtId=\"0\" fontId=\"1\" fillId=\"0\" borderId=\"0\" xfId=\"0\" "
		"applyFont=\"1\"/></cellXfs></styleSheet>");
}

/* One below the other, 24 rows each. */
void workbook_write_drawing(size_t n_charts, struct text *text)
{
	text_add(text,
		HEAD "<xdr:wsDr xmlns:xdr=\"" OPENXML "drawingml/2006/spreadsheetDrawing\" "
		     "xmlns:a=\"" DRAWING "\">");
	for (size_t i = 0; i < n_charts; i++)
		text_addf(text,
			"<xdr:twoCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff>"
			"<xdr:row>%zu</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>14"
			"</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>%zu</xdr:row><xdr:rowOff>0"
			"</xdr:rowOff></xdr:to><xdr:graphicFrame macro=\"\"><xdr:nvGraphicFramePr>"
			"<xdr:cNvPr id=\"%zu\" name=\"Chart %zu\"/><xdr:cNvGraphicFramePr/>"
			"</xdr:nvGraphicFramePr><xdr:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"0\" cy=\"0\"/>"
			"</xdr:xfrm><a:graphic><a:graphicData uri=\"" CHART
			"\"><c:chart xmlns:c=\"" CHART "\" xmlns:r=\"" OFFICE
			"\" r:id=\"rId%zu\"/></a:graphicData></a:graphic>"
			"</xdr:graphicFrame><xdr:clientData/></xdr:twoCellAnchor>",
			24 * i, 24 * i + 23, i + 2, i + 1, i + 1);
	text_add(text, "</xdr:wsDr>");
}

void workbook_write_drawing_rels(size_t n_charts, struct text *text)
{
	text_add(text, HEAD "<Relationships xmlns=\"" RELATIONS "\">");
	for (size_t i = 1; i <= n_charts; i++)
		add_numbered(text, i, "chart", "../charts/chart");
	text_add(text, "</Relationships>");
}

/* --- a chart --- */

/* Okabe and Ito's, which most eyes tell apart; then again with dashes. */
static const char *const COLOURS[] = {
	"0072B2", "D55E00", "009E73", "CC79A7", "E69F00", "56B4E9", "000000"};
enum { N_COLOURS = sizeof COLOURS / sizeof *COLOURS };

static void add_title(struct text *text, const char *title)
{
	text_add(text,
		"<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:pPr><a:defRPr b=\"0\"/></a:pPr>"
		"<a:r><a:rPr lang=\"zh-CN\" b=\"0\"/><a:t>");
	xml_add(text, title);
	text_add(text, "</a:t></a:r></a:p></c:rich></c:tx><c:overlay val=\"0\"/></c:title>");
}

static void add_range(struct text *text, const struct workbook_list *list,
	const struct workbook_chart *chart, unsigned column)
{
	text_add(text, "<c:numRef><c:f>'");
	xml_add(text, list->names[chart->sheet]);
	text_add(text, "'!$");
	xml_add_column(text, column);
	text_addf(text, "$%u:$", chart->first);
	xml_add_column(text, column);
	text_addf(text, "$%u</c:f></c:numRef>", chart->last);
}

static void add_line(struct text *text, const struct workbook_list *list,
	const struct workbook_chart *chart, size_t i)
{
	text_addf(text, "<c:ser><c:idx val=\"%zu\"/><c:order val=\"%zu\"/><c:tx><c:v>", i, i);
	xml_add(text, chart->lines[i].name);
	text_addf(text,
		"</c:v></c:tx><c:spPr><a:ln w=\"15875\"><a:solidFill><a:srgbClr val=\"%s\"/>"
		"</a:solidFill>%s</a:ln></c:spPr><c:marker><c:symbol val=\"none\"/></c:marker>"
		"<c:xVal>",
		COLOURS[i % N_COLOURS], i < N_COLOURS ? "" : "<a:prstDash val=\"dash\"/>");
	add_range(text, list, chart, chart->x_column);
	text_add(text, "</c:xVal><c:yVal>");
	add_range(text, list, chart, chart->lines[i].column);
	text_add(text, "</c:yVal><c:smooth val=\"0\"/></c:ser>");
}

static void add_axis(struct text *text, int id, int other, const char *position, const char *title)
{
	text_addf(text,
		"<c:valAx><c:axId val=\"%d\"/><c:scaling><c:orientation val=\"minMax\"/></c:scaling>"
		"<c:delete val=\"0\"/><c:axPos val=\"%s\"/><c:majorGridlines><c:spPr><a:ln w=\"3175\">"
		"<a:solidFill><a:srgbClr val=\"D0D0D0\"/></a:solidFill></a:ln></c:spPr>"
		"</c:majorGridlines>",
		id, position);
	add_title(text, title);
	text_addf(text,
		"<c:numFmt formatCode=\"General\" sourceLinked=\"0\"/><c:majorTickMark val=\"out\"/>"
		"<c:minorTickMark val=\"none\"/><c:tickLblPos val=\"low\"/><c:crossAx val=\"%d\"/>"
		"<c:crosses val=\"min\"/><c:crossBetween val=\"midCat\"/></c:valAx>",
		other);
}

void workbook_write_chart(
	const struct workbook_list *list, const struct workbook_chart *chart, struct text *text)
{
	text_add(text,
		HEAD "<c:chartSpace xmlns:c=\"" CHART "\" xmlns:a=\"" DRAWING "\" xmlns:r=\"" OFFICE
		     "\"><c:roundedCorners val=\"0\"/><c:chart>");
	add_title(text, chart->title);
	text_add(text,
		"<c:autoTitleDeleted val=\"0\"/><c:plotArea><c:layout/><c:scatterChart>"
		"<c:scatterStyle val=\"lineMarker\"/><c:varyColors val=\"0\"/>");
	for (size_t i = 0; i < chart->n_lines; i++)
		add_line(text, list, chart, i);
	text_add(text, "<c:axId val=\"1\"/><c:axId val=\"2\"/></c:scatterChart>");
	add_axis(text, 1, 2, "b", chart->x_title);
	add_axis(text, 2, 1, "l", chart->y_title);
	text_addf(text,
		"</c:plotArea><c:legend><c:legendPos val=\"b\"/><c:overlay val=\"0\"/></c:legend>"
		"<c:plotVisOnly val=\"1\"/><c:dispBlanksAs val=\"%s\"/></c:chart></c:chartSpace>",
		chart->bridges_blanks ? "span" : "gap");
}
