/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "live/described.h"

const struct model *described_device(const struct catalogue *catalogue, const struct device *device)
{
	return catalogue_find(catalogue, device->kit);
}

const struct model_channel *described_channel(const struct catalogue *catalogue,
	const struct device *device, const struct channel *channel)
{
	const struct model *model = described_device(catalogue, device);
	int index = model ? model_channel(model, channel->id) : -1;

	return index < 0 ? NULL : &model->channels[index];
}

bool described_rules(const struct catalogue *catalogue, const struct device *device,
	const struct channel *channel, struct calibration_rules *ret_rules)
{
	static const struct {
		enum model_calibration word;
		enum calibration_kind kind;
	} kinds[] = {{MODEL_OFFSET, CALIBRATION_OFFSET}, {MODEL_TWO_POINT, CALIBRATION_TWO_POINT},
		{MODEL_TABLE, CALIBRATION_TABLE}};
	const struct model_channel *of = described_channel(catalogue, device, channel);

	if (!of)
		return false;
	*ret_rules = (struct calibration_rules){.is_zeroable = of->is_zeroable,
		.is_limited = of->calibrations != 0,
		.recheck_s = of->recheck_ns / NS_PER_S};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (of->calibrations & kinds[i].word)
			ret_rules->kinds |= 1u << kinds[i].kind;
	return true;
}
