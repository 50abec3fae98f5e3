import { repertoireHash } from './canonical-terms';
import { royaltyText } from './describe-royalty';
import { contextOf, type ProseContext } from './prose/context';
import { type Language, type LanguageCode, type LifeWords } from './prose/language';
import { LANGUAGES } from './prose/languages';
import { clauseNumber, SECTIONS, type Section } from './prose/sections';
import { type Terms } from './terms';

export { type LanguageCode } from './prose/language';
export { clauseNumber, ROYALTY_SECTION, SECTIONS, type Section } from './prose/sections';

/** One numbered clause of the contract as prose. */
export interface ClauseText {
  readonly clause: string;
  readonly text: string;
}

/**
 * The terms as short clauses, in English or Russian. Numbers are the same in every language and stable: a section keeps its
 * number when an optional one is absent, and a clause its place in the list. Every amount, rate and day of the terms appears.
 */
export function describeTerms(terms: Terms, language: LanguageCode = 'en'): ClauseText[] {
  const wording = { words: LANGUAGES[language], context: contextOf(terms) };
  return [
    ...describeLicence(terms, wording),
    ...describePrice(terms, wording),
    ...describeDuties(terms, wording),
    ...describeAccounts(terms, wording),
    ...describeLife(terms, wording.words.life),
  ];
}

interface Wording {
  readonly words: Language;
  readonly context: ProseContext;
}

/** Sections 1 to 5. */
function describeLicence(terms: Terms, { words, context }: Wording): ClauseText[] {
  const list = { recordings: terms.repertoire.isrcs.length, sha256: repertoireHash(terms) };
  return [
    ...one('parties', words.parties(terms.parties)),
    ...one('services', words.services(terms.services)),
    ...one('repertoire', words.repertoire(list)),
    ...many('grants', terms.grants, (grant) => words.grant(grant, context)),
    ...one('term', words.term(terms)),
  ];
}

/** Sections 6 to 9. */
function describePrice(terms: Terms, { words, context }: Wording): ClauseText[] {
  return [
    ...many('royalties', terms.royalties, ({ id, grants, royalty }) =>
      words.royaltyClause({ id, grants, royalty: royaltyText(royalty, { words: words.royalty, context }) }),
    ),
    ...many('advances', terms.advances, (advance) => words.advance(advance, context)),
    ...one('settlement', terms.settlement && words.settlement(terms.settlement, context)),
    ...one('rounding', words.rounding(terms)),
  ];
}

/** Sections 10 to 13. */
function describeDuties(terms: Terms, { words, context }: Wording): ClauseText[] {
  const { dueDays, minimumPayout, lateInterest } = terms.payment;
  return [
    ...one('usage', words.usage(terms.usage, context)),
    ...one('usageChecks', terms.usage.checks && words.usageChecks(terms.usage.checks)),
    ...one('usageReconciliation', terms.usage.reconciliation && words.usageReconciliation(terms.usage.reconciliation)),
    ...one('payment', words.payment(dueDays)),
    ...one('minimumPayout', minimumPayout === undefined ? undefined : words.minimumPayout(minimumPayout, context)),
    ...one('lateInterest', lateInterest && words.lateInterest(lateInterest)),
    ...one('rightsScope', words.rightsScope(terms.rightsScope)),
    ...many('figures', terms.figures, (figure) => words.figure(figure, context)),
  ];
}

/** Sections 14 to 24. */
function describeAccounts(terms: Terms, { words, context }: Wording): ClauseText[] {
  const { recoupment, breakage, taxes, exchange, audit } = terms;
  return [
    ...many('guarantees', terms.guarantees, (guarantee) => words.guarantee(guarantee, context)),
    ...many('minimumFees', terms.minimumFees, (fee) => words.minimumFee(fee, context)),
    ...many('inKindCredits', terms.inKindCredits, (credit) => words.inKindCredit(credit, context)),
    ...one('negativeResults', recoupment && words.negativeResults(recoupment.negative)),
    ...one('expenses', recoupment && words.expenses(recoupment.expenses)),
    ...one('pooledAgreements', recoupment?.pooledWith && words.pooledAgreements(recoupment.pooledWith)),
    ...many('reserves', terms.reserves, (reserve) => words.reserve(reserve, context)),
    ...one('breakage', breakage && words.breakage(breakage)),
    ...many('splits', terms.splits, (split) => words.split(split)),
    ...one('taxes', taxes && words.taxes(taxes)),
    ...one('exchange', exchange && words.exchange(exchange)),
    ...one('audit', audit && words.audit(audit)),
    ...many('mostFavoured', terms.mostFavoured, (clause) => words.mostFavoured(clause)),
  ];
}

/** Sections 25 to 28. */
function describeLife({ texts, conditions, renewal, termination = {} }: Terms, words: LifeWords): ClauseText[] {
  const { notice, breach, withdrawal, sellOff } = termination;
  return [
    ...one('texts', texts && words.texts(texts)),
    ...many('conditions', conditions, (condition) => words.condition(condition)),
    ...one('renewal', renewal && words.renewal(renewal)),
    ...one('notice', notice && words.notice(notice)),
    ...one('breach', breach && words.breach(breach)),
    ...one('sellOff', sellOff && words.sellOff(sellOff)),
    ...one('withdrawal', withdrawal && words.withdrawal(withdrawal)),
  ];
}

function one(section: Section, text: string | undefined): ClauseText[] {
  return text === undefined ? [] : [{ clause: SECTIONS[section], text }];
}

function many<T>(section: Section, members: readonly T[] | undefined, text: (member: T) => string): ClauseText[] {
  return (members ?? []).map((member, place) => ({ clause: clauseNumber(section, place), text: text(member) }));
}
