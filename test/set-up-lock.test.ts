import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolder, removeFolder } from './support/folder.ts';
import { ROOT } from './support/node-red.ts';

const LOCK = path.join(ROOT, 'tools', 'set-up-lock.cjs');
/** Notes that it begins, holds the lock for a moment, and notes that it ends. */
const PROGRAM = `
  const fs = require('node:fs');
  const { alone } = require(${JSON.stringify(LOCK)});
  const [root, name] = process.argv.slice(1);
  alone(root, () => {
    fs.appendFileSync(root + '/notes', name + ' begins\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    fs.appendFileSync(root + '/notes', name + ' ends\\n');
  });`;

describe('setting up', () => {
  let folder: string;

  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => {
    removeFolder(folder);
  });

  const start = (name: string): ChildProcess =>
    spawn(process.execPath, ['-e', PROGRAM, folder, name], { stdio: 'ignore' });
  const notes = (): string[] => readFileSync(path.join(folder, 'notes'), 'utf8').trim().split('\n');

  it('is done by one program at a time, however many are started', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => once(start(name), 'exit')));
    const seen = notes().map((note) => note.split(' '));
    assert.equal(seen.length, 6);
    for (let at = 0; at < seen.length; at += 2) {
      assert.deepEqual([seen[at]?.[1], seen[at + 1]?.[1]], ['begins', 'ends']);
      assert.equal(seen[at]?.[0], seen[at + 1]?.[0], 'nobody comes between');
    }
    assert.ok(!existsSync(path.join(folder, '.gatewire-setup')));
  });

  it('does not wait for a program that was killed', async () => {
    const gone = start('gone');
    gone.kill('SIGKILL');
    await once(gone, 'exit');
    writeFileSync(path.join(folder, '.gatewire-setup'), String(gone.pid));
    await once(start('a'), 'exit');
    assert.ok(notes().includes('a ends'));
  });
});
