import { fieldText, foldable, showWhen } from '../../lib/editor/dialog.ts';
import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import { required } from '../../lib/editor/validate.ts';
import '../../lib/editor/red.ts';

interface AttendanceProperties {
  name: string;
  site: string;
  operation: string;
  firm: string;
  firmType: string;
  value: string;
  valueType: string;
  author: string;
  authorType: string;
  scope: string;
  scopeType: string;
  dryRun: boolean;
  encoding: string;
  format: string;
  separator: string;
}

const OPERATION = '#node-input-operation';
const FORMAT = '#node-input-format';
const OF_A_PERSON: readonly string[] = ['day', 'month'];
const NAMES = ['str', 'msg', 'flow', 'global', 'jsonata', 'env'];

RED.nodes.registerType<AttendanceProperties>('gatewire-attendance', {
  category: CATEGORY,
  color: TINT.record,
  icon: 'gatewire-attendance.svg',
  defaults: {
    name: { value: '' },
    site: { value: '', type: 'gatewire-site', required: true },
    operation: { value: 'timesheet', validate: required },
    firm: { value: '' },
    firmType: { value: 'str' },
    value: { value: 'payload' },
    valueType: { value: 'msg' },
    author: { value: '' },
    authorType: { value: 'str' },
    scope: { value: '' },
    scopeType: { value: 'str' },
    dryRun: { value: false },
    encoding: { value: 'utf-8', validate: required },
    format: { value: 'json', validate: required },
    separator: { value: 'comma', validate: required },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel() {
    return this._('attendance.label.type');
  },
  label() {
    return this.name || this._('attendance.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('attendance.port.input');
  },
  outputLabels(index) {
    return this._(index === 0 ? 'common.port.result' : 'attendance.port.rejected');
  },
  oneditprepare() {
    $('#node-input-value').typedInput({
      default: 'msg',
      types: ['msg', 'flow', 'global', 'str', 'json', 'jsonata', 'env'],
      typeField: '#node-input-valueType',
    });
    for (const field of ['firm', 'author', 'scope']) {
      $(`#node-input-${field}`).typedInput({
        default: 'str',
        types: NAMES,
        typeField: `#node-input-${field}Type`,
      });
    }
    showFor('#gatewire-attendance-firm', (operation) => !OF_A_PERSON.includes(operation));
    showFor('#gatewire-attendance-import', (operation) => operation === 'importPlan');
    showFor('#gatewire-attendance-format', (operation) => operation === 'timesheet');
    showWhen('#gatewire-attendance-separator', [FORMAT], () => fieldText(FORMAT) === 'csv');
    foldable('#gatewire-attendance-advanced-head', '#gatewire-attendance-advanced');
  },
});

/** Shows what an operation needs; all of it if the message chooses the operation. */
function showFor(element: string, needs: (operation: string) => boolean): void {
  showWhen(element, [OPERATION], () => {
    const operation = fieldText(OPERATION);
    return operation === 'message' || needs(operation);
  });
}
