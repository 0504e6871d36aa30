/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Both languages stand side by side at the place where they are said, so neither can be
 * forgotten. */
#include "tools/kitlog/say.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "base/number.h"
#include "base/text.h"
#include "data/chinese.h"
#include "data/unit.h"

static bool is_chinese;

void say_open(void)
{
	/* wcwidth needs some UTF-8 locale; numbers stay as programs read them. */
	if (!setlocale(LC_CTYPE, "") || mbstowcs(NULL, "度", 0) != 1)
		setlocale(LC_CTYPE, "C.UTF-8");
	is_chinese = chinese_is_wanted();
}

const char *say(const char *zh, const char *en)
{
	return is_chinese ? zh : en;
}

const char *say_pick(const json_t *pair)
{
	const char *text = json_string_value(json_object_get(pair, is_chinese ? "zh" : "en"));

	return text ? text : "";
}

char *say_mistakes(const char *lines)
{
	return is_chinese ? chinese_lines(lines) : strdup(lines);
}

void say_mistakes_to(FILE *out, const char *lines)
{
	char *said = lines ? say_mistakes(lines) : NULL;

	fputs(said ? said : "", out);
	free(said);
}

static void print_json(json_t *json)
{
	const char *key, *comma = "";
	json_t *value;
	char number[NUMBER_TEXT];
	size_t i;

	if (json_is_object(json)) {
		putchar('{');
		json_object_foreach(json, key, value)
		{
			json_t *name = json_string(key);

			fputs(comma, stdout);
			json_dumpf(name, stdout, JSON_ENCODE_ANY);
			json_decref(name);
			putchar(':');
			print_json(value);
			comma = ",";
		}
		putchar('}');
	} else if (json_is_array(json)) {
		putchar('[');
		json_array_foreach(json, i, value)
		{
			fputs(comma, stdout);
			print_json(value);
			comma = ",";
		}
		putchar(']');
	} else if (json_is_real(json)) {
		fwrite(number, 1, number_from_double(json_real_value(json), number), stdout);
	} else {
		json_dumpf(json, stdout, JSON_ENCODE_ANY);
	}
}

void say_json(json_t *json)
{
	print_json(json);
	putchar('\n');
}

static int width(const char *text)
{
	mbstate_t state = {0};
	int columns = 0;
	wchar_t c;
	size_t n, left = strlen(text);

	while (left && (n = mbrtowc(&c, text, left, &state)) && n < (size_t)-2) {
		int w = wcwidth(c);
		columns += w > 0 ? w : 0;
		text += n;
		left -= n;
	}
	return columns + (int)left;
}

const char *say_harmless(const char *text, char *ret_text)
{
	struct text harmless = text_over(ret_text, SAY_LINE);

	text_add_harmless(&harmless, text ? text : "");
	return ret_text;
}

const char *say_member(const json_t *object, const char *key, char *ret_text)
{
	return say_harmless(json_string_value(json_object_get(object, key)), ret_text);
}

void say_harmless_to(FILE *out, const char *lines)
{
	char line[SAY_LINE], harmless[SAY_LINE];
	const char *end;

	do {
		end = lines + strcspn(lines, "\n");
		text_copy(line,
			(size_t)(end - lines) + 1 < sizeof line ? (size_t)(end - lines) + 1
								: sizeof line,
			lines);
		fprintf(out, "%s\n", say_harmless(line, harmless));
		lines = end + 1;
	} while (*end && *lines);
}

void say_row(FILE *out, const int *widths, const char *const *cells, int n)
{
	for (int i = 0; i < n; i++) {
		char cell[SAY_LINE];
		int pad = 0;

		say_harmless(cells[i], cell);
		if (i + 1 < n)
			pad = widths[i] - width(cell);
		fprintf(out, "%s%*s", cell, pad > 1 ? pad : i + 1 < n, "");
	}
	fputc('\n', out);
}

const char *say_bytes(double bytes, char *ret_text)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	size_t i = 0;

	for (; bytes >= 1000 && i + 1 < sizeof units / sizeof *units; i++)
		bytes /= 1000;
	snprintf(ret_text, SAY_TEXT, i ? "%.1f %s" : "%.0f %s", bytes, units[i]);
	return ret_text;
}

const char *say_duration(double seconds, char *ret_text)
{
	long s = (long)fmax(seconds, 0); /* whole ones, as on the pages */

	if (s < 60)
		snprintf(ret_text, SAY_TEXT, "%ld s", s);
	else if (s < 3600)
		snprintf(ret_text, SAY_TEXT, "%ld min %02ld s", s / 60, s % 60);
	else
		snprintf(ret_text, SAY_TEXT, "%ld h %02ld min", s / 3600, s / 60 % 60);
	return ret_text;
}

const char *say_precision(const json_t *us, char *ret_text)
{
	double ms = json_number_value(us) / 1e3;
	int digits = ms < 0.1 ? 3 : ms < 1 ? 2 : ms < 10 ? 1 : 0;

	ret_text[0] = '\0';
	if (json_is_number(us) && ms < 1e3)
		snprintf(ret_text, SAY_TEXT, " ±%.*f ms", digits, ms);
	else if (json_is_number(us))
		snprintf(ret_text, SAY_TEXT, " ±%.1f s", ms / 1e3);
	return ret_text;
}

const char *say_value(double value, double resolution, const char *ucum, char *ret_text)
{
	char buffer[SAY_TEXT];
	struct text text = text_over(ret_text, SAY_TEXT), unit = text_over(buffer, sizeof buffer);

	if (resolution > 0 && resolution < 1e9) {
		double digits = ceil(-log10(resolution) - 1e-9);
		text_addf(&text, "%.*f", digits > 0 ? (int)fmin(digits, 12) : 0, value);
	} else {
		text_addf(&text, "%.10g", value);
	}
	unit_add_for_people(&unit, ucum);
	if (unit.length > 0)
		text_addf(&text, " %s", unit.at);
	return ret_text;
}

const char *say_wall(const json_t *wall_us, char *ret_text)
{
	if (!json_is_integer(wall_us))
		return "-";
	time_t seconds = (time_t)(json_integer_value(wall_us) / 1000000);
	struct tm tm;
	localtime_r(&seconds, &tm);
	strftime(ret_text, SAY_TEXT, "%Y-%m-%d %H:%M:%S", &tm);
	return ret_text;
}

const char *say_when(const json_t *at_us, const json_t *wall_us, char *ret_text)
{
	if (json_is_integer(wall_us) || !json_is_integer(at_us))
		return say_wall(wall_us, ret_text);
	snprintf(ret_text, SAY_TEXT, say("板上 %.3f s", "board %.3f s"),
		(double)json_integer_value(at_us) / 1e6);
	return ret_text;
}

const char *say_source(const json_t *source)
{
	static const struct {
		const char *source, *zh, *en;
	} words[] = {
		{"system", "本机时钟", "own clock"},
		{"ntp", "时间服务器", "time server"},
		{"rtc", "电池时钟", "battery clock"},
		{"gps", "卫星接收机", "satellites"},
		{"pps", "卫星秒脉冲", "satellites' pulse"},
		{"browser", "老师的设备", "teacher's device"},
		{"person", "有人说的", "somebody"},
		{"carried", "睡眠前的时间", "before its sleep"},
		{"between", "前后两次开机", "its neighbours"},
	};
	const char *name = json_string_value(source);

	for (size_t i = 0; name && i < sizeof words / sizeof *words; i++)
		if (!strcmp(name, words[i].source))
			return say(words[i].zh, words[i].en);
	return name ? name : say("没人说过", "nobody");
}
