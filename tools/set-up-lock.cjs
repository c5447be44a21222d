'use strict';
/*
 * Two programs may be started at once on a fresh checkout, such as a server and a gateway in two terminals: one sets
 * up, the other waits for it. Runs on whatever Node the machine has.
 */
const fs = require('node:fs');
const path = require('node:path');

/** Milliseconds: between two looks, until a lock bears its number, and until nobody waits for its owner any more. */
const LOOK_EVERY = 500;
const SIGNED_WITHIN = 5000;
const LONGEST = 30 * 60_000;

/** Does the work while no other program of this checkout does such work; waits for that with one line of words. */
exports.alone = function alone(root, work) {
  const lock = path.join(root, '.gatewire-setup');
  let hasSaid = false;
  while (!take(lock)) {
    if (!hasSaid) console.log('Another program sets this checkout up; waiting for it …');
    hasSaid = true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOK_EVERY);
  }
  const release = () => fs.rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    return work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
};

function take(lock) {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    // Where nothing can be written, the work itself says so in better words.
    if (error.code !== 'EEXIST') return true;
  }
  if (isHeld(lock)) return false;
  fs.rmSync(lock, { force: true });
  return false;
}

/** A program that was killed holds nothing, and after a power cut its number may be that of another one. */
function isHeld(lock) {
  try {
    const age = Date.now() - fs.statSync(lock).mtimeMs;
    const pid = Number(fs.readFileSync(lock, 'utf8'));
    return age < LONGEST && (pid === 0 ? age < SIGNED_WITHIN : isAlive(pid));
  } catch {
    return false;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
