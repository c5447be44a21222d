import { connectAsync, type MqttClient } from 'mqtt';

/** Milliseconds of each round trip, and how many of them a second. */
export interface RoundTrips {
  samples: Float64Array;
  perSecond: number;
}

const TOPICS = { request: 'floor/request', response: 'floor/response' };

/**
 * What bare mqtt.js needs for a question and its answer over a broker: two clients, QoS 1, TCP no-delay, no checks and
 * no signatures. `inFlight` questions wait at the same time.
 */
export async function mqttFloor(
  url: string,
  { requests, inFlight, bytes = 200 }: { requests: number; inFlight: number; bytes?: number },
): Promise<RoundTrips> {
  const [asker, answerer] = await Promise.all([client(url), client(url)]);
  await answerer.subscribeAsync(TOPICS.request, { qos: 1 });
  await asker.subscribeAsync(TOPICS.response, { qos: 1 });
  answerer.on('message', (_topic, payload) => {
    answerer.publish(TOPICS.response, payload, { qos: 1 });
  });
  const trips = await ask(asker, { requests, inFlight, filler: 'x'.repeat(bytes) });
  await Promise.all([asker.endAsync(), answerer.endAsync()]);
  return trips;
}

async function client(url: string): Promise<MqttClient> {
  const made = await connectAsync(url, { reconnectPeriod: 0 });
  (made.stream as unknown as { setNoDelay(on: boolean): void }).setNoDelay(true);
  return made;
}

function ask(
  asker: MqttClient,
  { requests, inFlight, filler }: { requests: number; inFlight: number; filler: string },
): Promise<RoundTrips> {
  const samples = new Float64Array(requests);
  const sentAt = new Float64Array(requests);
  let sent = 0;
  let answered = 0;
  const next = (): void => {
    if (sent === requests) return;
    sentAt[sent] = performance.now();
    asker.publish(TOPICS.request, JSON.stringify([sent, filler]), { qos: 1 });
    sent += 1;
  };
  return new Promise((resolve) => {
    const begin = performance.now();
    asker.on('message', (_topic, payload) => {
      const [number] = JSON.parse(payload.toString('utf8')) as [number];
      samples[number] = performance.now() - (sentAt[number] ?? 0);
      answered += 1;
      if (answered < requests) next();
      else resolve({ samples, perSecond: (requests * 1000) / (performance.now() - begin) });
    });
    for (let count = 0; count < inFlight; count += 1) next();
  });
}
