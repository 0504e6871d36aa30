/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first driver.c of a kit: it compiles and reads what the first recording holds. As long for one
 * channel as for sixteen. */
#include <string.h>

#include "tools/kitlog/kit_new.h"

enum { WIDE = 100, TAB = 8 };

/* The kit's name as a C identifier. */
static void write_identifier(const struct draft_kit *draft, struct text *text)
{
	for (const char *at = draft->name; *at; at++)
		text_add_char(text, *at == '-' ? '_' : *at);
}

/* As clang-format would break them. */
static void write_outputs(const struct draft_kit *draft, struct text *text)
{
	static const char head[] = "static const char *const outputs[] = {";
	size_t column = sizeof head - 1;

	text_add(text, head);
	for (size_t i = 0; i <= draft->n_channels; i++) {
		bool is_last = i == draft->n_channels;
		size_t n = is_last ? strlen("NULL};") : strlen(draft->channels[i].id) + 3;

		if (column + 1 + n > WIDE) {
			text_add(text, "\n\t");
			column = TAB;
		} else if (i > 0) {
			text_add_char(text, ' ');
			column++;
		}
		if (is_last)
			text_add(text, "NULL};\n\n");
		else
			text_addf(text, "\"%s\",", draft->channels[i].id);
		column += n;
	}
}

static void write_head(const struct draft_kit *draft, struct text *text)
{
	text_addf(text,
		"/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
		"/* TODO %s: its protocol, and where that is written down.\n"
		" *\n"
		" *     bytes 0, 1   %s, 16 bits, low byte first, one resolution a step\n"
		" *\n"
		" * TODO What the data sheet does not say: what comes first, what damage looks like.\n"
		" * Stamp: arrival of the report. */\n"
		"#include \"sense/kit.h\"\n\n",
		draft->en, draft->channels[0].id);
}

/* "value = raw * scale + offset" of kit.yaml, and kit_describe_model, do the rest. */
void draft_write_driver(const struct draft_kit *draft, struct text *text)
{
	write_head(draft, text);
	text_addf(text,
		"/* What `from` in kit.yaml may name. */\n"
		"enum { OUTPUTS = %zu, FIELD = %d, REPORT = OUTPUTS * FIELD };\n",
		draft->n_channels, DRAFT_FIELD);
	write_outputs(draft, text);
	text_add(text,
		"static unsigned low_first(const uint8_t *bytes)\n"
		"{\n"
		"\treturn bytes[0] | (unsigned)bytes[1] << 8;\n"
		"}\n\n"
		"static void on_open(struct kit *kit, void *state)\n"
		"{\n"
		"\t(void)state; /* TODO kit_send or kit_control here, if it must be asked */\n"
		"\tkit_describe_model(kit, NULL, STAMP_ARRIVAL);\n"
		"}\n\n"
		"static void on_report(struct kit *kit, void *state, const uint8_t *bytes, size_t n)\n"
		"{\n"
		"\t(void)state;\n"
		"\tif (n != REPORT) {\n"
		"\t\tkit_error(kit, \"length\"); /* TODO a checksum, if it has one: \"checksum\" */\n"
		"\t\treturn;\n"
		"\t}\n"
		"\tfor (unsigned i = 0; i < OUTPUTS; i++)\n"
		"\t\tkit_put(kit, i, low_first(bytes + FIELD * i));\n"
		"\tkit_emit(kit, kit_arrival(kit, 0));\n"
		"}\n\n"
		"KIT_FAMILY(");
	write_identifier(draft, text);
	text_addf(text,
		") = {\n"
		"\t.name = \"%s\",\n"
		"\t.outputs = outputs,\n"
		"\t.needs_model = true,\n"
		"\t.open = on_open,\n"
		"\t.report = on_report,\n"
		"};\n",
		draft->name);
}
