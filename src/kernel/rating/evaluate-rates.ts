import { divide, isZero, multiply, rational, ZERO, type Rational } from '../money';
import { type PerSubscriber, type PerUnit, type RevenueShare, type Selection, type UsageShare } from '../terms';
import { takeDeductions } from './deductions';
import { valueText } from './explanation';
import { explained, portionOf, type Evaluation, type Figures } from './figures';

export function evaluatePerUnit(royalty: PerUnit, figures: Figures): Evaluation {
  const { measure = 'units', where } = royalty;
  const units = figures.measure(measure, where);
  const rate = rateOf(royalty, figures);
  const value = multiply(units, rate.value);
  return explained({
    royalty,
    value,
    arithmetic: `${valueText(units)} × ${rate.arithmetic}`,
    portions: portionOf(value, { measure, where, figures }),
  });
}

function rateOf(royalty: PerUnit, figures: Figures): { value: Rational; arithmetic: string } {
  if ('rate' in royalty) return { value: rational(royalty.rate), arithmetic: royalty.rate };
  if ('price' in royalty) {
    const { price, share } = royalty;
    return { value: multiply(rational(price), rational(share)), arithmetic: `${price} × ${share}` };
  }
  const { flag, ifTrue, ifFalse } = royalty.rateByFlag;
  const rate = figures.flag(flag) ? ifTrue : ifFalse;
  return { value: rational(rate), arithmetic: rate };
}

export function evaluatePerSubscriber(royalty: PerSubscriber, figures: Figures): Evaluation {
  const subscribers = figures.measure(royalty.subscribers);
  const all = multiply(subscribers, rational(royalty.rate));
  const arithmetic = `${valueText(subscribers)} × ${royalty.rate}`;
  if (royalty.by === undefined) {
    return explained({ royalty, value: all, arithmetic, portions: portionOf(all, { measure: 'units', figures }) });
  }
  const share = usageShare(royalty.by, { figures });
  const value = multiply(all, share.value);
  return explained({
    royalty,
    value,
    arithmetic: `${arithmetic} × ${share.arithmetic}`,
    portions: portionOf(value, { measure: 'units', figures }),
  });
}

export function evaluateRevenueShare(royalty: RevenueShare, figures: Figures): Evaluation {
  const { where, by } = royalty;
  const revenue = figures.measure(royalty.base);
  const { left, steps } = takeDeductions(royalty.deductions ?? [], {
    base: revenue,
    notBelow: royalty.notBelow,
    figures,
  });
  const share = usageShare(by, { figures, where });
  const value = multiply(multiply(rational(royalty.share), left), share.value);
  const measure = by !== 'plays' && 'part' in by && by.part === 'sales' ? 'sales' : 'units';
  return explained({
    royalty,
    value,
    // Where nobody played anything there is no share to speak of: the revenue is nobody's, not everybody's.
    ...(share.arithmetic === NO_PLAYS
      ? { formula: `${NO_PLAYS} = 0` }
      : { arithmetic: `${royalty.share} × ${valueText(left)} × ${share.arithmetic}` }),
    portions: portionOf(value, { measure, where, figures }),
    ...(steps.length > 0 ? { deductions: steps } : {}),
  });
}

const NO_PLAYS = 'no plays at all';

/** A usage share and its arithmetic: "3120000 / 8000000". */
export function usageShare(
  by: UsageShare,
  { figures, where }: { figures: Figures; where?: Selection | undefined },
): { value: Rational; arithmetic: string } {
  if (by !== 'plays' && 'figure' in by) {
    const value = figures.measure(by.figure);
    return { value, arithmetic: valueText(value) };
  }
  const { part: partOf, whole: wholeOf, ifWholeIsZero } = by === 'plays' ? ALL_PLAYS : by;
  const part = figures.measure(partOf, where);
  const whole = figures.measure(wholeOf);
  if (!isZero(whole)) return { value: divide(part, whole), arithmetic: `${valueText(part)} / ${valueText(whole)}` };
  if (by === 'plays') return { value: ZERO, arithmetic: NO_PLAYS };
  const share = ifWholeIsZero ?? '0';
  return { value: rational(share), arithmetic: `${share} (the whole is 0)` };
}

const ALL_PLAYS = { part: 'units', whole: 'allPlays', ifWholeIsZero: '0' } as const;
