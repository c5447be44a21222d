import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { ROOT, type FlowNode } from './node-red.ts';

/** The shipped flow of the payment-gated exit, with the site's own database in a folder. */
export async function paymentFlow(folder: string): Promise<FlowNode[]> {
  const source = await readFile(path.join(ROOT, 'flows', 'payment-gated-exit.json'), 'utf8');
  return (JSON.parse(source) as FlowNode[]).map((node) =>
    node.type === 'sqlitedb' ? { ...node, db: path.join(folder, 'site.db') } : node,
  );
}
