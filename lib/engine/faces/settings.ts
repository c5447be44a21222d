import * as requests from './requests.ts';

/** Name of the setting under which the store keeps how templates are kept. */
export const FACES_SETTING = 'faces';

const DEFAULT: requests.FaceConfig = {
  mode: 'stored',
  keepAfterValidity: 30,
  keepAfterWithdrawal: 0,
};

/** How templates of faces are kept here. */
export class FaceSettings {
  #config: requests.FaceConfig;

  constructor(settings: Readonly<Record<string, string>>) {
    const text = settings[FACES_SETTING];
    const stored: unknown = text === undefined ? undefined : JSON.parse(text);
    this.#config = requests.config.check(stored) ? stored : DEFAULT;
  }

  get config(): requests.FaceConfig {
    return this.#config;
  }

  /** Whether templates may be stored at all. */
  get isKeeping(): boolean {
    return this.#config.mode === 'stored' || this.#config.mode === 'gatewayOnly';
  }

  /** Whether faces are exchanged between a server and its gateways, be it without templates; otherwise each keeps its own. */
  get isShared(): boolean {
    return this.#config.mode === 'stored' || this.#config.mode === 'carried';
  }

  replace(config: requests.FaceConfig): void {
    this.#config = config;
  }
}
