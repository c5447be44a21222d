import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { EventEmitter, on, once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { RemoteCommand } from '../../lib/link/ends/command.ts';
import { sealLetter } from '../../lib/link/trust/letter.ts';
import type { CommandResult } from '../../lib/link/sync/receipt.ts';
import { topicOf } from '../../lib/link/wire/topics.ts';
import type { Decision } from '../../lib/model/decision.ts';
import { GatewaySync } from '../../lib/sync/gateway-sync.ts';
import {
  ServerSync,
  type CapturedCredential,
  type CommandAnswer,
} from '../../lib/sync/server-sync.ts';
import { makeFolder, removeFolder } from '../support/folder.ts';
import { linkPair, type LinkPair } from '../support/link-pair.ts';
import { ANNA_CARD, SAMPLE_CHANGES, attemptAt, card } from '../support/sample-site.ts';
import { openPair, type SyncPair } from '../support/sync-pair.ts';
import { newest, newestEvent } from '../support/engine.ts';
import { consent, face } from '../engine/faces/support.ts';

const NORTH = { site: 'plant', gateway: 'north' };

/** Everything that comes to one of the two nodes, as events that can be awaited. */
class Rig {
  readonly events = new EventEmitter();
  readonly openings: Decision[] = [];
  readonly modes: string[] = [];
  readonly results: CommandResult[] = [];
  readonly link: LinkPair = linkPair({ site: 'plant' });
  readonly server: ServerSync;
  readonly gateway: GatewaySync;

  constructor(pair: SyncPair) {
    const onError = (error: unknown): void => {
      this.events.emit('error', error);
    };
    const end = this.link.gateways[0] ?? assert.fail();
    this.server = new ServerSync({
      end: this.link.server,
      engine: pair.server,
      revocationLimit: 60_000,
      onCommand: (answer) => this.events.emit('answer', answer),
      onPhotos: (answer) => this.events.emit('photos', answer),
      onCaptured: (captured) => this.events.emit('captured', captured),
      onError,
    });
    this.gateway = new GatewaySync({
      end,
      engine: pair.gateway,
      tellDoors: (group, event) => {
        this.modes.push(`${group} ${event.type === 'mode' ? event.command : event.type}`);
      },
      program: '0.0.0',
      onOpening: (decision) => {
        this.openings.push(decision);
      },
      onCommand: (result) => {
        this.results.push(result);
        this.events.emit('result', result);
      },
      onError,
    });
  }

  async next<T>(event: string): Promise<T> {
    const [value] = (await once(this.events, event)) as [T];
    return value;
  }

  close(): void {
    this.server.close();
    this.gateway.close();
    this.link.close();
  }
}

describe('device sync over a link', function () {
  this.timeout(30_000);
  let folder: string;
  let pair: SyncPair;
  let rig: Rig;

  beforeEach(async () => {
    folder = makeFolder();
    pair = await openPair({ folder });
    rig = new Rig(pair);
  });

  afterEach(async () => {
    rig.close();
    await pair.close();
    removeFolder(folder);
  });

  /** Resolves when the gateway has confirmed everything that the server holds now. */
  async function settled(): Promise<void> {
    const { policyVersion } = await pair.server.health();
    for (;;) {
      const [view] = await pair.server.fleet({});
      if (view?.pending === 0 && view.applied >= policyVersion) return;
      await setTimeout(20);
    }
  }

  const enter = async (): Promise<void> => {
    await pair.server.change({ changes: SAMPLE_CHANGES, options: { author: 'test' } });
  };

  it('brings what is entered at the server to the gateway, and again after the cable was pulled', async () => {
    await enter();
    await settled();
    const granted = await pair.gateway.decide(attemptAt(Date.now(), 'front', card(ANNA_CARD)));
    assert.equal(granted.outcome, 'granted');
    rig.link.wires[1]?.cut();
    await pair.server.change({
      changes: [{ op: 'delete', kind: 'credential', id: 'anna-card' }],
      options: { author: 'test' },
    });
    rig.link.wires[1]?.connect();
    await settled();
    const refused = await pair.gateway.decide(attemptAt(Date.now(), 'front', card(ANNA_CARD)));
    assert.equal(refused.outcome, 'unknown');
  });

  it('opens once by a command, and the grant drives an output once', async () => {
    await heard();
    const answer = rig.next<CommandAnswer>('answer');
    const order = { kind: 'open', accessPoint: 'front' } as const;
    const id = await rig.server.command({ gateway: 'north', order, author: 'guard' });
    const { result, id: answered } = await answer;
    assert.deepEqual([result, answered], ['done', id]);
    const [decision] = rig.openings;
    assert.equal(decision?.by, 'server');
    const claim = { decision: decision.id, output: 'lock', action: 'pulse' } as const;
    assert.ok((await pair.gateway.claimCommand(claim)).life > 0);
    await assert.rejects(pair.gateway.claimCommand(claim), { code: 'COMMAND_USED' });
    assert.equal((await newest(pair.gateway, 'access')).body.opening, 'command');
  });

  it('tells doors their mode, forgives, and says what has gone wrong', async () => {
    await heard();
    const results: unknown[] = [];
    for (const order of [
      { kind: 'mode', mode: 'lockDown', group: '*' },
      { kind: 'forgive' },
      { kind: 'erase', person: 'nobody' },
      { kind: 'open', accessPoint: 'nowhere' },
    ] as const) {
      const answer = rig.next<CommandAnswer>('answer');
      await rig.server.command({ gateway: 'north', order, author: 'guard' });
      results.push((await answer).result);
    }
    assert.deepEqual(results, ['done', 'done', 'done', 'failed']);
    assert.deepEqual(rig.modes, ['* lockDown']);
    assert.equal(rig.openings.length, 0);
  });

  it('has a gateway erase who is erased at the server, and keeps its receipt', async () => {
    await enter();
    await pair.server.change({
      changes: [consent('boris'), face('boris-face', 'boris')],
      options: { author: 'test' },
    });
    await settled();
    rig.link.wires[1]?.cut();
    const erasure = { person: 'boris', what: 'biometrics', author: 'desk' } as const;
    await pair.server.erasePerson(erasure);
    const [waiting] = await pair.server.erasures({});
    assert.deepEqual([waiting?.gateway, waiting?.state], ['north', 'waiting']);
    const answers = on(rig.events, 'answer');
    rig.link.wires[1]?.connect();
    const { erased } = await firstWith<CommandAnswer>(answers, ({ result }) => result === 'done');
    assert.deepEqual([erased?.person, erased?.left, erased?.pictures], ['boris', 0, 0]);
    const own = await newestEvent(pair.gateway, 'erased');
    assert.equal(own.seq, erased?.event);
    const { body } = await newestEvent(pair.server, 'erasedAtGateway');
    assert.deepEqual(body.details, { gateway: 'north', ...erased });
    const [done] = await pair.server.erasures({ person: 'boris' });
    assert.deepEqual([done?.state, done?.receipt], ['done', erased]);
    assert.deepEqual(await pair.gateway.faceChanges({}).then(({ put }) => put), []);
  });

  it('gives a face back that was enrolled anew before the gateway had erased the old one', async () => {
    await enter();
    const enrol = (id: string) =>
      pair.server.change({
        changes: [consent('boris'), face(id, 'boris')],
        options: { author: 'test' },
      });
    await enrol('boris-face');
    await settled();
    rig.link.wires[1]?.cut();
    await pair.server.erasePerson({ person: 'boris', what: 'biometrics', author: 'desk' });
    await enrol('boris-new-face');
    rig.link.wires[1]?.connect();
    for (;;) {
      const [erasure] = await pair.server.erasures({ person: 'boris' });
      const { put } = await pair.gateway.faceChanges({});
      const isBack = put.map(({ credential }) => credential).join() === 'boris-new-face';
      if (erasure?.state === 'done' && isBack) return;
      await setTimeout(20);
    }
  });

  it('sends the next card to the server instead of deciding about it', async () => {
    await enter();
    await settled();
    await heard();
    const done = rig.next<CommandAnswer>('answer');
    const order = { kind: 'capture', accessPoint: 'front', seconds: 30 } as const;
    await rig.server.command({ gateway: 'north', order, author: 'desk' });
    await done;
    const captured = rig.next<CapturedCredential>('captured');
    const shown = () => pair.gateway.decide(attemptAt(Date.now(), 'front', card(ANNA_CARD)));
    const { outcome, reasons } = await shown();
    assert.deepEqual([outcome, ...reasons], ['denied', 'captured']);
    const { type, value, gateway } = await captured;
    assert.deepEqual([type, value, gateway], ['card', ANNA_CARD, 'north']);
    assert.equal((await shown()).outcome, 'granted');
  });

  it('opens nothing for 10,000 forged, replayed, retained, misdirected and late commands', async () => {
    await heard();
    const answer = rig.next<CommandAnswer>('answer');
    const topic = topicOf({ ...NORTH, channel: 'commands' });
    const texts: string[] = [];
    const spy = rig.link.broker.wire();
    spy.subscribe(topic);
    spy.on('message', ({ text }) => texts.push(text));
    spy.connect();
    const order = { kind: 'open', accessPoint: 'front' } as const;
    await rig.server.command({ gateway: 'north', order, author: 'guard' });
    await answer;
    assert.equal(rig.openings.length, 1);
    const genuine = texts[0] ?? assert.fail();
    const beat = rig.link.server.heard('north')?.beat ?? assert.fail();
    const command = (more: object = {}): RemoteCommand => ({
      ...{ id: randomUUID(), ...NORTH, order, beat, life: 10_000, author: 'x' },
      ...more,
    });
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const key = rig.link.serverKey;
    const attacks: ((index: number) => string)[] = [
      () => genuine,
      () => sealLetter('commands', command(), stranger),
      () => JSON.stringify(command()),
      () => sealLetter('batches', command(), key),
      () => sealLetter('commands', command({ gateway: 'south' }), key),
      () => sealLetter('commands', command({ site: 'park' }), key),
      () => sealLetter('commands', command({ beat: { ...beat, session: 'A'.repeat(22) } }), key),
      () => sealLetter('commands', command({ beat: { ...beat, number: beat.number + 500 } }), key),
      () => sealLetter('commands', command({ life: 3_600_000 }), key),
      (index) => genuine.replace('front', `front${index}`),
      (index) => genuine.slice(0, index % genuine.length),
    ];
    for (let index = 0; index < 10_000; index += 1) {
      const text = attacks[index % attacks.length]?.(index) ?? '';
      rig.link.broker.take(topic, text, false);
      if (index % 500 === 499) await new Promise(setImmediate);
    }
    rig.link.broker.take(topic, sealLetter('commands', command(), key), true);
    rig.link.wires[1]?.cut();
    rig.link.wires[1]?.connect();
    // One more that is genuine ends the attack: all that came before it has been judged.
    await heard();
    const last = rig.next<CommandAnswer>('answer');
    const forgive = { kind: 'forgive' } as const;
    const id = await rig.server.command({ gateway: 'north', order: forgive, author: 'guard' });
    let { id: answered } = await last;
    while (answered !== id) ({ id: answered } = await rig.next<CommandAnswer>('answer'));
    assert.equal(rig.openings.length, 1);
    const openings = await pair.gateway.readRecords({ stream: 'access', after: 0, limit: 1000 });
    assert.equal(openings.length, 1);
  });

  /** Resolves when the server knows a moment of the gateway's present connection. */
  async function heard(): Promise<void> {
    await new Promise<void>((resolve) => {
      const stop = rig.link.server.on('beat', () => {
        stop();
        resolve();
      });
    });
  }
});

/** What was meant for the connection before may be refused first. */
async function firstWith<T>(events: AsyncIterable<T[]>, isIt: (event: T) => boolean): Promise<T> {
  for await (const [event] of events) if (event !== undefined && isIt(event)) return event;
  throw new Error('no more events');
}
