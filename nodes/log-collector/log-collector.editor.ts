import { fieldText, showWhen } from '../../lib/editor/dialog.ts';
import { CATEGORY, TINT } from '../../lib/editor/palette.ts';

interface LogCollectorProperties {
  name: string;
  transport: string;
  link: string;
  site: string;
  pictures: boolean;
}

const PORTS = [
  'common.port.result',
  'log-collector.port.records',
  'common.port.faults',
  'log-collector.port.gateways',
];
const TRANSPORT = '#node-input-transport';

RED.nodes.registerType<LogCollectorProperties>('gatewire-log-collector', {
  category: CATEGORY,
  color: TINT.record,
  icon: 'gatewire-log-collector.svg',
  defaults: {
    name: { value: '' },
    transport: { value: 'link' },
    link: { value: '', type: 'gatewire-link', required: false },
    site: { value: '', type: 'gatewire-site', required: false },
    pictures: { value: true },
  },
  inputs: 1,
  outputs: 4,
  paletteLabel() {
    return this._('log-collector.label.type');
  },
  label() {
    return this.name || this._('log-collector.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('log-collector.port.input');
  },
  outputLabels(index) {
    return this._(PORTS[index] ?? 'common.port.result');
  },
  oneditprepare() {
    const isLink = (): boolean => fieldText(TRANSPORT) !== 'wired';
    showWhen('#gatewire-log-collector-link', [TRANSPORT], isLink);
    showWhen('#gatewire-log-collector-wired', [TRANSPORT], () => !isLink());
  },
});
