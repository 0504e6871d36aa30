/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of places, as many as sense has slots; the place in the table is the slot. Those named in
 * the configuration keep theirs for ever and are tried each second until they open. Those that a
 * finder sees come when it lists them and go when they close.
 *
 * udev's messages say when to look. Where there is no udevd the kernel's own messages are used; the
 * look each second makes up for those that were missed. */
#include "sense/ports.h"

#include <errno.h>
#include <libudev.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LOG_TAG "ports"
#include "base/container.h"
#include "base/log.h"
#include "base/text.h"
#include "sense/finder.h"
#include "sense/permission.h"

static const int64_t look_ns = NS_PER_S;

static const struct finder *const finders[] = {
	&finder_serial, &finder_usb, &finder_gpio, &finder_kernel};

enum { FINDERS = sizeof finders / sizeof *finders };

const struct finder *const *ports_finders(size_t *ret_n)
{
	*ret_n = FINDERS;
	return finders;
}

struct entry {
	bool is_used, is_named, is_handed; /* is_handed: sense has the transport */
	bool is_listed;                    /* in the last look */
	bool is_stranger;                  /* no kit of ours */
	bool is_late;                      /* its chip holds bytes back */
	bool is_refused;                   /* the serial setting that sense asked for last */
	const struct finder *finder;
	char path[256];
	struct transport *transport; /* NULL: closed */
	struct kit_port about;
	char problem[PORT_PROBLEM], problem_zh[PORT_PROBLEM];
	struct permission_seen
		refusal; /* what the problem explains; zeroed: another one, or none */
	struct log_state log;
};

struct ports {
	struct loop *loop;
	struct finder_context context;
	struct sense *sense;
	struct timer timer;
	struct wake wake; /* sense has notices */
	struct udev *udev;
	struct udev_monitor *monitor;
	struct watch watch;           /* on the monitor */
	const struct finder *looking; /* whose list is being taken */
	struct entry entries[DEVICE_MAX];
	struct log_state full;
};

/* --- what people read --- */

/* clang-format off */
static const struct trouble gone = {0, "its device is gone", "plug it in again",
	"器材不在了", "再插上"};
/* clang-format on */

static void tell_problem(struct entry *entry)
{
	log_state_set(&entry->log, LOG_WARN, entry->finder->name, "%.120s: %s", entry->path,
		entry->problem);
}

static void set_problem(struct entry *entry, const struct trouble *trouble, int error)
{
	struct text en = text_over(entry->problem, sizeof entry->problem);
	struct text zh = text_over(entry->problem_zh, sizeof entry->problem_zh);

	text_addf(&en, "%s; %s", trouble->what ? trouble->what : strerror(-error), trouble->step);
	text_addf(&zh, "%s；%s", trouble->what_zh, trouble->step_zh);
	entry->refusal = (struct permission_seen){0};
	tell_problem(entry);
}

static const struct trouble *trouble_of(const struct finder *finder, int error)
{
	const struct trouble *trouble = finder->troubles;

	while (trouble->error && trouble->error != error)
		trouble++;
	return trouble;
}

/* It cannot be opened. */
static void set_refusal(struct ports *ports, struct entry *entry, int error)
{
	if (!permission_explains(entry->finder, &ports->context, entry->path, error,
		    &entry->refusal, entry->problem, entry->problem_zh, PORT_PROBLEM)) {
		set_problem(entry, trouble_of(entry->finder, error), error);
		return;
	}
	tell_problem(entry);
}

/* It is open, and nothing is wrong but what is always so with such an adapter. */
static void set_open(struct entry *entry)
{
	entry->is_refused = false;
	if (entry->is_late) {
		set_problem(entry, entry->finder->late, 0);
		return;
	}
	entry->problem[0] = entry->problem_zh[0] = 0;
	entry->refusal = (struct permission_seen){0};
	if (!log_state_clear(&entry->log, entry->finder->name, "%s is open", entry->path))
		log_write(LOG_INFO, entry->finder->name, "%s is open", entry->path);
}

/* --- one place --- */

