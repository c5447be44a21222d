import { randomBytes, randomInt } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** No letters that look alike. */
const PASSWORD_ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const PASSWORD_LENGTH = 16;

/** Makes the folder, or throws one clear sentence if it cannot be written. */
export function openDataFolder(folder) {
  try {
    mkdirSync(path.join(folder, 'secrets'), { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
    accessSync(path.join(folder, 'secrets'), constants.W_OK);
  } catch (error) {
    throw new Error(
      `The data folder ${folder} cannot be written (${error.code}); choose another with --data.`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Makes the secrets of this installation on its first start. Returns the editor password then, and only then: the
 * folder keeps nothing but its hash.
 */
export function makeSecrets(folder) {
  makeEngineKey(folder);
  makeMarksToken(folder);
  const file = path.join(folder, 'secrets', 'node-red.json');
  if (existsSync(file)) return undefined;
  const password = newPassword();
  const secrets = {
    passwordHash: bcrypt().hashSync(password, 10),
    credentialSecret: randomBytes(32).toString('base64url'),
  };
  writeFileSync(file, `${JSON.stringify(secrets, undefined, 2)}\n`, { mode: 0o600 });
  return password;
}

/** A database without its key stays closed: a new key is made for a new installation only. */
function makeEngineKey(folder) {
  const file = path.join(folder, 'secrets', 'engine.key');
  if (existsSync(file) || existsSync(path.join(folder, 'gatewire'))) return;
  writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600 });
}

/** What accounting systems have to show when they mark deals over HTTP; made once for each installation. */
function makeMarksToken(folder) {
  const file = path.join(folder, 'secrets', 'marks.token');
  if (!existsSync(file))
    writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
}

/** Writes the flows of a new installation; flows that are there already are the user's own. */
export function placeFlows(folder, flowFiles, brokerPort) {
  const file = path.join(folder, 'flows.json');
  if (existsSync(file)) return false;
  const nodes = new Map();
  for (const flow of flowFiles) {
    for (const node of JSON.parse(readFileSync(flow, 'utf8')))
      nodes.set(node.id, placed(node, folder, brokerPort));
  }
  writeFileSync(file, `${JSON.stringify([...nodes.values()], undefined, 4)}\n`);
  return true;
}

/** The site's own databases lie in the data folder, wherever Node-RED runs; servers and gateways meet at one port. */
function placed(node, folder, brokerPort) {
  switch (node.type) {
    case 'sqlitedb':
      return { ...node, db: path.resolve(folder, node.db) };
    case 'gatewire-link':
      return { ...node, port: brokerPort, url: `mqtt://127.0.0.1:${brokerPort}` };
    default:
      return node;
  }
}

function newPassword() {
  const letter = () => PASSWORD_ALPHABET[randomInt(PASSWORD_ALPHABET.length)];
  return Array.from({ length: PASSWORD_LENGTH }, letter).join('');
}

/** The library with which Node-RED itself checks passwords. */
function bcrypt() {
  const nodeRed = createRequire(createRequire(import.meta.url).resolve('node-red'));
  return createRequire(nodeRed.resolve('@node-red/editor-api'))('bcryptjs');
}
