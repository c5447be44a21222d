import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { crc32, inflateRaw } from 'node:zlib';
import { AccessError } from '../model/errors.ts';

/** Files in one archive, and bytes of its directory, at most. */
const MOST_ENTRIES = 100_000;
const LARGEST_DIRECTORY = 32 * 1024 * 1024;

/** Records of a ZIP file by their signature and the length of their fixed part (PKWARE APPNOTE 6.3, 4.3). */
const LOCAL = { signature: 0x04034b50, length: 30 };
const CENTRAL = { signature: 0x02014b50, length: 46 };
const END = { signature: 0x06054b50, length: 22 };
const LONGEST_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;
const ENCRYPTED = 1;

const inflate = promisify<Uint8Array, { maxOutputLength: number }, Buffer>(inflateRaw);

/** A file in an archive. */
export interface ArchiveEntry {
  /** With its folders, as the archive names it. */
  name: string;
  /** Rejects with INPUT_INVALID if it is damaged, encrypted, packed in another way, or larger than `limit` bytes. */
  read(limit: number): Promise<Uint8Array>;
}

/** Where the bytes of an archive come from. */
interface Source {
  size: number;
  read(at: number, length: number): Promise<Buffer>;
}

interface Place {
  name: string;
  flags: number;
  method: number;
  sum: number;
  packed: number;
  size: number;
  at: number;
}

/** Whether bytes are those of a ZIP file. */
export function isArchive(bytes: Uint8Array): boolean {
  return (
    bytes.length >= END.length &&
    Buffer.from(bytes.subarray(0, 4)).readUInt32LE() === LOCAL.signature
  );
}

/** The files of a ZIP archive in memory, without folders. Rejects with INPUT_INVALID for anything else. */
export function entriesOf(bytes: Uint8Array): Promise<ArchiveEntry[]> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return listed({
    size: buffer.length,
    read: (at, length) => Promise.resolve(buffer.subarray(at, at + length)),
  });
}

/** The files of a ZIP archive on disk; one is read when it is asked for. Rejects as `entriesOf` does. */
export async function openArchive(
  file: string,
): Promise<{ entries: ArchiveEntry[]; close: () => Promise<void> }> {
  const handle = await open(file, 'r').catch(() => {
    throw damaged('cannot be opened');
  });
  try {
    const { size } = await handle.stat();
    const entries = await listed({ size, read: (at, length) => readAt(handle, at, length) });
    return { entries, close: () => handle.close() };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(length), position });
  return buffer.subarray(0, bytesRead);
}

async function listed(source: Source): Promise<ArchiveEntry[]> {
  const places = await directoryOf(source);
  return places
    .filter(({ name }) => !name.endsWith('/'))
    .map((place) => ({ name: place.name, read: (limit) => extract(source, place, limit) }));
}

/** Every file has a line in the directory at the end; what stands before the files themselves is not trusted. */
async function directoryOf(source: Source): Promise<Place[]> {
  const { count, at, length } = await endOf(source);
  if (count > MOST_ENTRIES || length > LARGEST_DIRECTORY) throw damaged('has too many files');
  const directory = await piece(source, at, length);
  const places: Place[] = [];
  for (let start = 0; places.length < count;) {
    const head = recordAt(directory, start, CENTRAL);
    const [name, extra, comment] = [28, 30, 32].map((field) => head.readUInt16LE(field)) as [
      number,
      number,
      number,
    ];
    places.push(placeOf(head, directory.subarray(start + CENTRAL.length).subarray(0, name)));
    start += CENTRAL.length + name + extra + comment;
  }
  return places;
}

function placeOf(head: Buffer, name: Buffer): Place {
  return {
    name: name.toString('utf8'),
    flags: head.readUInt16LE(8),
    method: head.readUInt16LE(10),
    sum: head.readUInt32LE(16),
    packed: head.readUInt32LE(20),
    size: head.readUInt32LE(24),
    at: head.readUInt32LE(42),
  };
}

/** The last record, behind which there may be a comment. */
async function endOf(source: Source): Promise<{ count: number; at: number; length: number }> {
  const length = Math.min(source.size, END.length + LONGEST_COMMENT);
  const tail = await piece(source, source.size - length, length);
  for (let start = tail.length - END.length; start >= 0; start--) {
    if (tail.readUInt32LE(start) !== END.signature) continue;
    const end = tail.subarray(start);
    return { count: end.readUInt16LE(10), length: end.readUInt32LE(12), at: end.readUInt32LE(16) };
  }
  throw damaged('has no directory: it is damaged, or no ZIP file');
}

async function extract(source: Source, place: Place, limit: number): Promise<Uint8Array> {
  const { name, flags, method, packed, size, sum, at } = place;
  if ((flags & ENCRYPTED) !== 0) throw damaged(`has "${name}" encrypted`);
  if (method !== STORED && method !== DEFLATED)
    throw damaged(`has "${name}" packed in another way`);
  if (size > limit || packed > limit) throw damaged(`has "${name}" with more than ${limit} bytes`);
  const head = recordAt(await piece(source, at, LOCAL.length), 0, LOCAL);
  const start = at + LOCAL.length + head.readUInt16LE(26) + head.readUInt16LE(28);
  const bytes = await piece(source, start, packed);
  const plain =
    method === STORED
      ? bytes
      : await inflate(bytes, { maxOutputLength: Math.max(size, 1) }).catch(() => undefined);
  if (plain?.length !== size || crc32(plain) !== sum) throw damaged(`has "${name}" damaged`);
  return plain;
}

async function piece(source: Source, at: number, length: number): Promise<Buffer> {
  const bytes = at < 0 ? undefined : await source.read(at, length);
  if (bytes?.length !== length) throw damaged('is cut off');
  return bytes;
}

function recordAt(
  bytes: Buffer,
  at: number,
  record: { signature: number; length: number },
): Buffer {
  const found = bytes.subarray(at);
  if (found.length < record.length || found.readUInt32LE() !== record.signature) {
    throw damaged('is damaged');
  }
  return found;
}

function damaged(what: string): AccessError {
  return new AccessError('INPUT_INVALID', `The archive ${what}`);
}
