import { readOnce, LEARNABLE } from './learnable.ts';
import type { CardForm } from './learnable.ts';
import { matches } from './match.ts';
import type { Match } from './match.ts';
import { explain } from './explain.ts';

/** One known card: what the reader sent for it, and the number printed on it or known from elsewhere. */
export interface Sample {
  /** A whole message as it came: bytes, text, or an object of a form that takes objects. */
  raw: string | object;
  printed: string;
}

/** A way to read the samples that agrees with what is printed. */
export interface Candidate extends Pick<Match, 'printed' | 'part'> {
  /** Settings for `createReader`, with the conversion. */
  form: CardForm;
  /** The canonical value that the first sample then has. */
  value: string;
  /** The first sample has a random UID, which must not be enrolled. */
  randomUid?: true;
  /** In plain English. */
  explanation: string;
}

/**
 * Finds the form, byte order and part by which a reader's messages become the printed numbers: all that fit
 * every sample, the likeliest first. More than one means that the samples do not tell them apart: add another
 * card. None means that the number is not the one of this card, or that the form is not known here.
 */
export function learn(samples: readonly Sample[]): Candidate[] {
  const [first, ...others] = samples;
  if (first === undefined) return [];
  const found = LEARNABLE.flatMap((alternatives) => candidatesOf(first, alternatives));
  return found
    .filter(({ form, match }) => others.every((sample) => agrees(sample, form, match)))
    .toSorted((a, b) => a.match.rank - b.match.rank)
    .map(({ form, match }) => describe(first, form, match));
}

interface Found {
  form: CardForm;
  match: Match;
}

/** Of alternatives that differ in their check only, the first that reads the card is the one. */
function candidatesOf({ raw, printed }: Sample, alternatives: readonly CardForm[]): Found[] {
  for (const form of alternatives) {
    const reading = readOnce(form, raw);
    if (reading) return matches(reading, form, printed).map((match) => ({ form, match }));
  }
  return [];
}

function agrees({ raw, printed }: Sample, form: CardForm, match: Match): boolean {
  const reading = readOnce(form, raw);
  const own = reading ? matches(reading, form, printed) : [];
  return own.some((other) => keyOf(other) === keyOf(match));
}

function keyOf({ conversion, printed, part }: Match): string {
  return JSON.stringify([conversion, printed, part]);
}

function describe({ raw }: Sample, plain: CardForm, match: Match): Candidate {
  const { conversion, printed, part } = match;
  const form = { ...plain, conversion };
  const reading = readOnce(form, raw);
  return {
    form,
    value: reading?.value ?? '',
    printed,
    ...(part && { part }),
    ...(reading?.randomUid && { randomUid: true }),
    explanation: explain(plain, match, reading?.randomUid ?? false),
  };
}
