import type { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { EntityKind, StoredEntities } from '../../../model/entity.ts';
import type { Secrets } from '../protocol.ts';
import type { PreparedChange } from '../store.ts';
import { applyChanges, type ChangeResult } from './changes.ts';
import { findEntities, type StoreQuery } from './find.ts';
import { kyselyOn } from './kysely.ts';
import { readPolicyVersion, readSecrets, savePolicyVersion } from './queries.ts';
import type { StoreScope } from './scope.ts';
import { applyScoped } from './scoped-changes.ts';
import type { Tables } from './tables.ts';

/** The people and their rights in one database; changes take part in the transaction that is open. */
export class PolicyStore {
  readonly #db: Kysely<Tables>;

  constructor(db: DatabaseSync) {
    this.#db = kyselyOn(db);
  }

  /** See `applyChanges` and `applyScoped`. */
  apply(
    changes: readonly PreparedChange[],
    atomic: boolean,
    scope?: StoreScope,
  ): Promise<ChangeResult> {
    if (scope !== undefined) return applyScoped(this.#db, changes, atomic, scope);
    return applyChanges(this.#db, changes, atomic);
  }

  /** Number of the newest change; 0 for a new database. */
  version(): Promise<number> {
    return readPolicyVersion(this.#db);
  }

  async raiseVersion(): Promise<number> {
    const version = (await this.version()) + 1;
    await savePolicyVersion(this.#db, version);
    return version;
  }

  /** See `findEntities`. */
  find<K extends EntityKind>(query: StoreQuery<K>): Promise<StoredEntities[K][]> {
    return findEntities(this.#db, query);
  }

  /** The sealed parts of a credential. */
  secrets(credential: string): Promise<Secrets | undefined> {
    return readSecrets(this.#db, credential);
  }
}
