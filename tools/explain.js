import { parseArgs } from 'node:util';
import { explainFolder } from '../dist/lib/engine/explain-folder.js';

const USAGE = `Would this person get in there then, and why?

  npm run explain -- --data <data folder> <person> <access point> [local date or time]

Person and access point are given by id, the time as 2026-12-31 or 2026-12-31T18:00 in the zone of the
site; without a time it is now. Only reads; may run beside the engine.
Ends with exit code 0 if the person would get in, 1 if not, 2 if it cannot be told.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' }, help: { type: 'boolean' } },
});
const [person, accessPoint, at] = positionals;

if (values.help || values.data === undefined || accessPoint === undefined) {
  console.log(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  try {
    const query = { folder: values.data, person, accessPoint };
    const answer = explainFolder(at === undefined ? query : { ...query, at });
    print(answer);
    process.exitCode = answer.explanation.outcome === 'granted' ? 0 : 1;
  } catch (error) {
    console.error(error.message);
    process.exitCode = 2;
  }
}

function print({ explanation, zone }) {
  const time = (instant) =>
    `${new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' }).format(instant)} ${zone}`;
  const { person, accessPoint, at, outcome, reasons, level, missing, permissions, nextChange } =
    explanation;
  console.log(`${person.name} (${person.id}) at ${accessPoint.name} (${accessPoint.id})`);
  console.log(`${time(at)}: ${outcome}`);
  for (const { reason, text } of reasons) console.log(`  ${text} [${reason}]`);
  console.log(`Asked for: ${describe(level)}`);
  if (missing.length > 0) console.log(`The person has no: ${missing.join(', ')}`);
  for (const { permission, effect, schedule, why, source } of permissions) {
    const from = source === undefined ? '' : `, from ${source}`;
    console.log(`  ${effect} by ${permission}, schedule ${schedule}: ${why}${from}`);
  }
  if (nextChange !== undefined) console.log(`May change at ${time(nextChange)}`);
}

function describe({ anyOf, persons }) {
  const ways = anyOf.map((types) => types.join(' and ')).join(', or ');
  return persons === 2 ? `${ways}; two persons` : ways;
}
