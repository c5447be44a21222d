/**
 * Writes what the docs can take from the code: docs/nodes/ from the English help of the nodes, and docs/schemas/ from
 * the schemas of lib/model and the description of the link. The same sources always give the same files.
 *
 *   npm run docs
 */
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AccessPoint } from '../dist/lib/model/access-point.js';
import { Attempt } from '../dist/lib/model/attempt.js';
import { Command, Decision, Passage } from '../dist/lib/model/decision.js';
import { Change, ENTITY_SCHEMAS } from '../dist/lib/model/entity.js';
import { Access } from '../dist/lib/model/message.js';
import { EngineConfig } from '../dist/lib/model/site.js';
import { TerminalMessage } from '../dist/lib/readers/terminal/message.js';
import { asyncApi } from '../dist/lib/link/description/asyncapi.js';
import { WiegandLayout } from '../dist/lib/readers/wiegand/layout.js';

const root = path.resolve(import.meta.dirname, '..');
const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));

/** What is published of the data, by the name of its file, with a title. */
const SCHEMAS = {
  access: ['msg.access, which travels with every message', Access],
  attempt: ['One attempt to pass', Attempt],
  decision: ['The answer to an attempt', Decision],
  command: ['What a relay was told to do', Command],
  passage: ['That somebody went through, or did not', Passage],
  ...Object.fromEntries(
    Object.entries(ENTITY_SCHEMAS).map(([kind, schema]) => [kebab(kind), [`A ${kind}`, schema]]),
  ),
  change: ['One change to the rights', Change],
  'access-point': ['One direction of one door', AccessPoint],
  'engine-config': ['What a site tells its engine', EngineConfig],
  'wiegand-layout': ['A Wiegand format as data', WiegandLayout],
  'terminal-message': ['What a terminal reports', TerminalMessage],
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [folder, files] of Object.entries(await generated())) {
    await rm(path.join(root, folder), { recursive: true, force: true });
    await mkdir(path.join(root, folder), { recursive: true });
    for (const [name, text] of Object.entries(files)) {
      await writeFile(path.join(root, folder, name), text);
    }
  }
}

/** The generated files by folder and name. */
export async function generated() {
  return { 'docs/nodes': await nodePages(), 'docs/schemas': schemaFiles() };
}

async function nodePages() {
  const names = (await readdir(path.join(root, 'nodes'))).sort();
  const pages = {};
  for (const name of names) {
    const file = path.join(root, 'nodes', name, 'locales', 'en-US', `${name}.md`);
    pages[`${name}.md`] = `# ${name}\n\n${readable(await readFile(file, 'utf8'))}`;
  }
  return pages;
}

/** The help as any markdown viewer shows it: Node-RED has lines of its own for the properties. */
function readable(help) {
  return help
    .replaceAll(/^: ([\w.]+) \(([^)]+)\) : {2}(.*)$/gm, '- `$1` (_$2_): $3')
    .replaceAll(/^#(#+) /gm, '$1 ')
    .replaceAll(/`docs\/([\w-]+\.md)`/g, '[$1](../$1)')
    .replaceAll(/^(\d+)\. (.*)\n- /gm, '**$1. $2**\n\n- ')
    .trimEnd()
    .concat('\n');
}

function schemaFiles() {
  const files = {};
  for (const [name, [title, schema]] of Object.entries(SCHEMAS)) {
    const document = { $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...schema };
    files[`${name}.schema.json`] = `${JSON.stringify(document, undefined, 2)}\n`;
  }
  files['link.asyncapi.json'] = `${JSON.stringify(asyncApi(manifest.version), undefined, 2)}\n`;
  return files;
}

function kebab(name) {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
