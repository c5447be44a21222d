import type { CredentialType } from '../../model/credential.ts';
import type { Change } from '../../model/entity.ts';
import type { FaceSettings } from '../faces/settings.ts';
import type { Store } from '../store/store.ts';

interface Parts {
  store: Pick<Store, 'find'>;
  faces: Pick<FaceSettings, 'isShared'>;
}

/**
 * Faces that are no business of a server (N15): where the site says that templates stay at the gateway, they are
 * enrolled here in either mode, told to nobody and taken from nobody.
 */
export class OwnFaces {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether faces are left out of everything that is exchanged. */
  get areApart(): boolean {
    return !this.#parts.faces.isShared;
  }

  /** Whether a credential is such a face; `given` is the type that it shall have. */
  async has(id: string, given?: CredentialType): Promise<boolean> {
    if (!this.areApart) return false;
    const [stored] = await this.#parts.store.find({ kind: 'credential', id, limit: 1 });
    const types = [stored?.type, given].filter((type) => type !== undefined);
    return types.length > 0 && types.every((type) => type === 'face');
  }

  /** Those changes that are about something else. */
  async without(changes: readonly Change[]): Promise<Change[]> {
    if (!this.areApart) return [...changes];
    const others: Change[] = [];
    for (const change of changes) if (!(await this.#isAbout(change))) others.push(change);
    return others;
  }

  async #isAbout(change: Change): Promise<boolean> {
    if (change.kind !== 'credential') return false;
    if (change.op === 'delete') return this.has(change.id);
    const { id, type } = change.value as { id?: unknown; type?: CredentialType };
    return typeof id === 'string' && this.has(id, type);
  }
}
