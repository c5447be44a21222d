import Type from 'typebox';
import { BatchLetter } from '../../link/batch.ts';
import { RemoteCommand } from '../../link/command.ts';
import type { Report } from '../../link/report.ts';
import { AccessError } from '../../model/errors.ts';
import { Id, closed } from '../../model/fields.ts';
import { parser } from '../../model/parse.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { ModelIdentity } from '../../model/credential.ts';
import type { FaceSettings } from '../faces/settings.ts';
import type { Site } from '../site.ts';
import type { Store } from '../store/store.ts';
import type { StartCommand } from './commands.ts';
import type { Exchange } from './exchange.ts';
import type { Inventory } from './inventory.ts';
import type { SyncState } from './state.ts';
import type { SyncEngine } from './sync-engine.ts';
import type { Takeover } from './takeover.ts';

const Program = Type.String({ minLength: 1, maxLength: 32 });
const program = parser(Type.Object({ program: Program }, closed));
const address = parser(Type.Object({ site: Id, gateway: Id }, closed));
const letter = parser(BatchLetter);
const command = parser(Type.Object({ command: RemoteCommand }, closed));

interface Parts {
  store: Store;
  trust: ClockTrust;
  site: Site;
  exchange: Exchange;
  state: SyncState;
  takeover: Takeover;
  inventory: Inventory;
  startCommand: StartCommand;
  faces: Pick<FaceSettings, 'model'>;
}

/** What the engine of a gateway offers; every request is checked here. */
export function syncMethods(parts: Parts): SyncEngine {
  const { takeover, inventory, startCommand } = parts;
  return {
    syncReport: async (query) => reportOf(parts, program.parse(query, 'query').program),
    async takeLetter(query) {
      const { site, gateway } = address.parse(query.address, 'address');
      const content = letter.parse(query.letter, 'letter');
      if (content.site !== site || content.gateway !== gateway) {
        throw new AccessError(
          'INPUT_INVALID',
          `a letter for ${content.gateway} of ${content.site}`,
        );
      }
      return content.kind === 'batch' ? takeover.take(content) : inventory.answer(content);
    },
    startCommand: async (query) => startCommand(command.parse(query, 'query').command),
  };
}

async function reportOf(
  { store, trust, site, exchange, state, faces }: Parts,
  name: string,
): Promise<Report> {
  const { now, trusted } = trust.read();
  const { streams, problems } = await store.health();
  const unsent = Object.values(streams).map(({ last, acknowledged }) => last - acknowledged);
  return {
    program: name,
    exchange: exchange.publicKey,
    number: state.position.number,
    version: state.position.version,
    accessPoints: [...site.accessPoints()],
    clock: { now, trusted },
    outbox: unsent.reduce((sum, count) => sum + count, 0),
    problems: [...problems, ...(await outdatedFaces(store, faces.model))],
  };
}

/** Whether templates are here that were made by another model than the one in use. */
async function outdatedFaces(store: Store, model: ModelIdentity | undefined): Promise<string[]> {
  if (model === undefined) return [];
  const [face] = await store.faces('outdated', { model, after: '', limit: 1 });
  return face === undefined ? [] : ['facesOutdated'];
}
