import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import '../../lib/editor/red.ts';
import { numberIn } from '../../lib/editor/validate.ts';

interface SimulatedBoardProperties {
  name: string;
  port: number | string;
  channels: number | string;
}

RED.nodes.registerType<SimulatedBoardProperties>('gatewire-simulated-board', {
  category: CATEGORY,
  color: TINT.actuator,
  icon: 'gatewire-simulated-board.svg',
  defaults: {
    name: { value: '' },
    port: { value: 10502, validate: numberIn(1, 65535) },
    channels: { value: 8, validate: numberIn(1, 64) },
  },
  inputs: 1,
  outputs: 1,
  paletteLabel() {
    return this._('simulated-board.label.type');
  },
  label() {
    return this.name || this._('simulated-board.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('simulated-board.port.input');
  },
  outputLabels() {
    return this._('simulated-board.port.output');
  },
});
