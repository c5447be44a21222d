'use strict';
/* `npm install` of the git repository has to build; `npm ci` in a checkout without dev tools has not. */
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.resolve(__dirname, '..');
const node = path.join(root, 'node_modules', '.bin', 'node');
if (fs.existsSync(path.join(root, 'node_modules', 'typescript'))) {
  const runner = fs.existsSync(node) ? node : process.execPath;
  const result = spawnSync(runner, [path.join(root, 'tools', 'build.js')], { stdio: 'inherit' });
  process.exit(result.status ?? 1);
}
