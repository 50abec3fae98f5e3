import {
  canonicalText,
  type Carried,
  carriedAcross,
  contains,
  type Fault,
  openingCarried,
  reportingPeriodNamed,
  type Terms,
} from '../kernel';
import { Findings } from './findings';

/** A statement as a link between the periods before and after it. */
export interface StatementLink {
  /** What the file is called, for faults. */
  readonly file: string;
  readonly agreement: string;
  readonly statement: string;
  /** The name of its period: "2026-01", "2026-Q1". */
  readonly month: string;
  readonly terms: Terms;
  readonly carriedIn: Carried;
  readonly carriedOut: Carried;
}

/**
 * Whether statements of each agreement follow each other: period after period without a gap, and what one carried out is what the next carried in, with the advances
 * that an amendment brought in between. The first period of a term carries in what the terms open with.
 */
export function verifyChain(links: readonly StatementLink[]): readonly Fault[] {
  const findings = new Findings();
  for (const agreement of new Set(links.map((link) => link.agreement))) {
    const own = links.filter((link) => link.agreement === agreement).sort((a, b) => (a.month < b.month ? -1 : 1));
    for (const [at, link] of own.entries()) {
      const before = own[at - 1];
      if (before === undefined) checkFirst(link, findings);
      else checkNext(before, link, findings);
    }
  }
  return findings.faults;
}

function checkFirst({ file, month, terms, carriedIn }: StatementLink, findings: Findings): void {
  if (!contains(reportingPeriodNamed(month), terms.term.from) || sameBalances(carriedIn, openingCarried(terms))) return;
  findings.add(file, 'carried-differs', `carries something into ${month}, the first period of the term`);
}

function checkNext(before: StatementLink, link: StatementLink, findings: Findings): void {
  if (before.month === link.month) {
    if (before.statement !== link.statement)
      findings.add(link.file, 'month-twice', `is of ${link.month}, and so is ${before.file}`);
    return;
  }
  if (reportingPeriodNamed(before.month).until !== reportingPeriodNamed(link.month).from) {
    findings.add(link.file, 'month-missing', `is of ${link.month}, and the statement before it of ${before.month}`);
    return;
  }
  const carried = carriedAcross(before.carriedOut, before.terms, link.terms);
  if (sameBalances(link.carriedIn, carried)) return;
  const message = `carries into ${link.month} what ${before.file} does not carry out of ${before.month}: ${differing(link.carriedIn, carried)}`;
  findings.add(link.file, 'carried-differs', message);
}

const sameBalances = (a: Carried, b: Carried): boolean => canonicalText(a) === canonicalText(b);

/** The balances that differ, with both values. */
function differing(carriedIn: Carried, carriedOut: Carried): string {
  const [own, before] = [carriedIn, carriedOut] as unknown as Readonly<Record<string, unknown>>[];
  const names = new Set([...Object.keys(own!), ...Object.keys(before!)]);
  const shown = (value: unknown): string => (value === undefined ? 'nothing' : canonicalText(value).slice(0, 120));
  return [...names]
    .filter((name) => shown(own![name]) !== shown(before![name]))
    .map((name) => `${name} ${shown(own![name])} after ${shown(before![name])}`)
    .join(', ');
}
