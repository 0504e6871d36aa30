/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog kit record [--for 10s] [--output FILE] [--kit NAME] PORT`: writes down what is said at a
 * port. It opens the port itself, by the daemon's own code, so kitlogd must leave it alone
 * meanwhile: what is recorded is what the kernel gave, before anybody made sense of it. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "base/text.h"
#include "data/config.h"
#include "sense/capture.h"
#include "sense/ports.h"
#include "tools/kitlog/kit.h"
#include "tools/kitlog/kit_folder.h"
#include "tools/kitlog/kit_record.h"
#include "tools/kitlog/kit_shelf.h"
#include "tools/kitlog/say.h"

enum { USUAL_S = 10 };

struct record {
	double seconds; /* 0: until it is unplugged, or Ctrl-C */
	const char *output, *kit, *port;
	FILE *out;
	uint64_t n_events;
};

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal)
{
	(void)signal;
	is_interrupted = 1;
}

static bool is_over(void *self)
{
	(void)self;
	return is_interrupted;
}

static int take(void *self, int option, const char *argument)
{
	struct record *record = self;

	if (option == 'o')
		record->output = argument;
	else if (option == 'k')
		record->kit = argument;
	else if (!kit_seconds(argument, &record->seconds))
		return command_misused("kit record --for", argument,
			say("一段时间，例如 10s；0 是一直记到 Ctrl-C",
				"a time such as 10s; 0 goes on until Ctrl-C"));
	return 0;
}

/* --- the port --- */

/* The finder whose place this is: the one that lists it, else the one for paths named by hand. */
struct search {
	const char *path;
	bool is_found;
};

static void compare(void *self, const char *path, bool is_named)
{
	struct search *search = self;

	(void)is_named;
	search->is_found |= strcmp(path, search->path) == 0;
}

static const struct finder *find_finder(const struct finder_context *context, const char *path)
{
	size_t n;
	const struct finder *const *finders = ports_finders(&n);

	for (size_t i = 0; i < n; i++) {
		struct search search = {path, false};

		finders[i]->list(context, compare, &search);
		if (search.is_found)
			return finders[i];
	}
	return NULL;
}

/* --- the file --- */

static int write_event(void *self, const struct recording_event *event)
{
	static char line[RECORDING_LINE * 2];
	struct record *record = self;
	struct text text = text_over(line, sizeof line);

	recording_write(&text, event);
	record->n_events++;
	return fwrite(text.at, 1, text.length, record->out) == text.length ? 0 : -EIO;
}

static void write_settings(const struct kit_port *port, FILE *out)
{
	const struct model *model = port->n_models > 0 ? port->models[0] : NULL;
	char number[NUMBER_TEXT];

	for (size_t i = 0; model && i < model->n_settings && i < KIT_SETTINGS; i++) {
		int n = (int)number_from_double(port->settings[i], number);

		fprintf(out, "%s%s=%.*s", i == 0 ? "settings: " : " ", model->settings[i].id, n,
			number);
	}
	if (model && model->n_settings > 0)
		fputc('\n', out);
}

static void write_head(
	const char *kit, const struct kit_port *port, const struct model_serial *serial, FILE *out)
{
	char date[64];
	time_t now = time(NULL);
	struct tm tm;
	struct utsname host;

	strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S %z", localtime_r(&now, &tm));
	fprintf(out, "kit: %s\ncaptured: %s\ntool: kitlog %s\n", *kit ? kit : "unknown", date,
		KITLOG_VERSION);
	if (uname(&host) == 0)
		fprintf(out, "host: %s %s %s\n", host.sysname, host.release, host.machine);
	if (port->usb_vendor)
		fprintf(out, "device: usb %04x:%04x\n", port->usb_vendor, port->usb_product);
	if (port->usb_product_name[0])
		fprintf(out, "product: %s\n", port->usb_product_name);
	if (port->has_wire)
		fprintf(out, "serial: %u %u%c%u\n", serial->speed, serial->bits, serial->parity,
			serial->stop_bits);
	/* Without a name it was found by asking, and so it must be again. */
	if (port->usb_vendor && !port->is_sure && port->n_models == 1)
		fprintf(out, "usb: %04x:%04x\n", port->usb_vendor, port->usb_product);
	write_settings(port, out);
	if (port->n_slaves > 0) {
		fputs("slaves:", out);
		for (size_t i = 0; i < port->n_slaves; i++)
			fprintf(out, " %u", port->slaves[i]);
		fputc('\n', out);
	}
	fputc('\n', out);
}

/* --- the command --- */

/* What came afterwards was read at another setting than the kit's. */
static void tell_refusal(const struct record *record, const struct capture_outcome *outcome)
{
	const struct model_serial *serial = &outcome->refused;

	if (outcome->refusal)
		fprintf(stderr,
			say("kitlog kit record: %s：转接器做不到 %u %u%c%u（%s）；换一个转接器\n",
				"kitlog kit record: %s: its adapter refuses %u %u%c%u (%s); take "
				"another adapter\n"),
			record->port, serial->speed, serial->bits, serial->parity,
			serial->stop_bits, strerror(-outcome->refusal));
}

static void tell(
	const struct call *call, const struct record *record, const struct capture_outcome *outcome)
{
	const char *file = record->output ? record->output : "-";

	if (call->is_json && record->output) {
		json_t *all = json_pack("{s:s, s:s, s:I, s:I, s:I, s:b}", "file", file, "kit",
			outcome->kit, "events", (json_int_t)record->n_events, "bytes",
			(json_int_t)outcome->bytes, "rows", (json_int_t)outcome->rows,
			"is_unplugged", outcome->is_gone);

		say_json(all);
		json_decref(all);
		return;
	}
	fprintf(stderr,
		say("%llu 次读到 %llu 字节，%llu 行读数（%s）%s%s\n",
			"%llu reads, %llu bytes, %llu rows of readings (%s)%s%s\n"),
		(unsigned long long)outcome->heard, (unsigned long long)outcome->bytes,
		(unsigned long long)outcome->rows,
		outcome->kit[0] ? outcome->kit : say("没有器材听得懂", "no kit understands it"),
		record->output ? say("；写在 ", "; in ") : "",
		record->output ? record->output : "");
	if (record->output)
		fprintf(stderr,
			say("下一步：kitlog kit replay --update %s\n",
				"Next: kitlog kit replay --update %s\n"),
			record->output);
}

/* Behind the first lines, which tell what was found out meanwhile. */
static int write_file(const struct record *record, const struct kit_port *port,
	const struct capture_outcome *outcome)
{
	FILE *out = record->output ? fopen(record->output, "wxe") : stdout;
	char piece[8192];
	size_t n;
	bool is_written = true;

	if (!out)
		return -errno;
	write_head(record->kit ? record->kit : outcome->kit, port, &outcome->serial, out);
	rewind(record->out);
	while (is_written && (n = fread(piece, 1, sizeof piece, record->out)) > 0)
		is_written = fwrite(piece, 1, n, out) == n;
	if ((record->output ? fclose(out) : fflush(out)) || !is_written)
		return -(errno ? errno : EIO);
	return 0;
}

static int capture(const struct call *call, struct record *record, struct transport *transport,
	const struct kit_port *port)
{
	struct replay_options kits = kit_replay_options(NULL);
	struct capture_options options = {.transport = transport,
		.port = port,
		.families = kits.families,
		.n_families = kits.n_families,
		.length_ns = (int64_t)(record->seconds * NS_PER_S),
		.event = write_event,
		.is_over = is_over,
		.self = record};
	struct capture_outcome outcome;
	int error;

	record->out = tmpfile();
	error = record->out ? capture_run(&options, &outcome) : -errno;
	if (error == 0)
		error = write_file(record, port, &outcome);
	if (record->out)
		fclose(record->out);
	if (error < 0) {
		board_cannot_write(
			record->output ? record->output : say("标准输出", "standard output"),
			-error);
		return 1;
	}
	tell_refusal(record, &outcome);
	tell(call, record, &outcome);
	return outcome.heard > 0 ? 0 : 1;
}

/* udev may still be at work on what was plugged in just now. */
static int open_settled(const struct finder *finder, const struct finder_context *context,
	const char *path, struct transport **ret_transport, struct kit_port *ret_port)
{
	enum { TRIES = 30 };
	const struct timespec nap = {0, 100 * NS_PER_MS};
	bool is_late;
	int error = -EINPROGRESS;

	for (int i = 0; i < TRIES && error == -EINPROGRESS; i++) {
		if (i > 0)
			nanosleep(&nap, NULL);
		error = finder->open(context, path, ret_transport, ret_port, &is_late);
	}
	return error;
}

static int open_and_capture(
	const struct call *call, struct record *record, const struct finder_context *context)
{
	const struct finder *finder = find_finder(context, record->port);
	struct transport *transport;
	struct kit_port port;
	int error, status;

	if (!finder)
		return record_no_place(record->port);
	error = open_settled(finder, context, record->port, &transport, &port);
	if (error)
		return record_cannot_open(record->port, finder, context, error);
	status = capture(call, record, transport, &port);
	transport->class->close(transport);
	return status;
}

/* What is written of this kit at this port holds here, too. */
static void take_written(const struct config *config, struct config_port *port)
{
	for (size_t i = 0; i < config->serial.n_ports; i++) {
		const struct config_port *written = &config->serial.ports[i];

		if (strcmp(written->path, port->path) != 0 || !written->kit || !port->kit ||
			strcmp(written->kit, port->kit) != 0)
			continue;
		port->slaves = written->slaves;
		port->n_slaves = written->n_slaves;
		port->settings = written->settings;
		port->n_settings = written->n_settings;
	}
}

/* The configuration as it is, for what hangs at pins, but with this port named by hand and nothing
 * left alone. */
static struct config config_for(const struct call *call, struct config_port *port)
{
	struct config config = *board_config(call->board);

	config.serial.scan = config.usb.scan = config.iio.scan = true;
	config.serial.n_ignore = config.usb.n_ignore = 0;
	config.serial.ports = port;
	config.serial.n_ports = port->path[0] == '/' ? 1 : 0;
	return config;
}

static int record_port(const struct call *call, struct record *record)
{
	struct config_port port = {.path = (char *)record->port, .kit = (char *)record->kit};
	struct config config = config_for(call, &port);
	struct kit_shelf *shelf;
	struct finder_context context = {.config = &config};
	char folder[PATH_MAX], parent[PATH_MAX];
	bool is_in_folder = record->output && kit_folder_of_recording(record->output, folder);
	int status;

	if (is_in_folder && !record->kit)
		record->kit = port.kit = kit_folder_name(folder);
	if (kit_shelf_open(call, is_in_folder ? kit_path(parent, folder, "..") : NULL, &shelf) < 0)
		return 1;
	context.catalogue = kit_shelf_catalogue(shelf);
	take_written(board_config(call->board), &port);
	if (record->output && access(record->output, F_OK) == 0) {
		board_cannot_write(record->output, EEXIST);
		status = 1;
	} else if (record->kit && !catalogue_find(context.catalogue, record->kit)) {
		say_mistakes_to(stderr, catalogue_problems(context.catalogue));
		status = record_no_kit(record->kit, context.catalogue);
	} else {
		status = open_and_capture(call, record, &context);
	}
	kit_shelf_close(shelf);
	return status;
}

/* "my-sensor" is a path, too, but to a finder a place such as "gpio:photogate". */
static const char *full_path(const char *word)
{
	static char path[PATH_MAX];
	char here[PATH_MAX];
	struct text text = text_over(path, sizeof path);

	if (word[0] == '/' || access(word, F_OK) || !getcwd(here, sizeof here))
		return word;
	text_addf(&text, "%s/%s", here, word);
	return path;
}

int kit_record(const struct call *call)
{
	static const struct option options[] = {{"for", required_argument, NULL, 'f'},
		{"output", required_argument, NULL, 'o'}, {"kit", required_argument, NULL, 'k'},
		{0}};
	struct record record = {.seconds = USUAL_S};
	char **words;
	int n, status = kit_options(call, options, take, &record, &words, &n);

	if (status)
		return status;
	if (n > 1)
		return command_too_many(
			"kit record", words[1], say("它只跟一个口", "it takes one port"));
	if (n == 0)
		return command_misused("kit record", "",
			say("一个口，例如 /dev/ttyUSB0；kitlog kit probe 列出有的",
				"a port such as /dev/ttyUSB0; kitlog kit probe lists them"));
	if (call->is_json && !record.output)
		return command_misused(
			"kit record --json", "", say("--output 文件", "--output FILE"));
	record.port = full_path(words[0]);
	signal(SIGINT, interrupt);
	signal(SIGTERM, interrupt);
	return record_port(call, &record);
}
