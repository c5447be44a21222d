import type { BatchLetter } from '../../link/sync/batch.ts';
import type { Captured, LetterAnswer } from '../../link/sync/receipt.ts';
import type { Report } from '../../link/sync/report.ts';
import type { CredentialType } from '../../model/credential.ts';
import type { Master } from '../../model/master.ts';
import type { SyncKind } from '../../server/wanted/kinds.ts';
import type { ErasureEngine } from './erasures.ts';
import type { Keep } from '../store/sync/decisions.ts';

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
  /** While it is on its way to another master. */
  moving?: MovingView;
}

/** How far the way to another master is at a gateway. */
export interface MovingView {
  to: Master;
  /** Not all differences are known yet. */
  comparing: boolean;
  /** Items that the gateway holds otherwise, and those of them that somebody has to decide. */
  differences: number;
  undecided: number;
}

/** An item that a gateway on its way to another master holds otherwise than its server wants it. */
export interface Difference {
  kind: SyncKind;
  id: string;
  found: 'serverOnly' | 'gatewayOnly' | 'different';
  /** What both sides hold, without anything secret; what the gateway has is known once it has shown it. */
  server?: Readonly<Record<string, unknown>>;
  gateway?: Readonly<Record<string, unknown>>;
  /** What was decided, and by whom. */
  keep?: Keep;
  author?: string;
  /** Why that could not be done. What the gateway refuses is offered again; anything else has to be decided anew. */
  failed?: string;
}

/** What is decided of differences: some of them, or all that are open. */
export type DifferenceDecisions =
  { decisions: { kind: SyncKind; id: string; keep: Keep }[] } | { keep: Keep; all: true };

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
  /** What became of a batch, the answer to a question, or what is offered on the way to another master. */
  takeReceipt(query: { gateway: string; receipt: LetterAnswer }): Promise<void>;
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
  /**
   * Differences of a gateway that is on its way to another master, by kind and id, behind `after`; at most `limit`
   * (1 to 1000). `open` leaves out what is decided; of the first hundred of those the gateway shows what it holds.
   * Rejects with CONFLICT for a gateway that is on no such way.
   */
  differences(query: {
    gateway: string;
    after?: { kind: SyncKind; id: string };
    limit: number;
    open?: boolean;
  }): Promise<MovingView & { items: Difference[] }>;
  /**
   * Decides differences, durably. A decision holds as long as the item differs in the same way. What is at the server
   * only cannot be kept as it is at a gateway that moves to `cloud`: it has to be deleted at the server. Items that
   * were not decided are named. Rejects with CONFLICT until everything has been compared.
   */
  decideDifferences(
    query: { gateway: string; author: string } & DifferenceDecisions,
  ): Promise<MovingView & { decided: number; refused: { kind: SyncKind; id: string }[] }>;
  /** The value of a credential that a gateway has captured for enrolment. */
  openCaptured(query: {
    site: string;
    gateway: string;
    captured: Captured;
  }): Promise<{ type: CredentialType; value: string }>;
}
