import type { SalesContext, UsageLine } from '../../ddex';
import { dayAfter } from '../../kernel/calendar';
import { territoryNumber } from '../../kernel/territory';
import { useModelCode } from '../../kernel/uses';
import { emptyLine } from './line-reader';
import { type MatchPlan, placeCode } from './match-plan';
import { packIsrc } from './packed-isrc';
import type { Tally } from './tally';

/** Puts what sound lines of a DSR report say into a tally. */
export class DsrLines {
  private readonly places = new WeakMap<SalesContext, number>();
  private readonly days: ReadonlyMap<string, number>;
  private readonly packed = emptyLine();
  private readonly bytes = Buffer.alloc(12);

  constructor(
    plan: MatchPlan,
    private readonly tally: Tally,
  ) {
    this.days = new Map(Array.from({ length: plan.days }, (_, at) => [dayAfter(plan.from, at) as string, at]));
  }

  /** `number` is what the line is held under. */
  add(line: UsageLine, number: number): void {
    const { packed, tally } = this;
    packed.line = number;
    packed.place = this.placeOf(line.context);
    packed.day = this.days.get(line.date) ?? 0;
    packed.quantity = line.usages;
    packed.returns = line.returned;
    if (!line.copyIsrc(this.bytes)) return tally.holdUnnamed(packed);
    packIsrc(this.bytes, 0, packed);
    if (Number.isSafeInteger(packed.quantity) && Number.isSafeInteger(packed.returns)) tally.add(packed);
    else tally.addLarge(packed, line.totalUsages, line.returns);
  }

  private placeOf(context: SalesContext): number {
    let place = this.places.get(context);
    if (place === undefined) {
      const { territory, useType, commercialModel } = context;
      place = placeCode(territoryNumber(territory), useModelCode(useType, commercialModel));
      this.places.set(context, place);
    }
    return place;
  }
}
