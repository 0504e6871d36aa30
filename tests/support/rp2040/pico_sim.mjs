// SPDX-License-Identifier: GPL-3.0-or-later
// A Raspberry Pi Pico in rp2040js, at the pace of the wall clock, with its serial line on standard input
// and output; ptybridge makes a port of that.
//
//     node pico_sim.mjs FIRMWARE.uf2 [--lamp FILE] [--uid HEX] [--usb FILE]
//     node pico_sim.mjs --can-run         ends with 77 when rp2040js is not installed
//
// --lamp: a line "US LEVEL" at each change of GPIO25. --uid: what the flash chip tells as its number;
// without it, it tells none. GP26 shows the time: tenths of a millisecond modulo 4096, so a sample tells
// when it was taken; GP27 and GP28 are constant, the thermometer is at 25 °C. GP26's own time is that
// of the chip's timer.
//
// --usb: the line is the board's USB, with a host that has the port open; FILE gets what the board told of
// itself, as JSON. SIGUSR1 closes the port, or opens it again; while it is closed the line is the UART.
//
// Starts as the chip's boot program does: checks the second stage's checksum, copies it, jumps there.
import fs from 'node:fs';
import { load, skip } from '../pages.mjs';

const QUANTUM_NS = 5e5; // 0.5 ms: what the line's latency is made of
const SLIP_NS = 5e7; // when this machine is later than this, the board's time slips: a hasty one would deceive
const WARM_NS = 5e8;
const MOST_QUANTA = 20; // between two looks at the line
const BYTE_NS = 1e10 / 115200;
const FLASH = 0x10000000, BOOT2_PLACE = 0x41f00, RAM = 0x20000000;
const CONSTANT = [0, 2048, 4095, 0, 881]; // inputs of the converter; 4 is the thermometer

/** Puts an UF2 file into the flash. */
function flash(mcu, file) {
  const bytes = fs.readFileSync(file);
  if (bytes.length === 0 || bytes.length % 512 !== 0) throw new Error(`${file} is no UF2 file`);
  for (let at = 0; at < bytes.length; at += 512) {
    if (bytes.readUInt32LE(at) !== 0x0a324655 || bytes.readUInt32LE(at + 4) !== 0x9e5d5157 ||
        bytes.readUInt32LE(at + 508) !== 0x0ab16f30) throw new Error(`${file}: no UF2 block at byte ${at}`);
    const size = bytes.readUInt32LE(at + 16);
    mcu.flash.set(bytes.subarray(at + 32, at + 32 + size), bytes.readUInt32LE(at + 12) - FLASH);
  }
}

function boot(mcu) {
  const stage = mcu.flash.subarray(0, 256);
  let crc = -1;
  for (const byte of stage.subarray(0, 252)) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc << 1 ^ (crc < 0 ? 0x04c11db7 : 0);
  }
  if (crc >>> 0 !== new DataView(stage.buffer, stage.byteOffset).getUint32(252, true)) {
    throw new Error('the checksum of the second boot stage is wrong: the chip would not start it');
  }
  mcu.sram.set(stage, BOOT2_PLACE);
  mcu.core.SP = RAM + BOOT2_PLACE;
  mcu.core.registers[14] = 0;
  mcu.core.PC = RAM + BOOT2_PLACE;
}

/** rp2040js sends without taking time; a PL011 has one byte in its shift register and one behind it. */
function attachLine(mcu, clock, send) {
  const uart = mcu.uart[0];
  const held = []; // the first one is being sent
  const incoming = [];
  const raise = () => {
    if (held.length < 2) uart.interruptStatus |= 0x20;
    else uart.interruptStatus &= ~0x20;
    mcu.setInterrupt(uart.irq, !!(uart.interruptStatus & uart.interruptMask));
  };
  uart.checkInterrupts = raise;
  const sent = clock.createAlarm(() => {
    send(held.shift());
    if (held.length) sent.schedule(BYTE_NS);
    raise();
  });
  uart.onByte = (byte) => {
    if (held.push(byte) === 1) sent.schedule(BYTE_NS);
    raise();
  };
  Object.defineProperty(uart, 'flags', { get() {
    return (uart.rxFIFO.empty ? 0x10 : 0) | (held.length > 1 ? 0x20 : 0x80) | (held.length ? 0x08 : 0);
  } });
  const come = clock.createAlarm(() => {
    uart.feedByte(incoming.shift());
    if (incoming.length) come.schedule(BYTE_NS);
  });
  return (bytes) => {
    if (incoming.length === 0 && bytes.length) come.schedule(BYTE_NS);
    incoming.push(...bytes);
  };
}

const PAUSE_NS = 1e6; // between two questions
const STANDARD_IN = 0x80, CLASS_OUT = 0x21;
const describe = (kind, index, size) => ({ setup: [STANDARD_IN, 6, index, kind, 0, 0, size, 0], kind, index });
const QUESTIONS = [ // as Linux asks them
  describe(1, 0, 64),
  { setup: [0, 5, 1, 0, 0, 0, 0, 0] }, // your address is 1
  describe(1, 0, 18), describe(2, 0, 9), describe(2, 0, 255),
  ...[0, 1, 2, 3].map((index) => describe(3, index, 255)),
  { setup: [0, 9, 1, 0, 0, 0, 0, 0] }, // configuration 1
  { setup: [CLASS_OUT, 0x20, 0, 0, 0, 0, 7, 0], data: [0x00, 0xc2, 0x01, 0, 0, 0, 8] }, // 115200 baud
  { setup: [0xa1, 0x21, 0, 0, 0, 0, 7, 0], kind: 'coding', index: 0 },
];
/** A program has opened the port, or closed it. */
const setLines = (isOpen) => ({ setup: [CLASS_OUT, 0x22, isOpen ? 3 : 0, 0, 0, 0, 0, 0] });

