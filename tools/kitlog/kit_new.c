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

enum { DRIVER = 'd' };

struct wish {
	const char *name, *transport, *family, *channels, *zh, *en, *in;
	bool has_driver;
};

/* --- the words --- */

static int take(void *self, int option, const char *argument)
{
	struct wish *wish = self;
	const char **places[] = {
		&wish->transport, &wish->family, &wish->channels, &wish->zh, &wish->en, &wish->in};

	if (option == DRIVER)
		wish->has_driver = true;
	else
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

void kit_new_families(FILE *out)
{
	const struct draft_family *family;

	for (size_t i = 0; (family = draft_family_at(i)); i++)
		if (is_built_in(family))
			fprintf(out, "  %-9s %s\n", family->name, say(family->zh, family->en));
}

static int choose_driver(const struct wish *wish, struct draft_kit *draft)
{
	draft->has_driver = wish->has_driver;
	if (draft->has_driver && !draft->family->may_have_driver)
		return command_misused("kit new --driver --family", draft->family->name,
			say("hid 或 usb；别的用描述，或者照 CONTRIBUTING.md 手写",
				"hid or usb; others are described, or written by hand after "
				"CONTRIBUTING.md"));
	return 0;
}

static int choose_family(const struct wish *wish, struct draft_kit *draft)
{
	char names[160];

	list_families(names, sizeof names);
	draft->family = wish->family ? draft_family_find(wish->family)
		: wish->transport    ? draft_family_of_transport(wish->transport)
		: wish->has_driver   ? draft_family_of_transport("usb")
				     : draft_family_at(0);
	if (wish->family && (!draft->family || !is_built_in(draft->family)))
		return command_misused("kit new --family", wish->family, names);
	if (!draft->family)
		return command_misused(
			"kit new --transport", wish->transport, "serial, usb, gpio, iio, onewire");
	if (wish->transport && strcmp(wish->transport, draft->family->transport) != 0)
		return command_misused(
			"kit new --transport", wish->transport, draft->family->transport);
	return choose_driver(wish, draft);
}

/* --- asking --- */

/* What was not said, if somebody sits there, is asked; the answer is kept here. */
struct question {
	const char **word;
	const char *zh, *en;
	char answer[400];
};

/* True: something was answered, if only by a line break, which takes the usual. */
static bool ask(struct question *question)
{
	if (*question->word || !isatty(STDIN_FILENO))
		return false;
	fprintf(stderr, "%s ", say(question->zh, question->en));
	if (!fgets(question->answer, sizeof question->answer, stdin))
		return false;
	question->answer[strcspn(question->answer, "\n")] = '\0';
	if (question->answer[0])
		*question->word = question->answer;
	return true;
}

/* Into the draft, by `settle`, which says what is wrong with it; then it is asked again. 0 or 2. */
static int ask_and_settle(struct question *question,
	int (*settle)(const struct wish *wish, struct draft_kit *draft), const struct wish *wish,
	struct draft_kit *draft)
{
	bool is_asked = ask(question);
	int status = settle(wish, draft);

	while (status && is_asked) {
		*question->word = NULL;
		is_asked = ask(question);
		if (is_asked)
			status = settle(wish, draft);
	}
	return status;
}

/* A name that may stand in YAML between braces as it is. */
static int take_name(const char *option, const char *word, const char *usual, char ret_name[64])
{
	if (!word)
		word = usual;
	if (strpbrk(word, "{}[],:#\"'\\&*!|>%@`\n\r\t") || !*word || strchr("-? ", *word) ||
		strlen(word) > 60)
		return command_misused(
			option, word, say("不带标点的短名", "a short name without punctuation"));
	text_copy(ret_name, 64, word);
	return 0;
}

static int settle_id(const struct wish *wish, struct draft_kit *draft)
{
	const char *expected = wish->name
		? word_kit_id(wish->name)
		: say("名字，例如 nine-bytes", "a name such as nine-bytes");

	if (expected)
		return command_misused("kit new", wish->name ? wish->name : "", expected);
	draft->name = wish->name;
	return 0;
}

static int settle_channels(const struct wish *wish, struct draft_kit *draft)
{
	draft->n_channels = 0;
	memset(draft->channels, 0, sizeof draft->channels);
	return draft_read_channels(
		wish->channels ? wish->channels : draft->family->channels, draft);
}

static int settle_zh(const struct wish *wish, struct draft_kit *draft)
{
	return take_name("kit new --zh", wish->zh, draft->name, draft->zh);
}

static int settle_en(const struct wish *wish, struct draft_kit *draft)
{
	return take_name("kit new --en", wish->en, draft->name, draft->en);
}

static int settle_family(struct wish *wish, struct draft_kit *draft)
{
	static struct question which = {NULL, "说哪种话？", "Which family?", ""};

	if (wish->transport || wish->family || wish->has_driver)
		return choose_family(wish, draft);
	if (isatty(STDIN_FILENO))
		kit_new_families(stderr);
	which.word = &wish->family;
	return ask_and_settle(&which, choose_family, wish, draft);
}

/* The draft as it was wished for and answered. 0, or 2 when that was said to be wrong. */
static int settle_all(struct wish *wish, struct draft_kit *draft)
{
	static struct question id = {
		.zh = "器材的短名，例如 nine-bytes？", .en = "A short name, such as nine-bytes?"};
	static struct question channels = {
		.zh = "通道，例如 temp:temperature:Cel,light:illuminance:lx？",
		.en = "Channels, such as temp:temperature:Cel,light:illuminance:lx?"};
	static struct question zh = {.zh = "中文名？", .en = "Its name in Chinese?"};
	static struct question en = {.zh = "英文名？", .en = "Its name in English?"};
	int status;

	id.word = &wish->name;
	channels.word = &wish->channels;
	zh.word = &wish->zh;
	en.word = &wish->en;
	status = ask_and_settle(&id, settle_id, wish, draft);
	status = status ? status : settle_family(wish, draft);
	if (!status && !wish->channels && isatty(STDIN_FILENO))
		draft_list_quantities(draft->family, stderr);
	status = status ? status : ask_and_settle(&channels, settle_channels, wish, draft);
	status = status ? status : ask_and_settle(&zh, settle_zh, wish, draft);
	return status ? status : ask_and_settle(&en, settle_en, wish, draft);
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
	status = status ? status : write_one(folder, "recordings/normal.txt", &text);
	text_reset(&text);
	if (draft->has_driver)
		draft_write_driver(draft, &text);
	return status || !draft->has_driver ? status : write_one(folder, "driver.c", &text);
}

/* Before anything is written: would the kit be read? Its driver is not built in yet. */
static int verify(const struct draft_kit *draft)
{
	static char buffer[16384];
	const char *outputs[DRAFT_CHANNELS + 1] = {NULL};
	const struct model_driver driver = {draft->name, outputs};
	struct model_forms forms = *catalogue_forms();
	struct text yaml = text_over(buffer, sizeof buffer);
	struct arena arena = arena_of(MODEL_ARENA);
	struct report report = {.file = "kit.yaml"};
	struct model *model;
	char *sentences = NULL;
	int error;

	for (size_t i = 0; i < draft->n_channels; i++)
		outputs[i] = draft->channels[i].id;
	if (draft->has_driver) {
		forms.drivers = &driver;
		forms.n_drivers = 1;
	}
	draft_write_yaml(draft, &yaml);
	error = model_read(yaml.at, yaml.length, draft->name, &forms, &arena, &report, &model);
	if (error)
		sentences = report_text(&report);
	arena_free(&arena);
	say_mistakes_to(stderr, sentences);
	free(sentences);
	return error ? 1 : 0;
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
		say_mistakes_to(stderr, played.sentences);
		status = played.is_good ? 0 : 1;
	} else {
		char *sentences = report_text(&folder->report);

		say_mistakes_to(stderr, sentences);
		free(sentences);
	}
	kit_folder_close(folder);
	return status;
}

