import type { NodeAPI, NodeMessage, NodeMessageInFlow } from 'node-red';
import type { RelayResult } from '../../lib/devices/relay/command.ts';
import { RelayController } from '../../lib/devices/relay/controller.ts';
import type { RelayDriver } from '../../lib/devices/relay/driver.ts';
import type { OutputMessage } from '../../lib/devices/relay/formats.ts';
import type { RelayState, RelayStatus } from '../../lib/devices/relay/output.ts';
import { WiredRelay } from '../../lib/devices/relay/wired.ts';
import { systemTimers } from '../../lib/devices/timers.ts';
import { systemClock } from '../../lib/model/clock.ts';
import { COMMAND_ACTIONS, type Command, type CommandAction } from '../../lib/model/decision.ts';
import { AccessError } from '../../lib/model/errors.ts';
import type { Access } from '../../lib/model/message.ts';
import type { Send } from '../../lib/runtime/lifecycle.ts';
import { accessOf } from '../../lib/runtime/message.ts';
import { registerNode, type NodeContext, type NodeParts } from '../../lib/runtime/node.ts';
import { siteType, type SiteApi } from '../../lib/runtime/site.ts';
import type { StatusName } from '../../lib/runtime/status.ts';
import { evaluate } from '../../lib/runtime/typed-value.ts';
import { normalise, type RelayConfig } from './relay.config.ts';
import { openDriver } from './relay.driver.ts';

/**
 * A board behind other nodes may not be reachable yet when the flow starts, and those nodes drop what comes
 * too early: the safe state is told again after these milliseconds.
 */
const REPEAT_SAFE_STATE = [2000, 10_000, 30_000];

const SHOWN: Readonly<Record<RelayState, StatusName>> = {
  safe: 'off',
  opening: 'busy',
  open: 'on',
  closing: 'busy',
  fault: 'fault',
};

/** The relay node: granted decisions in, pulses on a board out; each grant once, and never late. */
export default function register(RED: NodeAPI): void {
  registerNode<RelayConfig>(RED, 'gatewire-relay', {
    normalise,
    start: (context) => new Relay(context).parts(),
  });
}

class Relay {
  readonly #context: NodeContext<RelayConfig>;
  readonly #site: SiteApi;
  readonly #driver: RelayDriver;
  readonly #controller: RelayController;
  readonly #cancels: (() => void)[] = [];
  /** The message whose command is carried out next: what switches the board on travels in it. */
  #current: NodeMessageInFlow | undefined;
  #fault: string | undefined;
  #state: RelayState | undefined;

