/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One plain sentence for everything that can be the matter with a sink. */
#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "ship/sentence.h"
#include "support/cmocka_all.h"

static char english[256], chinese[256];

static void say(struct sentence sentence)
{
	static const struct config_sink school = {
		.name = (char *)(uintptr_t) "school",
		.url = (char *)(uintptr_t) "https://data.school.example:8086",
		.database = (char *)(uintptr_t) "kitlog",
		.secret = (char *)(uintptr_t) "/etc/kitlog/school.secret",
		.kind = SINK_INFLUXDB1,
	};

	if (!sentence.sink)
		sentence.sink = &school;
	sentence.host = "data.school.example:8086";
	sentence.words = sentence.words ? sentence.words : "";
	sentence.what = sentence.what ? sentence.what : "";
	sentence.kit = "text-board";
	sentence_write(&sentence, english, chinese, sizeof(english));
}

static void sentences_name_the_sink_and_the_next_step(void **state)
{
	(void)state;
	say((struct sentence){.matter = MATTER_KEY, .status = 401});
	assert_string_equal(english,
		"school: the server refuses our key (401); put the right password into "
		"/etc/kitlog/school.secret. Data wait safely on this board.");
	assert_string_equal(chinese,
		"school：服务器不接受我们的密钥（401）；请把正确的密码写入 "
		"/etc/kitlog/school.secret。数据安全地保存在本板上。");
	say((struct sentence){.matter = MATTER_NOT_FOUND,
		.status = 404,
		.words = "database not found: \"kitlog\""});
	assert_string_equal(english,
		"school: the server has no database \"kitlog\" (404); create it there. Data wait "
		"safely on this board.");
	say((struct sentence){
		.matter = MATTER_NOT_FOUND, .status = 404, .words = "404 page not found"});
	assert_non_null(strstr(english, "https://data.school.example:8086"));
	say((struct sentence){.matter = MATTER_SECRET, .error = -EACCES});
	assert_non_null(
		strstr(english, "cannot read /etc/kitlog/school.secret (Permission denied)"));
	say((struct sentence){.matter = MATTER_SECRET, .error = -ENODATA});
	assert_non_null(strstr(english,
		"/etc/kitlog/school.secret holds no password; write it into its first line."));
}

static void sentences_speak_of_tokens_and_buckets_to_influxdb_2(void **state)
{
	static const struct config_sink sink = {
		.name = (char *)(uintptr_t) "cloud",
		.url = (char *)(uintptr_t) "https://x",
		.org = (char *)(uintptr_t) "school",
		.bucket = (char *)(uintptr_t) "kits",
		.secret = (char *)(uintptr_t) "/s",
		.kind = SINK_INFLUXDB2,
	};

	(void)state;
	say((struct sentence){.matter = MATTER_KEY, .status = 401, .sink = &sink});
	assert_non_null(strstr(english, "right token"));
	say((struct sentence){
		.matter = MATTER_NOT_FOUND, .sink = &sink, .words = "bucket \"kits\" not found"});
	assert_non_null(strstr(english, "no bucket \"kits\""));
	say((struct sentence){.matter = MATTER_NOT_FOUND,
		.sink = &sink,
		.words = "organization name \"school\" not found"});
	assert_non_null(strstr(english, "no organization \"school\""));
	say((struct sentence){.matter = MATTER_RIGHT, .status = 403, .sink = &sink});
	assert_non_null(strstr(english, "bucket \"kits\" (403)"));
}

static void every_matter_has_a_sentence_in_both_languages_that_fits(void **state)
{
	(void)state;
	for (int matter = MATTER_SECRET; matter <= MATTER_CARD; matter++) {
		size_t n;

		say((struct sentence){.matter = (enum matter)matter,
			.status = 503,
			.error = -EIO,
			.sticker = 3,
			.words = "the words of the server",
			.what = "SSL certificate problem: self-signed certificate"});
		n = strlen(english);
		assert_memory_equal(english, "school: ", 8);
		assert_memory_equal(chinese, "school：", strlen("school："));
		assert_true(n < sizeof(english) - 1 && english[n - 1] == '.');
		n = strlen(chinese);
		assert_true(n < sizeof(chinese) - 1);
		assert_string_equal(chinese + n - strlen("。"), "。");
	}
	say((struct sentence){.matter = MATTER_NONE});
	assert_string_equal(english, "");
	assert_string_equal(chinese, "");
}

static void sentences_are_cut_at_a_character(void **state)
{
	static char words[400];

	(void)state;
	memset(words, 'x', sizeof(words) - 1);
	for (size_t i = 0; i + 3 < sizeof(words); i += 3)
		memcpy(words + i, "数", 3);
	say((struct sentence){.matter = MATTER_STREAM, .sticker = 12, .words = words});
	assert_true(utf8_is_valid(english, strlen(english)));
	assert_true(utf8_is_valid(chinese, strlen(chinese)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences_name_the_sink_and_the_next_step),
		cmocka_unit_test(sentences_speak_of_tokens_and_buckets_to_influxdb_2),
		cmocka_unit_test(every_matter_has_a_sentence_in_both_languages_that_fits),
		cmocka_unit_test(sentences_are_cut_at_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
