import { exactText, multiply, rational, type UsageSum, wholeShare } from '../../kernel';

/** Which sum: a recording used in one way in one place on one service, under one share. */
export type SumKey = Omit<UsageSum, 'quantity' | 'returns'>;

/** The share of the sum in millionths. */
export function shareOf({ controlledShare }: Pick<SumKey, 'controlledShare'>): number {
  if (controlledShare === undefined) return wholeShare;
  return Number(exactText(multiply(rational(controlledShare), rational(BigInt(wholeShare)))));
}
