import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { mock } from 'node:test';
import { Status, STATUS_NAMES } from '../../lib/runtime/status.ts';
import { FakeNode } from './fake-node.ts';

describe('status of a node', () => {
  let fake: FakeNode;
  let status: Status;

  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout'] });
    fake = new FakeNode();
    status = new Status(fake.node);
  });

  afterEach(() => {
    mock.timers.reset();
  });

  it('is told only when it changes', () => {
    for (const name of ['ready', 'ready', 'fault', 'ready'] as const) status.show(name);
    assert.deepEqual(fake.statuses, ['ready', 'fault', 'ready']);
  });

  it('returns to the steady state three seconds after the last passing one', () => {
    status.show('ready');
    status.flash('granted');
    mock.timers.tick(2000);
    status.flash('denied');
    mock.timers.tick(2999);
    assert.deepEqual(fake.statuses, ['ready', 'granted', 'denied']);
    mock.timers.tick(1);
    assert.deepEqual(fake.statuses, ['ready', 'granted', 'denied', 'ready']);
  });

  it('does not cut a passing state short for a new steady one', () => {
    status.flash('granted');
    status.show('engineDown');
    assert.deepEqual(fake.statuses, ['granted']);
    mock.timers.tick(3000);
    assert.deepEqual(fake.statuses, ['granted', 'engineDown']);
  });

  it('says nothing any more after it was closed', () => {
    status.show('ready');
    status.flash('granted');
    status.close();
    status.show('fault');
    status.flash('denied');
    mock.timers.tick(10_000);
    assert.deepEqual(fake.statuses, ['ready', 'granted']);
  });

  for (const language of ['en-US', 'zh-CN', 'ru']) {
    it(`has a text in ${language} for every state`, () => {
      const folder = path.resolve(import.meta.dirname, '../../lib/editor/locales');
      const catalogue = JSON.parse(readFileSync(path.join(folder, `${language}.json`), 'utf8')) as {
        status: Record<string, string>;
      };
      for (const name of STATUS_NAMES) assert.ok(catalogue.status[name], name);
    });
  }
});
