import type { CollectedRecord } from '../../lib/engine/collected/collected.ts';
import type { Engine } from '../../lib/engine/engine.ts';
import { Collector } from '../../lib/link/log/collector.ts';
import type { GatewayEnd } from '../../lib/link/ends/gateway-end.ts';
import { attachCollector, attachUploader, recordsOver } from '../../lib/link/log/link.ts';
import type { ServerEnd } from '../../lib/link/ends/server-end.ts';
import { UPLOADER_OPTIONS, Uploader, type UploaderOptions } from '../../lib/link/log/uploader.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { createEmitter } from '../../lib/model/emitter.ts';

/**
 * The tests wait for effects; an engine that is being killed is no error. Its code is looked at by name, for a client
 * that was bundled has a class of errors of its own.
 */
function fail(error: unknown): void {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENGINE_UNAVAILABLE') throw error;
}

export interface UploadPart {
  uploader: Uploader;
  /** Resolves when everything is acknowledged, and the gateway's engine knows. */
  drained: () => Promise<void>;
  close: () => void;
}

/** An uploader of an engine on one end of a link. */
export async function uploadOver(
  end: GatewayEnd,
  engine: Engine,
  options: Partial<UploaderOptions> = {},
): Promise<UploadPart> {
  const events = createEmitter<{ change: undefined }>();
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      const stop = events.on('change', () => {
        stop();
        resolve();
      });
    });
  const uploader = new Uploader({
    engine,
    clock: systemClock,
    options: { ...UPLOADER_OPTIONS, ...options },
    send: recordsOver(end),
    onChange: () => {
      events.emit('change', undefined);
    },
    onError: fail,
  });
  await uploader.look();
  const detach = attachUploader(end, uploader, fail);
  return {
    uploader,
    async drained() {
      for (;;) {
        const changed = change();
        const streams = await engine.outgoingStreams({});
        if (streams.every(({ acknowledged, last }) => acknowledged === last)) return;
        await changed;
      }
    },
    close: () => {
      detach();
      uploader.close();
    },
  };
}

/** A collector into an engine on the server's end of a link. */
export function collectFrom(
  end: ServerEnd,
  engine: Engine,
  onRecords: (records: CollectedRecord[]) => void = () => undefined,
): () => void {
  const collector = new Collector({ engine, onRecords });
  async function ask(): Promise<void> {
    for (const gateway of await collector.gateways()) {
      await end.send(gateway, 'acknowledgements', collector.question).catch(() => undefined);
    }
  }
  return attachCollector(end, collector, { ask: () => void ask().catch(fail), onError: fail });
}

/** All collected records of a gateway, in the order of their streams and numbers. */
export async function collectedRecords(
  engine: Engine,
  query: { gateway?: string; person?: string } = {},
): Promise<CollectedRecord[]> {
  const all: CollectedRecord[] = [];
  let after: string | undefined;
  do {
    const page = await engine.collectedRecords({
      ...query,
      limit: 1000,
      ...(after === undefined ? {} : { after }),
    });
    all.push(...page.records);
    after = page.next;
  } while (after !== undefined);
  return all.sort((a, b) => a.stream.localeCompare(b.stream) || a.seq - b.seq);
}
