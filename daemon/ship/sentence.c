/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sentences. The server's words are quoted as they came, in either language. */
#include "ship/sentence.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { SENTENCE_TEXT = 1024, QUOTED = 91 };

#define SAFE " Data wait safely on this board."
#define SAFE_ZH "数据安全地保存在本板上。"

static __attribute__((format(printf, 3, 4))) void say(
	char *ret_text, size_t size, const char *format, ...)
{
	char whole[SENTENCE_TEXT];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(whole, sizeof(whole), format, arguments);
	va_end(arguments);
	text_copy(ret_text, size, whole);
}

static const char *secret_word(enum sink_kind kind)
{
	return kind == SINK_INFLUXDB2 || kind == SINK_INFLUXDB3 ? "token" : "password";
}

static const char *secret_word_zh(enum sink_kind kind)
{
	return kind == SINK_INFLUXDB2 || kind == SINK_INFLUXDB3 ? "令牌" : "密码";
}

/* What the data go into: "database \"kitlog\"". */
static void write_place(const struct config_sink *sink, char *ret_place, char *ret_zh, size_t size)
{
	const char *name = sink->kind == SINK_INFLUXDB2 ? sink->bucket : sink->database;

	if (!name) {
		snprintf(ret_place, size, "it");
		snprintf(ret_zh, size, "那里");
		return;
	}
	snprintf(ret_place, size, "%s \"%s\"", sink->kind == SINK_INFLUXDB2 ? "bucket" : "database",
		name);
	snprintf(ret_zh, size, "%s“%s”", sink->kind == SINK_INFLUXDB2 ? "存储桶" : "数据库", name);
}

static void write_refused(const struct sentence *s, char *en, char *zh, size_t size)
{
	const struct config_sink *sink = s->sink;
	const char *name = sink->name, *url = sink->url;
	char place[128], place_zh[128];

	write_place(sink, place, place_zh, sizeof(place));
	switch (s->matter) {
	case MATTER_SECRET:
		if (s->error == -ENODATA || s->error == -EINVAL || s->error == -EMSGSIZE) {
			say(en, size, "%s: %s holds no %s; write it into its first line." SAFE,
				name, sink->secret, secret_word(sink->kind));
			say(zh, size, "%s：%s 里没有%s；请把它写在第一行。" SAFE_ZH, name,
				sink->secret, secret_word_zh(sink->kind));
			break;
		}
		say(en, size, "%s: cannot read %s (%s); let the service read that file." SAFE, name,
			sink->secret, strerror(-s->error));
		say(zh, size, "%s：无法读取 %s（%s）；请让服务能读取这个文件。" SAFE_ZH, name,
			sink->secret, strerror(-s->error));
		break;
	case MATTER_KEY:
		if (!sink->secret) {
			say(en, size,
				"%s: the server wants a key (401); give this sink a secret in the "
				"configuration." SAFE,
				name);
			say(zh, size,
				"%s：服务器要求密钥（401）；请在配置里为它写上 secret。" SAFE_ZH,
				name);
			break;
		}
		say(en, size,
			"%s: the server refuses our key (401); put the right %s into %s." SAFE,
			name, secret_word(sink->kind), sink->secret);
		say(zh, size, "%s：服务器不接受我们的密钥（401）；请把正确的%s写入 %s。" SAFE_ZH,
			name, secret_word_zh(sink->kind), sink->secret);
		break;
	case MATTER_RIGHT:
		say(en, size,
			"%s: the server does not let us write to %s (403); give us the right to "
			"write there." SAFE,
			name, place);
		say(zh, size,
			"%s：服务器不允许我们写入%s（403）；请在服务器上授予写入权限。" SAFE_ZH,
			name, place_zh);
		break;
	case MATTER_NOT_FOUND:
		if (strstr(s->words, "organization")) {
			say(en, size,
				"%s: the server has no organization \"%s\" (404); put the right org "
				"into the configuration." SAFE,
				name, sink->org ? sink->org : "");
			say(zh, size,
				"%s：服务器上没有组织“%s”（404）；请改正配置里的 org。" SAFE_ZH,
				name, sink->org ? sink->org : "");
		} else if (strstr(s->words, "database") || strstr(s->words, "bucket")) {
			say(en, size, "%s: the server has no %s (404); create it there." SAFE, name,
				place);
			say(zh, size, "%s：服务器上没有%s（404）；请在服务器上创建它。" SAFE_ZH,
				name, place_zh);
		} else {
			say(en, size,
				"%s: nothing takes data at %s (404); check url and kind of this "
				"sink." SAFE,
				name, url);
			say(zh, size,
				"%s：%s 处不接收数据（404）；请检查配置里的 url 和 kind。" SAFE_ZH,
				name, url);
		}
		break;
	default:
		break;
	}
}

