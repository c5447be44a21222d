import assert from 'node:assert/strict';
import fc from 'fast-check';
import { DOWN, filterOf, parseTopic, topicOf, UP } from '../../lib/link/wire/topics.ts';

const name = fc.string({ minLength: 1, maxLength: 36, unit: 'grapheme' });
const channel = fc.constantFrom(...UP, ...DOWN);

describe('topics', () => {
  it('are read back as they were written, whatever a site or gateway is called', () => {
    fc.assert(
      fc.property(name, name, channel, (site, gateway, of) => {
        const topic = topicOf({ site, gateway, channel: of });
        assert.doesNotMatch(topic, /[+#\0]/);
        assert.equal(topic.split('/').length, 5);
        assert.deepEqual(parseTopic(topic), { site, gateway, channel: of });
      }),
    );
  });

  it('of another kind are nobody', () => {
    for (const topic of [
      'gatewire/2/site/gate/state',
      'gatewire/1/site/gate/other',
      'gatewire/1/site/gate/state/more',
      'gatewire/1/site//state',
      'gatewire/1/s%69te/gate/state',
      'gatewire/1/%/gate/state',
      '$SYS/broker/uptime',
      '',
    ]) {
      assert.equal(parseTopic(topic), undefined, topic);
    }
  });

  it('have filters for one gateway and for all', () => {
    assert.equal(filterOf('records'), 'gatewire/1/+/+/records');
    assert.equal(filterOf('+', { site: 'a/b', gateway: '+' }), 'gatewire/1/a%2Fb/%2B/+');
  });
});
