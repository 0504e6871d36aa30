/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `kitlog kit probe`: what is plugged in, which kit fits and why the others do not, and what is
 * missing to open it. Nothing is opened: opening a port restarts an Arduino. */
#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "data/model_word.h"
#include "tools/kitlog/kit.h"
#include "tools/kitlog/kit_shelf.h"
#include "tools/kitlog/kit_sysfs.h"
#include "tools/kitlog/say.h"

enum { WHY = 300 };

struct probe {
	const struct catalogue *catalogue;
	bool is_json;
	json_t *places;
	size_t n[KIT_BUSES];
};

/* --- may it be opened? --- */

static const char *group_of(const char *path, char *ret_name, size_t size)
{
	struct stat about;
	const struct group *group = stat(path, &about) == 0 ? getgrgid(about.st_gid) : NULL;

	text_copy(ret_name, size, group ? group->gr_name : "root");
	return ret_name;
}

/* "" when it may, else what is missing and the next step. */
static void write_access(const struct kit_place *place, char ret_why[WHY])
{
	char group[64];

	ret_why[0] = '\0';
	if (place->bus == KIT_BUS_IIO || place->bus == KIT_BUS_ONEWIRE ||
		access(place->path, R_OK | W_OK) == 0)
		return;
	if (errno == ENOENT)
		snprintf(ret_why, WHY,
			say("没有 %s；udev 没建这个节点",
				"there is no %s; udev did not "
				"make this node"),
			place->path);
	else if (place->bus == KIT_BUS_USB)
		snprintf(ret_why, WHY, "%s",
			say("没有权限；把 70-kitlog.rules 放进 /etc/udev/rules.d，重新插一次",
				"no permission; put 70-kitlog.rules into /etc/udev/rules.d and plug it "
				"in again"));
	else
		snprintf(ret_why, WHY,
			say("没有权限；把用户加进 %s 组：sudo usermod -aG %s $USER，再登录一次",
				"no permission; add the user to the group %s: sudo usermod -aG %s "
				"$USER, then log in again"),
			group_of(place->path, group, sizeof group), group);
}

/* --- does the kit fit? --- */

static void explain_text(struct text *why, const char *key, const char *is, const char *wanted)
{
	if (!wanted || word_matches(wanted, is))
		return;
	text_addf(why, say("%s%s 是“%s”，要“%s”", "%s%s is \"%s\", wanted is \"%s\""),
		why->length ? say("；", "; ") : "", key, is, wanted);
}

/* Why this entry does not fit; "" when it does. */
static void explain_match(
	const struct model_match *match, const struct kit_place *place, struct text *why)
{
	if (!match->any_product && match->product != place->product)
		text_addf(why, say("产品号是 %04x，要 %04x", "its product is %04x, wanted is %04x"),
			place->product, match->product);
	explain_text(why, "manufacturer", place->manufacturer, match->manufacturer);
	explain_text(why, "product", place->product_name, match->product_name);
	explain_text(why, "serial_number", place->serial_number, match->serial_number);
}

static bool is_for_bus(const struct model *model, enum kit_bus bus)
{
	bool is_serial = model->form->needs & MODEL_NEEDS_SERIAL;

	return bus == KIT_BUS_SERIAL ? is_serial : bus == KIT_BUS_USB && !is_serial;
}

static void add_kit(json_t *kits, const struct model *model, bool is_fit, const char *why)
{
	json_array_append_new(kits,
		json_pack("{s:s, s:{s:s, s:s}, s:b, s:s}", "kit", model->id, "name", "zh",
			model->name.zh, "en", model->name.en, "fits", is_fit, "why", why));
}

/* Only entries with the same vendor are worth a word: the others are other things. */
static void judge_usb(json_t *kits, const struct model *model, const struct kit_place *place)
{
	char buffer[WHY] = "";
	bool is_near = false;

	for (size_t i = 0; i < model->n_matches; i++) {
		const struct model_match *match = &model->matches[i];
		struct text why = text_over(buffer, sizeof buffer);

		if (!match->has_usb || match->vendor != place->vendor)
			continue;
		explain_match(match, place, &why);
		if (!why.length) {
			add_kit(kits, model, true,
				match->ask.n ? say("还要看它怎么回答", "if it answers as it should")
					     : "");
			return;
		}
		is_near = true;
	}
	if (is_near)
		add_kit(kits, model, false, buffer);
}

/* Of sensors that the kernel reads, their name alone decides. */
static bool is_driven_by_kernel(const struct model *model, const struct kit_place *place)
{
	const char *bus = place->bus == KIT_BUS_IIO ? "iio"
		: place->bus == KIT_BUS_ONEWIRE     ? "w1"
						    : NULL;

	return bus && model->form->kernel_sensor &&
		model->form->kernel_sensor(model, bus, place->name);
}

static void judge(const struct probe *probe, json_t *kits, const struct kit_place *place)
{
	for (size_t i = 0; i < catalogue_count(probe->catalogue); i++) {
		const struct model *model = catalogue_at(probe->catalogue, i);

		if (place->vendor && is_for_bus(model, place->bus))
			judge_usb(kits, model, place);
		else if (is_driven_by_kernel(model, place))
			add_kit(kits, model, true, "");
	}
}

/* --- telling --- */

