import { createHash } from 'node:crypto';
import Type, { type Static } from 'typebox';
import { closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import { Sealed } from '../trust/sealed.ts';

/** Largest file that travels, in bytes: 5 MiB. */
export const MAX_FILE = 5 * 1024 * 1024;
/** Bytes of a file in one part at most: sealed and with its envelope it stays below `MAX_MESSAGE`. */
export const MAX_PART = 128 * 1024;
const MAX_DATA = Math.ceil(MAX_PART / 3) * 4;

/** How a file is called: the id of the attempt that it belongs to. Never a path, on no side. */
export const FileId = Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' });
/** SHA-256 of the whole file in hexadecimal. */
const Digest = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** With the id it says which file is meant, so that an answer about another version of it counts for nothing. */
const which = { id: FileId, sha256: Digest };

/** SHA-256 as the messages bear it. */
export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A gateway has a file; nothing of it is sent before the server says from where it wants it. */
export const FileOffer = Type.Object(
  {
    kind: Type.Literal('offer'),
    ...which,
    size: Type.Integer({ minimum: 1, maximum: MAX_FILE }),
    type: Type.Literal('image/jpeg'),
    /** For how long it may be kept, at the gateway and at the server alike. */
    days: Type.Integer({ minimum: 1, maximum: 3650 }),
  },
  closed,
);

const part = {
  kind: Type.Literal('part'),
  ...which,
  offset: Type.Integer({ minimum: 0, maximum: MAX_FILE }),
};

/** Consecutive bytes of the file that was offered last. */
export const FilePart = Type.Object(
  {
    ...part,
    /** In base64. */
    data: Type.String({ minLength: 4, maxLength: MAX_DATA, pattern: '^[A-Za-z0-9+/]+={0,2}$' }),
  },
  closed,
);

/** A part as it travels: nobody on the way sees the picture. */
export const SealedPart = Type.Object(
  {
    ...part,
    /** The bytes in base64, sealed for the server under the label `labelOfPart`. */
    sealed: Sealed(MAX_DATA),
  },
  closed,
);

/** The server has everything before `offset` and wants what follows: answers an offer, and each part. */
export const FileWanted = Type.Object(
  {
    kind: Type.Literal('fileWanted'),
    ...which,
    offset: Type.Integer({ minimum: 0, maximum: MAX_FILE }),
  },
  closed,
);

/** The whole file is on the server's disk, under its digest. */
export const FileStored = Type.Object({ kind: Type.Literal('fileStored'), ...which }, closed);

/**
 * Why a server does not take a file. `quota`: it has too many of this gateway, later is better. `digest`: what came is
 * not what was offered, it has to come again. `size`: more came than was offered, likewise. `taken`: it has another
 * file under this id, and replaces none. `unknown`: it has no record of this gateway that tells of it, or not yet.
 * `erased`: it is of a person whose pictures were erased, the gateway has to delete it, too. `unwanted`: it takes none.
 */
export const REFUSALS = [
  'quota',
  'digest',
  'size',
  'taken',
  'unknown',
  'erased',
  'unwanted',
] as const;

export const FileRefused = Type.Object(
  { kind: Type.Literal('fileRefused'), ...which, reason: Type.Enum(REFUSALS) },
  closed,
);

/** All that a gateway sends on the channel `files`. */
export const SealedFilesMessage = Type.Union([FileOffer, SealedPart]);
/** The same with the seals open. */
const FilesMessage = Type.Union([FileOffer, FilePart]);
/** All that a server sends on the channel `acknowledgements` about files. */
export const FilesAnswer = Type.Union([FileWanted, FileStored, FileRefused]);

export type FileOffer = Static<typeof FileOffer>;
export type FilePart = Static<typeof FilePart>;
export type FileRefusal = (typeof REFUSALS)[number];
export type SealedPart = Static<typeof SealedPart>;
export type FilesMessage = Static<typeof FilesMessage>;
export type SealedFilesMessage = Static<typeof SealedFilesMessage>;
export type FilesAnswer = Static<typeof FilesAnswer>;

export const filesMessages = parser(FilesMessage);
export const sealedFilesMessages = parser(SealedFilesMessage);
export const filesAnswers = parser(FilesAnswer);

/** Binds a seal to its gateway and to its place in the file. */
export function labelOfPart(
  gateway: string,
  { id, sha256, offset }: Pick<SealedPart, 'id' | 'sha256' | 'offset'>,
): string {
  return `gatewire part 1 ${gateway} ${id} ${sha256} ${offset}`;
}

const EXAMPLE = {
  id: '019a1b2c-3d4e-7f50-8a9b-0c1d2e3f4a5c',
  sha256: '9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0',
};

export const FILES_EXAMPLES: readonly SealedFilesMessage[] = [
  { kind: 'offer', ...EXAMPLE, size: 3, type: 'image/jpeg', days: 30 },
  { kind: 'part', ...EXAMPLE, offset: 0, sealed: 'A'.repeat(112) },
];

export const FILES_ANSWER_EXAMPLES: readonly FilesAnswer[] = [
  { kind: 'fileWanted', ...EXAMPLE, offset: 0 },
  { kind: 'fileStored', ...EXAMPLE },
  { kind: 'fileRefused', ...EXAMPLE, reason: 'quota' },
];
