import assert from 'node:assert/strict';
import { once, EventEmitter } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ForeignDecision } from '../../lib/engine/online/online.ts';
import { Answerer, type AnswererOptions } from '../../lib/link/online/answerer.ts';
import { LinkAsker } from '../../lib/link/online/asker.ts';
import { HttpAsker } from '../../lib/link/online/http-asker.ts';
import {
  AnswerMessage,
  Check,
  examples,
  Holder,
  PresentedFactors,
} from '../../lib/link/online/checks.ts';
import type { Question } from '../../lib/link/online/question.ts';
import type { Attempt } from '../../lib/model/attempt.ts';
import { AccessError } from '../../lib/model/errors.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { uuidv7 } from '../../lib/model/ids.ts';
import { parser } from '../../lib/model/parse.ts';
import { linkPair, type LinkPair } from '../support/link-pair.ts';

const question = (accessPoint = 'front', limit = 2000): Question => ({
  attempt: {
    id: uuidv7(),
    at: Date.now(),
    accessPoint,
    credentials: [{ type: 'card', value: '04A1B2C3D4E5F6', at: Date.now() }],
  },
  limit,
});

const granted = (attempt: Attempt): ForeignDecision => ({
  decision: {
    id: uuidv7(),
    attempt: attempt.id,
    outcome: 'granted',
    reasons: [],
    by: 'server',
    person: { id: 'anna', name: 'Anna' },
    at: attempt.at,
    validUntil: attempt.at + 4000,
  },
  keep: 60_000,
});

