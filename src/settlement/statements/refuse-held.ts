import { getLiving, type LivingAgreement } from '../../agreements';
import { type Carried, carriedClauses, dayInZone, type Fault, type Settled, type Terms } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { clauseOfDue, type Due, heldInvoices } from '../invoices/held-invoices.repository';
import { ratesOfHeld } from '../invoices/invoice-due';

interface Closing {
  readonly terms: Terms;
  /** The first day after the period. */
  readonly until: string;
  readonly carried: Carried;
  readonly settled: Settled;
  readonly at: Date;
}

/**
 * Nobody recoups what it was not asked to pay: refuses with rates-missing where a close recoups more of something paid beforehand than is invoiced, or lends to an agreement of the pool of which
 * something is held, and names the rates that the held invoices wait for. What has its rates by now is about to be invoiced.
 */
export async function refuseRecoupingHeld(tx: Tx, agreement: LivingAgreement, closing: Closing): Promise<void> {
  const { settled, at } = closing;
  const own = await heldBy(tx, agreement, closing);
  const missing = await ratesMissing(tx, agreement, { held: recoupedOf(own, closing), at });
  for (const { account, lent } of settled.pool ?? []) {
    if (lent === 0n) continue;
    const other = await getLiving(tx, account);
    missing.push(...(await ratesMissing(tx, other, { held: await heldBy(tx, other, closing), at })));
  }
  if (missing.length > 0) throw new DomainError('rates-missing', undefined, distinct(missing));
}

/** What was due by the end of the period and recoups. */
const heldBy = async (tx: Tx, { id }: LivingAgreement, { until }: Closing): Promise<Due[]> =>
  (await heldInvoices(tx, id)).filter(
    ({ purpose, payBy, on }) => purpose !== 'back-fee' && (payBy === null || on < until),
  );

/** Those of clauses of which the close recoups something that is not invoiced: what is invoiced is recouped first. */
function recoupedOf(held: readonly Due[], { terms, carried, settled }: Closing): Due[] {
  const advancesOf = (of: Carried) => carriedClauses(terms, of).recoupment.advances;
  const before = new Map(advancesOf(carried).map(({ advance, recouped }) => [advance, BigInt(recouped)]));
  const after = new Map(advancesOf(settled.carried).map((one) => [one.advance, one]));
  return [...Map.groupBy(held, clauseOfDue)].flatMap(([clause, dues]) => {
    const { added, recouped } = after.get(clause) ?? { added: '0', recouped: '0' };
    const invoiced = dues.reduce((sum, { minor }) => sum - minor, BigInt(added));
    return BigInt(recouped) > (before.get(clause) ?? 0n) && BigInt(recouped) > invoiced ? dues : [];
  });
}

async function ratesMissing(
  tx: Tx,
  { id, life, timeZone }: LivingAgreement,
  { held, at }: { readonly held: readonly Due[]; readonly at: Date },
): Promise<Fault[]> {
  const today = dayInZone(at, timeZone);
  const missing: Fault[] = [];
  for (const due of held) {
    const rates = await ratesOfHeld(tx, { id, life }, due, today);
    if ('missing' in rates) missing.push(...rates.missing);
  }
  return missing;
}

/** Instalments may lack the same rate. */
const distinct = (faults: readonly Fault[]): Fault[] => [
  ...new Map(faults.map((fault) => [`${fault.pointer} ${fault.message}`, fault])).values(),
];
