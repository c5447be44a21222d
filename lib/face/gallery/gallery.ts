import type { ModelIdentity } from '../../model/credential.ts';
import { AccessError } from '../../model/errors.ts';
import type { Audience, FaceCandidate, FaceGallery, GalleryEntry } from '../face.ts';
import {
  TEMPLATE_FORM,
  isTemplate,
  probeNorm,
  requireModel,
  templateNorm,
  toProbe,
  toVector,
} from '../template.ts';
import { Audiences } from './audiences.ts';
import { Numbers } from './numbers.ts';
import { Ranking } from './ranking.ts';
import type { Rows, RowsFactory } from './rows.ts';
import { bestRows } from './wasm-rows.ts';

/** An empty gallery for templates of this model. Throws INPUT_INVALID for a model whose templates have another form. */
export function createGallery(model: ModelIdentity, makeRows: RowsFactory = bestRows): FaceGallery {
  const { dimension = 0, quantisation } = model;
  if (dimension === 0 || quantisation !== TEMPLATE_FORM) {
    throw new AccessError(
      'INPUT_INVALID',
      `the model must say its dimension, and "${TEMPLATE_FORM}" as its quantisation`,
    );
  }
  return new Gallery(model, dimension, makeRows);
}

/** Rows without gaps: the last one takes the place of one that goes. */
class Gallery implements FaceGallery {
  readonly model: ModelIdentity;
  readonly #dimension: number;
  readonly #makeRows: RowsFactory;
  #rows: Rows;
  #audiences = new Audiences();
  readonly #credentials: string[] = [];
  readonly #persons: string[] = [];
  /** Of each row the number of its combination of groups. */
  #sets = new Numbers();
  readonly #rowOf = new Map<string, number>();
  readonly #ofPerson = new Map<string, string[]>();

  constructor(model: ModelIdentity, dimension: number, makeRows: RowsFactory) {
    this.model = model;
    this.#dimension = dimension;
    this.#makeRows = makeRows;
    this.#rows = makeRows(dimension);
  }

  get size(): number {
    return this.#credentials.length;
  }

  count(audience: Audience): number {
    const allowed = this.#audiences.allowed(audience);
    if (allowed === undefined) return this.size;
    const single = this.#rowsOf(audience.persons).filter(
      (row) => allowed[this.#sets.at(row)] !== 1,
    );
    return this.#audiences.count(allowed) + single.length;
  }

  put({ credential, person, groups, model, template }: GalleryEntry): void {
    requireModel(this.model, model);
    if (!isTemplate(template, this.#dimension)) {
      throw new AccessError('INPUT_INVALID', `the template of ${credential} is damaged`);
    }
    this.remove(credential);
    const row = this.size;
    this.#rows.write(row, template, 1 / templateNorm(template));
    this.#sets.set(row, this.#audiences.join(groups));
    this.#credentials.push(credential);
    this.#persons.push(person);
    this.#rowOf.set(credential, row);
    this.#ofPerson.set(person, [...(this.#ofPerson.get(person) ?? []), credential]);
  }

  remove(credential: string): boolean {
    const row = this.#rowOf.get(credential);
    if (row === undefined) return false;
    this.#forget(credential, row);
    const last = this.size - 1;
    if (row !== last) this.#moveRow(last, row);
    this.#rows.wipe(last);
    this.#credentials.pop();
    this.#persons.pop();
    return true;
  }

  clear(): void {
    this.#rows = this.#makeRows(this.#dimension);
    this.#audiences = new Audiences();
    this.#sets = new Numbers();
    this.#credentials.length = 0;
    this.#persons.length = 0;
    this.#rowOf.clear();
    this.#ofPerson.clear();
  }

  search(
    vector: Float32Array,
    { limit, ...audience }: Audience & { limit: number },
  ): FaceCandidate[] {
    const probe = this.#probe(vector);
    const allowed = this.#audiences.allowed(audience);
    const single = new Set(this.#rowsOf(audience.persons));
    const ranking = new Ranking(limit);
    const belongs = (row: number): boolean =>
      allowed === undefined || allowed[this.#sets.at(row)] === 1 || single.has(row);
    this.#rows.scores(probe, this.size, (first, scores, highest) => {
      if (highest < ranking.floor) return;
      bestOf(scores, ranking.floor, (at, score) => {
        const row = first + at;
        if (belongs(row)) ranking.offer(this.#candidate(row, score));
        return ranking.floor;
      });
    });
    return scaled(ranking, probe);
  }

  verify(vector: Float32Array, person: string): FaceCandidate | undefined {
    const probe = this.#probe(vector);
    const ranking = new Ranking(1);
    for (const row of this.#rowsOf([person])) {
      ranking.offer(this.#candidate(row, this.#rows.score(probe, row)));
    }
    return scaled(ranking, probe)[0];
  }

  credentials(): readonly string[] {
    return [...this.#credentials];
  }

  compareOthers(credential: string, take: (score: number, other: string) => void): void {
    const own = this.#rowOf.get(credential);
    if (own === undefined) return;
    const probe = toProbe(toVector(this.#rows.read(own)));
    const scale = 1 / probeNorm(probe);
    const person = this.#persons[own];
    this.#rows.scores(probe, this.size, (first, scores) => {
      for (const [at, score] of scores.entries()) {
        const row = first + at;
        if (this.#persons[row] === person) continue;
        take(score * scale, this.#credentials[row] ?? '');
      }
    });
  }

  #probe(vector: Float32Array): Int8Array {
    if (vector.length === this.#dimension) return toProbe(vector);
    throw new AccessError(
      'MODEL_MISMATCH',
      `a vector of ${vector.length} values cannot be compared with templates of ${this.#dimension}`,
    );
  }

  #candidate(row: number, score: number): FaceCandidate {
    return {
      credential: this.#credentials[row] ?? '',
      person: this.#persons[row] ?? '',
      score,
    };
  }

  #rowsOf(persons: readonly string[] = []): number[] {
    return persons
      .flatMap((person) => this.#ofPerson.get(person) ?? [])
      .map((credential) => this.#rowOf.get(credential) ?? -1);
  }

  #forget(credential: string, row: number): void {
    this.#audiences.leave(this.#sets.at(row));
    this.#rowOf.delete(credential);
    const person = this.#persons[row] ?? '';
    const others = this.#ofPerson.get(person)?.filter((other) => other !== credential) ?? [];
    if (others.length > 0) this.#ofPerson.set(person, others);
    else this.#ofPerson.delete(person);
  }

  #moveRow(from: number, to: number): void {
    const credential = this.#credentials[from] ?? '';
    this.#rows.move(from, to);
    this.#sets.set(to, this.#sets.at(from));
    this.#credentials[to] = credential;
    this.#persons[to] = this.#persons[from] ?? '';
    this.#rowOf.set(credential, to);
  }
}

/** Offers every score that is not below a floor, which the offer may raise. */
function bestOf(
  scores: Float64Array,
  floor: number,
  offer: (at: number, score: number) => number,
): void {
  let lowest = floor;
  for (let at = 0; at < scores.length; at++) {
    const score = scores[at] ?? 0;
    if (score >= lowest) lowest = offer(at, score);
  }
}

/** Until here the length of the probe stands in all scores alike. */
function scaled({ candidates }: Ranking, probe: Int8Array): FaceCandidate[] {
  const norm = probeNorm(probe);
  return candidates.map((candidate) => ({
    ...candidate,
    score: Math.max(-1, Math.min(1, candidate.score / norm)),
  }));
}
