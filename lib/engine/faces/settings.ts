import type { ModelIdentity } from '../../model/credential.ts';
import * as requests from './requests.ts';

/** Name of the setting under which the store keeps how templates are kept. */
export const FACES_SETTING = 'faces';

const DEFAULT: requests.FaceConfig = {
  mode: 'stored',
  keepAfterValidity: 30,
  keepAfterWithdrawal: 0,
};

/** Name of the setting that says what makes templates here. */
export const MODEL_SETTING = 'faceModel';

/** How templates of faces are kept here, and what makes them. */
export class FaceSettings {
  #config: requests.FaceConfig;
  #model: ModelIdentity | undefined;

  constructor(settings: Readonly<Record<string, string>>) {
    const text = settings[FACES_SETTING];
    const stored: unknown = text === undefined ? undefined : JSON.parse(text);
    this.#config = requests.config.check(stored) ? stored : DEFAULT;
    const model: unknown = JSON.parse(settings[MODEL_SETTING] ?? 'null');
    if (requests.model.check(model)) this.#model = model;
  }

  get config(): requests.FaceConfig {
    return this.#config;
  }

  /** Undefined as long as no face process has run here. */
  get model(): ModelIdentity | undefined {
    return this.#model;
  }

  /** Whether templates may be stored at all. */
  get isKeeping(): boolean {
    return this.#config.mode === 'stored' || this.#config.mode === 'gatewayOnly';
  }

  /**
   * Whether faces are exchanged between a server and its gateways; otherwise each keeps its own. Where templates are
   * carried, there is none with them.
   */
  get isShared(): boolean {
    return this.#config.mode === 'stored' || this.#config.mode === 'carried';
  }

  use(model: ModelIdentity): void {
    this.#model = model;
  }

  replace(config: requests.FaceConfig): void {
    this.#config = config;
  }
}
