/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog kit new NAME`: makes a folder with a kit.yaml that is right as it stands, two READMEs to
 * fill in and a first recording. What was not said is asked on a terminal, else the usual is
 * taken. */
#include "tools/kitlog/kit_new.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "data/model_word.h"
#include "data/word.h"
#include "sense/catalogue.h"
#include "tools/kitlog/kit.h"
#include "tools/kitlog/kit_folder.h"
#include "tools/kitlog/kit_play.h"
#include "tools/kitlog/say.h"

struct wish {
	const char *transport, *family, *channels, *zh, *en, *in;
};

/* --- the words --- */

static int take(void *self, int option, const char *argument)
{
	struct wish *wish = self;
	const char **places[] = {
		&wish->transport, &wish->family, &wish->channels, &wish->zh, &wish->en, &wish->in};

	*places[option] = argument;
	return 0;
}

static bool is_built_in(const struct draft_family *family)
{
	const struct model_forms *forms = catalogue_forms();

	for (size_t i = 0; i < forms->n_forms; i++)
		if (strcmp(forms->forms[i]->name, family->name) == 0)
			return true;
	return false;
}

static void list_families(char *ret_text, size_t size)
{
	struct text text = text_over(ret_text, size);
	const struct draft_family *family;

	for (size_t i = 0; (family = draft_family_at(i)); i++)
		if (is_built_in(family))
			text_addf(&text, "%s%s", text.length > 0 ? ", " : "", family->name);
}

static int choose_family(const struct wish *wish, struct draft_kit *draft)
{
	char names[160];

	list_families(names, sizeof names);
	draft->family = wish->family ? draft_family_find(wish->family)
		: wish->transport    ? draft_family_of_transport(wish->transport)
				     : draft_family_at(0);
	if (wish->family && (!draft->family || !is_built_in(draft->family)))
		return command_misused("kit new --family", wish->family, names);
	if (!draft->family)
		return command_misused(
			"kit new --transport", wish->transport, "serial, usb, gpio, iio, onewire");
	if (wish->transport && strcmp(wish->transport, draft->family->transport) != 0)
		return command_misused(
			"kit new --transport", wish->transport, draft->family->transport);
	return 0;
}

static bool is_channel_id(const char *word)
{
	size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n > 0 && n < sizeof((struct draft_channel *)NULL)->id && !word[n] &&
		word[0] >= 'a' && word[0] <= 'z';
}

/* "temp:temperature:Cel"; without a unit the usual one of the quantity. */
static int read_channel(char *word, struct draft_channel *ret_channel)
{
	char *quantity = strchr(word, ':'), *unit = quantity ? strchr(quantity + 1, ':') : NULL;
	const char *expected;

	if (quantity)
		*quantity++ = '\0';
	if (unit)
		*unit++ = '\0';
	if (!is_channel_id(word))
		return command_misused("kit new --channels", word,
			say("小写字母开头的短名，例如 temp",
				"a short name in small letters such as temp"));
	ret_channel->quantity = quantity_find(quantity ? quantity : word);
	if (!ret_channel->quantity) {
		expected = word_quantity(quantity ? quantity : word);
		return command_misused("kit new --channels", quantity ? quantity : word,
			expected ? expected : "temp:temperature:Cel");
	}
	text_copy(ret_channel->id, sizeof ret_channel->id, word);
	if (unit && !quantity_has_unit(ret_channel->quantity, unit))
		return command_misused("kit new --channels", unit,
			ret_channel->quantity->units ? ret_channel->quantity->units : "UCUM");
	if (unit)
		text_copy(ret_channel->unit, sizeof ret_channel->unit, unit);
	else if (ret_channel->quantity->units)
		snprintf(ret_channel->unit, sizeof ret_channel->unit, "%.*s",
			(int)strcspn(ret_channel->quantity->units, " "),
			ret_channel->quantity->units);
	else
		strcpy(ret_channel->unit, "1");
	return 0;
}

static int read_channels(const char *words, struct draft_kit *draft)
{
	char buffer[512], *rest = buffer, *word;

	if (!text_copy(buffer, sizeof buffer, words))
		return command_misused(
			"kit new --channels", words, say("最多 16 个通道", "at most 16 channels"));
	while ((word = strsep(&rest, ","))) {
		int status;

		if (draft->n_channels == DRAFT_CHANNELS)
			return command_misused("kit new --channels", word,
				say("最多 16 个通道", "at most 16 channels"));
		status = read_channel(word, &draft->channels[draft->n_channels]);
		if (status)
			return status;
		for (size_t i = 0; i < draft->n_channels; i++)
			if (strcmp(draft->channels[i].id, word) == 0)
				return command_misused("kit new --channels", word,
					say("每个通道一个名字", "another name for each channel"));
		draft->n_channels++;
	}
	return 0;
}

/* --- asking --- */

/* What was not said, if somebody sits there. The answer is kept in `buffer`. */
static void ask(const char **word, const char *question, char *buffer, size_t size)
{
	if (*word || !isatty(STDIN_FILENO))
		return;
	fprintf(stderr, "%s ", question);
	if (!fgets(buffer, (int)size, stdin))
		return;
	buffer[strcspn(buffer, "\n")] = '\0';
	if (buffer[0])
		*word = buffer;
}

static void ask_all(struct wish *wish)
{
	static char family[40], channels[400], zh[80], en[80];
	char names[160], question[300];

	list_families(names, sizeof names);
	snprintf(question, sizeof question, say("说哪种话（%s）？", "Which family (%s)?"), names);
	if (!wish->transport)
		ask(&wish->family, question, family, sizeof family);
	ask(&wish->channels,
		say("通道，例如 temp:temperature:Cel,light:illuminance:lx？",
			"Channels, such as temp:temperature:Cel,light:illuminance:lx?"),
		channels, sizeof channels);
	ask(&wish->zh, say("中文名？", "Its name in Chinese?"), zh, sizeof zh);
	ask(&wish->en, say("英文名？", "Its name in English?"), en, sizeof en);
}

/* A name that may stand in YAML between braces as it is. */
static int take_name(const char *option, const char *word, const char *usual, char ret_name[64])
{
	if (!word)
		word = usual;
	if (strpbrk(word, "{}[],:#\"'\\&*!|>%@`\n\r\t") || !*word || strlen(word) > 60)
		return command_misused(
			option, word, say("不带标点的短名", "a short name without punctuation"));
	text_copy(ret_name, 64, word);
	return 0;
}