static void write_network(const struct sentence *s, char *en, char *zh, size_t size)
{
	const char *name = s->sink->name, *host = s->host;

	switch (s->matter) {
	case MATTER_NO_NAME:
		say(en, size,
			"%s: no computer called %s is known here; check the network and the sink's "
			"url." SAFE,
			name, host);
		say(zh, size, "%s：找不到名为 %s 的计算机；请检查网络和配置里的 url。" SAFE_ZH,
			name, host);
		break;
	case MATTER_NO_CONNECTION:
		say(en, size,
			"%s: cannot reach %s; check that the server runs and the network is up." SAFE,
			name, host);
		say(zh, size, "%s：无法连接 %s；请检查服务器是否运行、网络是否畅通。" SAFE_ZH, name,
			host);
		break;
	case MATTER_NO_TRUST:
		say(en, size,
			"%s: the certificate of %s cannot be trusted (%s); check this board's "
			"clock, and name the school's authority in ca of this sink." SAFE,
			name, host, s->what);
		say(zh, size,
			"%s：%s 的证书不可信（%s）；请检查本板时钟，并在这个 sink 的 ca 里写上学校的 CA。" SAFE_ZH,
			name, host, s->what);
		break;
	case MATTER_TOO_SLOW:
		say(en, size,
			"%s: %s does not finish its answer; look whether the server is overloaded." SAFE,
			name, host);
		say(zh, size, "%s：%s 没有答完；请查看服务器是否过载。" SAFE_ZH, name, host);
		break;
	case MATTER_GAVE_UP:
		say(en, size,
			"%s: the server did not wait for all that we sent (408), so we send less at "
			"once; check the network." SAFE,
			name);
		say(zh, size, "%s：服务器没等我们发完（408），已改为每次少发；请检查网络。" SAFE_ZH,
			name);
		break;
	default:
		say(en, size,
			"%s: the connection to %s broke (%s); check the network and the server." SAFE,
			name, host, s->what);
		say(zh, size, "%s：与 %s 的连接中断（%s）；请检查网络和服务器。" SAFE_ZH, name,
			host, s->what);
		break;
	}
}

static void write_later(const struct sentence *s, char *en, char *zh, size_t size)
{
	const char *name = s->sink->name;

	switch (s->matter) {
	case MATTER_BUSY:
		say(en, size,
			"%s: the server asks us to slow down (429); we go on by ourselves, nothing "
			"to do." SAFE,
			name);
		say(zh, size, "%s：服务器要求放慢（429）；稍后会自动继续，无需处理。" SAFE_ZH,
			name);
		break;
	case MATTER_SERVER:
		say(en, size, "%s: the server is in trouble (%d%s%s); look at its log." SAFE, name,
			s->status, *s->words ? ": " : "", s->words);
		say(zh, size, "%s：服务器自身有故障（%d%s%s）；请查看它的日志。" SAFE_ZH, name,
			s->status, *s->words ? "：" : "", s->words);
		break;
	case MATTER_PAGE:
		say(en, size,
			"%s: a web page answers instead of the server (%d); log this network in, or "
			"check the sink's url." SAFE,
			name, s->status);
		say(zh, size,
			"%s：应答的是网页而不是服务器（%d）；请登录网络，或检查 url。" SAFE_ZH,
			name, s->status);
		break;
	case MATTER_REDIRECT:
		say(en, size,
			"%s: the server sends us to another address (%d); put the right one into "
			"the sink's url: %s." SAFE,
			name, s->status, s->what);
		say(zh, size,
			"%s：服务器让我们去别的地址（%d）；请把正确的地址写入 url：%s。" SAFE_ZH,
			name, s->status, s->what);
		break;
	default:
		say(en, size,
			"%s: the server answers %d, which is not a store's answer; check url and "
			"kind of this sink." SAFE,
			name, s->status);
		say(zh, size, "%s：服务器答复 %d，不像是时序数据库；请检查 url 和 kind。" SAFE_ZH,
			name, s->status);
		break;
	}
}

