import { divide, exactText, ONE, rational, subtract } from '../money';
import { type Taxes } from '../terms';

/** What is supplied, as tax law tells it apart: the licence itself, a fee for use before it, interest on paying late. */
export const SUPPLIES = ['royalty', 'back-fee', 'interest'] as const;
export type Supply = (typeof SUPPLIES)[number];

export const TAXES = ['vat', 'withholding'] as const;
export type TaxName = (typeof TAXES)[number];

/**
 * What becomes of value-added tax. `charged`: the seller adds it to its price. `reverse-charge`: the buyer declares it to its own state. `buyer-as-agent`: the buyer keeps it back from
 * what it pays and hands it on, so whoever agreed on a price without it leaves it to the buyer. `not-taxed`: exempt, or no state's at all.
 */
export const VAT_TREATMENTS = ['charged', 'reverse-charge', 'buyer-as-agent', 'not-taxed'] as const;
export type VatTreatment = (typeof VAT_TREATMENTS)[number];

/** One answer of the law. */
export interface TaxCase {
  /** Share of one, as text. */
  readonly rate: string;
  /** On what it depends; null: on nothing but the certificate. */
  readonly when: string | null;
  /** The paper that has to be there; null: none. With neither, it is always so. */
  readonly certificate: string | null;
  /** Law and article. */
  readonly source: string;
}

/** What a table says of one tax, for a seller and a buyer in these countries, on a day. */
export interface TaxRule {
  readonly tax: TaxName;
  /** Of value-added tax; null of withholding, and where nothing is known. */
  readonly treatment: VatTreatment | null;
  /** One that is always so, or those from which the parties have to choose; none where nothing is known. */
  readonly cases: readonly TaxCase[];
  /** What would have to be known; null where there are cases. */
  readonly missing: string | null;
}

/** What a rule comes to under what the parties agreed on: a rate, a question, or why there is none. */
export type TaxProposal =
  | { readonly kind: 'sure'; readonly rate: string; readonly source: string }
  | { readonly kind: 'depends'; readonly cases: readonly TaxCase[]; readonly message: string }
  | { readonly kind: 'contradicts' | 'unknown'; readonly message: string };

/**
 * The rate that a rule gives to a payment under the terms. The table says who declares a tax by law, the terms say what the parties agreed on: where both cannot be true no rate is
 * proposed, for the invoice would say what the law does not. Charged by nobody because the buyer declares it, a tax that the terms add has the rate 0.
 */
export function proposeTax(rule: TaxRule | undefined, clause: Taxes): TaxProposal {
  if (rule === undefined) return { kind: 'unknown', message: 'it has no rule for this seller, buyer and day' };
  if (rule.missing !== null) return { kind: 'unknown', message: `it does not know ${rule.missing}` };
  const clash = rule.tax === 'vat' ? contradiction(rule.treatment, clause.vat) : undefined;
  if (clash !== undefined) return { kind: 'contradicts', message: clash };
  const cases = rule.cases.map((one) => underClause(rule, one, clause));
  const [first] = cases;
  if (first === undefined) return { kind: 'unknown', message: 'its rule is empty' };
  // Whether the paper is there the table cannot know, so a case that asks for one is never taken by itself.
  if (cases.length === 1 && first.when === null && first.certificate === null) {
    return { kind: 'sure', rate: first.rate, source: first.source };
  }
  return { kind: 'depends', cases, message: `it is ${cases.map(caseText).join(', or ')}` };
}

function contradiction(treatment: VatTreatment | null, vat: Taxes['vat']): string | undefined {
  if (treatment === 'charged' && vat === 'reverse-charge') {
    return 'the label charges this tax by law, and the terms leave it to the platform';
  }
  if (treatment === 'buyer-as-agent' && vat !== 'reverse-charge') {
    return 'the platform keeps this tax back and hands it on by law, and the terms have it paid to the label';
  }
  return undefined;
}

function underClause({ treatment }: TaxRule, one: TaxCase, { vat }: Taxes): TaxCase {
  if (treatment !== 'reverse-charge' || vat === 'reverse-charge') return one;
  return { ...one, rate: '0', source: `${one.source}: the buyer declares ${one.rate}` };
}

const caseText = ({ rate, when, certificate }: TaxCase): string =>
  [rate, when && `where ${when}`, certificate && `(${certificate})`].filter(Boolean).join(' ');

/** Whether a rate that the parties agreed on is none of those that the rule knows: worth a look, for what they agreed on holds. What the rule does not know differs from nothing. */
export function differsFrom(proposal: TaxProposal, agreed: string): boolean {
  switch (proposal.kind) {
    case 'unknown':
      return false;
    case 'contradicts':
      return true;
    case 'sure':
      return !isSameRate(proposal.rate, agreed);
    case 'depends':
      return proposal.cases.every(({ rate }) => !isSameRate(rate, agreed));
  }
}

const isSameRate = (one: string, other: string): boolean => exactText(rational(one)) === exactText(rational(other));

/** What the payer adds to an amount that is to arrive whole, as a share of it: 0.15 withheld are 3/17 on top. Exact. */
export const grossUpOf = (rate: string): string => {
  const share = rational(rate);
  return exactText(divide(share, subtract(ONE, share)));
};
