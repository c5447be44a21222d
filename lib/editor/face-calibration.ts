import { ask, fieldText, problemOf } from './dialog.ts';

interface Answer {
  comparisons: number;
  rules: { thresholds: { verify: number; identify: number; identifyMany: number } };
  suspects: unknown[];
  /** SVG. */
  picture: string;
}

interface Texts {
  /** `{comparisons}`, `{verify}`, `{identify}` and `{suspects}` are filled in. */
  done: string;
  failed: string;
}

/** A button that measures how alike the people of the chosen site are, and shows the curve below it. */
export function calibration(button: string, target: string, texts: Texts): void {
  $(target).hide();
  $(button).on('click', () => {
    $(button).prop('disabled', true);
    void show(target, texts).finally(() => {
      $(button).prop('disabled', false);
    });
  });
}

async function show(target: string, texts: Texts): Promise<void> {
  const place = $(target).empty().show();
  try {
    const site = encodeURIComponent(fieldText('#node-input-site'));
    const { comparisons, rules, suspects, picture } = await ask<Answer>(
      `sites/${site}/face-calibration`,
    );
    const { verify, identify } = rules.thresholds;
    const text = texts.done
      .replace('{comparisons}', String(comparisons))
      .replace('{verify}', verify.toFixed(3))
      .replace('{identify}', identify.toFixed(3))
      .replace('{suspects}', String(suspects.length));
    // As an image the SVG cannot run anything.
    const source = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture)}`;
    place.append($('<p>').text(text), $('<img>').attr({ src: source, alt: text }));
  } catch (error) {
    place.append($('<p>').text(problemOf(error) ?? texts.failed));
  }
}
