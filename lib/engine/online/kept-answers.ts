import { optional } from '../../model/optional.ts';
import type { Person } from '../../model/person.ts';
import type { Moment } from '../clock-trust.ts';
import type { Reading } from '../readings.ts';
import type { KeptRow, OnlineWrite } from '../store/kept-answers.ts';
import type { PreparedChange } from '../store/store.ts';
import type { ServerAnswer } from './online.ts';

/** So many answers are kept; the oldest makes room. */
const MOST = 10_000;

/** What is repeated of an answer. */
export type KeptAnswer = Pick<ServerAnswer, 'person' | 'tag' | 'host' | 'grant'>;

interface Kept {
  /** Wall time: an answer outlives a restart, and counts only while the clock is trusted. */
  until: number;
  answer: KeptAnswer;
}

/** Kinds of data that no access depends on: their changes leave what is kept alone. */
const WITHOUT_EFFECT: ReadonlySet<PreparedChange['kind']> = new Set([
  'firm',
  'employment',
  'plannedDay',
  'timeCorrection',
  'waiver',
  'deal',
  'fitting',
]);

/**
 * The grants of a server that may be repeated for a while: the second passage of a visitor (D8). Any change of the
 * rights of a person ends those of that person, any change of a rule ends all of them: the server can be asked again.
 */
export class KeptAnswers {
  readonly #kept: Map<string, Kept>;

  constructor(stored: readonly KeptRow[]) {
    const kept = stored.map(
      ({ key, until, answer }) =>
        [key, { until, answer: JSON.parse(answer) as KeptAnswer }] as const,
    );
    this.#kept = new Map(kept);
  }

  /** The answer to exactly this, if it still counts. */
  find(key: string, { now, trusted }: Moment): KeptAnswer | undefined {
    const kept = this.#kept.get(key);
    return kept !== undefined && trusted && now < kept.until ? kept.answer : undefined;
  }

  /** Keeps an answer at once; the writes belong to its record. */
  keep(key: string, answer: KeptAnswer, now: number, duration: number): OnlineWrite[] {
    const over = this.#drop((other, { until }) => until <= now || other === key);
    const oldest = this.#kept.size < MOST ? undefined : this.#kept.keys().next().value;
    if (oldest !== undefined) this.#kept.delete(oldest);
    const keys = [...over, ...(oldest === undefined ? [] : [oldest])];
    const until = now + duration;
    this.#kept.set(key, { until, answer });
    return [...writesFor(keys), { kind: 'answerKept', key, until, answer: JSON.stringify(answer) }];
  }

  /** Forgets those of a person, or all; the writes have to be committed. */
  forget(person?: string): { count: number; side: OnlineWrite[] } {
    const keys = this.#drop(
      (_key, { answer }) => person === undefined || answer.person?.id === person,
    );
    return { count: keys.length, side: writesFor(keys) };
  }

  /** What changes of the rights end; the writes belong to the transaction of the changes. */
  revokedBy(changes: readonly PreparedChange[]): OnlineWrite[] {
    if (this.#kept.size === 0) return [];
    return writesFor(
      this.#drop((_key, { answer }) => changes.some((change) => endsBy(answer, change))),
    );
  }

  #drop(isOver: (key: string, kept: Kept) => boolean): string[] {
    const keys = [...this.#kept].filter((entry) => isOver(...entry)).map(([key]) => key);
    for (const key of keys) this.#kept.delete(key);
    return keys;
  }
}

/** The name of an answer: what was presented where. Undefined if it must not be repeated. */
export function keyOf(
  accessPoint: string | undefined,
  readings: readonly Reading[],
): string | undefined {
  if (accessPoint === undefined || readings.length === 0) return undefined;
  const factors = readings.map(({ type, lookup }) =>
    // A secret is for the server to compare each time, and what has no digest can be shown once only.
    type === 'pin' || lookup === undefined ? undefined : `${type}:${lookup}`,
  );
  return factors.includes(undefined)
    ? undefined
    : JSON.stringify([accessPoint, ...factors.toSorted()]);
}

function writesFor(keys: readonly string[]): OnlineWrite[] {
  return keys.length === 0 ? [] : [{ kind: 'answersOver', keys }];
}

function endsBy({ person, tag, grant }: KeptAnswer, change: PreparedChange): boolean {
  if (WITHOUT_EFFECT.has(change.kind)) return false;
  const { id, of } = subjectOf(change);
  if (person === undefined || of === undefined) return true;
  return of === person.id || id === tag || id === grant?.permission;
}

/** Whose rights a change is about; without `of` it may be anybody's. */
function subjectOf(change: PreparedChange): { id: string; of?: Person['id'] } {
  if (change.op === 'delete') {
    return change.kind === 'person' ? { id: change.id, of: change.id } : { id: change.id };
  }
  const { kind, value } = change;
  if (kind === 'person') return { id: value.id, of: value.id };
  if (kind === 'credential' || kind === 'pass')
    return { id: value.id, ...optional('of', value.person) };
  const subject = kind === 'permission' ? value.subject : undefined;
  return {
    id: value.id,
    ...(subject !== undefined && 'person' in subject ? { of: subject.person } : {}),
  };
}
