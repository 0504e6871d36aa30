/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ports that the kernel lists, through libserialport: it knows the drivers' odd speeds and what USB
 * says about the adapter. Opening asserts DTR, which resets an Arduino once; HUPCL is cleared so
 * that closing does not drop DTR and the next opening does not reset it again. */
#include "sense/port.h"

#include <errno.h>
#include <libserialport.h>
#include <linux/serial.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/text.h"
#include "sense/port_place.h"

enum { SPEED_USUAL = 115200, USB_FRAME_MS = 1 };

static const char sysfs[] = "/sys";

static int error_of(enum sp_return result)
{
	switch (result) {
	case SP_ERR_ARG:
		return -ENODEV;
	case SP_ERR_MEM:
		return -ENOMEM;
	case SP_ERR_FAIL:
		return errno ? -errno : -EIO;
	default:
		return -EIO;
	}
}

/* For one that is open: as long as it is, the kernel gives its name to no other. What stood under that
 * name before may have been another adapter, or this one when it was pulled out and told half. */
static int learn_about(const char *path, struct kit_port *about)
{
	int vendor = 0, product = 0;
	const char *serial = NULL, *name = NULL, *maker = NULL;
	struct sp_port *port;

	if (sp_get_port_by_name(path, &port) != SP_OK)
		return -EINPROGRESS; /* gone again */
	if (sp_get_port_transport(port) == SP_TRANSPORT_USB) {
		sp_get_port_usb_vid_pid(port, &vendor, &product);
		serial = sp_get_port_usb_serial(port);
		name = sp_get_port_usb_product(port);
		maker = sp_get_port_usb_manufacturer(port);
	}
	about->usb_vendor = (uint16_t)vendor;
	about->usb_product = (uint16_t)product;
	text_copy(about->usb_serial, sizeof about->usb_serial, serial ? serial : "");
	text_copy(about->usb_manufacturer, sizeof about->usb_manufacturer, maker ? maker : "");
	text_copy(about->usb_product_name, sizeof about->usb_product_name, name ? name : "");
	port_place(sysfs, path, about->socket, sizeof about->socket);
	about->has_wire = port_has_wire(path, about->usb_vendor, about->usb_product);
	sp_free_port(port);
	return 0;
}

static void keep_dtr(int fd)
{
	struct termios settings;

	if (tcgetattr(fd, &settings))
		return;
	settings.c_cflag &= ~(tcflag_t)HUPCL;
	tcsetattr(fd, TCSANOW, &settings);
}

/* FTDI chips hold bytes back for 16 ms unless told otherwise (AN232B-04). Their driver takes this
 * flag from any user and sets them to 1 ms; latency_timer itself is root's. Others do not mind. */
static void shorten_latency(int fd)
{
	struct serial_struct settings;

	if (ioctl(fd, TIOCGSERIAL, &settings))
		return;
	settings.flags |= (int)ASYNC_LOW_LATENCY;
	ioctl(fd, TIOCSSERIAL, &settings);
}

int port_open_serial(const char *path, unsigned speed, struct port *ret_port,
	struct kit_port *ret_about, bool *ret_is_late)
{
	int error;
	unsigned latency_ms;
	struct port opened = {.fd = -1};
	enum sp_return result = sp_get_port_by_name(path, &opened.port);

	if (result != SP_OK)
		return error_of(result);
	errno = 0;
	if ((result = sp_open(opened.port, SP_MODE_READ_WRITE)) != SP_OK)
		goto fail;
	if ((result = sp_get_port_handle(opened.port, &opened.fd)) != SP_OK ||
		(result = sp_set_baudrate(opened.port, (int)(speed ? speed : SPEED_USUAL))) !=
			SP_OK ||
		(result = sp_set_bits(opened.port, 8)) != SP_OK ||
		(result = sp_set_parity(opened.port, SP_PARITY_NONE)) != SP_OK ||
		(result = sp_set_stopbits(opened.port, 1)) != SP_OK ||
		(result = sp_set_flowcontrol(opened.port, SP_FLOWCONTROL_NONE)) != SP_OK)
		goto fail;
	error = port_make_ours(opened.fd);
	if (error == 0 && speed)
		error = port_check_serial(opened.fd,
			&(struct model_serial){
				.speed = speed, .bits = 8, .parity = 'N', .stop_bits = 1});
	if (error < 0)
		goto close;
	/* Programs that know no lock are kept out too, unless they are root's. Not for ptys: there
	 * the mark outlives the one who made it when a simulator keeps its own end open. */
	ioctl(opened.fd, TIOCEXCL);
	keep_dtr(opened.fd);
	ret_about->speed = speed ? speed : SPEED_USUAL;
	error = learn_about(path, ret_about);
	if (error < 0)
		goto close;
	shorten_latency(opened.fd);
	latency_ms = port_latency_ms(sysfs, path);
	ret_about->uncertainty_ns = (latency_ms ? latency_ms : USB_FRAME_MS) * (int64_t)NS_PER_MS;
	port_presume(latency_ms, ret_about);
	*ret_is_late = latency_ms > USB_FRAME_MS;
	*ret_port = opened;
	return 0;
fail:
	error = error_of(result);
close:
	port_close(&opened);
	return error;
}

static enum sp_parity parity_of(char parity)
{
	return parity == 'E' ? SP_PARITY_EVEN : parity == 'O' ? SP_PARITY_ODD : SP_PARITY_NONE;
}

int port_set_serial(const struct port *port, const struct model_serial *serial)
{
	enum sp_return result;

	if (!port->port)
		return 0;
	errno = 0;
	if ((result = sp_set_baudrate(port->port, (int)serial->speed)) == SP_OK &&
		(result = sp_set_bits(port->port, serial->bits)) == SP_OK &&
		(result = sp_set_parity(port->port, parity_of(serial->parity))) == SP_OK)
		result = sp_set_stopbits(port->port, serial->stop_bits);
	return result == SP_OK ? port_check_serial(port->fd, serial) : error_of(result);
}

void port_close(struct port *port)
{
	if (port->port) {
		sp_close(port->port);
		sp_free_port(port->port);
	} else if (port->fd >= 0) {
		close(port->fd);
	}
	*port = (struct port){.fd = -1};
}

void port_list(void (*found)(void *self, const char *path), void *self)
{
	struct sp_port **ports;

	if (sp_list_ports(&ports) != SP_OK)
		return;
	for (size_t i = 0; ports[i]; i++)
		if (sp_get_port_transport(ports[i]) == SP_TRANSPORT_USB)
			found(self, sp_get_port_name(ports[i]));
	sp_free_port_list(ports);
}
