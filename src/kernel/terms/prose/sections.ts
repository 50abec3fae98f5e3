/**
 * Numbers of the contract's sections and of single clauses with a place of their own. They are cited in statements and
 * signed contracts: a section keeps its number when an optional one is absent, and numbers are never given again.
 */
export const SECTIONS = {
  parties: '1',
  services: '2',
  repertoire: '3',
  grants: '4',
  term: '5',
  royalties: '6',
  advances: '7',
  settlement: '8',
  rounding: '9',
  usage: '10',
  usageChecks: '10.1',
  usageReconciliation: '10.2',
  payment: '11',
  minimumPayout: '11.1',
  lateInterest: '11.2',
  rightsScope: '12',
  figures: '13',
  guarantees: '14',
  minimumFees: '15',
  inKindCredits: '16',
  recoupment: '17',
  negativeResults: '17.1',
  expenses: '17.2',
  pooledAgreements: '17.3',
  reserves: '18',
  breakage: '19',
  splits: '20',
  taxes: '21',
  exchange: '22',
  audit: '23',
  mostFavoured: '24',
  texts: '25',
  conditions: '26',
  renewal: '27',
  termination: '28',
  notice: '28.1',
  breach: '28.2',
  sellOff: '28.3',
  withdrawal: '28.4',
} as const;

export type Section = keyof typeof SECTIONS;

/** Number of the section that the royalty clauses form; statements cite "6.1". */
export const ROYALTY_SECTION = SECTIONS.royalties;

/** "14.2" of the second guarantee; `place` counts from 0, as in the terms. */
export function clauseNumber(section: Section, place: number): string {
  return `${SECTIONS[section]}.${place + 1}`;
}