/* People name a port by a link ("/dev/serial/by-id/..."), the kernel by its own name. */
static bool is_same_place(const char *path, const char *other)
{
	char real[PATH_MAX], other_real[PATH_MAX];

	return !strcmp(path, other) ||
		(realpath(path, real) && realpath(other, other_real) && !strcmp(real, other_real));
}

static struct entry *find(struct ports *ports, const char *path)
{
	for (size_t i = 0; i < DEVICE_MAX; i++)
		if (ports->entries[i].is_used && !strcmp(ports->entries[i].path, path))
			return &ports->entries[i];
	for (size_t i = 0; i < DEVICE_MAX; i++)
		if (ports->entries[i].is_used && is_same_place(ports->entries[i].path, path))
			return &ports->entries[i];
	return NULL;
}

static struct entry *add(struct ports *ports, const char *path)
{
	for (size_t i = 0; i < DEVICE_MAX; i++) {
		struct entry *entry = &ports->entries[i];

		if (entry->is_used || entry->is_handed)
			continue;
		*entry = (struct entry){.is_used = true, .finder = ports->looking};
		text_copy(entry->path, sizeof entry->path, path);
		return entry;
	}
	log_state_set(&ports->full, LOG_WARN, LOG_TAG,
		"%s: there are %d devices already; unplug one", path, DEVICE_MAX);
	return NULL;
}

/* Links may come to lead to one port after they were looked at. */
static bool is_open_elsewhere(const struct ports *ports, const struct entry *entry)
{
	for (size_t i = 0; i < DEVICE_MAX; i++) {
		const struct entry *at = &ports->entries[i];

		if (at != entry && at->is_used && at->transport &&
			is_same_place(at->path, entry->path))
			return true;
	}
	return false;
}

static void close_entry(struct entry *entry)
{
	if (entry->transport)
		entry->transport->class->close(entry->transport);
	entry->transport = NULL;
}

static void try_place(struct ports *ports, struct entry *entry)
{
	bool is_late = false;
	int failed;

	if (entry->is_handed || entry->is_stranger)
		return;
	failed = is_open_elsewhere(ports, entry)
		? -EALREADY
		: entry->finder->open(
			  &ports->context, entry->path, &entry->transport, &entry->about, &is_late);
	if (failed == -EINPROGRESS)
		return; /* the next look, or udevd's message, tries again */
	entry->is_stranger = failed == -ENODEV;
	if (failed && !entry->is_stranger)
		set_refusal(ports, entry, failed);
	if (failed)
		return;
	if (sense_add(ports->sense, (unsigned)(entry - ports->entries), entry->transport,
		    &entry->about)) {
		close_entry(entry); /* sense is busy: the next look tries again */
		return;
	}
	entry->is_handed = true;
	entry->is_late = is_late;
	set_open(entry);
}

/* --- all places --- */

static void found(void *self, const char *path, bool is_named)
{
	struct ports *ports = self;
	struct entry *entry = find(ports, path);

	if (!entry)
		entry = add(ports, path);
	if (!entry)
		return;
	entry->is_listed = true;
	entry->is_named |= is_named;
}

static void look(struct ports *ports)
{
	for (size_t i = 0; i < DEVICE_MAX; i++)
		ports->entries[i].is_listed = false;
	for (size_t i = 0; i < FINDERS; i++) {
		ports->looking = finders[i];
		finders[i]->list(&ports->context, found, ports);
	}
	for (size_t i = 0; i < DEVICE_MAX; i++) {
		struct entry *entry = &ports->entries[i];

		if (!entry->is_used)
			continue;
		if (entry->is_named || entry->is_listed)
			try_place(ports, entry);
		else if (!entry->is_handed)
			entry->is_used = false; /* unplugged */
	}
}

static void look_due(struct timer *timer, struct instant now)
{
	(void)now;
	look(CONTAINER(timer, struct ports, timer));
}

