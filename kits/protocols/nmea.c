/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The family `nmea`: a satellite receiver (GPS, BeiDou, Galileo, GLONASS) that prints NMEA 0183, each
 * second a burst of sentences. Two of them say what a class wants:
 *
 *     $--RMC,hhmmss.ss,A,lat,N,lon,E,knots,course,ddmmyy,...     A: valid, V: no fix
 *     $--GGA,hhmmss.ss,lat,N,lon,E,fix,satellites,hdop,altitude,M,...
 *
 * A burst is a row: what RMC and GGA of one time say. It is complete when both came, when another
 * time or a second one of a kind begins, or 300 ms after its first sentence. Stamp: the arrival of
 * the burst's first '$', which is some 50 to 500 ms after the instant that it speaks of, less 100 ms
 * or what the kit.yaml says of its latency; the receiver says the instant itself, as `time`.
 *
 * With a fix it also knows the hour: RMC has the date, and
 *
 *     $--ZDA,hhmmss.ss,dd,mm,yyyy,...
 *
 * where RMC is not printed. That is told with each burst, for the instant of the row, give or take
 * half a second: printing begins up to 0.5 s after the second, and wanders by 170 ms (gpsd, "GPSD Time
 * Service HOWTO", on SiRF receivers).
 *
 * Sentences without a checksum are not believed. Two good ones in a row make it ours, since nothing
 * else looks like that; so it is found without a kit.yaml, too. Then it gives the channels below
 * that a kit.yaml chooses from by `from: speed`. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "kits/protocols/nmea_sentence.h"
#include "sense/kit.h"

enum {
	SURE_SENTENCES = 2,
	BURST_MS = 300,
	LATENCY_MS = 100, /* where no kit.yaml says it: as kits/nmea-gps */
	HOUR_MS = 500,
};

enum output { LATITUDE, LONGITUDE, ALTITUDE, SPEED, COURSE, SATELLITES, HDOP, TIME, OUTPUTS };

/* clang-format off */
static const struct channel outputs[OUTPUTS] = {
	[LATITUDE]   = {"latitude", "纬度", "Latitude", "angle", "deg", 1e-6, -90, 90},
	[LONGITUDE]  = {"longitude", "经度", "Longitude", "angle", "deg", 1e-6, -180, 180},
	[ALTITUDE]   = {"altitude", "海拔", "Altitude", "distance", "m", 0.1, -500, 18000},
	[SPEED]      = {"speed", "速度", "Speed", "velocity", "m/s", 0.01, 0, 515},
	[COURSE]     = {"course", "航向", "Course", "angle", "deg", 0.1, 0, 360},
	[SATELLITES] = {"satellites", "卫星数", "Satellites", "count", "1", 1, 0, 60},
	[HDOP]       = {"hdop", "水平精度因子", "Dilution of precision", "ratio", "1", 0.1, 0, 100},
	[TIME]       = {"time", "世界时（当天秒数）", "UTC, seconds of the day", "time", "s", 0.01, 0, 86401},
};
/* clang-format on */

enum part { RMC = 1, GGA = 2 };

struct nmea {
	unsigned n_good;
	unsigned seen;   /* of enum part, in this burst; 0: none is under way */
	bool has_dollar; /* the first byte in the buffer is one, and when it came */
	struct instant dollar;
	struct instant began;
	char time[12]; /* as printed */
	bool has_fix;  /* in that burst, which may be over */
	bool has_told; /* the hour, of that burst */
	double values[OUTPUTS];
};

/* What each channel of a kit.yaml reads. */
struct plan {
	enum output outputs[MODEL_CHANNELS];
};

/* --- rows --- */

static void emit_described(struct kit *kit, const struct nmea *nmea)
{
	const struct plan *plan = kit_model(kit)->plan;

	for (unsigned i = 0; i < kit_model(kit)->n_channels; i++)
		kit_put(kit, i, nmea->values[plan->outputs[i]]);
	kit_emit(kit, nmea->began);
}

static void end_burst(struct kit *kit, struct nmea *nmea)
{
	if (nmea->seen) {
		if (kit_model(kit))
			emit_described(kit, nmea);
		else
			kit_row(kit, 0, instant_add(nmea->began, -LATENCY_MS * (int64_t)NS_PER_MS),
				nmea->values);
	}
	nmea->seen = 0;
}

/* This sentence belongs to the burst, or begins the next one. */
static void join_burst(struct kit *kit, struct nmea *nmea, enum part part, struct nmea_field time,
	struct instant began)
{
	char text[sizeof(nmea->time)] = {0};

	memcpy(text, time.at, time.n < sizeof(text) ? time.n : sizeof(text) - 1);
	if (nmea->seen & part || (nmea->seen && strcmp(text, nmea->time) != 0))
		end_burst(kit, nmea);
	if (!nmea->seen) {
		memcpy(nmea->time, text, sizeof(text));
		nmea->began = began;
		nmea->has_fix = nmea->has_told = false;
		for (unsigned i = 0; i < OUTPUTS; i++)
			nmea->values[i] = NAN;
		nmea->values[TIME] = nmea_time(time);
		kit_wake_at(kit, instant_add(began, BURST_MS * (int64_t)NS_PER_MS));
	}
	nmea->seen |= part;
}

static void tell_hour(struct kit *kit, struct nmea *nmea, struct wall wall)
{
	int64_t latency_ns =
		kit_model(kit) ? kit_model(kit)->latency_ns : LATENCY_MS * (int64_t)NS_PER_MS;

	nmea->has_told = true;
	kit_hour(kit, instant_add(nmea->began, -latency_ns), wall, HOUR_MS * (int64_t)NS_PER_MS);
}

/* Of the burst that is under way, or that has just ended. */
static void take_zda(struct kit *kit, struct nmea *nmea, const struct nmea_field *fields)
{
	struct wall wall;

	if (nmea->has_fix && !nmea->has_told && fields[0].n < sizeof(nmea->time) &&
		strlen(nmea->time) == fields[0].n &&
		memcmp(nmea->time, fields[0].at, fields[0].n) == 0 &&
		nmea_wall_zda(fields[0], fields[1], fields[2], fields[3], &wall))
		tell_hour(kit, nmea, wall);
}

static void take_rmc(struct kit *kit, struct nmea *nmea, const struct nmea_field *fields)
{
	static const double metres_a_second = 1852.0 / 3600; /* of a knot */

	struct wall wall;

	if (fields[1].n != 1 || *fields[1].at != 'A')
		return;
	nmea->has_fix = true;
	if (!nmea->has_told && nmea_wall_rmc(fields[0], fields[8], &wall))
		tell_hour(kit, nmea, wall);
	nmea->values[LATITUDE] = nmea_angle(fields[2], fields[3]);
	nmea->values[LONGITUDE] = nmea_angle(fields[4], fields[5]);
	nmea->values[SPEED] = nmea_number(fields[6]) * metres_a_second;
	nmea->values[COURSE] = nmea_number(fields[7]);
}

static void take_gga(struct nmea *nmea, const struct nmea_field *fields)
{
	nmea->values[SATELLITES] = nmea_number(fields[6]);
	if (!(nmea_number(fields[5]) > 0))
		return; /* no fix: what it says of the place is old or made up */
	nmea->has_fix = true;
	nmea->values[LATITUDE] = nmea_angle(fields[1], fields[2]);
	nmea->values[LONGITUDE] = nmea_angle(fields[3], fields[4]);
	nmea->values[HDOP] = nmea_number(fields[7]);
	nmea->values[ALTITUDE] = nmea_number(fields[8]);
}

static void take_sentence(struct kit *kit, struct nmea *nmea, const struct nmea_sentence *sentence,
	struct instant began)
{
	bool is_rmc = strcmp(sentence->type, "RMC") == 0;

	if (strcmp(sentence->type, "ZDA") == 0)
		take_zda(kit, nmea, sentence->fields);
	if (!is_rmc && strcmp(sentence->type, "GGA") != 0)
		return;
	join_burst(kit, nmea, is_rmc ? RMC : GGA, sentence->fields[0], began);
	if (is_rmc)
		take_rmc(kit, nmea, sentence->fields);
	else
		take_gga(nmea, sentence->fields);
	if (nmea->seen == (RMC | GGA))
		end_burst(kit, nmea);
}

/* --- the device --- */

static void describe_itself(struct kit *kit)
{
	struct device device = {.kit = "nmea-gps", .model = "GPS", .n_streams = 1};
	struct stream *stream = &device.streams[0];

	text_copy(stream->name, sizeof(stream->name), "main");
	stream->stamps = STAMP_ARRIVAL;
	stream->n_channels = OUTPUTS;
	memcpy(stream->channels, outputs, sizeof(outputs));
	if (kit_describe(kit, &device) < 0)
		kit_reject(kit);
}

static void describe(struct kit *kit)
{
	if (!kit_model(kit))
		describe_itself(kit);
	else if (kit_describe_model(kit, NULL, STAMP_ARRIVAL) < 0)
		kit_reject(kit);
}

/* --- bytes --- */

static void on_line(
	struct kit *kit, struct nmea *nmea, const char *line, size_t n, struct instant began)
{
	struct nmea_sentence sentence;
	enum nmea_verdict verdict = nmea_read(line, n, &sentence);

	if (verdict == NMEA_DAMAGED)
		kit_error(kit, "checksum");
	if (verdict == NMEA_OTHER)
		kit_reject(kit);
	nmea->n_good = verdict == NMEA_GOOD ? nmea->n_good + 1 : 0;
	if (verdict != NMEA_GOOD)
		return;
	if (nmea->n_good == SURE_SENTENCES && !kit_is_claimed(kit)) {
		kit_claim(kit);
		describe(kit);
	}
	take_sentence(kit, nmea, &sentence, began);
}

/* Of what begins with '$'. */
static size_t line_length(const char *text, size_t n)
{
	size_t length = 1;

	while (length < n && text[length] != '\r' && text[length] != '\n')
		length++;
	return length;
}

static size_t decode(struct kit *kit, void *state, const uint8_t *bytes, size_t n)
{
	struct nmea *nmea = state;
	const char *text = (const char *)bytes, *start = memchr(text, '$', n), *again;
	size_t before = start ? (size_t)(start - text) : n, length;

	if (before > 0) /* ends of lines, AIS, a receiver's own binary */
		return before;
	if (!nmea->has_dollar)
		nmea->dollar = kit_arrival(kit, n - 1);
	nmea->has_dollar = true;
	length = line_length(text, n);
	again = memchr(text + 1, '$', length - 1);
	if (again) { /* the one before broke off */
		nmea->has_dollar = false;
		kit_reject(kit);
		return (size_t)(again - text);
	}
	if (length == n && n <= NMEA_SENTENCE_MOST)
		return 0;
	nmea->has_dollar = false;
	if (length == n)
		return 1;
	on_line(kit, nmea, text, length, nmea->dollar);
	return length + 1;
}

static void on_tick(struct kit *kit, void *state, struct instant now)
{
	struct nmea *nmea = state;

	if (nmea->seen && kit_is_claimed(kit) &&
		instant_since(now, nmea->began) >= BURST_MS * (int64_t)NS_PER_MS)
		end_burst(kit, nmea);
}

static void on_open(struct kit *kit, void *state)
{
	(void)state;
	if (kit_is_claimed(kit))
		describe(kit);
}

/* --- kit.yaml --- */

static int find_output(const char *word)
{
	for (unsigned i = 0; i < OUTPUTS; i++)
		if (strcmp(outputs[i].id, word) == 0)
			return (int)i;
	return -1;
}

static int compile(const struct model *model, const struct tree *tree, struct report *report,
	struct arena *arena, void **ret_plan)
{
	struct plan *plan = arena_take(arena, sizeof(*plan));
	int error = 0;

	if (!plan)
		return -ENOMEM;
	for (unsigned i = 0; !model->driver && i < model->n_channels; i++) {
		int output = find_output(model->channels[i].from);

		if (output >= 0) {
			plan->outputs[i] = (enum output)output;
			continue;
		}
		model_refuse(tree, report, i, "from", model->channels[i].from,
			"latitude, longitude, altitude, speed, course, satellites, hdop or time");
		error = -EINVAL;
	}
	if (!error)
		*ret_plan = plan;
	return error;
}

static const cyaml_schema_field_t no_keys[] = {CYAML_FIELD_END};

static const struct model_form form = {
	.name = "nmea",
	.keys = no_keys,
	.size = 1,
	.needs = MODEL_NEEDS_SERIAL,
	.compile = compile,
};

KIT_FAMILY(nmea) = {
	.name = "nmea",
	.state_size = sizeof(struct nmea),
	.form = &form,
	.open = on_open,
	.decode = decode,
	.tick = on_tick,
};
