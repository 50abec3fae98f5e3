import { type AllocatedBreakage } from './allocated-breakage';
import { type PayeePart } from './split';
import { type Exchanged } from './exchange';
import { type ValueAddedTax } from './value-added-tax';
import { type Withheld } from './withholding';
import { type Carried } from './carried';

/** One clause at work between what is earned and what is paid: its number, the arithmetic, and what it changed. */
export interface SettlingStep {
  /** Number in the prose: "14.1". */
  readonly clause: string;
  readonly step:
    | 'guarantee'
    | 'minimum-fee'
    | 'in-kind-credit'
    | 'expenses'
    | 'recoupment'
    | 'pool'
    | 'reserve-on-sales'
    | 'reserve'
    | 'breakage'
    | 'minimum-payout';
  /** Id of the clause in the terms, where it has one. */
  readonly id?: string;
  readonly formula: string;
  /**
   * Change of what is payable, in minor units: a top-up is above zero, recoupment below. Breakage and credit in kind change nothing. A
   * reserve on sales changes the sales that royalties are taken of: its amount is theirs, and in the royalties already.
   */
  readonly minor: bigint;
}

/** What moves between an agreement and another one of its pool, in minor units. */
export interface PoolMovement {
  readonly account: string;
  /** What was open there. */
  readonly opening: bigint;
  /** What it lent at closes of its own: it recoups here. */
  readonly received: bigint;
  /** What is left here and recoups there. */
  readonly lent: bigint;
}

/** What a close makes of what was earned. All in minor units of the terms' currency. */
export interface Settled {
  /** The period's total and the differences of restated periods. */
  readonly royalties: bigint;
  /** Everything unrecouped, before and after; what joins in the period is in `opening`. */
  readonly opening: bigint;
  readonly recouped: bigint;
  readonly closing: bigint;
  /** Royalties less recoupment, and whatever the other steps added or took: what the close posts. */
  readonly net: bigint;
  /** carriedForward of the close before: not positive. */
  readonly broughtForward: bigint;
  /** broughtForward + net, where positive: what becomes payable now. */
  readonly payable: bigint;
  /** broughtForward + net, where negative: it waits for later royalties and is never pulled back. */
  readonly carriedForward: bigint;
  /** In the order of the rules; terms with nothing but advances at signature have none. */
  readonly steps: readonly SettlingStep[];
  /** What the taxes, exchange rate and splits make of `payable`, where the terms and the facts ask for it. */
  readonly payment?: PaymentOfPeriod;
  /** What lapsed unearned, by recordings, where the terms allocate it. */
  readonly breakage?: AllocatedBreakage;
  /** With each other agreement of the pool, where these are closed one after the other. */
  readonly pool?: readonly PoolMovement[];
  readonly carried: Carried;
}

export interface PaymentOfPeriod {
  readonly vat?: ValueAddedTax & { readonly source: string };
  readonly withheld?: Withheld & { readonly source: string };
  /** Of what the label gets, VAT aside. */
  readonly exchanged?: Exchanged;
  readonly shares?: readonly PayeePart[];
}
