#!/usr/bin/env node
import { statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DATABASE_FILE, openForReading } from '../dist/lib/engine/store/database.js';
import { policyRows } from '../dist/lib/engine/store/policy-rows.js';
import { loadSideState } from '../dist/lib/engine/store/side-state.js';
import { CONFIG_SETTING } from '../dist/lib/engine/configuration.js';
import { createPolicy } from '../dist/lib/policy/snapshot.js';

const USAGE = `Says whether a person would get in at an access point, and why. Records nothing; the engine may be running.

  npm run explain -- <data folder of the site> <person> <access point> [--at <time>] [--json]

  --at      an instant with its zone, for example 2026-12-24T18:30:00+01:00 (default: now)
  --json    the whole answer, for other programs

Ends with exit code 0 for granted, 1 for anything else.`;

try {
  run(
    parseArgs({
      allowPositionals: true,
      options: { at: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
    }),
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function run({ values, positionals: [folder, person, accessPoint] }) {
  if (values.help || accessPoint === undefined) {
    console.log(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const answer = policyOf(folder).explain({ person, accessPoint, at: instant(values.at) }, true);
  console.log(values.json ? JSON.stringify(answer, undefined, 2) : inWords(answer));
  process.exitCode = answer.outcome === 'granted' ? 0 : 1;
}

/** The rules as they are on the disk, with the access points of the last deploy. */
function policyOf(folder) {
  const file = path.join(folder, DATABASE_FILE);
  if (!statSync(file, { throwIfNoEntry: false })) throw new Error(`There is no ${file}.`);
  const policy = createPolicy();
  policy.load(policyRows(file));
  policy.configure(lastConfiguration(file));
  return policy;
}

function lastConfiguration(file) {
  const database = openForReading(file);
  try {
    const stored = loadSideState(database).settings[CONFIG_SETTING];
    if (stored !== undefined) return JSON.parse(stored);
  } finally {
    database.close();
  }
  throw new Error('No flow has been deployed with this site yet: it has no access points.');
}

function instant(text) {
  if (text === undefined) return Date.now();
  const at = Date.parse(text);
  if (!Number.isNaN(at) && /(?:Z|[+-]\d\d:?\d\d)$/.test(text)) return at;
  throw new Error(`"${text}" is not an instant; write it as 2026-12-24T18:30:00+01:00.`);
}

function inWords({ person, accessPoint, at, outcome, reasons, missing, permissions, nextChange }) {
  const time = (moment) => new Date(moment).toISOString();
  return [
    `${person.name} (${person.id}) at ${accessPoint.name} (${accessPoint.id}), ${time(at)}: ${outcome}`,
    ...reasons.map(({ reason, text }) => `  ${reason}: ${text}`),
    ...(missing.length === 0 ? [] : [`  has no credential of type ${missing.join(', ')}`]),
    ...permissions.map(
      ({ permission, effect, schedule, why }) =>
        `  permission ${permission}: ${effect}, schedule ${schedule}, ${why}`,
    ),
    ...(nextChange === undefined ? [] : [`  may change at ${time(nextChange)}`]),
  ].join('\n');
}
