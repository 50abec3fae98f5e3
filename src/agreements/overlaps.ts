import {
  type Fault,
  type Grant,
  type Period,
  territoryCode,
  territoryNumbers,
  territoryWords,
  type Terms,
} from '../kernel';
import type { Tx } from '../platform/database/tx';
import { compactTerritories } from './compact-territories';
import { useModelCodes, usesOfCodes } from './grant-codes';

/** A grant that was to stand on these days. */
export interface PlacedGrant {
  readonly terms: Terms;
  readonly grant: Grant;
  /** The recordings of the grant that have these days. */
  readonly isrcs: readonly string[];
  readonly days: Period;
}

interface Row {
  readonly agreementId: string;
  readonly clause: string;
  readonly exclusive: boolean;
  readonly territories: readonly number[];
  readonly uses: readonly number[];
  readonly from: string;
  readonly until: string;
  readonly count: number;
  readonly first: readonly string[];
}

const named = 5;
const overlapsMax = 100;

/**
 * A fault (exclusive-grant-overlaps) for each grant of another agreement of the label that the exclusion constraint keeps this one from,
 * in words: which recordings, places, uses and days. The other agreement is named only to who may see it. Call it as who is to read it.
 */
export async function overlapsInWords(
  tx: Tx,
  { id, labelId }: { readonly id: string; readonly labelId: string },
  placed: PlacedGrant,
): Promise<Fault[]> {
  const others = await tx.asSystem(() => overlapping(tx, { id, labelId }, placed));
  const visible = await tx.rows<{ id: string }>('SELECT id FROM agreements WHERE id = ANY ($1::uuid[])', [
    others.map(({ agreementId }) => agreementId),
  ]);
  const seen = new Set(visible.map((agreement) => agreement.id));
  const place = placed.terms.grants.findIndex((grant) => grant.id === placed.grant.id);
  const own = others.filter(({ agreementId }) => seen.has(agreementId)).map((other) => inWords(other, placed));
  const hidden = others.filter(({ agreementId }) => !seen.has(agreementId));
  return [...own, ...(hidden.length === 0 ? [] : [inOneBreath(hidden, placed)])].map((message) => ({
    pointer: `/grants/${place}`,
    code: 'exclusive-grant-overlaps',
    message,
  }));
}

/**
 * Of agreements that the reader does not see: what of its own grant is not free, and nothing that would tell them apart, how many they are,
 * with whom, or for how long.
 */
function inOneBreath(others: readonly Row[], { grant }: PlacedGrant): string {
  const places = new Set(territoryNumbers(grant.territories));
  const taken = new Set(others.flatMap(({ territories }) => territories.filter((number) => places.has(number))));
  const isrcs = [...new Set(others.flatMap(({ first }) => first))].sort();
  const more = others.some(({ count, first }) => count > first.length) || isrcs.length > named ? ' and more' : '';
  const where = wordsOf([...taken].map(territoryCode));
  return `the label cannot license ${isrcs.slice(0, named).join(', ')}${more} in ${where} like that in the whole term: other agreements stand in the way`;
}

/** The constraint's own condition (agreement_grants_exclusive) as a question. */
const overlapping = (
  tx: Tx,
  { id, labelId }: { readonly id: string; readonly labelId: string },
  { grant, isrcs, days }: PlacedGrant,
): Promise<Row[]> =>
  tx.rows<Row>(
    `SELECT agreement_id AS "agreementId", clause, exclusive, territories, uses,
            lower(in_force * daterange($6, $7)) AS "from", upper(in_force * daterange($6, $7)) AS "until",
            count(*)::int AS count, (array_agg(isrc::text ORDER BY isrc))[1:${named}] AS first
       FROM agreement_grants
      WHERE label_id = $1 AND agreement_id <> $2 AND isrc = ANY ($3::bpchar[]) AND territories && $4::int[] AND uses && $5::int[]
        AND in_force && daterange($6, $7) AND (exclusive OR $8)
      GROUP BY agreement_id, version, clause, exclusive, territories, uses, in_force ORDER BY agreement_id, version, clause LIMIT ${overlapsMax}`,
    [
      labelId,
      id,
      isrcs,
      territoryNumbers(grant.territories),
      useModelCodes(grant),
      days.from,
      days.until,
      grant.exclusive,
    ],
  );

function inWords(other: Row, { grant }: PlacedGrant): string {
  const places = new Set(territoryNumbers(grant.territories));
  const codes = new Set(useModelCodes(grant));
  const where = wordsOf(other.territories.filter((number) => places.has(number)).map(territoryCode));
  const uses = usesOfCodes(other.uses.filter((code) => codes.has(code))).join(', ');
  const more = other.count > other.first.length ? ` and ${other.count - other.first.length} more` : '';
  const recordings = `${other.first.join(', ')}${more}`;
  const how = other.exclusive ? 'exclusively' : 'already, without exclusivity,';
  return `agreement ${other.agreementId}, grant "${other.clause}" licenses ${recordings} ${how} in ${where} for ${uses} from ${other.from} until ${other.until}`;
}

const wordsOf = (codes: readonly string[]): string => territoryWords(compactTerritories(codes));
