import assert from 'node:assert/strict';
import fc from 'fast-check';
import { canonicalJson } from '../../../lib/engine/store/canonical.ts';

describe('canonical JSON', () => {
  it('has sorted keys, no spaces and nothing that is undefined', () => {
    const value = {
      b: [1, { z: null, a: 'ü"' }],
      a: undefined,
      A: 1e21,
      ä: false,
      aa: -0,
      10: 1,
      9: 2,
    };
    const text = '{"10":1,"9":2,"A":1e+21,"aa":0,"b":[1,{"a":"ü\\"","z":null}],"ä":false}';
    assert.equal(canonicalJson(value), text);
  });

  it('means the same as the JSON of the platform, with every key in order', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        const text = canonicalJson(value);
        assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
        assert.equal(canonicalJson(JSON.parse(text)), text);
      }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string()), (value) => {
        const keys = Object.keys(value).sort();
        const text = `{${keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(value[key])}`).join(',')}}`;
        assert.equal(canonicalJson(value), text);
      }),
    );
  });

  it('refuses what JSON cannot hold', () => {
    for (const value of [Infinity, NaN, 1n, () => 1, [undefined], { a: Symbol('x') }]) {
      assert.throws(() => canonicalJson(value), { code: 'INPUT_INVALID' });
    }
  });
});
