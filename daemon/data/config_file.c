/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of the configuration's keys, with what a single value must be; what several must be to
 * each other is in config_check.c. To add a key: a member in config_file.h, a line in the table, perhaps a rule, a
 * line in config.c that settles what it is when absent, a line in config_print.c, and one in
 * config.h. */
#include "data/config_file.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/clock.h"
#include "data/model_word.h"
#include "data/word.h"

/* --- the table --- */

/* clang-format off */
enum { MUST = CYAML_FLAG_DEFAULT, MAY = CYAML_FLAG_OPTIONAL };
enum { PORTS_MAX = 32, NAMES_MAX = 32, SINKS_MAX = 8 };

#define TEXT(key, flags, type, member, most) \
	CYAML_FIELD_STRING_PTR(key, CYAML_FLAG_POINTER | (flags), struct type, member, 0, most)
#define NUMBER(key, type, member) \
	CYAML_FIELD_UINT_PTR(key, CYAML_FLAG_POINTER | MAY, struct type, member)
#define TRUTH(key, type, member) \
	CYAML_FIELD_BOOL_PTR(key, CYAML_FLAG_POINTER | MAY, struct type, member)
#define LIST(key, type, member, entry, most) \
	CYAML_FIELD_SEQUENCE_COUNT(key, CYAML_FLAG_POINTER | MAY, struct type, member, n_##member, entry, 0, most)
#define MAP(key, type, member, fields) \
	CYAML_FIELD_MAPPING(key, MAY, struct type, member, fields)
#define COUNT(array) (sizeof (array) / sizeof *(array))
#define CHOICE(key, flags, type, member, words) \
	CYAML_FIELD_ENUM(key, CYAML_FLAG_STRICT | (flags), struct type, member, words, COUNT(words))
#define CHOICE_PTR(key, flags, type, member, words) \
	CYAML_FIELD_ENUM_PTR(key, CYAML_FLAG_STRICT | CYAML_FLAG_POINTER | (flags), struct type, member, words, COUNT(words))

static const cyaml_strval_t levels[] = {
	{"err", LOG_ERR}, {"warn", LOG_WARN}, {"info", LOG_INFO}, {"debug", LOG_DEBUG},
};
static const cyaml_strval_t trusts[] = {
	{"auto", TRUST_AUTO}, {"system", TRUST_SYSTEM},
};
static const cyaml_strval_t kinds[] = {
	{"influxdb1", SINK_INFLUXDB1}, {"influxdb2", SINK_INFLUXDB2},
	{"influxdb3", SINK_INFLUXDB3}, {"victoriametrics", SINK_VICTORIAMETRICS},
};

static const cyaml_schema_value_t path = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, 200)};
static const cyaml_schema_value_t usb_id = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, 60)};
static const cyaml_schema_value_t other_board = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, 253)};
static const cyaml_schema_value_t host = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 0, 253)};

