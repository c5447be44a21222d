/**
 * The main job in one command: prepares a data folder with secrets, flows and demo people, and starts Node-RED on
 * loopback. Every foreseeable failure ends with one clear sentence and exit code 1.
 */
import { spawn } from 'node:child_process';
import net from 'node:net';
import path from 'node:path';
import { buildIfNeeded } from './start/build-if-needed.js';
import { makeSecrets, openDataFolder, placeFlows } from './start/data-folder.js';
import { HELP, readOptions } from './start/options.js';
import { chooseSerialPort } from './start/serial-nodes.js';

const root = path.resolve(import.meta.dirname, '..');

try {
  const options = readOptions(process.argv.slice(2), root);
  if (options.help) console.log(HELP);
  else await start(options);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

async function start(options) {
  openDataFolder(options.data);
  await portIsFree(options.port);
  buildIfNeeded(root);
  const password = makeSecrets(options.data);
  const isNew = placeFlows(
    options.data,
    options.flows.map((name) => path.join(root, 'flows', `${name}.json`)),
    options.brokerPort,
  );
  if (isNew && !options.empty && hasPeople(options.flows)) await seedDemo(options.data);
  const invitation = isNew && options.flows.includes('server') ? await invite() : undefined;
  const serialPort = chooseSerialPort(options.data, options.serial);
  runNodeRed(options, { serialPort, invitation });
  greet(options, { password, invitation });
}

/** Flows with the demo people: a door that decides for itself, a server for its gateways, and who enrols their faces. */
function hasPeople(flows) {
  return ['offline', 'server', 'feature-service'].some((name) => flows.includes(name));
}

/** The gateway of the demo is expected from the first moment on, by a code that is printed once. */
async function invite() {
  const { newPairingCode } = await import('../dist/lib/link/trust/pairing.js');
  return { gateway: 'north', code: newPairingCode() };
}

async function seedDemo(data) {
  const { seedDemoSite } = await import('./start/demo-site.js');
  const count = await seedDemoSite(data, path.join(root, 'flows', 'demo', 'people.json'));
  console.log(`A demo site with ${count} people is ready.`);
}

function portIsFree(port) {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once('error', (error) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'is in use by another program'
          : `cannot be opened (${error.code})`;
      reject(new Error(`Port ${port} ${why}; choose another with --port.`));
    });
    probe.listen(port, '127.0.0.1', () => probe.close(resolve));
  });
}

function runNodeRed(options, { serialPort, invitation }) {
  const nodeRed = path.join(root, 'node_modules', 'node-red', 'red.js');
  const child = spawn(process.execPath, [nodeRed, '--settings', path.join(root, 'settings.js')], {
    stdio: 'inherit',
    env: {
      ...process.env,
      GATEWIRE_DATA: options.data,
      GATEWIRE_PORT: String(options.port),
      GATEWIRE_SERIAL_PORT: serialPort,
      GATEWIRE_INVITATION: invitation ? `${invitation.gateway} ${invitation.code}` : '',
      GATEWIRE_PAIRING_CODE: options.pair ?? '',
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    const stopped = signal === 'SIGINT' || signal === 'SIGTERM';
    process.exitCode = stopped ? 0 : (code ?? 1);
  });
}

function greet(options, { password, invitation }) {
  const lines = [`Editor:    http://127.0.0.1:${options.port}/`];
  if (options.flows.includes('simulator'))
    lines.push(`Simulator: http://127.0.0.1:${options.port}/simulator`);
  if (options.flows.includes('payment-gated-exit'))
    lines.push(`Gate:      http://127.0.0.1:${options.port}/gate`);
  if (options.flows.includes('server'))
    lines.push(`Server:    http://127.0.0.1:${options.port}/server`);
  if (options.flows.includes('feature-service'))
    lines.push(`Features:  http://127.0.0.1:${options.port}/features`);
  lines.push('User:      admin');
  lines.push(
    password === undefined
      ? 'Password:  as printed at the first start'
      : `Password:  ${password}   (shown only now)`,
  );
  if (invitation !== undefined)
    lines.push(
      `Gateway:   npm start -- hybrid --pair ${invitation.code}   (in another terminal, within ten minutes)`,
    );
  console.log(`\n${lines.join('\n')}\n`);
}
