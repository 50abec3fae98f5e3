import { territoryNumber, type UsageSum, useModelCode } from '../kernel';

/** Usage from anywhere as one list, in the order of recording, territory, use and model, and service; what is of the same is added up, each share of a recording by itself. */
export function addedUp(lists: readonly (readonly UsageSum[])[]): readonly UsageSum[] {
  const sums = new Map<string, UsageSum>();
  for (const sum of lists.flat()) {
    const key = `${sum.isrc} ${sum.territory} ${sum.use} ${sum.model} ${sum.service} ${sum.controlledShare ?? ''}`;
    const before = sums.get(key);
    sums.set(
      key,
      before === undefined
        ? sum
        : { ...sum, quantity: before.quantity + sum.quantity, returns: before.returns + sum.returns },
    );
  }
  return [...sums.values()].sort(inOrder);
}

function inOrder(a: UsageSum, b: UsageSum): number {
  if (a.isrc !== b.isrc) return a.isrc < b.isrc ? -1 : 1;
  const place =
    territoryNumber(a.territory) - territoryNumber(b.territory) ||
    useModelCode(a.use, a.model) - useModelCode(b.use, b.model);
  if (place !== 0) return place;
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  const [left = '', right = ''] = [a.controlledShare, b.controlledShare];
  return left < right ? -1 : Number(left > right);
}