  constructor(context: NodeContext<RelayConfig>) {
    const { RED, config } = context;
    this.#context = context;
    this.#site = siteType.of(RED, config.site);
    this.#driver = openDriver(config, (message, on) => {
      this.#tellBoard(message, on);
    });
    this.#controller = new RelayController({
      driver: this.#driver,
      clock: systemClock,
      timers: systemTimers,
      onStatus: (status) => {
        this.#show(status);
      },
    });
    this.#startWithFlows();
  }

  parts(): NodeParts<never> {
    return {
      input: (message, send) => this.#input(message, send),
      close: async () => {
        for (const cancel of this.#cancels) cancel();
        await this.#controller.stop();
      },
    };
  }

  /** The safe state is forced when every node of the flow is there to carry it. */
  #startWithFlows(): void {
    const { RED, config, status } = this.#context;
    status.show('starting');
    const start = (): void => {
      void this.#controller.start();
      if (config.connection.kind === 'wired') this.#repeatSafeState();
    };
    RED.events.once('flows:started', start);
    this.#cancels.push(() => RED.events.off('flows:started', start));
  }

  #repeatSafeState(): void {
    for (const delay of REPEAT_SAFE_STATE) {
      const again = (): void => {
        if (this.#controller.status.state !== 'safe') return;
        void this.#controller.execute({ action: 'off', life: 0 });
      };
      this.#cancels.push(systemTimers.after(delay, again));
    }
  }

  async #input(message: NodeMessageInFlow, send: Send): Promise<void> {
    if (this.#isReport(message)) return;
    const action = actionOf(message, this.#context.config.action);
    if (action === 'off') await this.#close(message, send);
    else await this.#open(message, send, action);
  }

  /** Whatever the engine is doing: an output may always be switched off. The record follows. */
  async #close(message: NodeMessageInFlow, send: Send): Promise<void> {
    const result = await this.#controller.execute({ action: 'off', life: 0 });
    const { command } = await this.#site.engine.claimCommand({
      output: this.#context.config.output,
      action: 'off',
    });
    await this.#record(command, result);
    if (!(this.#driver instanceof WiredRelay)) send([Object.assign(message, { payload: false })]);
  }

  async #open(
    message: NodeMessageInFlow,
    send: Send,
    action: Exclude<CommandAction, 'off'>,
  ): Promise<void> {
    const access = accessOf(message);
    const duration = action === 'on' ? {} : await this.#duration(message);
    const { command, life } = await this.#claim(access, action, duration);
    message.access = { ...access, command };
    this.#current ??= message;
    const result = await this.#controller.execute({ action, life, ...duration });
    if (this.#current === message) this.#current = undefined;
    await this.#record(command, result);
    if (this.#driver instanceof WiredRelay) return;
    const done = { ...access, command: { ...command, state: 'done' } };
    send([Object.assign(message, { access: done, payload: true })]);
  }

  /** What the board says of its output comes back into the same input. */
  #isReport(message: NodeMessageInFlow): boolean {
    if (!(this.#driver instanceof WiredRelay)) return false;
    const isOwnCommand = commandOf(message)?.output === this.#context.config.output;
    const isBare = message.access === undefined && message.command === undefined;
    if (!isOwnCommand && !isBare) return false;
    if (this.#driver.report(message)) return true;
    if (isOwnCommand) return true;
    throw new AccessError('INPUT_INVALID', 'neither a granted decision nor a report of the board');
  }

  async #duration(message: NodeMessageInFlow): Promise<{ duration: number }> {
    const { RED, node, config } = this.#context;
    const seconds = Number(await evaluate(RED, node, config.duration, message, 'duration'));
    if (Number.isFinite(seconds)) return { duration: Math.round(seconds * 1000) };
    throw new AccessError('INPUT_INVALID', 'duration: not a number of seconds');
  }

  /** The engine honours a grant once for this output, while it lives. */
  async #claim(
    { decision }: Access,
    action: CommandAction,
    duration: { duration?: number },
  ): Promise<{ command: Command; life: number }> {
    if (decision?.outcome !== 'granted') {
      throw new AccessError('DECISION_INVALID', 'msg.access.decision is not a grant');
    }
    const { output } = this.#context.config;
    return this.#site.engine.claimCommand({ decision: decision.id, output, action, ...duration });
  }

  /** The record comes before the result goes on, and a failure reaches Catch once. */
  async #record(command: Command, result: RelayResult): Promise<void> {
    const failed = result.state === 'failed';
    await this.#site.engine.recordCommand({
      command: command.id,
      state: result.state,
      ...(failed ? { error: result.code } : {}),
    });
    if (failed) throw new AccessError(result.code, `${command.output}: ${result.message}`);
  }

  /** The message of the command carries the switching on; everything later is a message of its own. */
  #tellBoard(message: OutputMessage, on: boolean): void {
    const carrier: NodeMessage = (on ? this.#current : undefined) ?? {};
    if (on) this.#current = undefined;
    this.#context.node.send([Object.assign(carrier, message), null, null]);
  }

  #show(status: RelayStatus): void {
    const { state, error } = status;
    this.#context.status.show(error?.code === 'OUTPUT_MISMATCH' ? 'mismatch' : SHOWN[state]);
    this.#tellFault(error);
    if (state === this.#state) return;
    this.#state = state;
    if (state === 'open' || state === 'safe') {
      const event = state === 'open' ? 'opened' : 'closed';
      const { output } = this.#context.config;
      this.#context.node.send([null, { payload: { event, output } }, null]);
    }
  }

  /** A fault that lasts is told once, recorded as an alarm, and told again when it is over. */
  #tellFault(error: AccessError | undefined): void {
    if (error?.code === this.#fault) return;
    this.#fault = error?.code;
    const { output } = this.#context.config;
    const payload =
      error === undefined
        ? { event: 'restored', output }
        : { code: error.code, message: error.message, output };
    this.#context.node.send([null, null, { payload }]);
    void this.#site.engine
      .recordEvent({
        category: error === undefined ? 'device' : 'alarm',
        code: error === undefined ? 'outputRestored' : 'outputFault',
        details: { output, ...(error === undefined ? {} : { error: error.code }) },
      })
      .catch(() => undefined);
  }
}

function actionOf(message: NodeMessageInFlow, configured: CommandAction): CommandAction {
  const asked = message.command;
  if (asked === undefined) return configured;
  const action = COMMAND_ACTIONS.find((each) => each === asked);
  if (action !== undefined) return action;
  throw new AccessError(
    'INPUT_INVALID',
    `msg.command must be one of ${COMMAND_ACTIONS.join(', ')}`,
  );
}

/** The command that a message was sent with, if it comes back from the board. */
function commandOf(message: NodeMessageInFlow): { output?: unknown } | undefined {
  const access = message.access as { command?: { output?: unknown } } | undefined;
  return access?.command;
}
