import { canonicalText, sha256Hex } from '../canonical';
import { type Terms } from './terms';

/** The RFC 8785 text of the terms: what both parties sign the hash of. */
export function canonicalTerms(terms: Terms): string {
  return canonicalText(terms);
}

/** SHA-256 of the canonical terms, in hex. */
export function termsHash(terms: Terms): string {
  return sha256Hex(canonicalTerms(terms));
}

/** SHA-256 of the canonical list of ISRCs, in hex: the same recordings give the same hash in any terms. */
export function repertoireHash(terms: Pick<Terms, 'repertoire'>): string {
  return sha256Hex(canonicalText(terms.repertoire.isrcs));
}
