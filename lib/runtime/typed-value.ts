import type { Node, NodeAPI, NodeMessageInFlow } from 'node-red';
import { AccessError } from '../model/errors.ts';
import type { Settings } from './settings.ts';

/** A setting that may be fixed or come from the message, a context, the environment or JSONata. */
export interface TypedValue {
  value: string;
  type: string;
}

/** Reads the pair `<field>` and `<field>Type` that a typedInput saves. */
export function typedField(settings: Settings, field: string, fallback: TypedValue): TypedValue {
  const type = settings.text(`${field}Type`, fallback.type);
  return { value: settings.text(field, type === fallback.type ? fallback.value : ''), type };
}

/** The value for this message. Throws INPUT_INVALID naming the field if it cannot be found out. */
export async function evaluate(
  RED: NodeAPI,
  node: Node,
  field: TypedValue,
  message: NodeMessageInFlow,
  name: string,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const refuse = (error: unknown): void => {
      reject(new AccessError('INPUT_INVALID', `${name}: ${messageOf(error)}`, { cause: error }));
    };
    try {
      RED.util.evaluateNodeProperty(
        field.value,
        field.type,
        node,
        message,
        (error: unknown, value: unknown) => {
          if (error === null || error === undefined) resolve(value);
          else refuse(error);
        },
      );
    } catch (error) {
      // A fixed value that is broken is not told through the callback.
      refuse(error);
    }
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error);
}
