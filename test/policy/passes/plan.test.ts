import assert from 'node:assert/strict';
import type { StoredCredential } from '../../../lib/model/entity.ts';
import type { Pass } from '../../../lib/model/pass.ts';
import type { IssueRequest, ReplaceRequest } from '../../../lib/model/pass-request.ts';
import {
  planIssue,
  planReplacement,
  planReturn,
  type Desk,
} from '../../../lib/policy/passes/plan.ts';

const NOW = '2026-06-01T12:00:00';
const TAG: StoredCredential = { id: 't1', person: 'pool', type: 'card', hint: '****' };
const MAIN: Pass = {
  ...{ id: 'main', tag: 't0', person: 'ann', type: 'permanent', status: 'active' },
  ...{ validFrom: '2026-01-01', firm: 'f1' },
};

const desk = (more: Partial<Desk> = {}): Desk => {
  return { now: NOW, id: 'new', tag: TAG, held: undefined, ...more };
};
const issue = (more: Partial<IssueRequest> = {}, at = desk()) =>
  planIssue({ operation: 'issue', tag: 't1', person: 'ann', type: 'permanent', ...more }, at);
const replace = (
  more: Partial<ReplaceRequest> = {},
  at = desk(),
  replaced = MAIN,
  standIn?: Pass,
) => {
  const request = { operation: 'replace', pass: 'main', tag: 't1', reason: 'lost' } as const;
  return planReplacement({ ...request, ...more }, at, replaced, standIn);
};

describe('giving out passes', () => {
  it('begins now, for the first time', () => {
    const { pass, changes } = issue();
    assert.deepEqual(pass, {
      ...{ id: 'new', tag: 't1', person: 'ann', type: 'permanent', status: 'active' },
      ...{ validFrom: NOW, reason: 'first' },
    });
    assert.deepEqual(changes, [{ op: 'create', kind: 'pass', value: pass }]);
  });

  it('ends a one-off pass with its day, and asks for the end of a temporary one', () => {
    assert.equal(issue({ type: 'oneOff' }).pass.validTo, '2026-06-01');
    assert.equal(
      issue({ type: 'oneOff', validFrom: '2026-06-03T08:00' }).pass.validTo,
      '2026-06-03',
    );
    assert.throws(() => issue({ type: 'temporary' }), /needs an end/);
    assert.equal(issue({ type: 'temporary', validTo: '2026-07-01' }).pass.validTo, '2026-07-01');
  });

  it('names the host of a visit', () => {
    assert.throws(() => issue({ type: 'oneOff', reason: 'visit' }), /needs a host/);
    const { pass } = issue({ type: 'oneOff', host: 'bob', firm: 'f1' });
    assert.deepEqual([pass.reason, pass.host, pass.firm], ['visit', 'bob', 'f1']);
  });

  it('does not give out a tag that somebody holds, unless that pass is over', () => {
    const held: Pass = { ...MAIN, id: 'old', tag: 't1', person: 'cy' };
    assert.throws(() => issue({}, desk({ held })), /held by cy with the pass old/);
    const over = { ...held, validTo: '2026-05-31' };
    const [expired] = issue({}, desk({ held: over })).changes;
    const value = { id: 'old', status: 'inactive', end: 'expired', endedAt: NOW };
    assert.deepEqual(expired, { op: 'update', kind: 'pass', value });
    const today = { ...held, validTo: '2026-06-01' };
    assert.throws(() => issue({}, desk({ held: today })), /held by cy/);
  });

  it('does not give out a tag that was reported, and makes a returned one usable again', () => {
    for (const status of ['lost', 'stolen', 'damaged', 'blocked'] as const) {
      assert.throws(() => issue({}, desk({ tag: { ...TAG, status } })), new RegExp(status));
    }
    const [first] = issue({}, desk({ tag: { ...TAG, status: 'returned' } })).changes;
    const value = { id: 't1', status: 'active' };
    assert.deepEqual(first, { op: 'update', kind: 'credential', value });
  });
});

describe('replacing passes', () => {
  it('stands in for a forgotten pass today, and leaves it as it is', () => {
    const { pass, changes } = replace({ reason: 'forgotten' });
    assert.equal(changes.length, 1);
    assert.deepEqual(pass, {
      ...{ id: 'new', tag: 't1', person: 'ann', type: 'temporary', status: 'active', firm: 'f1' },
      ...{ validFrom: NOW, validTo: '2026-06-01', reason: 'forgotten', replaces: 'main' },
    });
    assert.equal(replace({ reason: 'forgotten', type: 'oneOff' }).pass.type, 'oneOff');
  });

  it('has one stand-in at a time; one that is over gives way', () => {
    const standIn: Pass = { ...MAIN, id: 's', tag: 't9', replaces: 'main', validTo: '2026-06-02' };
    const forgotten = { reason: 'forgotten' } as const;
    assert.throws(() => replace(forgotten, desk(), MAIN, standIn), /stands in for it already/);
    const over = { ...standIn, validTo: '2026-05-31T18:00' };
    const [expired] = replace(forgotten, desk(), MAIN, over).changes;
    assert.equal(expired?.op === 'update' && expired.value.end, 'expired');
  });

  it('ends a lost pass, blocks its tag and goes on with the same terms', () => {
    const replaced: Pass = { ...MAIN, validTo: '2026-12-31', host: 'bob' };
    const { pass, changes } = replace({ reason: 'lost' }, desk(), replaced);
    assert.deepEqual(changes.slice(0, 2), [
      {
        ...{ op: 'update', kind: 'pass' },
        value: { id: 'main', status: 'inactive', end: 'lost', endedAt: NOW },
      },
      { op: 'update', kind: 'credential', value: { id: 't0', status: 'lost' } },
    ]);
    assert.deepEqual(
      [pass.type, pass.validTo, pass.host, pass.replaces, pass.reason],
      ['permanent', '2026-12-31', 'bob', 'main', 'lost'],
    );
  });

  it('keeps a new pass suspended while the stand-in of the old one goes on', () => {
    const standIn: Pass = { ...MAIN, id: 's', tag: 't9', replaces: 'main', validTo: '2026-06-02' };
    const moved = replace({ reason: 'lost' }, desk(), MAIN, standIn).changes.at(-1);
    assert.deepEqual(moved, { op: 'update', kind: 'pass', value: { id: 's', replaces: 'new' } });
  });

  it('replaces only what is active, and not by itself', () => {
    assert.throws(() => replace({}, desk(), { ...MAIN, status: 'inactive' }), /is not active/);
    assert.throws(() => replace({ tag: 't0' }), /by its own tag/);
  });
});

describe('taking passes back', () => {
  it('ends the pass, and blocks the tag only if it did not come back', () => {
    const back = planReturn({ operation: 'return' }, MAIN, NOW);
    assert.equal(back.changes.length, 1);
    assert.deepEqual([back.pass.status, back.pass.end], ['inactive', 'returned']);
    const gone = planReturn({ operation: 'return', end: 'stolen', note: 'n' }, MAIN, NOW);
    assert.deepEqual(
      gone.changes.map(({ kind }) => kind),
      ['pass', 'credential', 'pass'],
    );
    assert.throws(() => planReturn({ operation: 'return' }, back.pass, NOW), /is not active/);
  });
});
