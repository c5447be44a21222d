import { createEngine } from '../../lib/engine/service.ts';
import type { Change, EntityKind } from '../../lib/model/entity.ts';
import type { FlowNode } from '../../test/support/node-red.ts';
import { ANSWER, TAB, code, tcp } from './peers.ts';

const SITE = 'b0000000000000c0';
const READER = 'b0000000000000c1';
const CHECK = 'b0000000000000c2';
const FEEDBACK = 'b0000000000000c3';
const RELAY = 'b0000000000000c4';
const ACCESS_POINTS = 50;
const GROUPS = 300;
/** Changes in one transaction of the import. */
const PORTION = 2000;

/** The offline flow: a line of a reader in, decision and record, the answer out; and a door that opens, if wanted. */
export function gatewireFlow(port: number, { relay }: { relay: boolean }): FlowNode[] {
  return [
    TAB,
    { id: SITE, type: 'gatewire-site', name: 'Bench', siteId: 'bench', zone: 'Europe/Madrid' },
    ...Array.from({ length: ACCESS_POINTS }, (_, index) => accessPoint(index)),
    ...tcp(port, READER, 'bytes'),
    {
      id: READER,
      type: 'gatewire-credential-reader',
      z: TAB.id,
      accessPoint: accessPointId(0),
      preset: 'hex',
      source: 'payload',
      repeatWindow: 0,
      wires: [[CHECK], [], []],
    },
    {
      id: CHECK,
      type: 'gatewire-permission-check',
      z: TAB.id,
      site: SITE,
      accessPoint: '',
      wires: [relay ? [FEEDBACK, RELAY] : [FEEDBACK], [FEEDBACK], [FEEDBACK]],
    },
    code(
      FEEDBACK,
      `const { attempt, decision } = msg.access;
msg.payload = (decision.outcome === 'granted' ? 'OK ' : 'NO ') + attempt.credentials[0].value + '\\n';
return msg;`,
      ANSWER,
    ),
    ...(relay ? [simulatedRelay()] : []),
  ];
}

function simulatedRelay(): FlowNode {
  return {
    id: RELAY,
    type: 'gatewire-relay',
    z: TAB.id,
    site: SITE,
    output: 'lock',
    action: 'pulse',
    duration: 5,
    durationType: 'num',
    connection: 'simulated',
    wires: [[], [], []],
  };
}

function accessPointId(index: number): string {
  return `b000000000001${String(index).padStart(3, '0')}`;
}

function accessPoint(index: number): FlowNode {
  return {
    id: accessPointId(index),
    type: 'gatewire-access-point',
    name: `Door ${index}`,
    accessPointId: `door-${index}`,
    site: SITE,
    direction: 'in',
    zoneTo: 'inside',
    supports: ['card'],
    level: 'any',
  };
}

/** The same people for the engine of this flow, in the folder where it will look for them. */
export async function fillGatewire(folder: string, cards: readonly string[]): Promise<void> {
  const engine = await createEngine({ folder });
  try {
    const all = people(cards);
    for (let first = 0; first < all.length; first += PORTION) {
      const changes = all.slice(first, first + PORTION);
      await engine.change({ changes, options: { author: 'bench' } });
    }
  } finally {
    await engine.close();
  }
}

/** 300 groups with a right to enter all week; each person in one of them, with one card. */
function people(cards: readonly string[]): Change[] {
  const windows = [{ from: '00:00', to: '00:00' }];
  const days = [{ days: [1, 2, 3, 4, 5, 6, 7], windows }];
  const groups = Array.from({ length: GROUPS }, (_, index) => `group-${index}`);
  return [
    put('schedule', { id: 'week', name: 'All week', rule: { kind: 'weekly', days } }),
    ...groups.map((id) => put('group', { id, name: id })),
    ...groups.map((group) =>
      put('permission', {
        id: `right-${group}`,
        subject: { group },
        target: { everywhere: true },
        schedule: 'week',
      }),
    ),
    ...cards.flatMap((value, index) => {
      const person = `person-${index}`;
      const group = `group-${index % GROUPS}`;
      return [
        put('person', { id: person, name: `Person ${index}`, groups: [group] }),
        put('credential', { id: `card-${index}`, person, type: 'card', value }),
      ];
    }),
  ];
}

function put(kind: EntityKind, value: Record<string, unknown>): Change {
  return { op: 'put', kind, value };
}