/** A host at the board's USB: asks, configures, opens; then carries bytes. `uart` does while it is closed. */
function attachUsb(mcu, clock, file, send, uart) {
  const usb = mcu.usbCtrl;
  const told = {};
  const waiting = []; // bytes for the board
  let questions, asked, isOpen = true, room = 0, part = [];
  const ask = () => {
    asked = questions.shift();
    part = [];
    if (asked) usb.sendSetupPacket(Uint8Array.from(asked.setup));
    else fs.writeFileSync(file, JSON.stringify(told));
  };
  const next = clock.createAlarm(ask);
  const give = () => {
    if (room === 0 || waiting.length === 0) return;
    usb.endpointReadDone(2, Uint8Array.from(waiting.splice(0, room)));
    room = 0;
  };
  usb.onUSBEnabled = () => usb.resetDevice();
  usb.onResetReceived = () => {
    questions = [...QUESTIONS, setLines(isOpen)];
    ask();
  };
  usb.onEndpointWrite = (endpoint, packet) => {
    if (endpoint === 2) return isOpen && packet.forEach(send);
    if (asked.kind === undefined) return next.schedule(PAUSE_NS); // the empty packet: agreed
    part.push(...packet);
    told[`${asked.kind}.${asked.index}`] = part;
  };
  usb.onEndpointRead = (endpoint, size) => {
    if (endpoint === 2) {
      room = size;
      return give();
    }
    usb.endpointReadDone(0, Uint8Array.from(asked.data ?? []));
    if (asked.kind !== undefined) next.schedule(PAUSE_NS);
  };
  process.on('SIGUSR1', () => {
    isOpen = !isOpen;
    questions = [setLines(isOpen)];
    ask();
  });
  return (bytes) => {
    if (!isOpen) return uart(bytes);
    waiting.push(...bytes);
    give();
  };
}

/** The values that there are to measure, and what rp2040js forgets: reading the FIFO ends the interrupt. */
function attachConverter(mcu, clock) {
  const { adc } = mcu;
  const read = adc.readUint32.bind(adc);
  adc.readUint32 = (offset) => {
    const value = read(offset);
    adc.checkInterrupts();
    return value;
  };
  adc.onADCRead = (channel) => {
    adc.channelValues = [Math.floor(clock.nanos / 1e5) % 4096, ...CONSTANT.slice(1)];
    adc.currentChannel = channel;
    adc.sampleAlarm.schedule(adc.sampleTime * 1000);
  };
}

/** The flash chip's answer to "read unique id": command, four bytes of no meaning, the number. */
function attachFlashChip(mcu, uid) {
  const ssi = mcu.peripherals[0x18000];
  const write = ssi.writeUint32.bind(ssi);
  let at = 0;
  ssi.writeUint32 = (offset, value) => {
    if (offset === 0x08) at = 0;
    if (offset !== 0x60) return write(offset, value);
    if (at === 0 && value !== 0x4b) throw new Error(`the flash chip does not know command ${value}`);
    ssi.dr0 = at < 5 ? 0 : uid[at - 5] ?? 0;
    at++;
  };
}

function attachLamp(mcu, clock, file) {
  const log = fs.openSync(file, 'w');
  mcu.gpio[25].addListener((level) => fs.writeSync(log, `${Math.round(clock.nanos / 1000)} ${level === 1 ? 1 : 0}\n`));
}

/** Runs until that instant. An interrupt that came just before WFI wakes the real chip, here we must. */
function run(mcu, clock, end) {
  const { core } = mcu;
  while (clock.nanos < end) {
    if (core.waiting && !core.checkForInterrupts()) {
      clock.tick(Math.min(clock.nanosToNextAlarm || Infinity, end - clock.nanos));
    } else {
      core.waiting = false;
      clock.tick(core.executeInstruction() * 1e9 / mcu.clkSys);
    }
  }
}

function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

function main() {
  let Simulator;
  try {
    ({ Simulator } = load('rp2040js'));
  } catch {
    skip('rp2040js is not installed; run: npm ci in daemon/web');
  }
  if (process.argv[2] === '--can-run') return;
  const { clock, rp2040: mcu } = new Simulator();
  mcu.logger = { debug() {}, info() {}, warn() {}, error: (part, words) => console.error(`pico_sim: ${part}: ${words}`) };
  let out = [];
  const send = (byte) => out.push(byte);
  let feed = attachLine(mcu, clock, send);
  if (option('--usb')) feed = attachUsb(mcu, clock, option('--usb'), send, feed);
  attachConverter(mcu, clock);
  attachFlashChip(mcu, Buffer.from(option('--uid') ?? '', 'hex'));
  if (option('--lamp')) attachLamp(mcu, clock, option('--lamp'));
  flash(mcu, process.argv[2]);
  boot(mcu);

  process.stdin.on('data', feed);
  process.stdin.on('end', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
  run(mcu, clock, WARM_NS); // not at the clock's pace: the compiler of JavaScript is still busy
  let start = process.hrtime.bigint() - BigInt(Math.round(clock.nanos));
  (function turn() {
    const late = () => Number(process.hrtime.bigint() - start) - clock.nanos;
    for (let n = 0; n < MOST_QUANTA && late() > 0; n++) run(mcu, clock, clock.nanos + QUANTUM_NS);
    if (out.length) fs.writeSync(1, Buffer.from(out));
    out = [];
    if (late() > SLIP_NS) start += BigInt(Math.round(late()));
    if (late() > 0) setImmediate(turn);
    else setTimeout(turn, 1);
  })();
}

main();
