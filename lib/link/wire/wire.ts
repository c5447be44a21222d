import type { Emitter } from '../../model/emitter.ts';

/** A text that came in. */
export interface WireMessage {
  topic: string;
  text: string;
  /** Whether the broker had kept it for whoever subscribes. */
  retained: boolean;
}

export interface WireEvents {
  message: WireMessage;
  /** A connection is there and all subscriptions of it hold. */
  up: undefined;
  /** The connection is gone or could not be made, and why. */
  down: { reason: string };
}

/** Which question a text belongs to. The text itself says so too; a broker of MQTT 5 gets it as properties as well. */
export interface Exchange {
  /** The id of the question. */
  correlation: string;
  /** Where its answer is awaited; a question only. */
  responseTopic?: string;
}

export interface PublishOptions {
  /** The broker keeps it for whoever subscribes later. */
  retain?: boolean;
  exchange?: Exchange;
}

/** Carries texts between the two ends of a link: MQTT in the field, memory in tests. It queues nothing. */
export interface Wire extends Pick<Emitter<WireEvents>, 'on'> {
  readonly connected: boolean;
  /**
   * Sends a text once, or keeps it for the future with `retain`. Resolves when the broker has taken it; rejects with
   * LINK_DOWN if there is no connection or it breaks before.
   */
  publish(topic: string, text: string, options?: PublishOptions): Promise<void>;
  /** Asks for all topics that fit a filter, on this connection and all later ones. */
  subscribe(filter: string): void;
  close(): Promise<void>;
}
