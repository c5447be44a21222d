import { readFileSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';
import Type, { type Static } from 'typebox';
import { DOOR_MODES, SCHEDULED_MODES } from '../devices/passage/mode.ts';
import { Passage } from '../model/decision.ts';
import { closed } from '../model/fields.ts';
import { parser } from '../model/parse.ts';

const ModeState = Type.Object(
  { mode: Type.Enum(DOOR_MODES), scheduled: Type.Optional(Type.Enum(SCHEDULED_MODES)) },
  closed,
);

/** What a group was told and has not been released from. */
export const STANDING = ['lockDown', 'lockOpen', 'fire'] as const;
export type Standing = (typeof STANDING)[number];

const Content = Type.Object(
  {
    /** By the id of the node. */
    doors: Type.Record(
      Type.String(),
      Type.Object(
        {
          emergency: Type.Boolean(),
          modes: Type.Object(
            {
              both: Type.Optional(ModeState),
              in: Type.Optional(ModeState),
              out: Type.Optional(ModeState),
            },
            closed,
          ),
        },
        closed,
      ),
    ),
    /** By the name of the group. */
    groups: Type.Record(Type.String(), Type.Array(Type.Enum(STANDING))),
    /** Passages that the engine could not record yet. */
    unrecorded: Type.Array(Passage),
  },
  closed,
);
export type DoorMemoryContent = Static<typeof Content>;

const contentParser = parser(Content);

const EMPTY: DoorMemoryContent = { doors: {}, groups: {}, unrecorded: [] };

/**
 * What doors have to remember over a restart, in one small file: a lockdown must not end because the power was
 * cut. The file is replaced as a whole, so that it is either the old one or the new one.
 */
export class DoorMemory {
  readonly #file: string;
  readonly #warn: (problem: string) => void;
  #content: DoorMemoryContent;
  #written: Promise<void> = Promise.resolve();

  /** `warn` is told what is wrong: if the file cannot be read nothing is remembered, and doors are locked. */
  constructor(file: string, warn: (problem: string) => void) {
    this.#file = file;
    this.#warn = warn;
    this.#content = this.#read();
  }

  get content(): DoorMemoryContent {
    return this.#content;
  }

  /** Replaces parts of the content. It counts at once, and is written as soon as possible. */
  update(change: Partial<DoorMemoryContent>): void {
    const content = { ...this.#content, ...change };
    if (JSON.stringify(content) === JSON.stringify(this.#content)) return;
    this.#content = content;
    this.#written = this.#written.then(() => this.#write(content)).catch(this.#failed);
  }

  /** Resolves when everything is on the disk, or could not be written. */
  async flush(): Promise<void> {
    await this.#written;
  }

  readonly #failed = (reason: unknown): void => {
    this.#warn(`${this.#file}: ${reason instanceof Error ? reason.message : String(reason)}`);
  };

  #read(): DoorMemoryContent {
    try {
      return contentParser.parse(JSON.parse(readFileSync(this.#file, 'utf8')), 'doors');
    } catch (reason) {
      const isFirst = (reason as NodeJS.ErrnoException).code === 'ENOENT';
      if (!isFirst) this.#failed(reason);
      return EMPTY;
    }
  }

  async #write(content: DoorMemoryContent): Promise<void> {
    // A newer content is on its way: it will be written instead.
    if (content !== this.#content) return;
    await mkdir(path.dirname(this.#file), { recursive: true });
    const draft = `${this.#file}.new`;
    const handle = await open(draft, 'w', 0o600);
    try {
      await handle.writeFile(JSON.stringify(content));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, this.#file);
  }
}