describe('asking over the link', () => {
  let pair: LinkPair;
  let asker: LinkAsker;
  let answerer: Answerer | undefined;
  const seen = new EventEmitter();

  beforeEach(async () => {
    pair = linkPair({ names: ['north', 'south'] });
    pair.server.on('beat', () => seen.emit('beat'));
    await once(seen, 'beat');
    await once(seen, 'beat');
    asker = new LinkAsker(gateway(0), systemClock, () => true);
  });

  afterEach(() => {
    asker.close();
    answerer?.close();
    pair.close();
    seen.removeAllListeners();
  });

  const gateway = (index: number) => pair.gateways[index] ?? assert.fail();
  const answering = (options: Partial<AnswererOptions> = {}): Answerer => {
    answerer = new Answerer({
      server: pair.server,
      clock: systemClock,
      now: () => Date.now(),
      rate: 100,
      decide: (_gateway, attempt) =>
        attempt.accessPoint === 'front'
          ? Promise.resolve(granted(attempt))
          : Promise.reject(new AccessError('FORBIDDEN', 'somebody else')),
      ...options,
    });
    return answerer;
  };

  it('brings back what the server decides, with the holder, a life and a time to keep it', async () => {
    answering();
    const reply = await asker.ask(question());
    assert.ok('answer' in reply);
    assert.deepEqual(reply.answer, {
      outcome: 'granted',
      reasons: [],
      person: { id: 'anna', name: 'Anna' },
      life: 4000,
      keep: 60_000,
    });
  });

  it('tells the server what was presented, in its own time, and the broker nothing of it', async () => {
    const asked: Attempt[] = [];
    answering({
      now: () => 1_000_000_000_000,
      decide: (_gateway, attempt) => {
        asked.push(attempt);
        return Promise.resolve(granted(attempt));
      },
    });
    const texts: string[] = [];
    const spy = pair.broker.wire();
    spy.subscribe('#');
    spy.on('message', ({ text }) => texts.push(text));
    spy.connect();
    const asking = question();
    await asker.ask(asking);
    const [attempt] = asked;
    assert.equal(attempt?.id, asking.attempt.id);
    assert.equal(attempt.credentials[0]?.value, '04A1B2C3D4E5F6');
    assert.ok(Math.abs(attempt.at - 1_000_000_000_000) < 5000);
    const said = texts.join();
    assert.ok(said.includes(asking.attempt.id));
    for (const secret of ['04A1B2C3', 'anna', 'Anna']) assert.ok(!said.includes(secret), secret);
  });

  it('is refused at once for the access point of somebody else', async () => {
    answering();
    const reply = await asker.ask(question('back'));
    assert.ok('answer' in reply);
    assert.deepEqual([reply.answer.outcome, reply.answer.reasons], ['denied', ['hostRefused']]);
  });

  it('is refused at once when a gateway asks too much', async () => {
    answering({ rate: 2, clock: { monotonic: () => 0 } });
    const replies = await Promise.all(Array.from({ length: 6 }, () => asker.ask(question())));
    const outcomes = replies.map((reply) => ('answer' in reply ? reply.answer.outcome : ''));
    assert.deepEqual(outcomes.toSorted(), [
      'denied',
      'denied',
      'granted',
      'granted',
      'granted',
      'granted',
    ]);
  });

  it('ends in silence when the limit is over, and a late answer is told and opens nothing', async () => {
    let decide: (() => void) | undefined;
    answering({
      decide: (_gateway, attempt) =>
        new Promise((resolve) => {
          decide = () => {
            resolve(granted(attempt));
          };
        }),
    });
    asker.on('refused', (refusal) => seen.emit('refused', refusal));
    const reply = await asker.ask(question('front', 20));
    assert.deepEqual({ ...reply, took: 0 }, { silence: 'hostTimeout', took: 0 });
    const refused = once(seen, 'refused') as Promise<[{ reason: string; accessPoint: string }]>;
    decide?.();
    const [{ reason, accessPoint }] = await refused;
    assert.deepEqual([reason, accessPoint], ['late', 'front']);
  });

  it('ends at once when the link is down or goes down', async () => {
    answering({ decide: () => new Promise(() => undefined) });
    const waiting = asker.ask(question());
    pair.wires[1]?.cut();
    assert.deepEqual({ ...(await waiting), took: 0 }, { silence: 'hostUnreachable', took: 0 });
    assert.deepEqual(await asker.ask(question()), { silence: 'hostUnreachable', took: 0 });
  });

  it('asks nobody while no server is there', async () => {
    const lonely = new LinkAsker(gateway(0), systemClock, () => false);
    assert.deepEqual(await lonely.ask(question()), { silence: 'hostUnreachable', took: 0 });
    lonely.close();
  });

  it('ends in silence when the server cannot decide', async () => {
    const failing = answering({ decide: () => Promise.reject(new Error('broken')) });
    failing.on('failed', ({ gateway: name }) => seen.emit('failed', name));
    const failed = once(seen, 'failed');
    const reply = await asker.ask(question('front', 50));
    assert.deepEqual(await failed, ['north']);
    assert.ok('silence' in reply);
  });

  it('knows the vector of a face, and nobody by it where nobody looks', async () => {
    const values: unknown[] = [];
    const decide: AnswererOptions['decide'] = (_gateway, attempt) => {
      values.push(attempt.credentials[0]?.value);
      return Promise.resolve(granted(attempt));
    };
    const face = { model: { algorithm: 'auraface', version: '1' }, vector: 'AQID' };
    const asking = question();
    asking.attempt.credentials = [{ type: 'face', at: Date.now() }];
    answering({ decide });
    await asker.ask({ ...asking, face });
    answerer?.close();
    answering({ decide, recognise: ({ vector }) => Promise.resolve(`template-${vector}`) });
    await asker.ask({ ...asking, face });
    assert.deepEqual(values, ['?', 'template-AQID']);
  });

  it('hears what the server takes back, if it is for this gateway', async () => {
    const heard: unknown[] = [];
    asker.on('forget', (forget) => {
      heard.push(forget);
      seen.emit('forget');
    });
    const told = once(seen, 'forget');
    await pair.server.send('north', 'answers', { kind: 'forget', site: 'park', gateway: 'south' });
    await pair.server.send('north', 'answers', {
      kind: 'forget',
      site: 'park',
      gateway: 'north',
      person: 'vera',
    });
    await told;
    assert.deepEqual(heard, [{ person: 'vera' }]);
  });

  it('goes over HTTP as well, with the same signatures, and whatever is no answer is silence', async () => {
    const desk = answering();
    let status = 200;
    const http = createServer((request, response) => {
      void text(request)
        .then((body) => desk.answerText(body))
        .then((answer = '') => {
          response.statusCode = status;
          response.end(answer);
        });
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/checks`;
    const overHttp = new HttpAsker(url, gateway(0), systemClock);
    const stranger = new HttpAsker(url, gateway(1), systemClock);
    const replies = [await overHttp.ask(question()), await overHttp.ask(question('back'))];
    const outcomes = replies.map((reply) => 'answer' in reply && reply.answer.outcome);
    assert.deepEqual(outcomes, ['granted', 'denied']);
    assert.ok('answer' in (await stranger.ask(question())));
    status = 500;
    const broken = await overHttp.ask(question());
    assert.equal('silence' in broken && broken.silence, 'hostRefused');
    assert.equal(await desk.answerText('{"content":"{}","signature":""}'), undefined);
    http.close();
    http.closeAllConnections();
    await once(http, 'close');
    const gone = await overHttp.ask(question());
    assert.equal('silence' in gone && gone.silence, 'hostUnreachable');
  });

  it('has examples that fit the forms', () => {
    assert.ok(parser(Check).check(examples.check));
    assert.ok(parser(PresentedFactors).check(examples.factors));
    assert.ok(parser(Holder).check(examples.holder));
    for (const answer of [examples.answer, examples.refusal, examples.forget])
      assert.ok(parser(AnswerMessage).check(answer));
  });
});
