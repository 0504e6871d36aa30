/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thread only: ThreadSanitizer has nothing to see here. */
/* Whose run a reading is: one rule for answers, results, files and reports. */
#include <string.h>

#include "export/about.h"
#include "class/readings.h"
#include "export/typed_table.h"
#include "support/cmocka_all.h"

#define S ((int64_t)NS_PER_S)

static struct classroom *room;
static uint32_t last_act;

static int set_up(void **unused)
{
	(void)unused;
	last_act = 0;
	return classroom_new(&room);
}

static int tear_down(void **unused)
{
	(void)unused;
	classroom_free(room);
	return 0;
}

/* Bodies are JSON with ' for ". */
static json_t *json_of(const char *words)
{
	char text[1024];
	size_t n = strlen(words);

	for (size_t i = 0; i <= n; i++)
		text[i] = (char)(words[i] == '\'' ? '"' : words[i]);
	json_t *json = json_loads(text, 0, NULL);
	assert_non_null(json);
	return json;
}

static void done(int64_t at_s, enum act_kind kind, const char *body)
{
	struct act act = {.id = ++last_act,
		.session = 1,
		.at = {at_s * S},
		.kind = kind,
		.body = json_of(body)};

	assert_int_equal(classroom_take(room, &act), ACT_FITS);
	json_decref(act.body);
}

static void make(void)
{
	done(1, ACT_MAKE, "{'code':'4827','title':'a','lesson':'','groups':2,'is_project':false}");
}

static uint32_t run_at(int64_t group, int64_t at_s)
{
	return readings_run(classroom_session(room, 1), group, (struct instant){at_s * S});
}

static void a_reading_is_of_the_last_run_that_had_begun(void **unused)
{
	(void)unused;
	make();
	assert_int_equal(run_at(1, 50), 0);
	done(25, ACT_START, "{'from_ns':10000000000,'to_ns':20000000000,'runs':[[1,5],[2,6]]}");
	done(40, ACT_START, "{'from_ns':30000000000,'to_ns':40000000000,'runs':[[1,7]]}");
	assert_int_equal(run_at(1, 5), 5); /* before the first: the first's */
	assert_int_equal(run_at(1, 15), 5);
	assert_int_equal(run_at(1, 25), 5); /* written down when it was over */
	assert_int_equal(run_at(1, 30), 7);
	assert_int_equal(run_at(1, 100), 7);
	assert_int_equal(run_at(2, 100), 6);
}

/* "We forgot Start": a run that was made later, and lies before the other. */
static void a_run_made_afterwards_has_what_lies_in_it(void **unused)
{
	(void)unused;
	make();
	done(45, ACT_START, "{'from_ns':30000000000,'to_ns':40000000000,'runs':[[1,5]]}");
	done(50, ACT_START, "{'from_ns':10000000000,'to_ns':20000000000,'runs':[[1,6]]}");
	assert_int_equal(run_at(1, 5), 6);
	assert_int_equal(run_at(1, 15), 6);
	assert_int_equal(run_at(1, 35), 5);
}

static void what_was_undone_is_no_reading(void **unused)
{
	struct reading reading;
	size_t place = 0;

	(void)unused;
	make();
	done(2, ACT_READING, "{'group':1,'at_ns':2,'typed':{'L':1},'values':{}}");
	done(3, ACT_READING, "{'group':2,'at_ns':3,'typed':{'L':2},'values':{'12:t':21.5}}");
	done(4, ACT_UNDO, "{'act':2}");
	assert_true(readings_next(room, classroom_session(room, 1), &place, &reading));
	assert_int_equal(reading.id, 3);
	assert_int_equal(reading.group, 2);
	assert_int_equal(reading.at.ns, 3);
	assert_int_equal(reading.run, 0);
	assert_true(json_number_value(json_object_get(reading.values, "12:t")) == 21.5);
	assert_false(readings_next(room, classroom_session(room, 1), &place, &reading));
}

static struct about an_about(struct about_stream *of)
{
	*of = (struct about_stream){
		.sticker = 3, .kit = "text-board", .stream = {.name = "main", .n_channels = 1}};
	of->stream.channels[0] = (struct channel){
		.id = "t", .name_zh = "温度", .name_en = "temperature", .unit = "Cel"};
	return (struct about){.streams = of,
		.n_streams = 1,
		.readings = json_of("[{'group':1,'at_us':-1500000,'typed':{'=1+2':0.1,'L':3},"
				    "'values':{'3 main:t':21.5}},"
				    "{'group':1,'at_us':2000001,'typed':{'L':0.30000000000000004},"
				    "'values':{'9 main:x':1e-9}}]")};
}

/* What students type is text, whatever it begins with; numbers are the same doubles. */
static void a_table_has_a_column_for_each_name_and_computes_nothing(void **unused)
{
	struct about_stream of;
	struct about about = an_about(&of);
	struct typed_table *table;
	char room_for[1024];
	struct text text = text_over(room_for, sizeof room_for);

	(void)unused;
	assert_int_equal(typed_table_new(&about, NULL, &table), 0);
	typed_table_csv(table, NULL, (struct instant){0}, &text);
	assert_string_equal(text.at,
		"\xEF\xBB\xBF"
		"time_s,clock,group,\"'=1+2\",\"L\",\"温度 temperature/°C\",\"9 main:x\"\r\n"
		"-1.5,,1,0.1,3,21.5,\r\n"
		"2.000001,,1,,0.30000000000000004,,1e-09\r\n");
	text_reset(&text);
	typed_table_csv_plain(table, &text);
	assert_string_equal(text.at,
		"t_us,group,\"'=1+2\",\"L\",\"3 main:t\",\"9 main:x\"\n"
		"-1500000,1,0.1,3,21.5,\n"
		"2000001,1,,0.30000000000000004,,1e-09\n");
	typed_table_free(table);
	json_decref(about.readings);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reading_is_of_the_last_run_that_had_begun),
		TEST(a_run_made_afterwards_has_what_lies_in_it),
		TEST(what_was_undone_is_no_reading),
		TEST(a_table_has_a_column_for_each_name_and_computes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
