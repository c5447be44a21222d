import assert from 'node:assert/strict';
import { TestClock } from '../../support/clock.ts';
import { eventCodes, newest } from '../../support/engine.ts';
import { makeFolder, removeFolder } from '../../support/folder.ts';
import { ZonedSite } from '../../support/zoned-site.ts';

const LIMIT = 10_000;
const REFUSED = ['antiPassback'];

describe('positions shared by two gateways', () => {
  const folders: string[] = [];
  let clock: TestClock;
  let north: ZonedSite;
  let south: ZonedSite;

  async function open(gateway: string, peer: string): Promise<ZonedSite> {
    const folder = makeFolder();
    folders.push(folder);
    const site = await ZonedSite.open(folder, clock);
    await site.engine.configureSharing({ gateway, peers: [peer], limit: LIMIT });
    return site;
  }

  beforeEach(async () => {
    clock = new TestClock();
    north = await open('north', 'south');
    south = await open('south', 'north');
  });
  afterEach(async () => {
    await Promise.all([north.engine.close(), south.engine.close()]);
    for (const folder of folders.splice(0)) removeFolder(folder);
  });

  /** Sends everything that one has seen to the other. */
  async function share(from: ZonedSite, to: ZonedSite, gateway: string): Promise<void> {
    const me = to === south ? 'south' : 'north';
    const config = { gateway: me, peers: [gateway], limit: LIMIT };
    const { known } = await to.engine.configureSharing(config);
    const batch = await from.engine.ownPassages({ after: known[gateway] ?? 0, limit: 1000 });
    await to.engine.acceptPassages(batch);
  }
  async function shareAll(): Promise<void> {
    await share(north, south, 'north');
    await share(south, north, 'south');
  }
  const rule = async (antiPassback: object): Promise<void> => {
    await Promise.all(
      [north, south].map((site) => site.rule('yard', { antiPassback: antiPassback as never })),
    );
  };

  it('keep somebody who is in by one gate out at the other', async () => {
    await rule({ mode: 'hard' });
    await shareAll();
    await north.passes('ada', 'gate-in');
    await share(north, south, 'north');
    assert.equal(await south.where('ada'), 'yard');
    assert.deepEqual(await south.asks('ada', 'back-in'), REFUSED);
    await south.passes('ada', 'gate-out');
    await share(south, north, 'south');
    assert.deepEqual(await north.asks('ada', 'gate-in'), []);
  });

  it('are taken over once, however often they are told, and in order', async () => {
    const first = await north.passes('ada', 'gate-in');
    const second = await north.passes('ada', 'gate-out');
    const batch = await north.engine.ownPassages({ after: 0, limit: 10 });
    assert.deepEqual(
      batch.passages.map(({ passage }) => passage.id),
      [first.id, second.id],
    );
    for (let time = 0; time < 3; time++) {
      const state = await south.engine.acceptPassages(batch);
      assert.equal(state.known.north, batch.upTo);
    }
    assert.equal(await south.where('ada'), 'outside');
    const transits = await south.engine.transits({ from: 0, to: clock.now(), person: 'ada' });
    assert.deepEqual(
      transits.map(({ gateway, passage }) => [gateway, passage.id]),
      [
        ['north', first.id],
        ['north', second.id],
      ],
    );
  });

  it('with a gap between them are left alone, and the answer says from where on they are needed', async () => {
    await north.passes('ada', 'gate-in');
    await north.passes('ada', 'gate-out');
    const [, late] = (await north.engine.ownPassages({ after: 0, limit: 10 })).passages;
    assert.ok(late);
    const gap = { gateway: 'north', after: 1, upTo: 2, passages: [late] };
    const state = await south.engine.acceptPassages(gap);
    assert.deepEqual([state.known.north ?? 0, state.missing], [0, ['north']]);
    assert.equal(await south.where('ada'), 'unknown');
  });

  it('are never taken from a gateway that is not known', async () => {
    const batch = { gateway: 'west', after: 0, upTo: 1, passages: [] };
    await assert.rejects(south.engine.acceptPassages(batch), { code: 'INPUT_INVALID' });
  });

  describe('while the link is cut', () => {
    it('strict refuses to enter and never to leave', async () => {
      await rule({ mode: 'hard', unreachable: 'deny' });
      await shareAll();
      await north.passes('ada', 'gate-in');
      clock.advance(LIMIT + 1);
      assert.deepEqual(await north.asks('ben', 'gate-in'), REFUSED);
      assert.deepEqual(await north.asks('ada', 'gate-out'), []);
      await north.asks('ada', 'gate-out');
      assert.ok((await eventCodes(north.engine)).includes('sharedPositionsLost'));
      await shareAll();
      assert.deepEqual(await north.asks('ben', 'gate-in'), []);
    });

    it('strict refuses after a restart, too, until the other gateway is heard', async () => {
      await rule({ mode: 'hard', unreachable: 'deny' });
      assert.deepEqual(await north.asks('ben', 'gate-in'), REFUSED);
    });

    it('the default grants and reports, and the double entry is reported once both know', async () => {
      await rule({ mode: 'hard' });
      await shareAll();
      clock.advance(LIMIT + 1);
      await north.passes('ada', 'gate-in');
      assert.ok((await eventCodes(north.engine)).includes('antiPassbackUnchecked'));
      clock.advance(5000);
      const double = await south.passes('ada', 'back-in');
      await shareAll();
      for (const site of [north, south]) {
        const events = await site.engine.readRecords({ stream: 'event', after: 0, limit: 1000 });
        const late = events.filter(({ body }) => body.details?.late === true);
        assert.deepEqual(
          late.map(({ body }) => [body.code, body.details?.person, body.details?.passage]),
          [['antiPassbackViolation', 'ada', double.id]],
        );
        assert.deepEqual(await site.asks('ada', 'gate-out'), []);
      }
    });

    it('a silent gateway that has seen something unknown is out of reach, though it is heard', async () => {
      await rule({ mode: 'hard', unreachable: 'deny' });
      await shareAll();
      const { missing } = await north.engine.heardGateway({ gateway: 'south', upTo: 0 });
      assert.deepEqual(missing, []);
      clock.advance(LIMIT + 1);
      const state = await north.engine.heardGateway({ gateway: 'south', upTo: 7 });
      assert.deepEqual(state.missing, ['south']);
    });
  });

  it('are known by the order of their numbers where the clock of the other gateway was wrong', async () => {
    await north.passes('ada', 'gate-in');
    const { passages } = await north.engine.ownPassages({ after: 0, limit: 1 });
    const at = clock.now() - 3 * 86_400_000;
    const exit = { ...north.seen('ada', 'gate-out'), at };
    const told = [...passages, { passage: exit, clock: 'untrusted' as const }];
    await south.engine.acceptPassages({ gateway: 'north', after: 0, upTo: 2, passages: told });
    assert.equal(await south.where('ada'), 'outside');
    const { body } = await newest(south.engine, 'event');
    assert.equal(body.code, 'passagesShared');
  });
});
