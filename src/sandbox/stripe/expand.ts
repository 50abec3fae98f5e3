import { invalidParameter } from './refusal';
import type { Store } from './store';

const depthMax = 4;

/** A copy of the answer with the ids named by `expand[]` replaced by what they stand for: `data.source`, `balance_transaction`. */
export function expanded(answer: object, paths: readonly string[], store: Store): object {
  if (paths.length === 0) return answer;
  const copy = structuredClone(answer) as Record<string, unknown>;
  for (const path of paths) {
    const steps = path.split('.');
    if (steps.length > depthMax) {
      throw invalidParameter(
        'parameter_invalid',
        `You cannot expand more than ${depthMax} levels of a property.`,
        'expand',
      );
    }
    expandPath(copy, steps, path, store);
  }
  return copy;
}

function expandPath(node: Record<string, unknown>, steps: readonly string[], path: string, store: Store): void {
  const [step, ...rest] = steps;
  if (step === undefined) return;
  const value = node[step];
  if (Array.isArray(value)) {
    for (const element of value) if (isObject(element)) expandPath(element, rest, path, store);
    return;
  }
  if (typeof value === 'string') {
    const target = store.anywhere(value);
    if (!target) throw invalidParameter('parameter_invalid', `This property cannot be expanded (${path}).`, 'expand');
    node[step] = structuredClone(target);
  } else if (value === undefined) {
    throw invalidParameter('parameter_invalid', `This property cannot be expanded (${path}).`, 'expand');
  }
  const next = node[step];
  if (isObject(next)) expandPath(next, rest, path, store);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
