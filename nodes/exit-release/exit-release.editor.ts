import { fieldText, foldable, showWhen } from '../../lib/editor/dialog.ts';
import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import { required } from '../../lib/editor/validate.ts';
import { showConditions } from './conditions.editor.ts';
import { showPreview } from './preview.editor.ts';

interface ExitReleaseProperties {
  name: string;
  site: string;
  operation: string;
  value: string;
  valueType: string;
  source: string;
  firm: string;
  firmType: string;
  author: string;
  authorType: string;
}

const OPERATION = '#node-input-operation';
const TYPES = ['str', 'msg', 'flow', 'global', 'jsonata', 'env'];

RED.nodes.registerType<ExitReleaseProperties>('gatewire-exit-release', {
  category: CATEGORY,
  color: TINT.decision,
  icon: 'gatewire-exit-release.svg',
  defaults: {
    name: { value: '' },
    site: { value: '', type: 'gatewire-site', required: true },
    operation: { value: 'decision', validate: required },
    value: { value: 'payload' },
    valueType: { value: 'msg' },
    source: { value: 'flow' },
    firm: { value: '' },
    firmType: { value: 'str' },
    author: { value: '' },
    authorType: { value: 'str' },
  },
  credentials: { token: { type: 'password' } },
  inputs: 1,
  outputs: 3,
  paletteLabel() {
    return this._('exit-release.label.type');
  },
  label() {
    return this.name || this._('exit-release.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('exit-release.port.input');
  },
  outputLabels(index) {
    const ports = ['common.port.result', 'common.port.events', 'exit-release.port.refused'];
    return this._(ports[index] ?? 'common.port.result');
  },
  oneditprepare() {
    $('#node-input-value').typedInput({
      default: 'msg',
      types: ['msg', 'flow', 'global', 'str', 'json', 'jsonata', 'env'],
      typeField: '#node-input-valueType',
    });
    for (const field of ['firm', 'author']) {
      $(`#node-input-${field}`).typedInput({
        default: 'str',
        types: TYPES,
        typeField: `#node-input-${field}Type`,
      });
    }
    showFor('#gatewire-exit-release-token', ['http']);
    showFor('#gatewire-exit-release-source', ['http', 'marks', 'message']);
    showWhen(
      '#gatewire-exit-release-value',
      [OPERATION],
      () => fieldText(OPERATION) !== 'decision',
    );
    foldable('#gatewire-exit-release-advanced-head', '#gatewire-exit-release-advanced');
    showConditions(this);
    showPreview(this);
  },
});

function showFor(element: string, operations: readonly string[]): void {
  showWhen(element, [OPERATION], () => operations.includes(fieldText(OPERATION)));
}
