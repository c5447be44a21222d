import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { AccessError } from '../../model/errors.ts';

/** Pictures of one person: files relative to the folder, in the order of their names. */
export interface Person {
  name: string;
  files: string[];
}

/** Two pictures, and whether they are of one person. */
export interface Pair {
  one: string;
  other: string;
  same: boolean;
  fold: number;
}

/** Pictures of people who are there, and of attacks of one kind. */
export interface Presentations {
  live: string[];
  attacks: { kind: string; files: string[] }[];
}

const PICTURE = /\.(?:jpe?g|png|pgm)$/i;
/** The parts of a plain folder, and those of NUAA. */
const PLAIN = { live: 'live', attacks: 'attacks' };
const NUAA = { live: 'ClientRaw', prints: 'ImposterRaw' };

/** A folder with one folder per person, as LFW and ORL have it. */
export async function readPeople(folder: string): Promise<Person[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const people: Person[] = [];
  for (const name of namesOf(entries.filter((entry) => entry.isDirectory()))) {
    const files = (await readdir(path.join(folder, name))).filter((file) => PICTURE.test(file));
    if (files.length > 0)
      people.push({ name, files: inOrder(files).map((file) => path.join(name, file)) });
  }
  return people;
}

/**
 * The pairs of LFW's `pairs.txt`: a line with the number of folds and of pairs of each kind, then for each fold the
 * pairs of one person (name and two numbers) and those of two (name, number, name, number).
 */
export function readPairs(text: string): Pair[] {
  const [head = '', ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const counts = head.trim().split(/\s+/).map(Number);
  const [folds = 1, each = NaN] = counts.length === 1 ? [1, ...counts] : counts;
  if (lines.length !== folds * each * 2) {
    throw new AccessError(
      'INPUT_INVALID',
      `the list of pairs should have ${folds * each * 2} pairs and has ${lines.length}`,
    );
  }
  return lines.map((line, at) => ({ ...pairOf(line), fold: Math.floor(at / (each * 2)) + 1 }));
}

function pairOf(line: string): Omit<Pair, 'fold'> {
  const words = line.trim().split(/\s+/);
  const [first = '', one = '', second = '', other = ''] = words;
  if (words.length === 3)
    return { one: pictureOf(first, one), other: pictureOf(first, second), same: true };
  if (words.length === 4)
    return { one: pictureOf(first, one), other: pictureOf(second, other), same: false };
  throw new AccessError('INPUT_INVALID', `this is not a pair: ${line.slice(0, 80)}`);
}

function pictureOf(name: string, number: string): string {
  return path.join(name, `${name}_${number.padStart(4, '0')}.jpg`);
}

/**
 * Pictures of live people in `live` and a folder for each kind of attack in `attacks`, or the parts of NUAA, of which
 * only the pictures of its test lists count if they are there; undefined for another folder.
 */
export async function readPresentations(folder: string): Promise<Presentations | undefined> {
  const hasParts = (...parts: string[]): boolean =>
    parts.every((part) => existsSync(path.join(folder, part)));
  if (hasParts(PLAIN.live, PLAIN.attacks)) return readPlain(folder);
  if (!hasParts(NUAA.live, NUAA.prints)) return undefined;
  const prints = await listed(folder, NUAA.prints, 'imposter_test_raw.txt');
  return {
    live: await listed(folder, NUAA.live, 'client_test_raw.txt'),
    attacks: [{ kind: 'print', files: prints }],
  };
}

async function readPlain(folder: string): Promise<Presentations> {
  const entries = await readdir(path.join(folder, PLAIN.attacks), { withFileTypes: true });
  const attacks: Presentations['attacks'] = [];
  for (const kind of namesOf(entries.filter((entry) => entry.isDirectory())))
    attacks.push({ kind, files: await picturesIn(folder, path.join(PLAIN.attacks, kind)) });
  return { live: await picturesIn(folder, PLAIN.live), attacks };
}

async function listed(folder: string, part: string, list: string): Promise<string[]> {
  const file = path.join(folder, list);
  if (existsSync(file)) {
    const lines = (await readFile(file, 'utf8')).split(/\r?\n/);
    const names = lines
      .map((line) => line.trim().split(/\s/)[0] ?? '')
      .filter((name) => name !== '');
    return names.map((name) => path.join(part, ...name.split(/[\\/]/)));
  }
  return picturesIn(folder, part);
}

/** All pictures in a part of a folder, however deep. */
async function picturesIn(folder: string, part: string): Promise<string[]> {
  const files = await readdir(path.join(folder, part), { recursive: true });
  return inOrder(files.filter((name) => PICTURE.test(name))).map((name) => path.join(part, name));
}

function namesOf(entries: readonly { name: string }[]): string[] {
  return inOrder(entries.map(({ name }) => name));
}

/** `2.pgm` before `10.pgm`. */
function inOrder(names: readonly string[]): string[] {
  const { compare } = new Intl.Collator('en', { numeric: true });
  return [...names].sort(compare);
}
