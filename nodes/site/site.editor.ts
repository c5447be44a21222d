import { CATEGORY, TINT } from '../../lib/editor/palette.ts';
import { ask, fillSelect, foldable, problemOf, tell } from '../../lib/editor/dialog.ts';
import { numberIn, required, textLike } from '../../lib/editor/validate.ts';
import type { EditedNode } from '../../lib/editor/red.ts';

interface SiteProperties {
  name: string;
  siteId: string;
  zone: string;
  master: string;
  language: string;
  logValues: string;
  untrustedClock: string;
  ring: number | string;
  quotaRecords: number | string;
  quotaMegabytes: number | string;
  presenceDays: number | string;
  confirmWithin: number | string;
  faces: string;
  keepAfterValidity: number | string;
  keepAfterWithdrawal: number | string;
  dataFolder: string;
  keyFile: string;
}

/** Every zone the browser knows; the runtime checks the choice against its own data. */
function zones(): string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
}

RED.nodes.registerType<SiteProperties>('gatewire-site', {
  category: 'config',
  categoryDescription: CATEGORY,
  color: TINT.config,
  defaults: {
    name: { value: '' },
    siteId: { value: 'site', validate: textLike(/^[A-Za-z0-9][A-Za-z0-9_-]{0,35}$/) },
    zone: { value: Intl.DateTimeFormat().resolvedOptions().timeZone, validate: required },
    master: { value: 'local', validate: required },
    language: { value: 'en-US', validate: required },
    logValues: { value: 'masked', validate: required },
    untrustedClock: { value: 'deny', validate: required },
    ring: { value: 2000, validate: numberIn(0, 10_000_000) },
    quotaRecords: { value: 1_000_000, validate: numberIn(100, 100_000_000) },
    quotaMegabytes: { value: 1024, validate: numberIn(1, 1_000_000) },
    presenceDays: { value: 400, validate: numberIn(1, 3660, { optional: true }) },
    confirmWithin: { value: '', validate: numberIn(12, 2160, { optional: true }) },
    faces: { value: 'stored' },
    keepAfterValidity: { value: 30, validate: numberIn(0, 3660, { optional: true }) },
    keepAfterWithdrawal: { value: 0, validate: numberIn(0, 3660, { optional: true }) },
    dataFolder: { value: '' },
    keyFile: { value: '' },
  },
  paletteLabel() {
    return this._('site.label.type');
  },
  label() {
    return this.name || this.siteId || this._('site.label.type');
  },
  oneditprepare() {
    const known = zones();
    const all = known.includes(this.zone) || !this.zone ? known : [this.zone, ...known];
    fillSelect(
      '#node-config-input-zone',
      all.map((zone) => [zone, zone] as const),
      this.zone,
    );
    foldable('#gatewire-site-advanced-head', '#gatewire-site-advanced');
    $('#gatewire-site-confirm-clock').on('click', (event) => {
      event.preventDefault();
      void show(this, tell<Health>(`sites/${this.id}/confirm-clock`));
    });
    void show(this, ask<Health>(`sites/${this.id}/health`));
  },
});

interface Health {
  problems: string[];
  persons: number;
  clock: string;
  tzdata: string;
}

/** What the running engine says of itself; the clock can be vouched for while it is in doubt. */
async function show(node: EditedNode<SiteProperties>, asked: Promise<Health>): Promise<void> {
  const box = $('#gatewire-site-health').empty();
  $('#gatewire-site-clock').hide();
  try {
    const { problems, persons, clock, tzdata } = await asked;
    const state = problems.length === 0 ? node._('site.health.ok') : problems.join(', ');
    box.text(`${state} · ${node._('site.health.persons', { persons })} · tz ${tzdata}`);
    $('#gatewire-site-clock').toggle(clock === 'untrusted');
  } catch (error) {
    box.text(problemOf(error) ?? node._('common.error.unreachable'));
  }
}
