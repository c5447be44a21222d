import { hkdfSync, randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { AccessError } from '../model/errors.ts';

/** Environment variable with the master key: 64 hexadecimal digits. */
export const MASTER_KEY_VARIABLE = 'GATEWIRE_MASTER_KEY';
/** Environment variable with the path of a key file. */
export const KEY_FILE_VARIABLE = 'GATEWIRE_KEY_FILE';
/** Name of the key file that is made beside a new database when nobody brings a key. */
export const DEFAULT_KEY_FILE = 'engine.key';

const DATABASE_FILE = 'gateway.db';
const KEY_BYTES = 32;
const KEY_FORM = /^[0-9a-f]{64}$/i;

/** One key per purpose, so that no use of one tells anything about another. 32 bytes each. */
export interface EngineKeys {
  /** Digests by which a credential is found. */
  lookup: Buffer;
  /** Digests by which a PIN is found when it is the only factor (D4). */
  pinIndex: Buffer;
  /** AES-256-GCM over values, templates and token keys. */
  seal: Buffer;
  /** Digests of PIN and biometric values in the log (D6). */
  logDigest: Buffer;
  /** Message authentication of the log; by it the store notices a wrong key. */
  logMac: Buffer;
  /** The private key with which this engine and another agree on a common one (X25519). */
  exchange: Buffer;
  /** Turns templates of faces before they are sealed. */
  templates: Buffer;
  /** AES-256-GCM over pictures beside the log. Leaves the engine for whoever writes them; the others do not. */
  pictures: Buffer;
}

export interface KeySource {
  /** The data folder. */
  folder: string;
  /** A file with 64 hexadecimal digits; default: the environment, then `engine.key` in the folder. */
  keyFile?: string;
  env?: NodeJS.ProcessEnv;
}

/**
 * Reads the master key: `GATEWIRE_MASTER_KEY`, else the key file given here or by `GATEWIRE_KEY_FILE`, else
 * `engine.key` in the data folder, which is made (mode 0600) only as long as there is no database.
 * Throws `KEY_MISMATCH` if the key is missing or malformed: a new key could not read the old data.
 */
export function readKeys(source: KeySource): EngineKeys {
  return deriveKeys(readMaster(source));
}

function readMaster({ folder, keyFile, env = process.env }: KeySource): Buffer {
  const fromEnvironment = env[MASTER_KEY_VARIABLE];
  if (fromEnvironment) return parseKey(fromEnvironment, MASTER_KEY_VARIABLE);
  const named = keyFile ?? env[KEY_FILE_VARIABLE];
  if (named) return parseKey(readKeyFile(named), named);
  const beside = join(folder, DEFAULT_KEY_FILE);
  if (existsSync(beside)) return parseKey(readKeyFile(beside), beside);
  if (existsSync(join(folder, DATABASE_FILE))) {
    throw new AccessError(
      'KEY_MISMATCH',
      `The database in ${folder} has no key: set ${MASTER_KEY_VARIABLE} or bring back ${beside}`,
    );
  }
  return createKeyFile(folder, beside);
}

function parseKey(text: string, where: string): Buffer {
  const digits = text.trim();
  if (!KEY_FORM.test(digits)) {
    throw new AccessError('KEY_MISMATCH', `${where} must hold 64 hexadecimal digits`);
  }
  return Buffer.from(digits, 'hex');
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new AccessError('KEY_MISMATCH', `The key file ${file} cannot be read`, { cause: error });
  }
}

/** Writes a new key so that it is on the disk before anything is sealed with it. */
function createKeyFile(folder: string, file: string): Buffer {
  mkdirSync(folder, { recursive: true });
  const key = randomBytes(KEY_BYTES);
  const descriptor = openSync(file, 'wx', 0o600);
  try {
    writeSync(descriptor, `${key.toString('hex')}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  syncFolder(folder);
  return key;
}

function syncFolder(folder: string): void {
  if (process.platform === 'win32') return; // a folder cannot be opened there
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Derives the keys of each purpose from the master key (HKDF-SHA256, RFC 5869). */
export function deriveKeys(master: Uint8Array): EngineKeys {
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', master, 'gatewire', `gatewire/1/${purpose}`, KEY_BYTES));
  return {
    lookup: derive('lookup'),
    pinIndex: derive('pin-index'),
    seal: derive('seal'),
    logDigest: derive('log-digest'),
    logMac: derive('log-mac'),
    exchange: derive('exchange'),
    templates: derive('templates'),
    pictures: derive('pictures'),
  };
}
