import path from 'node:path';
import { parseArgs } from 'node:util';

/** What a new installation gets if nothing is said. */
const DEFAULT_FLOWS = ['offline', 'simulator', 'payment-gated-exit'];
export const FLOWS = [...DEFAULT_FLOWS, 'hybrid', 'online', 'server', 'feature-service'];

/** Flows that come along with one that is run alone: the doors of these are simulated, too. */
const COMPANIONS = { hybrid: ['simulator'], online: ['simulator'] };
/** Several of these on one machine: their editors are side by side. */
const PORTS = { server: '1890', 'feature-service': '1891' };

export const HELP = `Starts Gatewire: Node-RED with the access control nodes, on this machine only.

  npm start -- [FLOW] [options]

  FLOW            runs one flow alone, in a data folder of its own, of: ${FLOWS.join(', ')}

  --flows LIST    which flows a new installation gets, of: ${FLOWS.join(', ')} 
                  (default ${DEFAULT_FLOWS.join(',')}), or none
  --port N        port of the editor, 1 to 65535 (default 1880, of a server 1890, of the feature service 1891)
  --data FOLDER   data folder with flows, secrets, people and records (default ./data)
  --serial PATH   serial port of the card reader (default /dev/ttyUSB0, if there is one)
  --empty         begin without the demo people
  --broker-port N port on which a server listens for its gateways, and at which they find it (default 1883)
  --pair CODE     the one-time code that the server has printed, for the first start of its gateway
  --help          this text

The first start prints the editor password once. Later starts keep your flows, people and records;
--flows, --empty and --broker-port matter only to a new data folder.

A server and a gateway, in two terminals:  npm start -- server
                                           npm start -- hybrid --pair CODE`;

/** Reads the command line. Throws an Error with one clear sentence for anything it does not understand. */
export function readOptions(argv, root) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      flows: { type: 'string' },
      port: { type: 'string' },
      data: { type: 'string' },
      serial: { type: 'string' },
      'broker-port': { type: 'string', default: '1883' },
      pair: { type: 'string' },
      empty: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (positionals.length > 1) throw new Error('Give one flow, or several with --flows.');
  return {
    help: values.help,
    empty: values.empty,
    serial: values.serial ?? process.env.GATEWIRE_SERIAL_PORT,
    flows: readFlows(positionals[0] ?? values.flows),
    port: readPort(values.port ?? process.env.GATEWIRE_PORT ?? PORTS[positionals[0]] ?? '1880'),
    brokerPort: readPort(values['broker-port']),
    pair: values.pair,
    data: path.resolve(
      values.data ?? process.env.GATEWIRE_DATA ?? path.join(root, 'data', ...positionals),
    ),
  };
}

function readFlows(list) {
  if (list === undefined) return DEFAULT_FLOWS;
  if (list === 'none') return [];
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !FLOWS.includes(name));
  if (unknown === undefined) return names.flatMap((name) => [name, ...(COMPANIONS[name] ?? [])]);
  throw new Error(`There is no flow "${unknown}"; choose from ${FLOWS.join(', ')}, or none.`);
}

function readPort(text) {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new Error(`"${text}" is not a port; give a number from 1 to 65535.`);
}
