import type { ReportedUse, SalesContext, UsageLine } from '../../ddex';
import { territoryNumber } from '../../kernel/territory';
import { useModelCode } from '../../kernel/uses';
import { emptyLine } from './line-reader';
import { dayNumbers, type MatchPlan, placeCode } from './match-plan';
import { packedIsrc, packIsrc } from './packed-isrc';
import type { Tally } from './tally';

/** Puts what sound records of a DSR report say into a tally, each under the number that it is held under. */
export class DsrLines {
  private readonly places = new WeakMap<SalesContext, number>();
  private readonly first: string;
  private readonly days: ReadonlyMap<string, number>;
  /** The same by the number that a line tells of its day. */
  private readonly byDayNumber: ReadonlyMap<number, number>;
  private readonly packed = emptyLine();
  private readonly bytes = Buffer.alloc(12);

  constructor(
    plan: MatchPlan,
    private readonly tally: Tally,
  ) {
    this.first = plan.from;
    this.days = dayNumbers(plan);
    this.byDayNumber = new Map([...this.days].map(([day, at]) => [Number(day.replaceAll('-', '')), at]));
  }

  /** Of the record-company profile. */
  line(line: UsageLine, number: number): void {
    const { packed, tally } = this;
    packed.line = number;
    packed.place = this.placeOf(line.context);
    packed.day = this.byDayNumber.get(line.dayNumber) ?? 0;
    packed.quantity = line.usages;
    packed.returns = line.returned;
    const isLarge = !Number.isSafeInteger(packed.quantity) || !Number.isSafeInteger(packed.returns);
    if (!line.copyIsrc(this.bytes)) {
      if (isLarge) tally.holdUnnamedLarge(packed, line.totalUsages, line.returns);
      else tally.holdUnnamed(packed);
      return;
    }
    packIsrc(this.bytes, 0, packed);
    if (isLarge) tally.addLarge(packed, line.totalUsages, line.returns);
    else tally.add(packed);
  }

  /** Of the profiles with blocks. */
  use(use: ReportedUse, number: number): void {
    const { packed, tally } = this;
    const { usages, returns, isrc } = use;
    packed.line = number;
    packed.place = placeCode(territoryNumber(use.territory), useModelCode(use.useType, use.commercialModel));
    packed.day = this.dayOf(use.from);
    packed.quantity = Number(usages);
    packed.returns = Number(returns);
    const isLarge = !Number.isSafeInteger(packed.quantity);
    if (isrc === null) {
      if (isLarge) tally.holdUnnamedLarge(packed, usages, returns);
      else tally.holdUnnamed(packed);
      return;
    }
    Object.assign(packed, packedIsrc(isrc));
    if (isLarge) tally.addLarge(packed, usages, returns);
    else tally.add(packed);
  }

  /** A use that has days of its own is matched on the first of them that the report is about. */
  private dayOf(from: string | null): number {
    if (from === null || from <= this.first) return 0;
    return this.days.get(from) ?? this.days.size - 1;
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
