import { dayAt, daysLater, least, monthAfter, most, nearest, shared, sum } from './arithmetic';
import { type DealFacts, months } from './deals';

/** An invoice as the reference ledger has it; `deal`, `purpose` and `source` are its name. */
export interface ReferenceInvoice {
  readonly deal: number;
  readonly purpose: string;
  readonly source: string;
  readonly minor: bigint;
  state: 'issued' | 'open' | 'paid';
  /** Whether a payout that is not over has it. */
  taken: boolean;
}

export interface ReferencePayout {
  readonly id: string;
  readonly invoices: readonly ReferenceInvoice[];
  readonly gross: bigint;
  readonly commission: bigint;
  /** Each invoice's part of the commission. */
  readonly parts: readonly bigint[];
  state: 'planned' | 'approved' | 'rejected' | 'failed' | 'sent' | 'confirmed';
}

interface Play {
  readonly deal: number;
  readonly month: string;
  readonly isrc: string;
  readonly units: bigint;
  void: boolean;
}

interface Expenses {
  readonly month: string;
  readonly minor: bigint;
  confirmed: boolean;
}

export interface ReferenceDispute {
  readonly deal: number;
  readonly number: number;
  readonly month: string;
  /** Absent: all recordings. */
  readonly isrcs: readonly string[] | undefined;
  readonly openedBy: 'label' | 'platform';
  readonly agreed: Set<'label' | 'platform'>;
  held: bigint;
  open: boolean;
}

/** What passes from one close to the next. */
interface Standing {
  /** Royalties less expenses, recouped, and what advances have joined: all to date. */
  net: bigint;
  recouped: bigint;
  joined: bigint;
  /** Not above zero. */
  forward: bigint;
  waiting: bigint;
}

export interface ReferenceStatement {
  readonly month: string;
  readonly royalties: bigint;
  readonly recouped: bigint;
  readonly payable: bigint;
  readonly held: bigint;
}

type Units = ReadonlyMap<string, bigint>;

/**
 * The books as docs/ledger.md and the terms of the deals have them, kept by whoever does not know how the product does it: no database, no
 * rounding library, whole numbers only. It is told what was acknowledged, and says what must then stand in the books.
 */
export class ReferenceDeal {
  readonly balances = new Map<string, bigint>();
  readonly statements: ReferenceStatement[] = [];
  readonly expenses: Expenses[] = [];
  readonly disputes: ReferenceDispute[] = [];
  /** The month of a draft that nobody has issued yet: what it stands on is not to be changed. */
  drafted: string | undefined;
  private readonly booked = new Map<string, bigint>();
  private readonly duesPosted = new Set<number>();
  private standing: Standing = { net: 0n, recouped: 0n, joined: 0n, forward: 0n, waiting: 0n };

  constructor(
    readonly place: number,
    readonly facts: DealFacts,
    private readonly evidence: Readonly<Record<string, Readonly<Record<string, number>>>>,
    private readonly ledger: Reference,
  ) {
    const { advance, backFee } = facts;
    if (advance > 0n) {
      this.move({ 'platform-receivable': advance, 'label-payable': -advance });
      this.move({ 'unrecouped-advance': advance, 'royalties-prepaid': -advance });
      this.invoice('advance', 'start', advance);
    }
    if (backFee > 0n) {
      this.move({ 'platform-receivable': backFee, 'label-payable': -backFee });
      this.invoice('back-fee', 'back-fee', backFee);
    }
    this.standing.joined = advance;
  }

  today(): string {
    return dayAt(this.ledger.now, this.facts.hoursAhead);
  }

  isClosed(month: string): boolean {
    return this.booked.has(month);
  }

  /** The next month to be closed; undefined after the term. */
  nextMonth(): string | undefined {
    return months.find((month) => !this.isClosed(month));
  }

  /** Why a month cannot be closed now; undefined where it can. */
  closeRefusal(month: string): string | undefined {
    if (!months.includes(month as (typeof months)[number])) return 'period-not-closable';
    if (this.today() < `${monthAfter(month)}-01`) return 'period-not-closable';
    if (this.isClosed(month)) return 'period-already-closed';
    return this.nextMonth() === month ? undefined : 'period-not-closable';
  }

