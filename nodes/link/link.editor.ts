import {
  ask,
  fieldText,
  foldable,
  codeOf,
  problemOf,
  showWhen,
  tell,
} from '../../lib/editor/dialog.ts';
import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import type { EditedNode } from '../../lib/editor/red.ts';
import { numberIn, required, textLike } from '../../lib/editor/validate.ts';

interface LinkProperties {
  name: string;
  site: string;
  role: string;
  gateway: string;
  broker: string;
  url: string;
  version: string;
  host: string;
  port: number | string;
  ca: string;
  certificate: string;
  key: string;
}

type Edited = EditedNode<LinkProperties>;

interface Gateway {
  gateway: string;
  online: boolean;
  duplicate?: boolean;
  version?: string;
}

interface LinkDescription {
  role: string;
  state: { name: string; reason?: string };
  gateways?: Gateway[];
}

const ROLE = '#node-config-input-role';
const BROKER = '#node-config-input-broker';
const STATE = '#gatewire-link-state';
const GATEWAYS = '#gatewire-link-gateways';
const ANSWER = '#gatewire-link-answer';
const URL_FORM = /^mqtts?:\/\/[^/@?#\s]+\/?$/;

RED.nodes.registerType<LinkProperties>('gatewire-link', {
  category: 'config',
  categoryDescription: CATEGORY,
  color: TINT.config,
  defaults: {
    name: { value: '' },
    site: { value: '', type: 'gatewire-site', required: true },
    role: { value: 'gateway', validate: required },
    gateway: { value: '', validate: textLike(/^[^]{1,36}$/, { optional: true }) },
    broker: { value: 'embedded', validate: required },
    url: {
      value: 'mqtt://127.0.0.1:1883',
      validate: textLike(URL_FORM, { optional: true }),
    },
    version: { value: '3.1.1', validate: required },
    host: { value: '127.0.0.1' },
    port: { value: 1883, validate: numberIn(0, 65_535, { optional: true }) },
    ca: { value: '' },
    certificate: { value: '' },
    key: { value: '' },
  },
  credentials: { user: { type: 'text' }, password: { type: 'password' } },
  paletteLabel() {
    return this._('link.label.type');
  },
  label() {
    return this.name || this.gateway || this._('link.label.type');
  },
  oneditprepare() {
    const isGateway = (): boolean => fieldText(ROLE) === 'gateway';
    const isEmbedded = (): boolean => !isGateway() && fieldText(BROKER) === 'embedded';
    showWhen('.gatewire-link-gateway', [ROLE], isGateway);
    showWhen('.gatewire-link-server', [ROLE], () => !isGateway());
    showWhen('.gatewire-link-embedded', [ROLE, BROKER], isEmbedded);
    showWhen('.gatewire-link-reach', [ROLE, BROKER], () => !isEmbedded());
    foldable('#gatewire-link-advanced-head', '#gatewire-link-advanced');
    followButtons(this);
    void show(this);
  },
});

function followButtons(node: Edited): void {
  const on = (button: string, act: () => Promise<void>): void => {
    $(button).on('click', (event) => {
      event.preventDefault();
      void attempt(node, act);
    });
  };
  on('#gatewire-link-refresh', () => show(node));
  on('#gatewire-link-invite', async () => {
    const gateway = fieldText('#gatewire-link-new');
    const { code, life } = await tell<{ code: string; life: number }>(`links/${node.id}/invite`, {
      gateway,
    });
    say(node._('link.message.code', { gateway, code, minutes: Math.round(life / 60_000) }));
  });
  on('#gatewire-link-pair', async () => {
    await tell(`links/${node.id}/pair`, { code: fieldText('#gatewire-link-code') });
    $('#gatewire-link-code').val('');
    say(node._('link.message.paired'));
    await show(node);
  });
}

/** Does it, and says what is wrong if it fails. */
async function attempt(node: Edited, act: () => Promise<void>): Promise<void> {
  say('');
  try {
    await act();
  } catch (error) {
    say(problemOf(error) ?? node._('common.error.unreachable'));
  }
}

function say(text: string): void {
  $(ANSWER).text(text);
}

/** What the running link says of itself. */
async function show(node: Edited): Promise<void> {
  const box = $(STATE).empty();
  const list = $(GATEWAYS).empty();
  try {
    const { state, gateways = [] } = await ask<LinkDescription>(`links/${node.id}/state`);
    const name = node._(`link.state.${state.name}`);
    box.text(state.reason === undefined ? name : `${name}: ${state.reason}`);
    for (const gateway of gateways) list.append(row(node, gateway));
  } catch (error) {
    const isAbsent = codeOf(error) === 'CONFIG_INVALID';
    const problem = isAbsent ? node._('link.state.absent') : problemOf(error);
    box.text(problem ?? node._('common.error.unreachable'));
  }
}

function row(node: Edited, { gateway, online, duplicate, version = '' }: Gateway): JQuery {
  const standing = duplicate === true ? 'duplicate' : online ? 'online' : 'offline';
  const text = `${gateway} · ${node._(`link.state.${standing}`)} ${version}`;
  const revoke = $('<button>')
    .addClass('red-ui-button red-ui-button-small')
    .text(node._('link.label.revoke'))
    .on('click', (event) => {
      event.preventDefault();
      void attempt(node, async () => {
        await tell(`links/${node.id}/revoke`, { gateway });
        await show(node);
      });
    });
  return $('<div>').addClass('form-row').text(`${text} `).append(revoke);
}
