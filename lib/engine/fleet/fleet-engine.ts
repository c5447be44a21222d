import type { BatchLetter } from '../../link/batch.ts';
import type { Answer, Captured, Receipt } from '../../link/receipt.ts';
import type { Report } from '../../link/report.ts';
import type { CredentialType } from '../../model/credential.ts';
import type { SyncKind } from '../../server/wanted/kinds.ts';
import type { ErasureEngine } from './erasures.ts';

/** How a gateway is doing, as its server knows it. Instants in milliseconds since 1970 UTC. */
export interface GatewayView {
  gateway: string;
  /** When it was last heard of, by the server's clock. */
  contact: number;
  program: string;
  /** Policy versions: of the server now, and of the last batch that the gateway has taken over. */
  wanted: number;
  applied: number;
  /** Items that are not yet as they shall be, and those of them that the gateway has refused. */
  pending: number;
  failed: number;
  /** Since when something that was taken away is still in force there; absent if nothing is. */
  revoking?: number;
  /** Records that the server has not acknowledged. */
  outbox: number;
  /** Milliseconds by which its clock is ahead of the server's. */
  drift: number;
  clockTrusted: boolean;
  problems: string[];
}

/** One item at one gateway. */
export interface FleetItem {
  kind: SyncKind;
  id: string;
  /** Digests of what it shall hold and of what it holds; absent for nothing. */
  wanted?: string;
  applied?: string;
  /** Sent and not yet answered. */
  sent: boolean;
  /** Why the gateway has refused it. */
  failed?: string;
  since: number;
}

/** What the engine of a server does for its gateways. */
export interface FleetEngine extends ErasureEngine {
  /** Keeps what a gateway says of itself; its access points decide what it will hold. */
  reportGateway(query: { gateway: string; report: Report }): Promise<void>;
  /** The next letter for a gateway, which counts as sent; undefined if there is nothing to say now. */
  nextLetter(query: { site: string; gateway: string }): Promise<BatchLetter | undefined>;
  /** What became of a batch, or the answer to a question. */
  takeReceipt(query: { gateway: string; receipt: Receipt | Answer }): Promise<void>;
  /** Compares everything that a gateway holds with what it shall hold, as soon as nothing is to be sent. */
  compareGateway(query: { gateway: string }): Promise<void>;
  /**
   * Records an alarm for each gateway at which something taken away is in force, or an erasure not confirmed, for
   * longer than `limit` milliseconds.
   */
  watchFleet(query: { limit: number }): Promise<void>;
  /** All gateways by id. */
  fleet(query: Record<string, never>): Promise<GatewayView[]>;
  /** Items that are not yet as they shall be, the next to be sent first; at most `limit` (1 to 1000). */
  fleetItems(query: { gateway: string; limit: number }): Promise<FleetItem[]>;
  /** The value of a credential that a gateway has captured for enrolment. */
  openCaptured(query: {
    site: string;
    gateway: string;
    captured: Captured;
  }): Promise<{ type: CredentialType; value: string }>;
}
