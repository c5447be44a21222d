import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { AccessError } from '../../lib/model/errors.ts';
import {
  onClose,
  onInput,
  type CloseHandler,
  type InputHandler,
} from '../../lib/runtime/lifecycle.ts';
import { FakeNode } from './fake-node.ts';

describe('life of a node', () => {
  let fake: FakeNode;

  beforeEach(() => {
    fake = new FakeNode();
  });

  afterEach(() => {
    mock.timers.reset();
  });

  const codeOf = (error: unknown): string | undefined => (error as AccessError | undefined)?.code;

  /** What `done` was called with. */
  function input(handle: InputHandler): Promise<unknown> {
    onInput(fake.node, handle);
    return new Promise((resolve) => {
      fake.listeners.get('input')?.({ _msgid: '1' }, () => undefined, resolve);
    });
  }

  function close(release: CloseHandler, deadline?: number): Promise<unknown> {
    onClose(fake.node, release, deadline);
    return new Promise((resolve) => {
      fake.listeners.get('close')?.(true, resolve);
    });
  }

  const INPUTS: [string, InputHandler, string | undefined][] = [
    ['a handler that returns', () => undefined, undefined],
    ['a handler that resolves', () => Promise.resolve(), undefined],
    ['one that throws', () => fail(new AccessError('BUSY', 'later')), 'BUSY'],
    ['one that rejects', () => Promise.reject(new AccessError('BUSY', 'later')), 'BUSY'],
    ['one with a defect', () => fail(new TypeError('oops')), 'INTERNAL'],
  ];
  for (const [name, handle, code] of INPUTS) {
    it(`ends a message of ${name} with ${code ?? 'no error'}`, async () => {
      assert.equal(codeOf(await input(handle)), code);
    });
  }

  it('ends a message after its effect', async () => {
    const log: string[] = [];
    await input(async () => {
      await Promise.resolve();
      log.push('effect');
    });
    log.push('done');
    assert.deepEqual(log, ['effect', 'done']);
  });

  it('is waited for by Node-RED when it closes, which looks at the number of parameters', () => {
    onClose(fake.node, () => undefined);
    assert.equal(fake.listeners.get('close')?.length, 2);
  });

  it('releases what it holds, and says what went wrong', async () => {
    let removed: boolean | undefined;
    await close((gone) => {
      removed = gone;
    });
    assert.equal(removed, true);
    await close(() => fail(new AccessError('OUTPUT_FAILED', 'stuck')));
    assert.deepEqual(fake.errors.map(codeOf), ['OUTPUT_FAILED']);
  });

  it('does not hold Node-RED up for longer than its deadline', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const closed = close(() => new Promise(() => undefined), 700);
    await Promise.resolve();
    mock.timers.tick(700);
    await closed;
    assert.match(String(fake.errors[0]), /not released within 700 ms/);
  });
});

function fail(error: Error): never {
  throw error;
}