static void write_lines(const struct sentence *s, char *en, char *zh, size_t size)
{
	const char *name = s->sink->name;

	switch (s->matter) {
	case MATTER_LINE_TOO_LARGE:
		say(en, size,
			"%s: the server finds even one reading too large (413); raise its limit for "
			"a request." SAFE,
			name);
		say(zh, size, "%s：服务器嫌一条数据都太大（413）；请调高它的请求上限。" SAFE_ZH,
			name);
		break;
	case MATTER_STREAM:
		say(en, size,
			"%s: the server refuses every reading of device %u, %s (%d: %s); put that "
			"right at the server." SAFE,
			name, s->sticker, s->kit, s->status, s->words);
		say(zh, size,
			"%s：服务器拒绝 %u 号（%s）的全部数据（%d：%s）；请在服务器上改正。" SAFE_ZH,
			name, s->sticker, s->kit, s->status, s->words);
		break;
	case MATTER_SET_ASIDE:
		say(en, size,
			"%s: the server refused some readings (%d: %s); they are listed by "
			"`kitlog sink`, all others are stored.",
			name, s->status, s->words);
		say(zh, size,
			"%s：服务器拒绝了个别数据（%d：%s）；可用 `kitlog sink` "
			"查看，其余均已存入。",
			name, s->status, s->words);
		break;
	case MATTER_TOO_FAST:
		say(en, size,
			"%s: device %u, %s, gives more than 1000 readings a second, but "
			"VictoriaMetrics keeps whole milliseconds only; ship it to InfluxDB.",
			name, s->sticker, s->kit);
		say(zh, size,
			"%s：%u 号（%s）每秒超过 1000 条，而 VictoriaMetrics 只保留到毫秒；"
			"请改用 InfluxDB。",
			name, s->sticker, s->kit);
		break;
	default:
		say(en, size,
			"%s: the server refuses large requests (413), so we send smaller ones; "
			"nothing is lost, nothing to do.",
			name);
		say(zh, size, "%s：服务器拒绝过大的请求（413），已改发小的；没有丢失，无需处理。",
			name);
		break;
	}
}

void sentence_write(const struct sentence *whole, char *ret_english, char *ret_chinese, size_t size)
{
	const char *name = whole->sink->name;
	char words[QUOTED], what[QUOTED];
	struct sentence cut = *whole, *s = &cut;

	/* As much as a sentence holds of others' words, and no half of a letter. */
	text_copy(words, sizeof words, whole->words);
	text_copy(what, sizeof what, whole->what);
	cut.words = words;
	cut.what = what;

	ret_english[0] = ret_chinese[0] = '\0';
	switch (s->matter) {
	case MATTER_NONE:
		break;
	case MATTER_SECRET:
	case MATTER_KEY:
	case MATTER_RIGHT:
	case MATTER_NOT_FOUND:
		write_refused(s, ret_english, ret_chinese, size);
		break;
	case MATTER_NO_NAME:
	case MATTER_NO_CONNECTION:
	case MATTER_NO_TRUST:
	case MATTER_TOO_SLOW:
	case MATTER_GAVE_UP:
	case MATTER_BROKEN:
		write_network(s, ret_english, ret_chinese, size);
		break;
	case MATTER_BUSY:
	case MATTER_SERVER:
	case MATTER_PAGE:
	case MATTER_REDIRECT:
	case MATTER_STRANGE:
		write_later(s, ret_english, ret_chinese, size);
		break;
	case MATTER_LINE_TOO_LARGE:
	case MATTER_STREAM:
	case MATTER_SET_ASIDE:
	case MATTER_TOO_FAST:
	case MATTER_SMALLER:
		write_lines(s, ret_english, ret_chinese, size);
		break;
	case MATTER_NO_TIME:
		say(ret_english, size,
			"%s: nobody has told this board the hour yet; connect it to a network with "
			"a time server." SAFE,
			name);
		say(ret_chinese, size,
			"%s：本板还不知道现在几点；请把它接入有时间服务器的网络。" SAFE_ZH, name);
		break;
	case MATTER_NO_HOUR:
		say(ret_english, size,
			"%s: nobody told the hour of an earlier start of this board, so its "
			"readings stay here; export them with `kitlog export`.",
			name);
		say(ret_chinese, size,
			"%s：本板以前有一次开机不知道几点，那次的数据只留在本板上；"
			"可用 `kitlog export` 导出。",
			name);
		break;
	case MATTER_CARD:
		say(ret_english, size, "%s: cannot read the store (%s); check the card.", name,
			strerror(-s->error));
		say(ret_chinese, size, "%s：无法读取存储（%s）；请检查存储卡。", name,
			strerror(-s->error));
		break;
	}
}
