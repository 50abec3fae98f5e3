import { type TerritorySet } from '../territory';
import { describeRoyalty } from './describe-royalty';
import { repertoireHash } from './canonical-terms';
import { type Grant, type Terms } from './terms';

/** One numbered clause of the contract as prose. */
export interface ClauseText {
  readonly clause: string;
  readonly text: string;
}

/** Number of the section that the royalty clauses form; statements cite "6.1". */
export const ROYALTY_SECTION = '6';

/**
 * The terms as short English clauses. Numbers are stable: a section keeps its number when an optional one is absent, and a
 * clause its place in the list. Every amount of the terms appears.
 */
export function describeTerms(terms: Terms): ClauseText[] {
  return [
    ...describeParties(terms),
    ...terms.grants.map((grant, index) => ({ clause: `4.${index + 1}`, text: describeGrant(terms, grant) })),
    {
      clause: '5',
      text: `The licence runs from ${terms.term.from} until, and not including, ${terms.term.until}. Days are those of ${terms.timeZone}; the reporting period is the calendar month.`,
    },
    ...terms.royalties.map((royalty, index) => ({
      clause: `${ROYALTY_SECTION}.${index + 1}`,
      text: `Royalty "${royalty.id}", for the grants ${royalty.grants.join(', ')}, each period over all their services together: ${describeRoyalty(royalty.royalty, terms.currency)}.`,
    })),
    ...terms.advances.map((advance, index) => ({
      clause: `7.${index + 1}`,
      text: `Advance "${advance.id}": ${terms.currency} ${advance.amount}, due at signature, recoupable from all royalties of this agreement, the top-up to a floor included.`,
    })),
    ...describeSettlement(terms),
    {
      clause: '9',
      text: `Amounts are in ${terms.currency} and exact until the total of a period is rounded once, ${terms.rounding.mode}, to ${terms.rounding.decimals} decimals, and spread over its lines by largest remainder. Rating follows the rules ${terms.rules}.`,
    },
    ...describeDuties(terms),
  ];
}

function describeParties(terms: Terms): ClauseText[] {
  const { label, platform } = terms.parties;
  const count = terms.repertoire.isrcs.length;
  return [
    {
      clause: '1',
      text: `${label.name} (the label, ${label.id}) licenses ${platform.name} (the platform, ${platform.id}).`,
    },
    { clause: '2', text: `Services: ${terms.services.map(({ name, id }) => `${name} (${id})`).join('; ')}.` },
    { clause: '3', text: `Repertoire: ${count} sound recordings, the list with SHA-256 ${repertoireHash(terms)}.` },
  ];
}

function describeGrant(terms: Terms, grant: Grant): string {
  const services = terms.services.filter((service) => grant.services.includes(service.id));
  return (
    `Grant "${grant.id}", ${grant.exclusive ? 'exclusive' : 'not exclusive'}: ${grant.uses.join(', ')} under ` +
    `${grant.models.join(', ')} on ${services.map((service) => service.name).join(', ')}, in ` +
    `${describeTerritories(grant.territories)}, for the whole term.`
  );
}

function describeTerritories(territories: TerritorySet): string {
  if ('include' in territories) return territories.include.join(', ');
  const except = territories.worldwideExcept;
  return except.length === 0 ? 'the whole world' : `the whole world except ${except.join(', ')}`;
}

function describeSettlement({ settlement, currency }: Terms): ClauseText[] {
  if (!settlement) return [];
  const moment = settlement.effect === 'signature' ? 'on signature' : 'when the back fee is paid';
  const claims = settlement.claims.length;
  return [
    {
      clause: '8',
      text: `Past use: a back fee of ${currency} ${settlement.backFee.amount} is due at signature and is not recoupable. Use before ${settlement.releasesUseBefore} is released and ${claims} ${claims === 1 ? 'claim is' : 'claims are'} settled ${moment}.`,
    },
  ];
}

function describeDuties(terms: Terms): ClauseText[] {
  const names = new Map(terms.services.map((service) => [service.id, service.name]));
  const sources = terms.usage.sourceOfRecord
    .map(({ service, use, source }) => `${use} on ${names.get(service) ?? service} by ${source}`)
    .join('; ');
  const work =
    terms.rightsScope.musicalWork === 'platform-clears' ? 'the platform clears' : 'the label has cleared and warrants';
  return [
    {
      clause: '10',
      text: `Usage is reported as ${terms.usage.report.profile} within ${terms.usage.report.dueDays} days of the end of each period. What counts: ${sources}.`,
    },
    { clause: '11', text: `Invoices are due within ${terms.payment.dueDays} days.` },
    { clause: '12', text: `The licence covers the sound recordings; ${work} the musical works in them.` },
  ];
}
