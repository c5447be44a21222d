import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** How the flows name the port of the card reader; a node that names another port is the user's own. */
const PLACEHOLDER = '${GATEWIRE_SERIAL_PORT}';
const USUAL_PORT = '/dev/ttyUSB0';

/**
 * Chooses the serial port of the card reader. One that is asked for switches the serial nodes of the flows on;
 * without a wish and without the usual port they are switched off, or each of them would log an error.
 * Everything else in the flows stays as it is. Throws one clear sentence if the flows cannot be read.
 */
export function chooseSerialPort(folder, wish) {
  if (wish !== undefined) switchSerialNodes(folder, true);
  else if (!existsSync(USUAL_PORT) && switchSerialNodes(folder, false)) {
    console.log(
      `No card reader at ${USUAL_PORT}: its nodes are off until you start with --serial.`,
    );
  }
  return wish ?? USUAL_PORT;
}

/** Returns whether there was anything to change. */
function switchSerialNodes(folder, on) {
  const file = path.join(folder, 'flows.json');
  const nodes = readFlows(file);
  const ports = nodes.filter(({ serialport }) => serialport === PLACEHOLDER).map(({ id }) => id);
  const changed = nodes.filter((node) => ports.includes(node.serial) && (node.d === true) === on);
  if (changed.length === 0) return false;
  for (const node of changed) {
    if (on) delete node.d;
    else node.d = true;
  }
  writeFileSync(`${file}.new`, `${JSON.stringify(nodes, undefined, 4)}\n`);
  renameSync(`${file}.new`, file);
  return true;
}

function readFlows(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`The flows in ${file} cannot be read: ${error.message}`, { cause: error });
  }
}