/* --- files --- */

static int cannot(const char *path, int error)
{
	fprintf(stderr,
		error == -EEXIST
			? say("kitlog kit new: %s 已经有了；换个名字，不覆盖\n",
				  "kitlog kit new: %s is there already; choose another name\n")
			: say("kitlog kit new: %s 写不了；用 --in 换个地方\n",
				  "kitlog kit new: %s cannot be written; choose another place with "
				  "--in\n"),
		path);
	return 1;
}

static int write_one(const char *folder, const char *name, const struct text *text)
{
	char path[PATH_MAX];
	int error = kit_write_file(kit_path(path, folder, name), text->at, text->length);

	return error < 0 ? cannot(path, error) : 0;
}

static int write_files(const struct draft_kit *draft, const char *folder)
{
	static char buffer[16384];
	struct text text = text_over(buffer, sizeof buffer);
	char date[16];
	time_t now = time(NULL);
	struct tm tm;
	int status;

	strftime(date, sizeof date, "%Y-%m-%d", localtime_r(&now, &tm));
	draft_write_yaml(draft, &text);
	status = write_one(folder, "kit.yaml", &text);
	text_reset(&text);
	draft_write_readme(draft, false, &text);
	status = status ? status : write_one(folder, "README.md", &text);
	text_reset(&text);
	draft_write_readme(draft, true, &text);
	status = status ? status : write_one(folder, "README.zh-CN.md", &text);
	text_reset(&text);
	draft_write_recording(draft, date, &text);
	return status ? status : write_one(folder, "recordings/normal.txt", &text);
}

/* The .expect comes from the driver itself; its kit.yaml must be good for that. */
static int write_expect(const char *path)
{
	char recording[PATH_MAX];
	struct kit_folder *folder;
	struct kit_played played;
	int status = 1;

	if (kit_folder_open(path, &folder) < 0)
		return cannot(path, -EIO);
	if (folder->model &&
		kit_play(kit_path(recording, path, "recordings/normal.txt"), folder->model, true,
			&played) == 0) {
		fputs(played.sentences, stderr);
		status = played.is_good ? 0 : 1;
	} else {
		char *sentences = report_text(&folder->report);

		fputs(sentences ? sentences : "", stderr);
		free(sentences);
	}
	kit_folder_close(folder);
	return status;
}

static int make(const struct call *call, const struct draft_kit *draft, const char *in)
{
	char folder[PATH_MAX], recordings[PATH_MAX];
	int status;

	if (strcmp(in, ".") == 0)
		text_copy(folder, sizeof folder, draft->name);
	else
		kit_path(folder, in, draft->name);
	if (mkdir(folder, 0777) < 0)
		return cannot(folder, -errno);
	if (mkdir(kit_path(recordings, folder, "recordings"), 0777) < 0)
		return cannot(recordings, -errno);
	status = write_files(draft, folder);
	if (status == 0)
		status = write_expect(folder);
	if (status)
		return status;
	if (call->is_json) {
		json_t *all = json_pack("{s:s, s:s, s:s}", "kit", draft->name, "folder", folder,
			"family", draft->family->name);

		say_json(all);
		json_decref(all);
	} else {
		printf(say("做好了 %s。下一步：改 %s/kit.yaml 里写着 TODO 的行，再 kitlog kit record，"
			   "kitlog kit check %s\n",
			       "Made %s. Next: settle the TODO lines of %s/kit.yaml, then kitlog kit "
			       "record, kitlog kit check %s\n"),
			folder, folder, folder);
	}
	return 0;
}

int kit_new(const struct call *call)
{
	static const struct option options[] = {{"transport", required_argument, NULL, 0},
		{"family", required_argument, NULL, 1}, {"channels", required_argument, NULL, 2},
		{"zh", required_argument, NULL, 3}, {"en", required_argument, NULL, 4},
		{"in", required_argument, NULL, 5}, {0}};
	struct wish wish = {0};
	struct draft_kit draft = {0};
	const char *expected;
	char **words;
	int n, status = kit_options(call, options, take, &wish, &words, &n);

	if (status)
		return status;
	if (n > 1)
		return command_too_many(
			"kit new", words[1], say("它只跟一个名字", "it takes one name"));
	expected = n ? word_kit_id(words[0])
		     : say("名字，例如 nine-bytes", "a name such as nine-bytes");
	if (expected)
		return command_misused("kit new", n ? words[0] : "", expected);
	draft.name = words[0];
	ask_all(&wish);
	status = choose_family(&wish, &draft);
	if (status == 0)
		status = read_channels(wish.channels ? wish.channels : "value:number:1", &draft);
	if (status == 0)
		status = take_name("kit new --zh", wish.zh, draft.name, draft.zh);
	if (status == 0)
		status = take_name("kit new --en", wish.en, draft.name, draft.en);
	return status ? status : make(call, &draft, wish.in ? wish.in : ".");
}
