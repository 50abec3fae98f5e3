const guests = String.raw`(?<![\p{L}\p{N}])(?:featuring|feat|ft)(?![\p{L}\p{N}])`;
const guestsInBrackets = new RegExp(String.raw`[([]\s*${guests}[^)\]]*[)\]]`, 'gu');
const guestsAtEnd = new RegExp(String.raw`${guests}.*$`, 'su');
const notOfAName = /[^\p{L}\p{M}\p{N}]+/gu;

/**
 * A title or an artist's name as a key: two that differ in case, width, punctuation, blanks or named guests have the same one. Two that have the
 * same one need not be the same.
 */
export function nameKey(name: string): string {
  // A sigma is written otherwise at the end of a word.
  const folded = name.normalize('NFKC').toUpperCase().toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
  const alone = folded.replace(guestsInBrackets, ' ').replace(guestsAtEnd, ' ');
  return alone.replace(notOfAName, ' ').trim();
}
