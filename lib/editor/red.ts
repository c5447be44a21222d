/** The part of Node-RED's editor API that our dialogs use, typed as strictly as the runtime. */

/** A node while it is being edited, with the properties that its dialog saves. */
export type EditedNode<Props> = Props & {
  id: string;
  type: string;
  /** Translates a key of the node's own catalogue. */
  _(key: string, values?: Record<string, string | number>): string;
};

export interface PropertyDefinition<Value, Props> {
  value: Value;
  required?: boolean;
  /** The type of config node that this property refers to. */
  type?: string;
  /** True, or what is wrong, in the user's language. */
  validate?: (this: EditedNode<Props>, value: unknown, options?: unknown) => boolean | string;
}

export interface NodeDefinition<Props> {
  category: string;
  categoryDescription?: string;
  color?: string;
  defaults: { [K in keyof Props]: PropertyDefinition<Props[K], Props> };
  credentials?: Record<string, { type: 'text' | 'password' }>;
  inputs?: number;
  outputs?: number;
  icon?: string;
  align?: 'left' | 'right';
  paletteLabel?: (this: EditedNode<Props>) => string;
  label: (this: EditedNode<Props>) => string;
  labelStyle?: (this: EditedNode<Props>) => string;
  inputLabels?: (this: EditedNode<Props>) => string;
  outputLabels?: (this: EditedNode<Props>, index: number) => string;
  oneditprepare?: (this: EditedNode<Props>) => void;
  oneditsave?: (this: EditedNode<Props>) => void;
  oneditcancel?: (this: EditedNode<Props>) => void;
  oneditresize?: (this: EditedNode<Props>, size: { width: number; height: number }) => void;
}

export interface EditorApi {
  _(key: string, values?: Record<string, string | number>): string;
  nodes: {
    registerType<Props>(type: string, definition: NodeDefinition<Props>): void;
    node(id: string): EditedNode<Record<string, unknown>> | null;
    eachConfig(visit: (node: EditedNode<Record<string, unknown>>) => boolean): void;
  };
  validators: {
    number(blankAllowed?: boolean): (value: unknown) => boolean;
  };
  notify(message: string, type?: string): void;
}

declare global {
  const RED: EditorApi;

  interface JQuery {
    typedInput(options: {
      default?: string;
      types: (string | Record<string, unknown>)[];
      typeField?: string | JQuery;
    }): this;
    typedInput(method: 'value' | 'type'): string;
    typedInput(method: 'value' | 'type', value: string): this;
    editableList(options: Record<string, unknown>): this;
    editableList(method: 'items'): JQuery;
    editableList(method: 'addItem', item: unknown): this;
    editableList(method: 'empty' | 'height' | 'width', value?: number): this;
  }
}
