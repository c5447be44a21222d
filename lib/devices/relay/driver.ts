/** How an output is switched on or off. */
export interface WriteOptions {
  /**
   * Called right before the board is told to switch on, and never later: throws if the command has run out
   * or is no longer wanted. The driver then writes nothing and passes the error on.
   */
  guard: () => void;
  /** Milliseconds after which the board itself should switch off, where it has a timer for that. */
  pulse?: number;
}

export interface DriverListener {
  /** The board can be tried again: its output has to be brought to the safe state first. */
  ready: () => void;
  /** The board no longer answers: the state of its output is unknown. */
  lost: () => void;
}

/**
 * One output of a relay board. "On" is the state that opens; whether that means a closed or an open contact
 * is the driver's business. Calls are carried out in the order in which they are made. Every promise settles
 * within a time limit of the driver's own; failures are AccessErrors: `OUTPUT_TIMEOUT` if the board did not
 * answer (it may still act), `OUTPUT_FAILED` if it refused or cannot be reached.
 */
export interface RelayDriver {
  /** Whether the board can say what its output is. */
  readonly readable: boolean;
  /** Opens. Must not put anything on the wire for a board that does not answer. */
  switchOn(options: WriteOptions): Promise<void>;
  /** Closes. Always attempted, on the connection that carried the last switching on. */
  switchOff(): Promise<void>;
  /** Reads the output back. Only called if `readable`. */
  read(): Promise<boolean>;
  /** Subscribes; the returned function ends it. */
  subscribe(listener: DriverListener): () => void;
  /** Releases the connection. */
  close(): Promise<void>;
}
