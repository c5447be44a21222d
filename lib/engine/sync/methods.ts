import Type from 'typebox';
import { BatchLetter } from '../../link/sync/batch.ts';
import { RemoteCommand } from '../../link/ends/command.ts';
import type { LetterAnswer } from '../../link/sync/receipt.ts';
import type { Report } from '../../link/sync/report.ts';
import { AccessError } from '../../model/errors.ts';
import { Id, Name, closed } from '../../model/fields.ts';
import { optional } from '../../model/optional.ts';
import { parser } from '../../model/parse.ts';
import type { ClockTrust } from '../clock-trust.ts';
import type { ModelIdentity } from '../../model/credential.ts';
import type { FaceSettings } from '../faces/settings.ts';
import type { Handover } from '../mastership/handover.ts';
import type { Mastership } from '../mastership/mastership.ts';
import type { Site } from '../site.ts';
import type { Store } from '../store/store.ts';
import type { StartCommand } from './commands.ts';
import type { Exchange } from './exchange.ts';
import type { Inventory } from './inventory.ts';
import type { OwnFaces } from './own-faces.ts';
import type { SyncState } from './state.ts';
import type { SyncEngine } from './sync-engine.ts';
import type { Takeover } from './takeover.ts';

const Program = Type.String({ minLength: 1, maxLength: 32 });
const program = parser(Type.Object({ program: Program }, closed));
const address = parser(Type.Object({ site: Id, gateway: Id }, closed));
const letter = parser(BatchLetter);
const seizure = parser(Type.Object({ author: Name, reason: Name }, closed));
const command = parser(Type.Object({ command: RemoteCommand }, closed));

interface Parts {
  store: Store;
  trust: ClockTrust;
  site: Site;
  exchange: Exchange;
  state: SyncState;
  takeover: Takeover;
  inventory: Inventory;
  handover: Handover;
  mastership: Mastership;
  ownFaces: OwnFaces;
  startCommand: StartCommand;
  faces: Pick<FaceSettings, 'model'>;
}

/** What the engine of a gateway offers; every request is checked here. */
export function syncMethods(parts: Parts): SyncEngine {
  const { mastership, startCommand } = parts;
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
      return answerTo(content, parts);
    },
    startCommand: async (query) => startCommand(command.parse(query, 'query').command),
    async takeMastership(query) {
      const { author, reason } = seizure.parse(query, 'query');
      if (mastership.move?.to !== 'local') {
        throw new AccessError('CONFLICT', 'the site is not on its way to local mode');
      }
      await mastership.settle('local', author, reason);
    },
  };
}

function answerTo(letter: BatchLetter, parts: Parts): Promise<LetterAnswer> {
  switch (letter.kind) {
    case 'batch':
      return parts.takeover.take(letter);
    case 'offer':
      return parts.handover.offer(letter);
    case 'settle':
      return parts.handover.settle(letter);
    default:
      return parts.inventory.answer(letter);
  }
}

async function reportOf(
  { store, trust, site, exchange, state, mastership, ownFaces, faces }: Parts,
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
    ...(ownFaces.areApart && { ownFaces: true }),
    ...optional('move', mastership.move),
  };
}

/** Whether templates are here that were made by another model than the one in use. */
async function outdatedFaces(store: Store, model: ModelIdentity | undefined): Promise<string[]> {
  if (model === undefined) return [];
  const [face] = await store.faces('outdated', { model, after: '', limit: 1 });
  return face === undefined ? [] : ['facesOutdated'];
}