static int tell(const struct call *call, const struct draft_kit *draft, const char *folder)
{
	if (call->is_json) {
		json_t *all = json_pack("{s:s, s:s, s:s, s:b}", "kit", draft->name, "folder",
			folder, "family", draft->family->name, "has_driver", draft->has_driver);

		say_json(all);
		json_decref(all);
	} else if (draft->has_driver) {
		printf(say("做好了 %s，里面有 driver.c。驱动要编进 kitlog：把文件夹放到源码的 kits/%s，重新编译；"
			   "再改写着 TODO 的行，kitlog kit replay --update kits/%s/recordings/normal.txt，"
			   "kitlog kit check kits/%s\n",
			       "Made %s with a driver.c. A driver is built in: put the folder into "
			       "kitlog's sources as kits/%s and build; then settle the TODO lines, "
			       "kitlog kit replay --update kits/%s/recordings/normal.txt, kitlog kit "
			       "check kits/%s\n"),
			folder, draft->name, draft->name, draft->name);
	} else {
		printf(say("做好了 %s。下一步：改 %s/kit.yaml 里写着 TODO 的行，再 kitlog kit record，"
			   "kitlog kit check %s\n",
			       "Made %s. Next: settle the TODO lines of %s/kit.yaml, then kitlog kit "
			       "record, kitlog kit check %s\n"),
			folder, folder, folder);
	}
	return 0;
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
	if (status == 0 && !draft->has_driver)
		status = write_expect(folder);
	return status ? status : tell(call, draft, folder);
}

int kit_new(const struct call *call)
{
	static const struct option options[] = {{"transport", required_argument, NULL, 0},
		{"family", required_argument, NULL, 1}, {"channels", required_argument, NULL, 2},
		{"zh", required_argument, NULL, 3}, {"en", required_argument, NULL, 4},
		{"in", required_argument, NULL, 5}, {"driver", no_argument, NULL, DRIVER}, {0}};
	struct wish wish = {0};
	struct draft_kit draft = {0};
	char **words;
	int n, status = kit_options(call, options, take, &wish, &words, &n);

	if (status)
		return status;
	if (n > 1)
		return command_too_many(
			"kit new", words[1], say("它只跟一个名字", "it takes one name"));
	wish.name = n ? words[0] : NULL;
	status = settle_all(&wish, &draft);
	if (status == 0)
		status = verify(&draft);
	return status ? status : make(call, &draft, wish.in ? wish.in : ".");
}
