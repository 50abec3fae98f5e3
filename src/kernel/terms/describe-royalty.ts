import { contextOf, type ProseContext, type RoyaltySurroundings } from './prose/context';
import { type LanguageCode, type RoyaltyWords } from './prose/language';
import { LANGUAGES } from './prose/languages';
import { inOneParagraph, layOut, phrase, withLead, withTail, type Listing, type Passage } from './prose/passage';
import {
  type Flat,
  type Percentage,
  type PerSubscriber,
  type PerUnit,
  type RevenueShare,
  type Royalty,
  type Tiered,
} from './terms';

export { percent, ratePerUnit } from './prose/rates';

/**
 * One royalty in words, without a full stop. Amounts are in the currency named; services and figures are named as far as
 * they are given, else by their ids. A list whose branches have branches is set in lines.
 */
export function describeRoyalty(
  royalty: Royalty,
  { language = 'en', ...surroundings }: RoyaltySurroundings & { readonly language?: LanguageCode },
): string {
  return royaltyText(royalty, { words: LANGUAGES[language].royalty, context: contextOf(surroundings) });
}

interface Wording {
  readonly words: RoyaltyWords;
  readonly context: ProseContext;
}

/** The same within a contract, whose context is known. */
export function royaltyText(royalty: Royalty, wording: Wording): string {
  const passage = passageOf(royalty, wording);
  return wording.words.keepsOneParagraph(royalty) ? inOneParagraph(passage) : layOut(passage);
}

function passageOf(royalty: Royalty, wording: Wording): Passage {
  const passage = unnamedPassage(royalty, wording);
  return royalty.name === undefined ? passage : withLead(passage, wording.words.name(royalty.name));
}

function unnamedPassage(royalty: Royalty, { words, context }: Wording): Passage {
  const passages = (of: readonly Royalty[]): Passage[] => of.map((branch) => passageOf(branch, { words, context }));
  switch (royalty.kind) {
    case 'greaterOf':
    case 'lesserOf':
    case 'sum':
      return phrase(words.branches[royalty.kind], passages(royalty.of));
    case 'floor':
    case 'cap':
      return withTail(passageOf(royalty.of, { words, context }), words.bound[royalty.kind](royalty.amount, context));
    case 'less':
      return phrase(words.less(royalty, context), passages([royalty.of, ...royalty.deduct]));
    case 'usageShare':
      // A list of one: what qualifies the royalty inside must not be read as a qualification of its share.
      return phrase(words.usageShare(royalty, context), passages([royalty.of]));
    case 'prorated':
      return withTail(passageOf(royalty.of, { words, context }), words.prorated(royalty.active));
    case 'escalation':
      return phrase(
        words.escalation(royalty.trigger),
        royalty.steps.map((step) => withLead(passageOf(step.of, { words, context }), words.step(step))),
      );
    default:
      return leafPassage(royalty, { words, context });
  }
}

/** The kinds that hold no other royalty. */
type Leaf = PerUnit | Tiered | PerSubscriber | RevenueShare | Percentage | Flat;

function leafPassage(royalty: Leaf, { words, context }: Wording): Passage {
  switch (royalty.kind) {
    case 'perUnit':
      return phrase(words.perUnit(royalty, context));
    case 'tiered':
      return royalty.method === 'package'
        ? phrase(words.packages(royalty, context))
        : listing(words.tiers(royalty, context));
    case 'perSubscriber':
      return phrase(words.perSubscriber(royalty, context));
    case 'revenueShare':
      return listing(words.revenueShare(royalty, context));
    case 'percentage':
      return listing(words.percentage(royalty, context));
    case 'flat':
      return phrase(words.flat(royalty, context));
  }
}

function listing({ lead, items }: Listing): Passage {
  return phrase(
    lead,
    items.map((item) => phrase(item)),
  );
}
