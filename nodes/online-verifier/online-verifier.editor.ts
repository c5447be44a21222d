import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import { numberIn, textLike } from '../../lib/editor/validate.ts';

interface OnlineVerifierProperties {
  name: string;
  link: string;
  keep: number | string;
  rate: number | string;
  path: string;
}

const PORTS = ['common.port.result', 'online-verifier.port.refused'];

RED.nodes.registerType<OnlineVerifierProperties>('gatewire-online-verifier', {
  category: CATEGORY,
  color: TINT.decision,
  icon: 'gatewire-online-verifier.svg',
  defaults: {
    name: { value: '' },
    link: { value: '', type: 'gatewire-link', required: true },
    keep: { value: 0, validate: numberIn(0, 1440) },
    rate: { value: 50, validate: numberIn(1, 1000) },
    path: { value: '', validate: textLike(/^\/[\w./-]*$/, { optional: true }) },
  },
  inputs: 0,
  outputs: 2,
  paletteLabel() {
    return this._('online-verifier.label.type');
  },
  label() {
    return this.name || this._('online-verifier.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  outputLabels(index) {
    return this._(PORTS[index] ?? 'common.port.result');
  },
});