/* Sense goes on to other settings by itself: the problem lasts until the adapter takes one. */
static void set_serial(struct entry *entry, const struct model_serial *serial)
{
	const struct transport_class *class = entry->transport->class;

	if (!class->set_serial)
		return;
	if (class->set_serial(entry->transport, serial) < 0) {
		set_problem(entry, trouble_of(entry->finder, -EOPNOTSUPP), -EOPNOTSUPP);
		entry->is_refused = true;
		return;
	}
	entry->about.speed = serial->speed;
	if (entry->is_refused)
		set_open(entry);
}

static void take_notices(struct wake *wake)
{
	struct ports *ports = CONTAINER(wake, struct ports, wake);
	struct sense_notice notice;

	while (sense_next_notice(ports->sense, &notice)) {
		struct entry *entry = &ports->entries[notice.slot];

		if (notice.kind == SENSE_RESPEED) {
			set_serial(entry, &notice.serial);
			continue;
		}
		close_entry(entry);
		entry->is_handed = false;
		set_problem(entry, &gone, 0);
		if (!entry->is_named)
			entry->is_used = false; /* comes back when it is listed again */
	}
}

/* --- hot-plug --- */

static void plugged(struct watch *watch, uint32_t events)
{
	struct ports *ports = CONTAINER(watch, struct ports, watch);
	struct udev_device *device;

	(void)events;
	while ((device = udev_monitor_receive_device(ports->monitor)))
		udev_device_unref(device);
	look(ports); /* what is true now counts, not what was said */
}

static int listen_to_udev(struct ports *ports)
{
	bool has_udevd = access("/run/udev/control", F_OK) == 0;
	int failed;

	ports->udev = udev_new();
	if (!ports->udev)
		return -ENOMEM;
	ports->monitor = udev_monitor_new_from_netlink(ports->udev, has_udevd ? "udev" : "kernel");
	if (!ports->monitor)
		return -ENOMEM;
	for (size_t i = 0; i < FINDERS; i++)
		if (finders[i]->subsystem)
			udev_monitor_filter_add_match_subsystem_devtype(
				ports->monitor, finders[i]->subsystem, NULL);
	failed = udev_monitor_enable_receiving(ports->monitor);
	ports->watch.ready = plugged;
	return failed < 0 ? failed
			  : watch_add(ports->loop, &ports->watch,
				    udev_monitor_get_fd(ports->monitor), EPOLLIN);
}

/* --- the whole --- */

int ports_open(const struct ports_options *options, struct ports **ret_ports)
{
	struct ports *ports = calloc(1, sizeof *ports);
	int failed;

	if (!ports)
		return -ENOMEM;
	ports->loop = options->loop;
	ports->context =
		(struct finder_context){options->config, options->catalogue, options->sysfs};
	ports->sense = options->sense;
	ports->wake.woken = take_notices;
	failed = wake_open(ports->loop, &ports->wake);
	if (failed) {
		ports_close(ports);
		return failed;
	}
	sense_listen(ports->sense, &ports->wake);
	/* Without hot-plug messages the look each second still finds everything. */
	if (listen_to_udev(ports) < 0)
		log_info("no hot-plug messages here; looking each second");
	ports->timer.due = look_due;
	timer_every(ports->loop, &ports->timer, look_ns);
	look(ports);
	*ret_ports = ports;
	return 0;
}

void ports_close(struct ports *ports)
{
	if (!ports)
		return;
	timer_cancel(&ports->timer);
	watch_remove(&ports->watch);
	wake_close(&ports->wake);
	udev_monitor_unref(ports->monitor);
	udev_unref(ports->udev);
	for (size_t i = 0; i < DEVICE_MAX; i++)
		close_entry(&ports->entries[i]);
	free(ports);
}

size_t ports_status(const struct ports *ports, struct port_status *ret_status, size_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < DEVICE_MAX && n < most; i++) {
		const struct entry *entry = &ports->entries[i];

		if (!entry->is_used || entry->is_stranger)
			continue;
		struct port_status *status = &ret_status[n++];
		*status = (struct port_status){
			.is_open = entry->is_handed, .speed = entry->about.speed};
		text_copy(status->path, sizeof status->path, entry->path);
		text_copy(status->problem, sizeof status->problem, entry->problem);
		text_copy(status->problem_zh, sizeof status->problem_zh, entry->problem_zh);
	}
	return n;
}