  /** Closes a month that can be closed; one that is closed stays as it is. */
  close(month: string): void {
    if (this.isClosed(month)) return;
    this.drafted = undefined;
    const units = this.unitsOf(month);
    const corrections = [...this.booked].map(
      ([of, before]) => [of, this.worth(of, this.unitsOf(of)) - before] as const,
    );
    const settled = this.settle(month, units, sum(corrections.map(([, difference]) => difference)));
    const holds = this.holds(month, { units, corrections, payable: settled.payable });
    for (const [of, difference] of corrections) this.booked.set(of, this.booked.get(of)! + difference);
    this.booked.set(month, this.worth(month, units));
    const { royalties, recouped, payable, after } = settled;
    this.book(settled);
    this.standing = after;
    for (const { dispute, minor } of holds) {
      dispute.held = minor;
      this.move({ 'platform-disputed': minor, 'platform-receivable': -minor });
      this.move({ 'label-payable': minor, 'label-disputed': -minor });
    }
    this.postDues();
    const held = sum(holds.map(({ minor }) => minor));
    if (payable > held) this.invoice('royalties', month, payable - held);
    this.statements.push({ month, royalties, recouped, payable, held });
  }

  /** Payments of fixed days: each once, as many days before as the platform has to pay. */
  postDues(): void {
    this.facts.instalments.forEach(({ on, minor }, place) => {
      if (this.duesPosted.has(place) || daysLater(on, -this.facts.dueDays) > this.today()) return;
      this.duesPosted.add(place);
      this.move({ 'platform-receivable': minor, 'label-payable': -minor });
      this.invoice('advance', `parts #${place + 1}`, minor);
    });
  }

  /** Why a dispute about a month cannot be opened; undefined where it can. */
  disputeRefusal(month: string, isrcs: readonly string[] | undefined): string | undefined {
    if (this.isClosed(month)) return 'usage-dispute-closed';
    if (this.disputes.filter((one) => one.open && one.month === month).length >= 20) return 'limit-reached';
    const units = this.unitsOf(month);
    const differs = this.named(month, isrcs).some((isrc) => (units.get(isrc) ?? 0n) !== this.reported(month, isrc));
    return units.size > 0 && differs ? undefined : 'usage-dispute-nothing';
  }

  /** Ends a dispute: what was held for it is due. */
  release(dispute: ReferenceDispute): void {
    dispute.open = false;
    const { held } = dispute;
    if (held === 0n) return;
    this.move({ 'platform-receivable': held, 'platform-disputed': -held });
    this.move({ 'label-disputed': held, 'label-payable': -held });
    this.invoice('royalties', `dispute ${dispute.number}`, held);
  }

  move(legs: Readonly<Record<string, bigint>>): void {
    for (const [account, minor] of Object.entries(legs))
      this.balances.set(account, (this.balances.get(account) ?? 0n) + minor);
  }

  private invoice(purpose: string, source: string, minor: bigint): void {
    this.ledger.invoices.push({ deal: this.place, purpose, source, minor, state: 'issued', taken: false });
  }

  private unitsOf(month: string): Map<string, bigint> {
    const units = new Map<string, bigint>();
    for (const play of this.ledger.plays.values()) {
      if (play.void || play.deal !== this.place || play.month !== month) continue;
      units.set(play.isrc, (units.get(play.isrc) ?? 0n) + play.units);
    }
    return units;
  }

  private worth(month: string, units: Units): bigint {
    const [, under] = this.facts.per;
    const before = sum(months.filter((one) => one < month).map((one) => sum([...this.unitsOf(one).values()])));
    const now = sum([...units.values()]);
    return nearest(this.earnedOver(before + now) - this.earnedOver(before), under);
  }

  /** What so many units of the term earn, over the fraction's denominator. */
  private earnedOver(units: bigint): bigint {
    const { per, beyond } = this.facts;
    const further = beyond === undefined ? 0n : most(0n, units - beyond.units);
    return (units - further) * per[0] + further * (beyond?.over ?? 0n);
  }

  private settle(month: string, units: Units, corrections: bigint) {
    const { facts, standing: before } = this;
    const until = `${monthAfter(month)}-01`;
    const joins = sum(facts.instalments.filter(({ on }) => on < until).map(({ minor }) => minor));
    const joined = facts.advance + joins;
    const royalties = this.worth(month, units) + corrections;
    const confirmed = this.expenses.filter((one) => one.month === month && one.confirmed);
    const net = royalties - (confirmed.at(-1)?.minor ?? 0n);
    // What was earned beyond recoupment is taken back first, recoupment after it.
    const surplus = before.net - before.recouped;
    const back = least(most(0n, -(surplus + net)), before.recouped);
    const open = joined - before.recouped;
    const recouped = back > 0n ? -back : most(0n, least(open, least(net, surplus + net)));
    const balance = before.forward + net - recouped;
    const met = least(before.waiting, most(0n, -balance));
    const due = most(0n, balance) + before.waiting - met;
    const payable = month !== months.at(-1) && due < facts.minimumPayout ? 0n : due;
    const after: Standing = {
      net: before.net + net,
      recouped: before.recouped + recouped,
      joined,
      forward: least(0n, balance + met),
      waiting: due - payable,
    };
    return { royalties, recouped, payable, after };
  }

