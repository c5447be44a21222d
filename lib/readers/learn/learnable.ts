import type { ReaderForm } from '../forms/index.ts';
import { createReader } from '../reader.ts';
import type { OpenReading } from '../reading.ts';
import { WIEGAND_FORMATS } from '../wiegand/formats.ts';

/** The forms that yield card numbers in frames or lines of their own. */
export type CardForm = Exclude<ReaderForm, { kind: 'qr' | 'keypad' | 'terminal' }>;

const CHECKS = ['xor', 'sum', 'none'] as const;

/** What the learn mode tries; within one list of alternatives the first that reads a card is taken. */
export const LEARNABLE: readonly (readonly CardForm[])[] = [
  CHECKS.map((check): CardForm => ({ kind: 'rdm6300', check })),
  CHECKS.map((check): CardForm => ({ kind: 'id12', check })),
  [{ kind: 'em4100' }],
  [{ kind: 'uhfModule' }],
  [
    { kind: 'uhfAnswer', list: 'antenna' },
    { kind: 'uhfAnswer', list: 'plain' },
  ],
  [{ kind: 'pcsc' }],
  ...[...WIEGAND_FORMATS.keys()].map((id): CardForm[] => [{ kind: 'wiegand', formats: [id] }]),
  [{ kind: 'number', notation: 'threeFive', end: 'any' }],
  [{ kind: 'number', notation: 'decimal', end: 'any' }],
  [{ kind: 'number', notation: 'hex', end: 'any' }],
];

/** The one card that a whole message reports in this form; undefined for none, or for several. */
export function readOnce(form: CardForm, raw: string | object): OpenReading | undefined {
  if (form.kind !== 'wiegand' && !isStream(raw)) return undefined;
  const reader = createReader({ form, delivery: 'whole', repeatWindow: 0 });
  const cards = reader.push(raw, 0).readings.filter((reading) => reading.type !== 'pin');
  const reports = new Set(cards.map(({ report }) => report));
  return reports.size === 1 ? cards[0] : undefined;
}

function isStream(raw: string | object): boolean {
  return typeof raw === 'string' || raw instanceof Uint8Array;
}
