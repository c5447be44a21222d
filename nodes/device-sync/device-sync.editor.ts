import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import { numberIn } from '../../lib/editor/validate.ts';
import '../../lib/editor/red.ts';

interface DeviceSyncProperties {
  name: string;
  link: string;
  revocationLimit: number;
}

RED.nodes.registerType<DeviceSyncProperties>('gatewire-device-sync', {
  category: CATEGORY,
  color: TINT.record,
  icon: 'gatewire-device-sync.svg',
  defaults: {
    name: { value: '' },
    link: { value: '', type: 'gatewire-link', required: true },
    revocationLimit: { value: 60, validate: numberIn(5, 3600) },
  },
  inputs: 1,
  outputs: 2,
  paletteLabel() {
    return this._('device-sync.label.type');
  },
  label() {
    return this.name || this._('device-sync.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('device-sync.port.input');
  },
  outputLabels(index) {
    return this._(index === 0 ? 'device-sync.port.openings' : 'common.port.events');
  },
});
