import { add, exactText, rational, territoryNumber, type UsageSum, useModelCode } from '../kernel';

/** Usage from anywhere as one list, in the order of recording, territory, use and model, and service; what is of the same is added up, each share of a recording, day of use and day of report by itself. */
export function addedUp(lists: readonly (readonly UsageSum[])[]): readonly UsageSum[] {
  const sums = new Map<string, UsageSum>();
  for (const sum of lists.flat()) {
    const { usedOn = '', reportedOn = '', controlledShare = '' } = sum;
    const key = `${sum.isrc} ${sum.territory} ${sum.use} ${sum.model} ${sum.service} ${controlledShare} ${usedOn} ${reportedOn}`;
    const before = sums.get(key);
    sums.set(key, before === undefined ? sum : together(before, sum));
  }
  return [...sums.values()].sort(inOrder);
}

/** Where one of both does not tell what was sold, nobody knows what both were sold for. */
function together({ sales: before, ...counts }: UsageSum, { sales, ...sum }: UsageSum): UsageSum {
  return {
    ...sum,
    ...(before === undefined || sales === undefined
      ? {}
      : { sales: exactText(add(rational(before), rational(sales))) }),
    quantity: counts.quantity + sum.quantity,
    returns: counts.returns + sum.returns,
  };
}

function inOrder(a: UsageSum, b: UsageSum): number {
  if (a.isrc !== b.isrc) return a.isrc < b.isrc ? -1 : 1;
  const place =
    territoryNumber(a.territory) - territoryNumber(b.territory) ||
    useModelCode(a.use, a.model) - useModelCode(b.use, b.model);
  if (place !== 0) return place;
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  return (
    textOrder(a.controlledShare, b.controlledShare) ||
    textOrder(a.usedOn, b.usedOn) ||
    textOrder(a.reportedOn, b.reportedOn)
  );
}

function textOrder(left = '', right = ''): number {
  return left < right ? -1 : Number(left > right);
}
