import { join } from 'node:path';
import { AccessError } from '../model/errors.ts';
import type { Explanation } from '../model/explanation.ts';
import { periodStart } from '../policy/local-time.ts';
import { createPolicy } from '../policy/snapshot.ts';
import { Zone } from '../policy/zone.ts';
import { CONFIG_SETTING } from './configuration.ts';
import { isRealDate } from './dates.ts';
import * as requests from './requests.ts';
import { DATABASE_FILE, openForReading, storeError } from './store/database.ts';
import { policyRows } from './store/policy-rows.ts';
import { loadSideState } from './store/side-state.ts';
import type { EngineConfig } from '../model/site.ts';

export interface FolderQuery {
  folder: string;
  person: string;
  accessPoint: string;
  /** `2026-12-31` or `2026-12-31T18:00` in the zone of the site; now if absent. */
  at?: string;
}

/**
 * The rule preview (N16) from a data folder, without the engine: from the rights and the configuration that
 * were committed last. Only reads, so it may run beside a running engine. Throws `NOT_FOUND` for an unknown
 * person or access point, `CONFIG_INVALID` for a folder whose engine was never configured, `STORE_BROKEN`
 * if there is no readable database, `INPUT_INVALID` for a time that does not exist.
 */
export function explainFolder(query: FolderQuery): { explanation: Explanation; zone: string } {
  const file = join(query.folder, DATABASE_FILE);
  try {
    const config = readConfig(file);
    const { zone } = config.site;
    const policy = createPolicy();
    policy.load(policyRows(file));
    policy.configure(config);
    const { person, accessPoint } = query;
    const at = query.at === undefined ? Date.now() : instantOf(query.at, zone);
    return { explanation: policy.explain({ person, accessPoint, at }, true), zone };
  } catch (error) {
    throw storeError(error, `the database ${file} cannot be read`);
  }
}

function readConfig(file: string): EngineConfig {
  const db = openForReading(file);
  try {
    const stored = loadSideState(db).settings[CONFIG_SETTING];
    if (stored === undefined) {
      throw new AccessError(
        'CONFIG_INVALID',
        'No flow has configured the engine of this folder yet',
      );
    }
    return requests.config.parse(JSON.parse(stored), 'stored configuration');
  } finally {
    db.close();
  }
}

function instantOf(text: string, zone: string): number {
  if (isRealDate(text)) return new Zone(zone).toInstant(periodStart(text), 'start');
  throw new AccessError('INPUT_INVALID', `${text} is no date or time such as 2026-12-31T18:00`);
}
