import { readFile } from 'node:fs/promises';
import type { ModelIdentity } from '../../model/credential.ts';
import { createGallery } from '../gallery/gallery.ts';
import type { FaceService } from '../service.ts';
import { toTemplate, toVector } from '../template.ts';
import { embedAll, type Embedded } from './embedding.ts';
import { identification, type Identification, type SearchResult } from './identification.ts';
import { readPairs, readPeople, readPresentations, type Person } from './pictures.ts';
import { presentation, type LivenessScore, type PresentationDetection } from './presentation.ts';
import type { Scores } from './scores.ts';
import { splitScores, verification, type PairScore, type Verification } from './verification.ts';

/** More impostor pairs than this are thinned out evenly. */
const MOST_PAIRS = 2_000_000;
/** If everybody has several pictures, each fourth person counts as a stranger. */
const STRANGER_EVERY = 4;
/** From which scores on a face may count as live. */
const LIVE = [0.5, 0.7, 0.8, 0.9, 0.95];

export interface Evaluation {
  pictures: number;
  people: number;
  /** Pictures in which no face was found, or that could not be read. */
  missed: Embedded[];
  verification?: Verification & { scores: Scores };
  identification?: Identification;
  presentation?: PresentationDetection & { scores: LivenessScore[] };
}

export interface EvaluationOptions {
  service: Pick<FaceService, 'analyse' | 'describe'>;
  /** Pictures in a folder for each person, or of live people and attacks as `readPresentations` takes them. */
  folder: string;
  /** A list of pairs in the form of LFW's `pairs.txt`; default: all pairs. */
  pairs?: string;
  progress?: (done: number, of: number) => void;
}

/** Measures how well faces are told apart, with templates as they are stored. */
export async function evaluate(options: EvaluationOptions): Promise<Evaluation> {
  const presentations = await readPresentations(options.folder);
  if (presentations === undefined) return evaluateRecognition(options);
  const { live, attacks } = presentations;
  const kinds = [{ kind: undefined, files: live }, ...attacks];
  const files = kinds.flatMap((part) => part.files);
  const embedded = await embedAll(options.service, options.folder, files, {
    ...options,
    liveness: true,
  });
  const scores = kinds.flatMap((part) => livenessScores(part, embedded));
  return {
    pictures: files.length,
    people: 0,
    missed: missedIn(embedded),
    presentation: { ...presentation(scores, LIVE), scores },
  };
}

function livenessScores(
  { kind, files }: { kind: string | undefined; files: readonly string[] },
  embedded: ReadonlyMap<string, Embedded>,
): LivenessScore[] {
  return files.flatMap((file) => {
    const score = embedded.get(file)?.liveness;
    if (score === undefined) return [];
    return kind === undefined ? [{ score }] : [{ score, attack: kind }];
  });
}

async function evaluateRecognition({
  service,
  folder,
  pairs: list,
  progress,
}: EvaluationOptions): Promise<Evaluation> {
  const people = await readPeople(folder);
  const files = people.flatMap((person) => person.files);
  const embedded = await embedAll(service, folder, files, { ...(progress && { progress }) });
  const vectors = new Map(
    [...embedded].flatMap(([file, { vector }]) =>
      vector === undefined ? [] : [[file, toVector(toTemplate(vector))] as const],
    ),
  );
  const pairs = list === undefined ? allPairs(people, vectors) : await listedPairs(list, vectors);
  const { model, thresholds } = await service.describe({});
  return {
    pictures: files.length,
    people: people.length,
    missed: missedIn(embedded),
    verification: { ...verification(pairs), scores: splitScores(pairs) },
    identification: identification(searches(people, vectors, model), thresholds.identify),
  };
}

function missedIn(embedded: ReadonlyMap<string, Embedded>): Embedded[] {
  return [...embedded.values()].filter(({ vector }) => vector === undefined);
}

type Vectors = ReadonlyMap<string, Float32Array>;

/** A pair of which a picture shows no face does not match. */
async function listedPairs(list: string, vectors: Vectors): Promise<PairScore[]> {
  const pairs = readPairs(await readFile(list, 'utf8'));
  return pairs.map(({ one, other, same, fold }) => {
    const [first, second] = [vectors.get(one), vectors.get(other)];
    const score = first && second ? dot(first, second) : -1;
    return { score, same, fold };
  });
}

/** Every picture with every other one. */
function allPairs(people: readonly Person[], vectors: Vectors): PairScore[] {
  const shown = people.flatMap(({ name, files }) =>
    files.flatMap((file) => {
      const vector = vectors.get(file);
      return vector === undefined ? [] : [{ name, vector }];
    }),
  );
  const every = Math.ceil((shown.length * (shown.length - 1)) / 2 / MOST_PAIRS);
  const pairs: PairScore[] = [];
  let impostors = 0;
  for (const [at, one] of shown.entries()) {
    for (const other of shown.slice(at + 1)) {
      const same = one.name === other.name;
      if (!same && impostors++ % every !== 0) continue;
      pairs.push({ score: dot(one.vector, other.vector), same });
    }
  }
  return pairs;
}

/** The first picture of each person is enrolled, the others are searched for; strangers only have others. */
function searches(
  people: readonly Person[],
  vectors: Vectors,
  model: ModelIdentity,
): SearchResult[] {
  const seen = people.map(({ name, files }) => ({
    name,
    vectors: files.flatMap((file) => vectors.get(file) ?? []),
  }));
  const hasSingles = seen.some((person) => person.vectors.length === 1);
  const isStranger = (count: number, at: number): boolean =>
    hasSingles ? count === 1 : at % STRANGER_EVERY === STRANGER_EVERY - 1;
  const gallery = createGallery(model);
  const probes: { person: string; enrolled: boolean; vector: Float32Array }[] = [];
  for (const [at, { name, vectors: own }] of seen.entries()) {
    const enrolled = !isStranger(own.length, at);
    const [first, ...others] = own;
    if (enrolled && first !== undefined) {
      const template = toTemplate(first);
      gallery.put({ credential: name, person: name, groups: [], model, template });
    }
    for (const vector of enrolled ? others : own) probes.push({ person: name, enrolled, vector });
  }
  return probes.map(({ person, enrolled, vector }) => {
    const [best] = gallery.search(vector, { limit: 1 });
    return { person, enrolled, ...(best !== undefined && { best }) };
  });
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0);
  return sum;
}
