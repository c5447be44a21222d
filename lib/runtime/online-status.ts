import { Durations } from '../engine/durations.ts';
import type { Reply } from '../link/online/asker.ts';
import { shownLink, type LinkApi } from './link.ts';
import { shownState, type SiteApi } from './site.ts';
import type { Status } from './status.ts';

/**
 * The steady status of an online check: what is wrong with the engine or the link, else the times of both paths.
 * `⌂` is the median of the engine's own decisions, `⇅` that of the questions to the server.
 */
export class OnlineStatus {
  readonly #link: LinkApi | undefined;
  readonly #site: SiteApi;
  readonly #status: Status;
  readonly #times = new Durations();
  readonly #stops: (() => void)[];

  /** `link`: the way of the questions, if it is the link. */
  constructor(link: LinkApi | undefined, site: SiteApi, status: Status) {
    this.#link = link;
    this.#site = site;
    this.#status = status;
    const show = (): void => {
      this.#show();
    };
    this.#stops = [site.onState(show), ...(link === undefined ? [] : [link.onState(show)])];
    show();
  }

  took(reply: Reply): void {
    if ('answer' in reply) this.#times.add(reply.took);
    this.#show();
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #show(): void {
    const engine = shownState(this.#site.state, 'ready');
    const shown = engine === 'ready' && this.#link ? shownLink(this.#link.state) : engine;
    if (shown !== 'ready') this.#status.show(shown);
    else this.#status.show('ready', this.#figures());
  }

  #figures(): string | undefined {
    const { count, p50 } = this.#times.times;
    if (count === 0) return undefined;
    const local = this.#site.health?.times.local;
    const ours = local === undefined || local.count === 0 ? '' : `⌂ ${local.p50} ms  `;
    return `${ours}⇅ ${p50} ms`;
  }
}