static json_t *place_json(const struct kit_place *place, const char *why, json_t *kits)
{
	char ids[16];

	snprintf(ids, sizeof ids, "%04x:%04x", place->vendor, place->product);
	return json_pack("{s:s, s:s, s:s?, s:s, s:s, s:s, s:s, s:s, s:o}", "bus",
		kit_bus_name(place->bus), "path", place->path, "usb", place->vendor ? ids : NULL,
		"manufacturer", place->manufacturer, "product", place->product_name,
		"serial_number", place->serial_number, "name", place->name, "problem", why, "kits",
		kits);
}

static void print_kits(const json_t *kits, const struct kit_place *place)
{
	json_t *kit;
	size_t i;

	json_array_foreach(kits, i, kit)
	{
		const char *why = json_string_value(json_object_get(kit, "why"));
		bool is_fit = json_is_true(json_object_get(kit, "fits"));

		printf("    %s %s  %s%s%s\n", is_fit ? "+" : "-",
			json_string_value(json_object_get(kit, "kit")),
			say_pick(json_object_get(kit, "name")), *why ? say("：", ": ") : "", why);
	}
	if (i == 0 && place->bus == KIT_BUS_SERIAL)
		printf("    %s\n",
			say("没有器材点名要它；打印数字的板和讲 link 的板不用点名",
				"no kit names it; boards that print numbers or speak the link need "
				"none"));
	else if (i == 0 && place->bus == KIT_BUS_USB)
		printf(say("    没有器材认得 %04x:%04x\n", "    no kit has the ids %04x:%04x\n"),
			place->vendor, place->product);
	else if (i == 0 && place->bus != KIT_BUS_GPIO)
		printf(say("    没有器材叫得出 %s\n", "    no kit names %s\n"), place->name);
}

static void print_place(const struct kit_place *place, const char *why, const json_t *kits)
{
	char ids[16] = "";

	if (place->vendor)
		snprintf(ids, sizeof ids, "%04x:%04x", place->vendor, place->product);
	say_row(stdout, (int[]){8, 28, 11, 0},
		(const char *[]){kit_bus_name(place->bus), place->path, ids,
			place->vendor ? place->product_name : place->name},
		4);
	if (*why)
		printf("    ! %s\n", why);
	print_kits(kits, place);
}

/* The serial port of an adapter stands for it: its USB side is the kernel driver's. */
static bool is_adapter(const struct kit_place *place, const json_t *places)
{
	json_t *other;
	char ids[16];
	size_t i;

	snprintf(ids, sizeof ids, "%04x:%04x", place->vendor, place->product);
	json_array_foreach(places, i, other)
	{
		const char *bus = json_string_value(json_object_get(other, "bus"));
		const char *theirs = json_string_value(json_object_get(other, "usb"));
		const char *serial = json_string_value(json_object_get(other, "serial_number"));

		if (place->bus == KIT_BUS_USB && strcmp(bus, "serial") == 0 && theirs &&
			strcmp(theirs, ids) == 0 && strcmp(serial, place->serial_number) == 0)
			return true;
	}
	return false;
}

static void found(void *self, const struct kit_place *place)
{
	struct probe *probe = self;
	char why[WHY];
	json_t *kits;

	if (is_adapter(place, probe->places))
		return;
	probe->n[place->bus]++;
	kits = json_array();
	judge(probe, kits, place);
	write_access(place, why);
	json_array_append_new(probe->places, place_json(place, why, json_incref(kits)));
	if (!probe->is_json)
		print_place(place, why, kits);
	json_decref(kits);
}

/* Buses that are there and empty, and kits that need a line in the configuration. */
static void print_rest(const struct probe *probe)
{
	static const char *const step_zh[KIT_BUSES] = {"没有 USB 串口", "没有别的 USB 设备",
		"没有 GPIO", "内核没有驱动传感器（IIO）", "没有 1-Wire 传感器"};
	static const char *const step_en[KIT_BUSES] = {"no serial port on USB",
		"no other USB device", "no GPIO", "no sensor driven by the kernel (IIO)",
		"no 1-Wire sensor"};

	for (int bus = 0; bus < KIT_BUSES; bus++)
		if (probe->n[bus] == 0)
			say_row(stdout, (int[]){8, 0},
				(const char *[]){kit_bus_name((enum kit_bus)bus),
					say(step_zh[bus], step_en[bus])},
				2);
	if (probe->n[KIT_BUS_GPIO] > 0)
		puts(say("\n引脚上的器材认不出来，要写进配置的 gpio:",
			"\nKits at pins cannot be recognised: name them under gpio: in the "
			"configuration"));
}

int kit_probe(const struct call *call)
{
	const char *sys = getenv("KITLOG_SYSFS"), *dev = getenv("KITLOG_DEV");
	struct probe probe = {0};
	struct kit_shelf *shelf;

	if (call->argc > 1)
		return command_too_many(
			"kit probe", call->argv[1], say("它后面不跟词", "it takes none"));
	if (kit_shelf_open(call, NULL, &shelf) < 0)
		return 1;
	probe.catalogue = kit_shelf_catalogue(shelf);
	probe.places = json_array();
	probe.is_json = call->is_json;
	kit_places(sys ? sys : "/sys", dev ? dev : "/dev", found, &probe);
	if (call->is_json) {
		json_t *all = json_pack("{s:O}", "places", probe.places);

		say_json(all);
		json_decref(all);
	} else {
		print_rest(&probe);
	}
	json_decref(probe.places);
	kit_shelf_close(shelf);
	return 0;
}
