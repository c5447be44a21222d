import { generateKeyPairSync } from 'node:crypto';
import type { EngineClient } from '../../lib/engine/client.ts';
import { GatewayEnd } from '../../lib/link/ends/gateway-end.ts';
import { MqttWire } from '../../lib/link/wire/mqtt-wire.ts';
import { ServerEnd } from '../../lib/link/ends/server-end.ts';
import { systemClock } from '../../lib/model/clock.ts';
import type { CollectedRecord } from '../../lib/engine/collected/collected.ts';
import type { UploaderOptions } from '../../lib/link/log/uploader.ts';
import { collectFrom, uploadOver, type UploadPart } from './log-link.ts';

export interface LogLine {
  upload: UploadPart;
  close(): Promise<void>;
}

export interface LogLineOptions {
  /** Address of a broker that lets everybody in. */
  url: string;
  gateway: EngineClient;
  server: EngineClient;
  options?: Partial<UploaderOptions>;
  onRecords?: (records: CollectedRecord[]) => void;
}

/** The log of one engine process on its way to another, over a broker. */
export async function openLogLine(line: LogLineOptions): Promise<LogLine> {
  const [gatewayKeys, serverKeys] = [
    generateKeyPairSync('ed25519'),
    generateKeyPairSync('ed25519'),
  ];
  const wireOf = (clientId: string): MqttWire =>
    new MqttWire({
      account: () => ({ url: line.url, clientId, version: 4 }),
      retry: { first: 10, most: 50 },
    });
  const wires = [wireOf('server'), wireOf('gateway')] as const;
  const server = new ServerEnd({
    ...{ site: 'plant', wire: wires[0], key: serverKeys.privateKey, clock: systemClock },
    gatewayKey: () => gatewayKeys.publicKey,
  });
  const gateway = new GatewayEnd({
    ...{ address: { site: 'plant', gateway: 'north' }, wire: wires[1], clock: systemClock },
    ...{ key: gatewayKeys.privateKey, serverKeys: () => [serverKeys.publicKey] },
  });
  const stopCollecting = collectFrom(server, line.server.engine, line.onRecords);
  const upload = await uploadOver(gateway, line.gateway.engine, line.options);
  const stopFollowing = line.gateway.onState((state) => {
    // As the node does: an engine that comes back may have to be asked anew.
    if (state === 'up' && gateway.connected) upload.uploader.connect();
  });
  for (const wire of wires) wire.connect();
  return {
    upload,
    async close() {
      stopFollowing();
      stopCollecting();
      upload.close();
      for (const end of [server, gateway]) end.close();
      await Promise.all(wires.map((wire) => wire.close()));
    },
  };
}
