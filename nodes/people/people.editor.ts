import { fieldText, foldable, showWhen } from '../../lib/editor/dialog.ts';
import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import { required } from '../../lib/editor/validate.ts';
import '../../lib/editor/red.ts';

interface PeopleProperties {
  name: string;
  site: string;
  operation: string;
  kind: string;
  value: string;
  valueType: string;
  author: string;
  authorType: string;
  firm: string;
  firmType: string;
  existing: string;
  dryRun: boolean;
  encoding: string;
  format: string;
  separator: string;
}

const OPERATION = '#node-input-operation';
const FORMAT = '#node-input-format';
/** Operations for which the kind of entity is chosen. */
const WITH_KIND = ['create', 'update', 'put', 'delete', 'find', 'import', 'export'];

RED.nodes.registerType<PeopleProperties>('gatewire-people', {
  category: CATEGORY,
  color: TINT.record,
  icon: 'gatewire-people.svg',
  defaults: {
    name: { value: '' },
    site: { value: '', type: 'gatewire-site', required: true },
    operation: { value: 'find', validate: required },
    kind: { value: 'person', validate: required },
    value: { value: 'payload' },
    valueType: { value: 'msg' },
    author: { value: '' },
    authorType: { value: 'str' },
    firm: { value: '' },
    firmType: { value: 'str' },
    existing: { value: 'merge', validate: required },
    dryRun: { value: false },
    encoding: { value: 'utf-8', validate: required },
    format: { value: 'json', validate: required },
    separator: { value: 'comma', validate: required },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel() {
    return this._('people.label.type');
  },
  label() {
    return this.name || this._('people.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('people.port.input');
  },
  outputLabels(index) {
    return this._(index === 0 ? 'common.port.result' : 'people.port.rejected');
  },
  oneditprepare() {
    $('#node-input-value').typedInput({
      default: 'msg',
      types: ['msg', 'flow', 'global', 'str', 'json', 'jsonata', 'env'],
      typeField: '#node-input-valueType',
    });
    $('#node-input-author').typedInput({
      default: 'str',
      types: ['str', 'msg', 'flow', 'global', 'jsonata', 'env'],
      typeField: '#node-input-authorType',
    });
    $('#node-input-firm').typedInput({
      default: 'str',
      types: ['str', 'msg', 'flow', 'global', 'jsonata', 'env'],
      typeField: '#node-input-firmType',
    });
    showFor('#gatewire-people-kind', (operation) => WITH_KIND.includes(operation));
    showFor('#gatewire-people-value', (operation) => operation !== 'export');
    showFor('#gatewire-people-import', (operation) => operation === 'import');
    showFor('#gatewire-people-export', (operation) => operation === 'export');
    showWhen('#gatewire-people-separator', [FORMAT], () => fieldText(FORMAT) === 'csv');
    foldable('#gatewire-people-advanced-head', '#gatewire-people-advanced');
  },
});

/** Shows what an operation needs; all of it if the message chooses the operation. */
function showFor(element: string, needs: (operation: string) => boolean): void {
  showWhen(element, [OPERATION], () => {
    const operation = fieldText(OPERATION);
    return operation === 'message' || needs(operation);
  });
}
