import { Ajv2020 } from 'ajv/dist/2020';
import { canonicalText } from '../../canonical';
import { changedJson, pointersOf, valueAt } from '../../testing/changed';
import { FULL_TERMS } from '../../testing/full-terms';
import { describeTerms } from '../describe-terms';
import { readTerms } from '../read-terms';
import { type Terms } from '../terms';
import { termsSchema } from '../terms-schema';

const accepts = new Ajv2020({ strict: true }).compile(termsSchema);
const SIGNED = canonicalText(FULL_TERMS);

/** Every word that the schema closes, with those that it might be instead. Kinds of a thing are one list. */
function closedWords(schema: unknown): Map<unknown, Set<unknown>> {
  const lists: unknown[][] = [];
  const kinds: unknown[] = [];
  const walk = (node: unknown, name: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { const: only, enum: several } = node as { const?: unknown; enum?: unknown[] };
    if (several) lists.push(several);
    else if (name === 'kind') kinds.push(only);
    else if (only !== undefined) lists.push([only]);
    for (const [child, value] of Object.entries(node)) walk(value, child);
  };
  walk(schema, '');
  const words = new Map<unknown, Set<unknown>>();
  for (const list of [...lists, kinds]) {
    for (const word of list) words.set(word, new Set([...(words.get(word) ?? []), ...list]));
  }
  return words;
}

const CLOSED = closedWords(termsSchema);

/** Other values for a leaf: of closed words those with which the terms are read without a fault, of anything else one that differs. */
function othersOf(pointer: string): unknown[] {
  const value = valueAt(FULL_TERMS, pointer);
  const words = CLOSED.get(value);
  if (words) return [...words].filter((word) => isOther(changedJson(FULL_TERMS, pointer, word)));
  if (typeof value === 'boolean') return [!value];
  if (typeof value === 'number') return [value + 41];
  const text = String(value);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return ['2031-05-06'];
  return [/^[\d./]+$/.test(text) ? `${text}7` : `${text}x`];
}

function isOther(json: unknown): boolean {
  if (!accepts(json)) return false;
  const reading = readTerms(json);
  return 'terms' in reading && canonicalText(reading.terms) !== SIGNED;
}

const changes = pointersOf(FULL_TERMS)
  .filter((pointer) => typeof valueAt(FULL_TERMS, pointer) !== 'object')
  .flatMap((pointer) => othersOf(pointer).map((other) => ({ pointer, other })));

describe.each(['en', 'ru'] as const)('the words of the contract (%s)', (language) => {
  const wordsOf = (terms: unknown) => JSON.stringify(describeTerms(terms as Terms, language));

  it('are others when any one value of the terms is another', () => {
    const signed = wordsOf(FULL_TERMS);
    const silent = changes.filter(({ pointer, other }) => wordsOf(changedJson(FULL_TERMS, pointer, other)) === signed);
    // Of the claims the words have the number; which they are stands in the terms.
    const claims = FULL_TERMS.settlement.claims.map((_, place) => `/settlement/claims/${place}`);
    expect(silent.map(({ pointer }) => pointer)).toEqual(claims);
  });
});

describe('the values that are tried', () => {
  it("are those of every closed list of the life clauses, and kinds of royalties that fit in another's place", () => {
    const tried = new Set(changes.map(({ pointer }) => pointer));
    const words = ['/texts/prevailing', '/termination/notice/by', '/termination/breach/suspension'];
    for (const pointer of [...words, '/royalties/0/royalty/kind']) expect(tried).toContain(pointer);
  });
});
