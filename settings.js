/**
 * Node-RED settings of a Gatewire installation. `npm start` prepares the data folder and its secrets and then starts
 * Node-RED with this file; a service can start it the same way:
 *
 *   GATEWIRE_DATA=/var/lib/gatewire node-red --settings settings.js
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { sendAtOnce } from './dist/lib/runtime/no-delay.js';

const root = import.meta.dirname;
const data = path.resolve(process.env.GATEWIRE_DATA ?? path.join(root, 'data'));
const secrets = readSecrets(path.join(data, 'secrets', 'node-red.json'));

process.env.GATEWIRE_KEY_FILE ??= path.join(data, 'secrets', 'engine.key');
process.env.GATEWIRE_MARKS_TOKEN ??= readToken(path.join(data, 'secrets', 'marks.token'));
sendAtOnce();

const settings = {
  userDir: data,
  flowFile: 'flows.json',
  flowFilePretty: true,
  credentialSecret: process.env.NODE_RED_CREDENTIAL_SECRET ?? secrets.credentialSecret,
  nodesDir: [root],

  // Loopback only. To serve other machines put a TLS proxy in front, or set `https` and change this.
  uiHost: process.env.GATEWIRE_HOST ?? '127.0.0.1',
  uiPort: Number(process.env.GATEWIRE_PORT ?? 1880),

  adminAuth: {
    type: 'credentials',
    sessionExpiryTime: 8 * 60 * 60,
    users: [{ username: 'admin', password: secrets.passwordHash, permissions: '*' }],
  },
  httpNodeAuth: { user: 'admin', pass: secrets.passwordHash },

  // Whoever may edit flows may run code: nothing is installed from the editor on top of that.
  externalModules: {
    autoInstall: false,
    palette: { allowInstall: false, allowUpload: false, allowUpdate: false },
    modules: { allowInstall: false },
  },
  functionExternalModules: false,
  exportGlobalContextKeys: false,
  telemetry: { enabled: false, updateNotification: false },
  diagnostics: { enabled: true, ui: true },
  logging: { console: { level: 'info', metrics: false, audit: false } },
  editorTheme: {
    page: { title: 'Gatewire' },
    header: { title: 'Gatewire' },
    tours: false,
    projects: { enabled: false },
    palette: { categories: ['access_control', 'subflows', 'common', 'function', 'network'] },
  },
};

function readSecrets(file) {
  if (!existsSync(file)) {
    throw new Error(
      `${file} is missing: run "npm start" once, it makes the secrets of this installation.`,
    );
  }
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Empty where there is none: then marks over HTTP need a token in the dialog. */
function readToken(file) {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
}

// Node-RED reads its settings with require(): this is what it takes from an ES module.
export { settings as 'module.exports' };
