import type { ReaderConfig } from './reader.ts';

/** A reader that many sites have, by name, as a start for its settings. */
export interface Preset {
  id: string;
  /** English name; the editor translates by the id. */
  label: string;
  config: ReaderConfig;
}

/** Time between characters above which a human types and not a reader, in milliseconds. */
const TYPING_GAP = 50;

/** Of the formats that look alike the first one names the read; the value is the same for both. */
const COMMON_FORMATS = ['H10301', 'RAW34', 'C1000-35', 'H10302', 'C1000-48'];

export const PRESETS: readonly Preset[] = [
  preset('wiegand', 'Wiegand, common formats', {
    form: { kind: 'wiegand', formats: COMMON_FORMATS },
  }),
  preset('wiegand-26', 'Wiegand 26 (H10301)', { form: { kind: 'wiegand', formats: ['H10301'] } }),
  preset('wiegand-34', 'Wiegand 34, card UID', { form: { kind: 'wiegand', formats: ['RAW34'] } }),
  preset('wiegand-keypad', 'Wiegand with keypad', {
    form: { kind: 'wiegand', formats: COMMON_FORMATS, keypad: {} },
  }),
  preset('rdm6300', '125 kHz, RDM6300', { form: { kind: 'rdm6300', check: 'xor' } }),
  preset('rdm6300-sum', '125 kHz, RDM6300 with additive check', {
    form: { kind: 'rdm6300', check: 'sum' },
  }),
  preset('id12', '125 kHz, ID-12 and ID-20', { form: { kind: 'id12', check: 'xor' } }),
  preset('em4100', '125 kHz, EM4100 air frame', { form: { kind: 'em4100' } }),
  preset('decimal', 'Decimal number, one in each line', {
    form: { kind: 'number', notation: 'decimal', end: 'any' },
  }),
  preset('hex', 'Hexadecimal number, one in each line', {
    form: { kind: 'number', notation: 'hex', end: 'any' },
  }),
  preset('three-five', 'Printed form 3+5, one in each line', {
    form: { kind: 'number', notation: 'threeFive', end: 'any' },
  }),
  preset('wedge', 'Keyboard reader, decimal number', {
    form: { kind: 'number', notation: 'decimal', end: 'any' },
    idleTime: TYPING_GAP,
  }),
  preset('qr', 'QR scanner, serial', { form: { kind: 'qr', end: 'cr' } }),
  preset('qr-wedge', 'QR scanner, keyboard', {
    form: { kind: 'qr', end: 'any' },
    idleTime: TYPING_GAP,
  }),
  preset('uhf-module', 'UHF module, frames BB … 7E', { form: { kind: 'uhfModule' } }),
  preset('uhf-plain', 'UHF reader, length-prefixed frames', {
    form: { kind: 'uhfAnswer', list: 'plain' },
  }),
  preset('uhf-antenna', 'UHF reader, length-prefixed frames with antenna', {
    form: { kind: 'uhfAnswer', list: 'antenna' },
  }),
  preset('pcsc', 'PC/SC reader, answer to the UID command', {
    form: { kind: 'pcsc' },
    delivery: 'whole',
  }),
  preset('keypad-4bit', 'Keypad, 4-bit codes', { form: { kind: 'keypad', code: '4bit' } }),
  preset('keypad-8bit', 'Keypad, 8-bit codes', { form: { kind: 'keypad', code: '8bit' } }),
  preset('keypad-ascii', 'Keypad, characters', { form: { kind: 'keypad', code: 'ascii' } }),
  preset('terminal', 'Terminal, JSON in lines', { form: { kind: 'terminal' } }),
  preset('terminal-whole', 'Terminal, JSON in messages', {
    form: { kind: 'terminal' },
    delivery: 'whole',
  }),
];

function preset(id: string, label: string, config: ReaderConfig): Preset {
  return { id, label, config };
}