static const cyaml_schema_field_t http_keys[] = {
	TEXT("listen", MAY, written_http, listen, 64),
	NUMBER("port", written_http, port),
	LIST("names", written_http, names, &host, NAMES_MAX),
	TEXT("certificate", MAY, written_http, certificate, 200),
	TEXT("key", MAY, written_http, key, 200),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t setting_keys[] = {
	TEXT("id", MUST, config_setting, id, 60),
	CYAML_FIELD_FLOAT("value", MUST, struct config_setting, value),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t setting = {CYAML_VALUE_MAPPING(MUST, struct config_setting, setting_keys)};

static const cyaml_schema_value_t slave = {CYAML_VALUE_UINT(MUST, unsigned)};
static const cyaml_schema_field_t port_keys[] = {
	TEXT("path", MUST, written_port, path, 200),
	NUMBER("speed", written_port, speed),
	TEXT("kit", MAY, written_port, kit, 31),
	LIST("slaves", written_port, slaves, &slave, CONFIG_SLAVES),
	LIST("settings", written_port, settings, &setting, MODEL_SETTINGS),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t port = {CYAML_VALUE_MAPPING(MUST, struct written_port, port_keys)};

static const cyaml_schema_field_t serial_keys[] = {
	TRUTH("scan", written_serial, scan),
	LIST("ports", written_serial, ports, &port, PORTS_MAX),
	LIST("ignore", written_serial, ignore, &path, PORTS_MAX),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t usb_kit_keys[] = {
	TEXT("kit", MUST, written_usb_kit, kit, 31),
	LIST("settings", written_usb_kit, settings, &setting, MODEL_SETTINGS),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t usb_kit = {CYAML_VALUE_MAPPING(MUST, struct written_usb_kit, usb_kit_keys)};
static const cyaml_schema_field_t usb_keys[] = {
	TRUTH("scan", written_scan, scan),
	LIST("ignore", written_scan, ignore, &usb_id, PORTS_MAX),
	LIST("kits", written_scan, kits, &usb_kit, PORTS_MAX),
	CYAML_FIELD_END
};
static const cyaml_schema_field_t iio_keys[] = {
	TRUTH("scan", written_scan, scan),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t line_keys[] = {
	TEXT("id", MUST, config_line, id, 60),
	CYAML_FIELD_UINT("pin", MUST, struct config_line, pin),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t line = {CYAML_VALUE_MAPPING(MUST, struct config_line, line_keys)};
static const cyaml_schema_field_t gpio_keys[] = {
	TEXT("kit", MUST, written_gpio, kit, 31),
	TEXT("chip", MAY, written_gpio, chip, 60),
	LIST("lines", written_gpio, lines, &line, MODEL_LINES),
	LIST("settings", written_gpio, settings, &setting, MODEL_SETTINGS),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t gpio = {CYAML_VALUE_MAPPING(MUST, struct written_gpio, gpio_keys)};

static const cyaml_schema_field_t store_keys[] = {
	TEXT("commit", MAY, written_store, commit, 32),
	NUMBER("limit", written_store, limit),
	CYAML_FIELD_END
};

static const cyaml_schema_field_t sink_keys[] = {
	TEXT("name", MUST, written_sink, name, 31),
	CHOICE("kind", MUST, written_sink, kind, kinds),
	TEXT("url", MUST, written_sink, url, 159),
	TEXT("database", MAY, written_sink, database, 64),
	TEXT("org", MAY, written_sink, org, 64),
	TEXT("bucket", MAY, written_sink, bucket, 64),
	TEXT("user", MAY, written_sink, user, 64),
	TEXT("secret", MAY, written_sink, secret, 200),
	TEXT("ca", MAY, written_sink, ca, 200),
	TRUTH("gzip", written_sink, gzip),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t sink = {CYAML_VALUE_MAPPING(MUST, struct written_sink, sink_keys)};

static const cyaml_schema_field_t keys[] = {
	TEXT("board", MAY, written, board, CONFIG_BOARD_TEXT - 1),
	TEXT("data", MAY, written, data, 200),
	CHOICE_PTR("log", MAY, written, log, levels),
	CHOICE("wall_clock", MAY, written, wall_clock, trusts),
	MAP("http", written, http, http_keys),
	MAP("serial", written, serial, serial_keys),
	MAP("usb", written, usb, usb_keys),
	MAP("iio", written, iio, iio_keys),
	LIST("gpio", written, gpio, &gpio, PORTS_MAX),
	LIST("kits", written, kits, &path, CONFIG_FOLDERS),
	LIST("lessons", written, lessons, &path, CONFIG_FOLDERS),
	LIST("boards", written, boards, &other_board, CONFIG_BOARDS),
	MAP("store", written, store, store_keys),
	LIST("sinks", written, sinks, &sink, SINKS_MAX),
	CYAML_FIELD_END
};
static const cyaml_schema_value_t schema = {
	CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct written, keys)
};
/* clang-format on */

/* --- what a single value must be: each returns NULL or what was expected --- */

static bool is_made_of(const char *word, const char *signs)
{
	return *word && word[strspn(word, signs)] == '\0';
}

#define SMALL_LETTERS "abcdefghijklmnopqrstuvwxyz"
#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

const char *config_check_name(const char *word)
{
	/* It becomes a tag value of each line that is shipped (data/line.h). */
	return *word && !strpbrk(word, "\n\\") ? NULL : "a name in one line, without backslashes";
}

static const char *check_path(const char *word)
{
	return *word == '/' && !strchr(word, '\n') ? NULL : "a full path, from / on";
}

static const char *check_address(const char *word)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, word, address) == 1 || inet_pton(AF_INET6, word, address) == 1)
		return NULL;
	return "an address of this board such as 127.0.0.1; 0.0.0.0 or \"::\" listens on all";
}

static const char *check_host(const char *word)
{
	return is_made_of(word, SMALL_LETTERS CAPITALS DIGITS "-.")
		? NULL
		: "a host name such as kitlog-3b2.local (no http://, no port)";
}

static const char *check_kit(const char *word)
{
	return is_made_of(word, SMALL_LETTERS DIGITS "-")
		? NULL
		: "the name of a kit such as text-board (small letters, digits, -)";
}

static const char *check_sink_name(const char *word)
{
	return is_made_of(word, SMALL_LETTERS DIGITS "-_")
		? NULL
		: "a short name such as school (small letters, digits, -, _)";
}

static const char *check_speed(const char *word)
{
	unsigned speed;

	return strcmp(word, "0") == 0 || !word_speed(word, &speed)
		? NULL
		: "a usual bit rate such as 9600 or 115200; 0 finds it";
}

static const char *check_usb_id(const char *word)
{
	uint16_t vendor, product;
	bool is_any;

	return word_usb(word, &vendor, &product, &is_any);
}

static const char *check_chip(const char *word)
{
	return strchr(word, '\n') ? "the name of a GPIO chip such as gpiochip0" : NULL;
}

static const char *check_commit(const char *word)
{
	int64_t ns;
	const char *expected = word_duration(word, &ns);

	if (expected)
		return "a time with its unit such as 1 s or 500 ms";
	return ns >= 100 * NS_PER_MS && ns <= 60 * (int64_t)NS_PER_S ? NULL
								     : "between 100 ms and 1 min";
}

static const char *check_url(const char *word)
{
	static const char expected[] = "an address such as https://data.school.example:8086";
	static const char path_of_ours[] = "/write";
	const char *start = strstr(word, "://"), *end;
	size_t n = strlen(word), tail = sizeof path_of_ours - 1;

	if (strncmp(word, "http://", 7) != 0 && strncmp(word, "https://", 8) != 0)
		return expected;
	start += 3;
	end = start + strcspn(start, "/");
	if (memchr(start, '@', (size_t)(end - start)))
		return "an address without a password in it; use the keys user and secret";
	for (const char *at = word; *at; at++)
		if ((unsigned char)*at <= ' ' || strchr("?#\"<>\\^`{|}", *at))
			return expected;
	if (end == start || *start == ':')
		return expected;
	if (n > tail && strcmp(word + n - tail, path_of_ours) == 0)
		return "the server's address alone; leave out /write, which kitlog adds";
	return NULL;
}

static const char *check_board(const char *word)
{
	static const char expected[] =
		"another board's address such as 192.168.1.7 or kitlog-2.local:8080";
	const char *behind = strstr(word, "://");
	const char *start = behind ? behind + 3 : word, *colon = strchr(start, ':');
	size_t n = colon ? (size_t)(colon - start) : strlen(start);

	if (behind && strncmp(word, "http://", 7) != 0 && strncmp(word, "https://", 8) != 0)
		return expected;
	if (!n || strspn(start, SMALL_LETTERS CAPITALS DIGITS "-.") != n)
		return expected;
	return colon && (!is_made_of(colon + 1, DIGITS) || strlen(colon + 1) > 5) ? expected : NULL;
}

static const struct rule rules[] = {
	{.path = "board", .check = config_check_name},
	{.path = "data", .check = check_path},
	{.path = "http.listen", .check = check_address},
	{.path = "http.port", .low = 1, .high = 65535},
	{.path = "http.names[]", .check = check_host},
	{.path = "http.certificate", .check = check_path},
	{.path = "http.key", .check = check_path, .is_private = true},
	{.path = "serial.ports[].path", .check = check_path},
	{.path = "serial.ports[].speed", .check = check_speed},
	{.path = "serial.ports[].kit", .check = check_kit},
	{.path = "serial.ignore[]", .check = check_path},
	{.path = "serial.ports[].slaves[]", .low = 1, .high = 254},
	{.path = "serial.ports[].settings[].id", .check = word_id},
	{.path = "usb.ignore[]", .check = check_usb_id},
	{.path = "usb.kits[].kit", .check = check_kit},
	{.path = "usb.kits[].settings[].id", .check = word_id},
	{.path = "gpio[].kit", .check = check_kit},
	{.path = "gpio[].chip", .check = check_chip},
	{.path = "gpio[].lines[].id", .check = word_id},
	{.path = "gpio[].lines[].pin", .low = 0, .high = 511},
	{.path = "gpio[].settings[].id", .check = word_id},
	{.path = "kits[]", .check = check_path},
	{.path = "lessons[]", .check = check_path},
	{.path = "boards[]", .check = check_board},
	{.path = "store.commit", .check = check_commit},
	{.path = "store.limit", .low = 16, .high = 1048576},
	{.path = "sinks[].name", .check = check_sink_name},
	{.path = "sinks[].url", .check = check_url, .is_private = true},
	{.path = "sinks[].secret", .check = check_path, .is_private = true},
	{.path = "sinks[].ca", .check = check_path},
	{.path = NULL},
};

const struct format config_format = {
	.schema = &schema,
	.rules = rules,
	.check = config_check,
	.may_be_empty = true,
};

static const char *name_of(const cyaml_strval_t *words, size_t n, int64_t value)
{
	for (size_t i = 0; i < n; i++)
		if (words[i].val == value)
			return words[i].str;
	return "unknown";
}

const char *config_sink_kind_name(enum sink_kind kind)
{
	return name_of(kinds, COUNT(kinds), kind);
}

const char *config_log_level_name(enum log_level level)
{
	return name_of(levels, COUNT(levels), level);
}
