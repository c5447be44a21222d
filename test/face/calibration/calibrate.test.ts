import assert from 'node:assert/strict';
import { calibrate } from '../../../lib/face/calibration/calibrate.ts';
import { ScoreHistogram } from '../../../lib/face/calibration/histogram.ts';
import { calibrationPicture } from '../../../lib/face/calibration/picture.ts';
import { createGallery } from '../../../lib/face/gallery/gallery.ts';
import { toTemplate } from '../../../lib/face/template.ts';
import { modelOf, normalised, randomVector, seeded } from '../support.ts';

const RULES = { thresholds: { verify: 0.45, identify: 0.5, identifyMany: 0.55 }, margin: 0.05 };
const DIMENSION = 64;

/** People whose faces have something in common: the more, the more alike they are. */
function galleryOf(people: number, common: number) {
  const random = seeded(21);
  const gallery = createGallery(modelOf(DIMENSION));
  for (let at = 0; at < people; at++) {
    const own = [...randomVector(random, DIMENSION)];
    const vector = normalised(own.map((value, axis) => (axis === 0 ? value + common : value)));
    const template = toTemplate(vector);
    gallery.put({
      credential: `c${at}`,
      person: `p${at}`,
      groups: [],
      model: gallery.model,
      template,
    });
  }
  return gallery;
}

describe('face calibration', () => {
  it('counts scores and finds the threshold for a share of them', () => {
    const histogram = new ScoreHistogram();
    for (let at = 0; at < 1000; at++) histogram.add(at / 2000 + 0.0001);
    assert.equal(histogram.total, 1000);
    assert.equal(histogram.shareFrom(0.25), 0.5);
    assert.equal(histogram.thresholdFor(0.1), 0.45);
    assert.equal(histogram.shareFrom(histogram.thresholdFor(0.01)), 0.01);
    assert.equal(histogram.thresholdFor(0), 0.5);
    assert.equal(histogram.thresholdFor(1), -1);
    assert.equal(histogram.curve().at(0)?.share, 1);
    histogram.add(1);
    histogram.add(-1);
    assert.equal(histogram.highest, 1);
  });

  it('never goes below the thresholds of the models', async () => {
    const { rules, comparisons } = await calibrate(galleryOf(60, 0), RULES, 0.01);
    assert.deepEqual(rules.thresholds.verify, 0.45);
    assert.ok(rules.thresholds.identifyMany >= 0.55);
    assert.equal(comparisons, 60 * 59);
  });

  it('raises them where people are alike, and tells how often the models would have been wrong', async () => {
    const alike = await calibrate(galleryOf(60, 0.9), RULES, 0.001);
    assert.ok(alike.rules.thresholds.verify > 0.45);
    assert.ok(alike.falseMatch.verify > 0.01);
    assert.deepEqual(alike.measured, { verify: true, identify: false });
  });

  it('names pairs that are rather one person, and does not calibrate by them', async () => {
    const gallery = galleryOf(40, 0);
    const twin = toTemplate(randomVector(seeded(21), DIMENSION));
    gallery.put({
      credential: 'twin',
      person: 'other name',
      groups: [],
      model: gallery.model,
      template: twin,
    });
    const { suspects, rules } = await calibrate(gallery, RULES, 1e-4);
    assert.equal(suspects.length, 1);
    assert.deepEqual([suspects[0]?.credential, suspects[0]?.other].sort(), ['c0', 'twin']);
    assert.ok(rules.thresholds.identify < 0.65);
  });

  it('works for an empty gallery', async () => {
    const { rules, comparisons } = await calibrate(createGallery(modelOf(DIMENSION)), RULES, 1e-4);
    assert.deepEqual(rules, RULES);
    assert.equal(comparisons, 0);
  });

  it('draws the curve with its thresholds', async () => {
    const picture = calibrationPicture(await calibrate(galleryOf(30, 0.5), RULES, 0.01), RULES);
    assert.match(picture, /^<svg [^]*<\/svg>\n$/);
    assert.ok(picture.includes('870 comparisons'));
    assert.ok(!picture.includes('NaN'));
  });
});
