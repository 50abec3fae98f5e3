/** The accounts of an agreement's books. What each holds: docs/ledger.md. */
export const accounts = [
  'cash',
  'cash-in-transit',
  'platform-receivable',
  'platform-carried-forward',
  'platform-disputed',
  'platform-waiting',
  'platform-reserve',
  'platform-vat',
  'platform-tax-withheld',
  'platform-exchange-difference',
  'unrecouped-advance',
  'lapsed-prepayment',
  'guarantee-shortfall',
  'lent-to-pool',
  'pool-recoupment',
  'label-payable',
  'payee-payable',
  'label-carried-forward',
  'label-disputed',
  'label-waiting',
  'label-reserve',
  'label-vat',
  'label-tax-credit',
  'label-exchange-difference',
  'royalties-prepaid',
  'breakage',
  'guarantee-top-up',
  'borrowed-from-pool',
  'marketplace-commission',
] as const;
export type Account = (typeof accounts)[number];

/** One leg: a debit where positive, a credit where negative, in minor units of the currency of its books. */
export interface Leg {
  readonly account: Account;
  readonly minor: bigint;
  /** Whose account, where payees have one each: its number within the agreement. */
  readonly payee?: number;
}

/** Legs that move nothing say nothing: the database refuses them, so templates leave them out. */
const legs = (...all: readonly (readonly [Account, bigint])[]): Leg[] =>
  all.filter(([, minor]) => minor !== 0n).map(([account, minor]) => ({ account, minor }));

/** An advance falls due: the platform owes it, the label is owed it, and it waits to be recouped from royalties. */
export const advanceDue = (amount: bigint): Leg[] =>
  legs(
    ['platform-receivable', amount],
    ['label-payable', -amount],
    ['unrecouped-advance', amount],
    ['royalties-prepaid', -amount],
  );

/** An advance that was paid before its agreement was brought here: what of it is still to be recouped. */
export const advancePaidElsewhere = (amount: bigint): Leg[] =>
  legs(['unrecouped-advance', amount], ['royalties-prepaid', -amount]);

/** A payment that the terms fix for a day of its own: an instalment of an advance or a guarantee, a minimum fee, an exercised option. */
export const prepaymentDue = (amount: bigint): Leg[] =>
  legs(['platform-receivable', amount], ['label-payable', -amount]);

/** From this month on royalties may recoup what was, or is to be, paid beforehand. */
export const prepaymentJoined = (amount: bigint): Leg[] =>
  legs(['unrecouped-advance', amount], ['royalties-prepaid', -amount]);

/** What nobody earned in its time can be recouped no more: the label keeps it as breakage. */
export const prepaymentLapsed = (amount: bigint): Leg[] =>
  legs(
    ['royalties-prepaid', amount],
    ['unrecouped-advance', -amount],
    ['lapsed-prepayment', amount],
    ['breakage', -amount],
  );

/** How much of a month's money is no royalty, but a guarantee's; below zero where a correction earns what was topped up before. */
export const guaranteeToppedUp = (amount: bigint): Leg[] =>
  legs(['guarantee-shortfall', amount], ['guarantee-top-up', -amount]);

/** The back fee for past use falls due. It is never recouped. */
export const backFeeDue = (amount: bigint): Leg[] => legs(['platform-receivable', amount], ['label-payable', -amount]);

export interface Earned {
  /** What the advance took up; negative where a correction gives recoupment back. */
  readonly recouped: bigint;
  /** What becomes payable now, never negative. */
  readonly payable: bigint;
  /** Change of what is carried forward: negative where corrections took back more than was payable. */
  readonly carriedForward: bigint;
  /** Change of what waits for the minimum payout. Absent: none. */
  readonly waiting?: bigint;
  /** Change of what is held back against returns. Absent: none. */
  readonly reserved?: bigint;
}

/**
 * A closed month: royalties less recoupment become payable, and what would be less than nothing waits for later months. So does what is less than
 * the minimum payout, and what a reserve holds.
 */
export const royaltiesEarned = ({ recouped, payable, carriedForward, waiting = 0n, reserved = 0n }: Earned): Leg[] =>
  legs(
    ['platform-receivable', payable],
    ['label-payable', -payable],
    ['platform-carried-forward', carriedForward],
    ['label-carried-forward', -carriedForward],
    ['platform-waiting', waiting],
    ['label-waiting', -waiting],
    ['platform-reserve', reserved],
    ['label-reserve', -reserved],
    ['royalties-prepaid', recouped],
    ['unrecouped-advance', -recouped],
  );

/** Royalties that recoup another agreement of the pool: they are not payable here, and recouped there with its next close. */
export const poolLent = (amount: bigint): Leg[] => legs(['lent-to-pool', amount], ['pool-recoupment', -amount]);

/** What others of the pool have lent is in the balances now: their royalties have recouped it. */
export const poolReceived = (amount: bigint): Leg[] =>
  legs(['pool-recoupment', amount], ['borrowed-from-pool', -amount]);

export interface VatCharged {
  /** On top of what is payable; nothing where the tax is inside it. */
  readonly added: bigint;
  readonly tax: bigint;
}

/** The label's tax on what it supplies: the platform pays it to the label, and sets it against its own. */
export const vatCharged = ({ added, tax }: VatCharged): Leg[] =>
  legs(['platform-receivable', added], ['label-payable', -added], ['platform-vat', tax], ['label-vat', -tax]);

export interface TaxWithheld {
  /** Taken from what is payable; nothing where the platform bears the tax on top. */
  readonly deducted: bigint;
  readonly tax: bigint;
}

