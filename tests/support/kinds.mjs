// SPDX-License-Identifier: GPL-3.0-or-later
// A board with kits of different kinds: one that describes itself, two probes on one adapter of which one is
// dead, and one that is described in a school's folder, warms up and leaves its range. Beside it lies a
// description with a mistake.
import fs from 'node:fs';
import path from 'node:path';
import { Board, lastPoint, open, until } from './browser.mjs';

// emulate/nine_bytes.py goes from 21.50 to 22.49 degrees in hundredths.
const KIT = `kit: warm-gate
name: {zh: 慢热光电门, en: Slow photogate}
model: WG-9 (V2)
match: [{usb: "1a86:55d4"}]
serial: 115200 8N1
frames: {start: AA 55, length: 9, checksum: sum8 0..7 @8}
warmup: 30 min
channels:
  - {id: temp, name: {zh: 温度, en: Temperature}, quantity: temperature, unit: Cel, range: [21, 21.9], resolution: 0.01, accuracy: 0.5, from: s16be@3, scale: 0.01}
  - {id: light, name: {zh: 光照度, en: Illuminance}, quantity: illuminance, unit: lx, range: [0, 65535], resolution: 1, accuracy: 30 + 3 %, from: u16be@5}
wiring: [{zh: 红线接 5 V, en: Red to 5 V}]
safety: [{zh: 不要看光源, en: Do not look into the light}]
traps: [{zh: 阳光直射时读数偏高, en: In sunlight it reads too high}]
unverified: [{zh: 状态位第 0 位以上的各位, en: The status bits above bit 0}]
`;

/** The board, its kits ready: 1 is virtual, 2 the probes, 3 the described one. */
export const kindsBoard = () => Board.start([['cup', 10], { emulate: 'modbus_slave.py', args: ['xy-md02@1', 'xy-md02@4:silent'], port: 'kit: xy-md02, slaves: [1, 4]' },
  { emulate: 'nine_bytes.py', args: ['5'], port: 'kit: warm-gate' }], (folder) => {
  fs.mkdirSync(path.join(folder, 'kits/warm-gate'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'kits/warm-gate/kit.yaml'), KIT);
  fs.mkdirSync(path.join(folder, 'kits/broken'));
  fs.writeFileSync(path.join(folder, 'kits/broken/kit.yaml'), KIT.replace('warm-gate', 'broken').replace('30 min', 'a while'));
  return `kits: [${folder}/kits]\n`;
});

/** A page on a kit. @param {{url: string}} at the board, or what stands before it @param {number} kit @param {object} [how] */
export async function lookAt(at, kit, how = {}) {
  const page = await open(/** @type {Board} */ (at), how);
  await until('a drawn point', () => lastPoint(page));
  await page.locator('.btn.gb').click();
  await page.locator('.kitrow .item').nth(kit - 1).click();
  await until('its number', async () => (await page.locator('.gb b').first().innerText()).includes(String(kit)));
  return page;
}
