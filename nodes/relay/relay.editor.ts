import { fieldText, foldable, showWhen } from '../../lib/editor/dialog.ts';
import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import type { EditedNode } from '../../lib/editor/red.ts';
import { numberIn, required, textLike } from '../../lib/editor/validate.ts';
import {
  CONNECTIONS,
  MODBUS_NAMES,
  SERIAL_NAMES,
  WIRED,
  type Connection,
} from './relay.choices.ts';

interface RelayProperties {
  name: string;
  site: string;
  output: string;
  action: string;
  duration: number | string;
  durationType: string;
  inverted: boolean;
  connection: string;
  modbusBoard: string;
  serialBoard: string;
  unit: number | string;
  channel: number | string;
  host: string;
  port: number | string;
  path: string;
  baudRate: number | string;
  parity: string;
  stopBits: string;
  limit: number | string;
  method: string;
  onUrl: string;
  offUrl: string;
  topic: string;
  onBody: string;
  offBody: string;
  reports: string;
  reportInterval: number | string;
}

type Edited = EditedNode<RelayProperties>;

const PORTS = ['result', 'events', 'faults'];
const CONNECTION = '#node-input-connection';

/** Which rows of the form belong to which connections. */
const ROWS: Readonly<Record<string, readonly Connection[]>> = {
  modbus: ['modbus', 'modbusTcp', 'modbusRtu'],
  serial: ['serial'],
  place: ['modbus', 'modbusTcp', 'modbusRtu', 'serial'],
  tcp: ['modbusTcp'],
  rtu: ['modbusRtu'],
  direct: ['modbusTcp', 'modbusRtu'],
  http: ['http'],
  mqtt: ['mqtt'],
  body: ['http', 'mqtt'],
  wired: WIRED,
};

/** A check that counts only while the connection has use for the field. */
function onlyFor(
  connections: readonly Connection[],
  check: (this: Edited, value: unknown) => boolean | string,
): (this: Edited, value: unknown) => boolean | string {
  return function (value) {
    return !connections.some((each) => each === this.connection) || check.call(this, value);
  };
}

RED.nodes.registerType<RelayProperties>('gatewire-relay', {
  category: CATEGORY,
  color: TINT.actuator,
  icon: 'gatewire-relay.svg',
  align: 'right',
  defaults: {
    name: { value: '' },
    site: { value: '', type: 'gatewire-site', required: true },
    output: { value: '', validate: textLike(/^.{1,36}$/) },
    action: { value: 'pulse', validate: required },
    duration: { value: 5, validate: required },
    durationType: { value: 'num' },
    inverted: { value: false },
    connection: { value: 'modbus', validate: required },
    modbusBoard: { value: 'coil' },
    serialBoard: { value: 'lcus' },
    unit: { value: 1, validate: onlyFor(ROWS.place ?? [], numberIn(0, 247)) },
    channel: { value: 1, validate: onlyFor(ROWS.place ?? [], numberIn(1, 512)) },
    host: { value: '', validate: onlyFor(['modbusTcp'], required) },
    port: { value: 502, validate: onlyFor(['modbusTcp'], numberIn(1, 65535)) },
    path: { value: '', validate: onlyFor(['modbusRtu'], required) },
    baudRate: { value: 9600, validate: onlyFor(['modbusRtu'], numberIn(300, 921_600)) },
    parity: { value: 'none' },
    stopBits: { value: '1' },
    limit: { value: 500, validate: onlyFor(ROWS.direct ?? [], numberIn(50, 800)) },
    method: { value: 'GET' },
    onUrl: { value: '', validate: onlyFor(['http'], textLike(/^https?:\/\//)) },
    offUrl: { value: '', validate: onlyFor(['http'], textLike(/^https?:\/\//)) },
    topic: { value: '', validate: onlyFor(['mqtt'], required) },
    onBody: { value: '' },
    offBody: { value: '' },
    reports: { value: 'none' },
    reportInterval: { value: 2, validate: onlyFor(WIRED, numberIn(0.1, 60)) },
  },
  inputs: 1,
  outputs: 3,
  paletteLabel() {
    return this._('relay.label.type');
  },
  label() {
    return this.name || this.output || this._('relay.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('relay.port.input');
  },
  outputLabels(index) {
    return index === 0 ? this._('relay.port.board') : this._(`common.port.${PORTS[index] ?? ''}`);
  },
  oneditprepare() {
    offer(this, CONNECTION, 'connection', CONNECTIONS, this.connection);
    offer(this, '#node-input-modbusBoard', 'modbusBoard', MODBUS_NAMES, this.modbusBoard);
    offer(this, '#node-input-serialBoard', 'serialBoard', SERIAL_NAMES, this.serialBoard);
    $('#node-input-duration').typedInput({
      default: 'num',
      types: ['num', 'msg', 'flow', 'global', 'env', 'jsonata'],
      typeField: '#node-input-durationType',
    });
    for (const [row, connections] of Object.entries(ROWS)) {
      showWhen(`.gatewire-relay-${row}`, [CONNECTION], () =>
        connections.some((each) => each === fieldText(CONNECTION)),
      );
    }
    showWhen('.gatewire-relay-duration', ['#node-input-action'], () =>
      ['pulse', 'hold'].includes(fieldText('#node-input-action')),
    );
    foldable('#gatewire-relay-advanced-head', '#gatewire-relay-advanced');
  },
});

function offer(
  node: Edited,
  selector: string,
  group: string,
  names: readonly string[],
  selected: string,
): void {
  const select = $(selector).empty();
  for (const name of names) {
    select.append(
      $('<option>')
        .val(name)
        .text(node._(`relay.${group}.${name}`)),
    );
  }
  select.val(selected);
}
