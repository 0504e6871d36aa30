/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The USB device on raw-gadget. One thread per blocking call of that interface: control requests,
 * and each endpoint; one for time, one for words on standard input. They end with the process,
 * which is what unplugging is. */
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <linux/hid.h>
#include <linux/usb/raw_gadget.h>

#include "descriptors.h"

enum { QUEUE = 64 };

struct packet {
	size_t n;
	uint8_t data[DEVICE_PACKET];
};

struct endpoint {
	struct device *device;
	struct usb_endpoint_descriptor descriptor;
	uint16_t handle;
	unsigned first, n; /* of the queue */
	struct packet queue[QUEUE];
	pthread_cond_t filled;
};

struct device {
	int fd;
	struct device_model *model;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* time may be due at another moment */
	bool is_configured;
	unsigned n_endpoints;
	struct endpoint endpoints[DEVICE_ENDPOINTS];
};

/* struct usb_raw_ep_io with its data. */
struct transfer {
	uint16_t endpoint, flags;
	uint32_t n;
	uint8_t data[DEVICE_CONTROL];
};

/* struct usb_raw_event with its data. */
struct event {
	uint32_t kind, n;
	struct usb_ctrlrequest setup;
};

_Noreturn static void die(const char *what)
{
	fprintf(stderr, "gadget: %s: %s\n", what, strerror(errno));
	exit(1);
}

void device_say(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vprintf(format, values);
	va_end(values);
	putchar('\n');
	fflush(stdout);
}

bool device_number(const char *value, long least, long most, long *ret_number)
{
	char *end;
	long number = strtol(value, &end, 0);

	if (end == value || *end || number < least || number > most)
		return false;
	*ret_number = number;
	return true;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void start_thread(void *(*run)(void *), void *argument)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, run, argument);
	if (errno)
		die("no thread");
	pthread_detach(thread);
}

/* --- endpoints --- */

bool device_send(struct device *device, uint8_t address, const void *data, size_t n)
{
	for (unsigned i = 0; i < device->n_endpoints; i++) {
		struct endpoint *endpoint = &device->endpoints[i];

		if (endpoint->descriptor.bEndpointAddress != address)
			continue;
		if (endpoint->n == QUEUE || n > DEVICE_PACKET)
			return false;
		struct packet *packet = &endpoint->queue[(endpoint->first + endpoint->n++) % QUEUE];

		packet->n = n;
		memcpy(packet->data, data, n);
		pthread_cond_signal(&endpoint->filled);
		return true;
	}
	return false;
}

/* Each call blocks until the host has fetched the packet. */
static void *feed_host(void *self)
{
	struct endpoint *endpoint = self;
	struct device *device = endpoint->device;
	struct transfer transfer = {.endpoint = endpoint->handle};

	for (;;) {
		pthread_mutex_lock(&device->lock);
		while (!endpoint->n)
			pthread_cond_wait(&endpoint->filled, &device->lock);
		const struct packet *packet = &endpoint->queue[endpoint->first];

		transfer.n = (uint32_t)packet->n;
		memcpy(transfer.data, packet->data, packet->n);
		endpoint->first = (endpoint->first + 1) % QUEUE;
		endpoint->n--;
		pthread_mutex_unlock(&device->lock);
		if (ioctl(device->fd, USB_RAW_IOCTL_EP_WRITE, &transfer) < 0 && errno != EINTR)
			return NULL; /* the host let go of the device */
	}
}

static void *hear_host(void *self)
{
	struct endpoint *endpoint = self;
	struct device *device = endpoint->device;
	struct transfer transfer;

	for (;;) {
		transfer = (struct transfer){.endpoint = endpoint->handle, .n = DEVICE_PACKET};
		int n = ioctl(device->fd, USB_RAW_IOCTL_EP_READ, &transfer);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return NULL;
		pthread_mutex_lock(&device->lock);
		device->model->received(device->model->self, device, transfer.data, (size_t)n);
		pthread_cond_signal(&device->changed);
		pthread_mutex_unlock(&device->lock);
	}
}

