import { type CalendarDate } from '../calendar';
import { canonicalText, sha256Hex } from '../canonical';
import { type ClauseText, describeTerms, type LanguageCode, repertoireHash, type Terms, termsHash } from '../terms';

/** The words that `describeTerms` writes now. A change of any wording is a new name: what was signed keeps its own. */
export const PROSE_RENDERER = 'accordo-prose/1';

export const PROSE_LANGUAGES: readonly LanguageCode[] = ['en', 'ru'];

/** Where the text comes from: talks here, an amendment of an agreement made here, or a contract concluded elsewhere. */
export type Origin =
  | { readonly kind: 'negotiated'; readonly negotiation: string }
  | { readonly kind: 'amendment' }
  /** `document` is the SHA-256 of the file that was signed there; `paid` names what had been paid already: ids of advances, sorted, or `back-fee`. */
  | {
      readonly kind: 'elsewhere';
      readonly concludedOn: CalendarDate;
      readonly document: string;
      readonly paid: readonly string[];
    };

/** What both parties sign the hash of: the terms, their words, the list of recordings, and what went before. Ids and hashes only. */
export interface Manifest {
  readonly schema: 'accordo-manifest/1';
  readonly agreement: string;
  /** 1 for the agreement itself, one more for each amendment. */
  readonly version: number;
  /** What was signed for the version before; null for the first. */
  readonly previous: string | null;
  /** The first day of this version, in the time zone of the terms. */
  readonly effectiveFrom: CalendarDate;
  readonly terms: string;
  readonly prose: Readonly<Record<LanguageCode, string>>;
  readonly renderer: string;
  readonly scheduleA: { readonly recordings: number; readonly sha256: string };
  readonly origin: Origin;
}

export interface ManifestOf {
  readonly agreement: string;
  readonly version: number;
  readonly previous: string | null;
  readonly effectiveFrom: CalendarDate;
  readonly terms: Terms;
  readonly origin: Origin;
}

export function manifestOf({ terms, ...rest }: ManifestOf): Manifest {
  return {
    schema: 'accordo-manifest/1',
    ...rest,
    terms: termsHash(terms),
    prose: { en: sha256Hex(proseText(terms, 'en')), ru: sha256Hex(proseText(terms, 'ru')) },
    renderer: PROSE_RENDERER,
    scheduleA: { recordings: terms.repertoire.isrcs.length, sha256: repertoireHash(terms) },
  };
}

/** SHA-256 of the manifest's canonical text, in hex: what is signed. */
export const manifestHash = (manifest: Manifest): string => sha256Hex(canonicalText(manifest));

/** The prose as the text that is hashed: clause by clause: its number, one blank, its words, LF. */
export const proseText = (terms: Terms, language: LanguageCode): string =>
  describeTerms(terms, language)
    .map(({ clause, text }) => `${clause} ${text}\n`)
    .join('');

/** The clauses of such a text, as they were when it was written. What continues a clause on a line of its own never begins with a number. */
export const clausesOfProse = (text: string): ClauseText[] =>
  text
    .trimEnd()
    .split(/\n(?=\d+(?:\.\d+)* )/)
    .map((whole) => ({ clause: whole.slice(0, whole.indexOf(' ')), text: whole.slice(whole.indexOf(' ') + 1) }));

/** Schedule A as the text of its file: an ISRC a line, sorted, LF. */
export const scheduleText = ({ repertoire }: Pick<Terms, 'repertoire'>): string =>
  repertoire.isrcs.map((isrc) => `${isrc}\n`).join('');
