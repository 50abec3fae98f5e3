import type { ReportedUse, SalesContext, UsageLine } from '../../ddex';
import { numberOfDay } from '../../ddex/threads';
import { territoryNumber } from '../../kernel/territory';
import { useModelCode } from '../../kernel/uses';
import { emptyLine } from './line-reader';
import { dayNumbers, type MatchPlan, placeCode } from './match-plan';
import { packedIsrc, packIsrc } from './packed-isrc';
import { setSold, setUntold, soldUnits } from './sold-amount';
import type { Tally } from './tally';

const wholeShare = /^0*100(\.0*)?$/;

/** Puts what sound records of a DSR report say into a tally, each under the number that it is held under. */
export class DsrLines {
  private readonly places = new WeakMap<SalesContext, number>();
  private readonly first: string;
  private readonly days: ReadonlyMap<string, number>;
  /** The same by the number that a line tells of its day. */
  private readonly byDayNumber: ReadonlyMap<number, number>;
  private readonly asksForSales: boolean;
  private readonly packed = emptyLine();
  private readonly bytes = Buffer.alloc(12);

  constructor(
    plan: MatchPlan,
    private readonly tally: Tally,
  ) {
    this.first = plan.from;
    this.days = dayNumbers(plan);
    this.byDayNumber = new Map([...this.days].map(([day, at]) => [numberOfDay(day), at]));
    this.asksForSales = plan.kinds === 2;
  }

  /** Of the record-company profile. */
  line(line: UsageLine, number: number): void {
    const { packed, tally } = this;
    packed.line = number;
    packed.place = this.placeOf(line.context);
    packed.day = this.byDayNumber.get(line.dayNumber) ?? 0;
    packed.quantity = line.usages;
    packed.returns = line.returned;
    packed.hasDay = true;
    if (this.asksForSales) this.setSales(line);
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
    // It may have a period of its own, which says nothing about a single day.
    packed.hasDay = false;
    setUntold(packed, 'sales-missing');
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

  /** The net revenue that is allocated to the line: what its net usage brought. It must be that of the whole recording. */
  private setSales({ allocatedNetRevenue, rightSharePercentage, context }: UsageLine): void {
    const { packed } = this;
    packed.currency = context.currencyOfAccounting;
    const units = soldUnits(allocatedNetRevenue);
    if (units === undefined) setUntold(packed, 'sales-too-fine');
    else if (!wholeShare.test(rightSharePercentage)) setUntold(packed, 'sales-of-share');
    else setSold(packed, units);
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