static void open_endpoint(struct device *device, const uint8_t *descriptor)
{
	struct endpoint *endpoint = &device->endpoints[device->n_endpoints++];

	endpoint->device = device;
	memcpy(&endpoint->descriptor, descriptor, USB_DT_ENDPOINT_SIZE);
	pthread_cond_init(&endpoint->filled, NULL);
	int handle = ioctl(device->fd, USB_RAW_IOCTL_EP_ENABLE, &endpoint->descriptor);

	if (handle < 0)
		die("this controller has no such endpoint");
	endpoint->handle = (uint16_t)handle;
	start_thread(endpoint->descriptor.bEndpointAddress & USB_DIR_IN ? feed_host : hear_host,
		endpoint);
}

static void configure(struct device *device)
{
	const uint8_t *at = NULL;

	if (device->is_configured)
		return; /* the host says it again */
	while ((at = descriptors_next(device->model, at, USB_DT_ENDPOINT)))
		open_endpoint(device, at);
	/* In units of 2 mA. */
	if (ioctl(device->fd, USB_RAW_IOCTL_VBUS_DRAW, device->model->configuration.data[8]) < 0 ||
		ioctl(device->fd, USB_RAW_IOCTL_CONFIGURE, 0) < 0)
		die("not configured");
	device->is_configured = true;
	device_say("configured");
}

/* --- control requests --- */

static int standard_request(
	struct device *device, const struct usb_ctrlrequest *setup, uint8_t *data, size_t room)
{
	switch (setup->bRequest) {
	case USB_REQ_GET_DESCRIPTOR:
		return descriptors_get(device->model, setup, data, room);
	case USB_REQ_SET_CONFIGURATION:
		configure(device);
		return 0;
	case USB_REQ_GET_CONFIGURATION:
		data[0] = device->is_configured;
		return room ? 1 : 0;
	case USB_REQ_SET_INTERFACE:
		return 0;
	case USB_REQ_GET_INTERFACE:
		data[0] = 0;
		return room ? 1 : 0;
	}
	return -1;
}

/* Each HID device may be asked this at any time. */
static bool is_hid_setting(const struct usb_ctrlrequest *setup)
{
	return setup->bRequestType == (USB_TYPE_CLASS | USB_RECIP_INTERFACE) &&
		(setup->bRequest == HID_REQ_SET_IDLE || setup->bRequest == HID_REQ_SET_PROTOCOL);
}

static int answer(
	struct device *device, const struct usb_ctrlrequest *setup, uint8_t *data, size_t n)
{
	struct device_model *model = device->model;

	if ((setup->bRequestType & USB_TYPE_MASK) == USB_TYPE_STANDARD)
		return standard_request(device, setup, data, n);
	if (is_hid_setting(setup))
		return 0;
	return model->control ? model->control(model->self, device, setup, data, n) : -1;
}

static int answer_locked(
	struct device *device, const struct usb_ctrlrequest *setup, uint8_t *data, size_t n)
{
	pthread_mutex_lock(&device->lock);
	int n_answer = answer(device, setup, data, n);

	pthread_cond_signal(&device->changed);
	pthread_mutex_unlock(&device->lock);
	return n_answer;
}

static void handle(struct device *device, const struct usb_ctrlrequest *setup)
{
	struct transfer transfer = {.n = 0};
	size_t n = setup->wLength < DEVICE_CONTROL ? setup->wLength : DEVICE_CONTROL;
	bool is_in = setup->bRequestType & USB_DIR_IN;
	int n_answer = 0;

	if (!is_in && n) {
		/* Its data must be fetched before it is judged; to refuse it is too late then. */
		transfer.n = (uint32_t)n;
		int got = ioctl(device->fd, USB_RAW_IOCTL_EP0_READ, &transfer);

		if (got >= 0)
			answer_locked(device, setup, transfer.data, (size_t)got);
		return;
	}
	n_answer = answer_locked(device, setup, transfer.data, n);
	if (n_answer < 0) {
		ioctl(device->fd, USB_RAW_IOCTL_EP0_STALL, 0);
		return;
	}
	/* May fail when the host gave up meanwhile: it asks again if it wants to. */
	transfer.n = (uint32_t)n_answer;
	ioctl(device->fd, is_in ? USB_RAW_IOCTL_EP0_WRITE : USB_RAW_IOCTL_EP0_READ, &transfer);
}