  private book({ recouped, payable, after }: ReturnType<ReferenceDeal['settle']>): void {
    const { standing: before } = this;
    const [joined, forward] = [after.joined - before.joined, after.forward - before.forward];
    const waiting = after.waiting - before.waiting;
    this.move({ 'unrecouped-advance': joined - recouped, 'royalties-prepaid': recouped - joined });
    this.move({ 'platform-receivable': payable, 'label-payable': -payable });
    this.move({ 'platform-carried-forward': forward, 'label-carried-forward': -forward });
    this.move({ 'platform-waiting': waiting, 'label-waiting': -waiting });
  }

  /** For each dispute what would not be payable with the lower of both counts: one after the other, never more than is there. */
  private holds(
    month: string,
    close: { units: Units; corrections: readonly (readonly [string, bigint])[]; payable: bigint },
  ): { dispute: ReferenceDispute; minor: bigint }[] {
    const lowered = new Map(close.units);
    const corrected = sum(close.corrections.map(([, difference]) => difference));
    let left = close.payable;
    const open = this.disputes.filter((dispute) => dispute.open && dispute.month === month);
    return open.map((dispute) => {
      for (const isrc of this.named(month, dispute.isrcs)) {
        const units = lowered.get(isrc);
        if (units !== undefined) lowered.set(isrc, least(units, this.reported(month, isrc)));
      }
      const minor = most(0n, left - this.settle(month, lowered, corrected).payable);
      left -= minor;
      return { dispute, minor };
    });
  }

  private named(month: string, isrcs: readonly string[] | undefined): string[] {
    return Object.keys(this.evidence[month] ?? {}).filter((isrc) => isrcs?.includes(isrc) ?? true);
  }

  private reported(month: string, isrc: string): bigint {
    return BigInt(this.evidence[month]?.[isrc] ?? 0);
  }
}

/** 5 % of what is payable: the marketplace's commission. */
const commissionRate = [5n, 100n] as const;

/** All deals, the events that are their usage, and the money that runs between both sides. */
export class Reference {
  readonly invoices: ReferenceInvoice[] = [];
  readonly payouts: ReferencePayout[] = [];
  readonly plays = new Map<string, Play>();
  readonly deals: readonly ReferenceDeal[];

  constructor(
    public now: Date,
    deals: readonly { readonly facts: DealFacts; readonly evidence: ReferenceDeal['evidence'] }[],
  ) {
    this.deals = deals.map(({ facts, evidence }, place) => new ReferenceDeal(place, facts, evidence, this));
  }

  /** The same event again says nothing new. */
  play(id: string, play: Omit<Play, 'void'>): void {
    if (!this.plays.has(id)) this.plays.set(id, { ...play, void: false });
  }

  void(id: string): void {
    this.plays.get(id)!.void = true;
  }

  /** The platform has paid, and we have heard of it. */
  received(invoice: ReferenceInvoice): void {
    if (invoice.state === 'paid') return;
    invoice.state = 'paid';
    this.deals[invoice.deal]!.move({ cash: invoice.minor, 'platform-receivable': -invoice.minor });
  }

  /** Whether these invoices can be paid out together. */
  isPayable(invoices: readonly ReferenceInvoice[]): boolean {
    const [first] = invoices;
    const currency = (invoice: ReferenceInvoice): string => this.deals[invoice.deal]!.facts.currency;
    return invoices.every(
      (one) =>
        one.state === 'paid' && !one.taken && one.purpose === first!.purpose && currency(one) === currency(first!),
    );
  }

  planned(id: string, invoices: readonly ReferenceInvoice[]): void {
    const amounts = invoices.map(({ minor }) => minor);
    const parts = shared(amounts, commissionRate);
    for (const invoice of invoices) invoice.taken = true;
    this.payouts.push({ id, invoices, gross: sum(amounts), commission: sum(parts), parts, state: 'planned' });
  }

  /** It moved nothing: its invoices are free again. */
  ended(payout: ReferencePayout, state: 'rejected' | 'failed'): void {
    payout.state = state;
    for (const invoice of payout.invoices) invoice.taken = false;
  }

  sent(payout: ReferencePayout): void {
    if (payout.state !== 'approved') return;
    payout.state = 'sent';
    payout.invoices.forEach(({ deal, minor }, place) => {
      const commission = payout.parts[place]!;
      this.deals[deal]!.move({ 'label-payable': minor, 'marketplace-commission': -commission });
      this.deals[deal]!.move({ 'cash-in-transit': commission - minor });
    });
  }

  confirmed(payout: ReferencePayout): void {
    if (payout.state !== 'sent') return;
    payout.state = 'confirmed';
    payout.invoices.forEach(({ deal, minor }, place) => {
      const net = minor - payout.parts[place]!;
      this.deals[deal]!.move({ 'cash-in-transit': net, cash: -net });
    });
  }
}