/** The platform owes a tax to its state in the label's name: the label sets it against its own. */
export const taxWithheld = ({ deducted, tax }: TaxWithheld): Leg[] =>
  legs(
    ['label-payable', deducted],
    ['platform-receivable', -deducted],
    ['label-tax-credit', tax],
    ['platform-tax-withheld', -tax],
  );

/** What is due leaves the books of the terms' currency: it is paid in another one. */
export const exchangedFrom = (amount: bigint): Leg[] =>
  legs(['label-payable', amount], ['platform-receivable', -amount]);

/** What it comes to is due in the books of the currency of payment. */
export const exchangedInto = (amount: bigint): Leg[] =>
  legs(['platform-receivable', amount], ['label-payable', -amount]);

/**
 * What was paid beyond what the rate of the day of payment made of the invoice; below zero where it was less. The label gets what came in, and the difference tells what it
 * was for.
 */
export const exchangeDifference = (amount: bigint): Leg[] =>
  legs(
    ['platform-receivable', amount],
    ['label-payable', -amount],
    ['platform-exchange-difference', amount],
    ['label-exchange-difference', -amount],
  );

/** What of a closed month hangs on a disputed difference between both sources is not due until the dispute ends. */
export const disputeHeld = (amount: bigint): Leg[] =>
  legs(
    ['platform-disputed', amount],
    ['platform-receivable', -amount],
    ['label-payable', amount],
    ['label-disputed', -amount],
  );

/** The dispute has ended: what was held for it is due. */
export const disputeReleased = (amount: bigint): Leg[] =>
  legs(
    ['platform-receivable', amount],
    ['platform-disputed', -amount],
    ['label-disputed', amount],
    ['label-payable', -amount],
  );

/** The platform's money for an invoice has come in, and is held for the label. */
export const receiptAllocated = (amount: bigint): Leg[] => legs(['cash', amount], ['platform-receivable', -amount]);

/** A part of what is due to the label is a payee's: below zero where less of it is due than before. */
export interface PayeeShare {
  readonly payee: number;
  readonly minor: bigint;
}

/** What is due to the label is its payees', each part on an account of its own. */
export function payableShared(parts: readonly PayeeShare[]): Leg[] {
  const moved = parts.filter(({ minor }) => minor !== 0n);
  const shared = moved.map(({ payee, minor }): Leg => ({ account: 'payee-payable', minor: -minor, payee }));
  return [...legs(['label-payable', moved.reduce((sum, { minor }) => sum + minor, 0n)]), ...shared];
}

export interface PaidOut {
  readonly gross: bigint;
  readonly commission: bigint;
}

/** A transfer to the label exists: its claim is met, the commission is ours, the rest is on its way. */
export const payoutSent = ({ gross, commission }: PaidOut): Leg[] =>
  legs(['label-payable', gross], ['marketplace-commission', -commission], ['cash-in-transit', commission - gross]);

/** What moves the label's claim, where that is a payee's, by its number; null: it is the label's own. */
const claimedBy = (payee: number | null, moved: readonly Leg[]): Leg[] =>
  moved.map((leg) =>
    payee !== null && leg.account === 'label-payable' ? { ...leg, account: 'payee-payable', payee } : leg,
  );

/** As payoutSent, to a payee, by its number: it is the payee's claim that is met. */
export const payeePayoutSent = ({ payee, ...paid }: PaidOut & { readonly payee: number }): Leg[] =>
  claimedBy(payee, payoutSent(paid));

/** The money has reached the label's bank. */
export const payoutConfirmed = ({ gross, commission }: PaidOut): Leg[] =>
  legs(['cash-in-transit', gross - commission], ['cash', commission - gross]);

/** Whose claim is met; a payee by its number, null: the label. */
type PaidTo = PaidOut & { readonly payee: number | null };

/** A payout is turned round: the claim is there again, the commission is not, and the money is taken from `account`. */
const turnedRound = ({ gross, commission, payee }: PaidTo, account: Account): Leg[] =>
  claimedBy(
    payee,
    legs(['label-payable', -gross], ['marketplace-commission', commission], [account, gross - commission]),
  );

/** The bank refuses a payment that it had, or the provider took the transfer back: nothing is on its way any more. */
export const payoutRefused = (paid: PaidTo): Leg[] => turnedRound(paid, 'cash-in-transit');

/** A payment that had arrived has come back. */
export const payoutReturned = (paid: PaidTo): Leg[] => turnedRound(paid, 'cash');

/** What had reached the bank already is taken back: before its reversal it counts as under way again. */
export const payoutUnconfirmed = ({ gross, commission }: PaidOut): Leg[] =>
  legs(['cash', gross - commission], ['cash-in-transit', commission - gross]);

export interface Reduced {
  /** What is not owed, its VAT in it and less the tax that was deducted. */
  readonly amount: bigint;
  /** The VAT on it, and the tax that was withheld of it or borne for it. Absent: none. */
  readonly vat?: bigint;
  readonly withheld?: bigint;
}

/** Both parties agree that a part of what is disputed is not owed: it leaves the books on both sides, its taxes with it, and nobody pays it. */
export const disputeReduced = ({ amount, vat = 0n, withheld = 0n }: Reduced): Leg[] =>
  legs(
    ['label-disputed', amount],
    ['platform-disputed', -amount],
    ['label-vat', vat],
    ['platform-vat', -vat],
    ['platform-tax-withheld', withheld],
    ['label-tax-credit', -withheld],
  );

/** Interest on an invoice that was paid late: the platform owes it, the label is owed it. It is no royalty and recoups nothing. */
export const lateInterestDue = (amount: bigint): Leg[] =>
  legs(['platform-receivable', amount], ['label-payable', -amount]);
