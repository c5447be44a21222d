import { ask, fieldText, problemOf } from '../../lib/editor/dialog.ts';
import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import type { EditedNode } from '../../lib/editor/red.ts';

interface PermissionCheckProperties {
  name: string;
  site: string;
  accessPoint: string;
}

interface Preview {
  outcome: 'granted' | 'denied' | 'unknown';
  reasons: { text: string }[];
  missing: string[];
  permissions: {
    permission: string;
    effect: string;
    source?: string;
    schedule: string;
    why: string;
  }[];
  nextChange?: number;
}

type Edited = EditedNode<PermissionCheckProperties>;

const PORTS = ['granted', 'denied', 'unknown'];
const PERSON = '#gatewire-preview-person';
const RESULT = '#gatewire-preview-result';

RED.nodes.registerType<PermissionCheckProperties>('gatewire-permission-check', {
  category: CATEGORY,
  color: TINT.decision,
  icon: 'gatewire-permission-check.svg',
  defaults: {
    name: { value: '' },
    site: { value: '', type: 'gatewire-site', required: true },
    accessPoint: { value: '', type: 'gatewire-access-point', required: false },
  },
  inputs: 1,
  outputs: 3,
  paletteLabel() {
    return this._('permission-check.label.type');
  },
  label() {
    return this.name || this._('permission-check.label.type');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  inputLabels() {
    return this._('permission-check.port.input');
  },
  outputLabels(index) {
    return this._(`common.port.${PORTS[index] ?? 'result'}`);
  },
  oneditprepare() {
    $(PERSON).on('input', () => void offerPersons());
    $('#gatewire-preview-run').on('click', (event) => {
      event.preventDefault();
      void preview(this);
    });
  },
});

async function offerPersons(): Promise<void> {
  const site = fieldText('#node-input-site');
  const list = $('#gatewire-preview-persons');
  try {
    const persons = await ask<{ id: string; name: string }[]>(`sites/${site}/persons`, {
      text: fieldText(PERSON),
    });
    list.empty();
    for (const { id, name } of persons) list.append($('<option>').val(id).text(name));
  } catch {
    list.empty();
  }
}

/** Asks the running engine: would this person get in there at that instant, and why? */
async function preview(node: Edited): Promise<void> {
  const at = fieldText('#gatewire-preview-at');
  const accessPoint = accessPointId(fieldText('#node-input-accessPoint'));
  try {
    const answer = await ask<Preview>(`sites/${fieldText('#node-input-site')}/explain`, {
      person: fieldText(PERSON),
      accessPoint: accessPoint || fieldText('#gatewire-preview-place'),
      ...(at === '' ? {} : { at: String(new Date(at).getTime()) }),
    });
    show(node, answer);
  } catch (error) {
    const problem = problemOf(error) ?? node._('common.error.unreachable');
    $(RESULT).empty().append($('<div>').text(problem));
  }
}

function accessPointId(configNode: string): string {
  const id = RED.nodes.node(configNode)?.accessPointId;
  return typeof id === 'string' ? id : '';
}

function show(node: Edited, answer: Preview): void {
  const granted = answer.outcome === 'granted';
  const verdict = $('<div style="font-weight:bold">')
    .css('color', `var(--red-ui-text-color-${granted ? 'success' : 'error'})`)
    .text(node._(granted ? 'permission-check.preview.yes' : 'permission-check.preview.no'));
  const lines = $('<ul style="margin:6px 0 0 18px">');
  for (const { text } of answer.reasons) lines.append($('<li>').text(text));
  for (const type of answer.missing) {
    lines.append($('<li>').text(node._('permission-check.preview.missing', { type })));
  }
  for (const permission of answer.permissions) lines.append(permissionLine(node, permission));
  if (answer.nextChange !== undefined) {
    const time = new Date(answer.nextChange).toLocaleString();
    lines.append($('<li>').text(node._('permission-check.preview.next', { time })));
  }
  $(RESULT).empty().append(verdict, lines);
}

function permissionLine(node: Edited, entry: Preview['permissions'][number]): JQuery {
  const name = entry.source ? `${entry.permission} (${entry.source})` : entry.permission;
  const effect = node._(`permission-check.preview.${entry.effect}`);
  const why = node._(`permission-check.preview.${entry.why}`, { schedule: entry.schedule });
  return $('<li>').text(`${effect} ${name}: ${why}`);
}
