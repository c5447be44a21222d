'use strict';
/*
 * Makes the checkout ready to run: the locked dependencies, and a Node new enough in node_modules/.bin, where
 * npm scripts look first. Runs on whatever Node the machine has (18 or newer) and does nothing the second time.
 */
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { alone } = require('./set-up-lock.cjs');

const root = path.resolve(__dirname, '..');
const modules = path.join(root, 'node_modules');
const stampFile = path.join(modules, '.gatewire-stamp');

main();

function main() {
  const stamp = wantedStamp();
  if (readStamp() === stamp) linkNode();
  else alone(root, () => setUp(stamp));
  checkNode();
}

function setUp(stamp) {
  if (readStamp() !== stamp) install();
  linkNode();
  fs.writeFileSync(stampFile, stamp);
}

function wantedStamp() {
  const lock = fs.readFileSync(path.join(root, 'package-lock.json'));
  const hash = createHash('sha256').update(lock).digest('hex');
  return `${hash} ${process.platform} ${process.arch}\n`;
}

function readStamp() {
  try {
    return fs.readFileSync(stampFile, 'utf8');
  } catch {
    return undefined;
  }
}

function install() {
  const npm = process.env.npm_execpath;
  console.log('Installing the dependencies (about a minute, once) …');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const result = npm
    ? spawnSync(process.execPath, [npm, ...args], { cwd: root, stdio: 'inherit' })
    : spawnSync('npm', args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (result.status === 0) return;
  stop(
    'The dependencies could not be installed. Is the npm registry within reach, and may this user write to ' +
      `${root}? npm's own words are above.`,
  );
}

/** npm 10 links no `node` when two packages offer it, so the link is made here. */
function linkNode() {
  const name = `node-${process.platform}-${process.arch}`;
  const binary = path.join(modules, name, 'bin', 'node');
  if (!fs.existsSync(binary)) return;
  const link = path.join(modules, '.bin', 'node');
  const target = path.join('..', name, 'bin', 'node');
  try {
    if (fs.readlinkSync(link) === target) return;
  } catch {
    // no link yet
  }
  fs.rmSync(link, { force: true });
  fs.symlinkSync(target, link);
  fs.chmodSync(binary, 0o755);
}

function checkNode() {
  if (fs.existsSync(path.join(modules, '.bin', 'node'))) return;
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 13)) return;
  stop(
    `Gatewire needs Node 22.13 or newer; this is Node ${process.versions.node} and no newer one is offered for ${process.platform} ${process.arch}.`,
  );
}

function stop(sentence) {
  console.error(sentence);
  process.exit(1);
}
