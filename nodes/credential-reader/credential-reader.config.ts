import { AccessError } from '../../lib/model/errors.ts';
import { CONVERSION_IDS } from '../../lib/readers/conversion.ts';
import { PRESETS } from '../../lib/readers/presets.ts';
import type { Settings } from '../../lib/runtime/settings.ts';

export interface CredentialReaderConfig {
  accessPoint: string;
  /** How records name the reader, unless a terminal names it itself. */
  readerName: string | undefined;
  /** Which property of the message holds what the reader sent. */
  source: string;
  /** Settings for `createReader`, which checks them. */
  reader: { form: Record<string, unknown> } & Record<string, unknown>;
}

export const CUSTOM = 'custom';

export function normalise(settings: Settings): CredentialReaderConfig {
  const { form, ...preset } = presetOf(settings);
  const conversion = settings.choice('conversion', ['', ...CONVERSION_IDS], '');
  return {
    accessPoint: settings.text('accessPoint'),
    readerName: settings.optionalText('readerName') ?? settings.optionalText('name'),
    source: settings.text('source', 'payload'),
    reader: {
      ...preset,
      idleTime: settings.number('idleTime', {
        min: 10,
        max: 10_000,
        fallback: Number(preset.idleTime ?? 100),
      }),
      repeatWindow: Math.round(
        settings.number('repeatWindow', { min: 0, max: 600, fallback: 2 }) * 1000,
      ),
      form: {
        ...withLayouts(form, settings.json('layouts', [])),
        ...(conversion === '' ? {} : { conversion }),
      },
    },
  };
}

/** A preset by name, or the form that the integrator or the learn mode wrote. */
function presetOf(settings: Settings): CredentialReaderConfig['reader'] {
  const id = settings.text('preset', 'wiegand');
  if (id === CUSTOM) return { form: record(settings.json('form', {}), 'form') };
  const preset = PRESETS.find((each) => each.id === id);
  if (preset === undefined) {
    throw new AccessError('CONFIG_INVALID', `preset "${id}" does not exist`);
  }
  return { ...preset.config };
}

/** The integrator's own Wiegand layouts go before the common ones. */
function withLayouts(form: Record<string, unknown>, layouts: unknown): Record<string, unknown> {
  if (!Array.isArray(layouts)) throw new AccessError('CONFIG_INVALID', 'layouts must be a list');
  if (layouts.length === 0 || !Array.isArray(form.formats)) return form;
  return { ...form, formats: [...(layouts as unknown[]), ...(form.formats as unknown[])] };
}

function record(value: unknown, field: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new AccessError('CONFIG_INVALID', `${field} must be a JSON object`);
}
