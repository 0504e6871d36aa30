/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record in which a Vernier probe carries its factory calibration (DDS, 128 bytes): what it
 * measures, in which unit, and how volts become that. Pure; any thread.
 *
 * Source: field tables and practice of the maker's published SDK; what could not be confirmed is
 * read tolerantly: three forms of the checksum are met in the wild, and records with none of them
 * but a plausible lot code. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	DDS_BYTES = 128,
	DDS_TEN_VOLTS = 2, /* dds.operation of a probe for +/-10 V; any other is for 0..5 V */
};

enum dds_equation {
	DDS_LINEAR = 1,         /* A + B x */
	DDS_QUADRATIC = 2,      /* A + B x + C x^2 */
	DDS_POWER = 4,          /* A * B^x */
	DDS_STEINHART_HART = 12 /* a thermistor at 5 V behind 15 kohm */
};

struct dds {
	uint8_t sensor;    /* number of the kind of probe */
	uint32_t serial;   /* 0: none */
	uint8_t operation; /* DDS_TEN_VOLTS or else */
	uint8_t equation;
	double a, b, c;
	double low, high; /* of the value; equal: unknown (a record has the axis of a chart only) */
	uint16_t warm_up_s;
	char unit[8];  /* as printed: "C", "kPa" */
	char name[21]; /* "Stainless Temp"; valid ASCII */
};

/* false: blank, or damaged. */
bool dds_read(const uint8_t bytes[DDS_BYTES], struct dds *ret_dds);

/* What the maker's software takes for a probe that has a number but no memory (1..18); false: not
 * known. */
bool dds_of_probe(uint32_t number, struct dds *ret_dds);

/* The value of a voltage at the probe; NaN when the equation is none that is known. */
double dds_value(const struct dds *dds, double volts);