static void *serve_control(void *self)
{
	struct device *device = self;
	struct event got;

	for (;;) {
		got = (struct event){.n = sizeof got.setup};
		if (ioctl(device->fd, USB_RAW_IOCTL_EVENT_FETCH, &got) < 0) {
			if (errno == EINTR)
				continue;
			die("the controller is gone");
		}
		if (got.kind == USB_RAW_EVENT_CONTROL)
			handle(device, &got.setup);
	}
	return NULL;
}

/* --- time and words --- */

static void *watch_clock(void *self)
{
	struct device *device = self;

	pthread_mutex_lock(&device->lock);
	while (!device->is_configured)
		pthread_cond_wait(&device->changed, &device->lock);
	for (;;) {
		int64_t due = device->model->run(device->model->self, device, now_ns());
		struct timespec until = {due / 1000000000, due % 1000000000};

		if (due == INT64_MAX)
			pthread_cond_wait(&device->changed, &device->lock);
		else
			pthread_cond_timedwait(&device->changed, &device->lock, &until);
	}
	return NULL;
}

static void tell(
	struct device_model *model, struct device *device, const char *word, const char *value)
{
	if (model->word && value && model->word(model->self, device, word, value))
		return;
	fprintf(stderr, "gadget: \"%s %s\" means nothing to this device\n", word,
		value ? value : "");
	exit(2);
}

static void hear_words(struct device *device)
{
	char line[200];

	while (fgets(line, sizeof line, stdin)) {
		char *rest = line;
		char *word = strsep(&rest, " \n");
		char *value = rest ? strsep(&rest, "\n") : NULL;

		pthread_mutex_lock(&device->lock);
		tell(device->model, device, word, value);
		pthread_cond_signal(&device->changed);
		pthread_mutex_unlock(&device->lock);
	}
}

/* --- plugging in --- */

static void number_strings(struct device_model *model)
{
	model->descriptor.bLength = USB_DT_DEVICE_SIZE;
	model->descriptor.bDescriptorType = USB_DT_DEVICE;
	model->descriptor.bNumConfigurations = 1;
	model->descriptor.iManufacturer = model->manufacturer ? 1 : 0;
	model->descriptor.iProduct = model->product ? 2 : 0;
	model->descriptor.iSerialNumber = model->serial ? 3 : 0;
}

static void plug_in(struct device *device, const char *controller)
{
	struct usb_raw_init init = {
		.driver_name = "dummy_udc", .speed = (uint8_t)device->model->speed};

	snprintf((char *)init.device_name, sizeof init.device_name, "%s", controller);
	device->fd = open("/dev/raw-gadget", O_RDWR | O_CLOEXEC);
	if (device->fd < 0)
		die("/dev/raw-gadget");
	if (ioctl(device->fd, USB_RAW_IOCTL_INIT, &init) < 0 ||
		ioctl(device->fd, USB_RAW_IOCTL_RUN, 0) < 0)
		die(controller);
}

int device_main(int argc, char **argv, struct device_model *model)
{
	static struct device device;
	const char *controller = "dummy_udc.0";
	pthread_condattr_t monotonic;

	for (int i = 1; i < argc; i += 2) {
		if (!strcmp(argv[i], "--udc") && i + 1 < argc)
			controller = argv[i + 1];
		else
			tell(model, NULL, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
	}
	number_strings(model);
	device.model = model;
	pthread_mutex_init(&device.lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&device.changed, &monotonic);
	plug_in(&device, controller);
	start_thread(serve_control, &device);
	if (model->run)
		start_thread(watch_clock, &device);
	hear_words(&device);
	return 0;
}
