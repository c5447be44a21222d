import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import { numberIn, textLike } from '../../lib/editor/validate.ts';

interface OnlineCheckProperties {
  name: string;
  link: string;
  accessPoint: string;
  limit: number | string;
  url: string;
}

const PORTS = ['granted', 'denied', 'unknown'];

RED.nodes.registerType<OnlineCheckProperties>('gatewire-online-check', {
  category: CATEGORY,
  color: TINT.decision,
  icon: 'gatewire-online-check.svg',
  defaults: {
    name: { value: '' },
    link: { value: '', type: 'gatewire-link', required: true },
    accessPoint: { value: '', type: 'gatewire-access-point', required: false },
    limit: { value: 2, validate: numberIn(0.1, 3) },
    url: { value: '', validate: textLike(/^https?:\/\/\S+$/, { optional: true }) },
  },
  inputs: 1,
  outputs: 3,
  paletteLabel() {
    return this._('online-check.label.type');
  },
  label() {
    return this.name || this._('online-check.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('online-check.port.input');
  },
  outputLabels(index) {
    return this._(`common.port.${PORTS[index] ?? 'result'}`);
  },
});
