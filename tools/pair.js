#!/usr/bin/env node
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';

const USAGE = `Takes a gateway in at a server, or ends that, through the running Node-RED of each side.

  gatewire-pair invite <gateway>    at the server: prints a one-time code
  gatewire-pair join                at the gateway: asks for the code
  gatewire-pair revoke <gateway>    at the server: the gateway counts no more
  gatewire-pair list                either side: what the link is doing

  --url     address of Node-RED's editor (default: http://127.0.0.1:1880)
  --link    id of the link node, where there is more than one

Where the editor needs a login, the environment variable GATEWIRE_TOKEN holds an access token.`;

/** Each gets the base address of the link's routes and the further words of the command line. */
const COMMANDS = {
  async invite(base, gateway) {
    const { code, life } = await tell(`${base}/invite`, { gateway });
    return `${code}\nType it at ${gateway} within ${Math.round(life / 60_000)} minutes.`;
  },
  async join(base) {
    // Not on the command line, which everybody on the machine can read.
    const { name } = await tell(`${base}/pair`, { code: await askFor('One-time code: ') });
    return `Paired (${name}).`;
  },
  async revoke(base, gateway) {
    await tell(`${base}/revoke`, { gateway });
    return `${gateway} is revoked.`;
  },
  async list(base) {
    return JSON.stringify(await get(`${base}/state`), undefined, 2);
  },
};

try {
  await run(
    parseArgs({
      allowPositionals: true,
      options: { url: { type: 'string' }, link: { type: 'string' }, help: { type: 'boolean' } },
    }),
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function run({ values, positionals: [name, ...words] }) {
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : undefined;
  const isComplete = command !== undefined && words.length === command.length - 1;
  if (values.help || !isComplete) {
    console.log(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const editor = (values.url ?? 'http://127.0.0.1:1880').replace(/\/$/, '');
  const link = values.link ?? (await onlyLink(editor));
  console.log(await command(`${editor}/gatewire/links/${encodeURIComponent(link)}`, ...words));
}

async function onlyLink(editor) {
  const nodes = await get(`${editor}/flows`);
  const links = nodes.filter(({ type }) => type === 'gatewire-link');
  if (links.length === 1) return links[0].id;
  const known = links.map(({ id, name }) => `${id} ${name ?? ''}`).join(', ');
  throw new Error(`Say which link is meant with --link: ${known === '' ? 'there is none' : known}`);
}

function get(url) {
  return answerOf(fetch(url, { headers: headers() }));
}

function tell(url, body) {
  const type = { 'content-type': 'application/json' };
  return answerOf(
    fetch(url, { method: 'POST', headers: { ...headers(), ...type }, body: JSON.stringify(body) }),
  );
}

function headers() {
  const token = process.env.GATEWIRE_TOKEN;
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

async function answerOf(asked) {
  const answer = await asked;
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text);
  throw new Error(problemIn(text) ?? `${answer.status} ${answer.statusText}`);
}

function problemIn(text) {
  try {
    return JSON.parse(text).message;
  } catch {
    return undefined;
  }
}

async function askFor(question) {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}
