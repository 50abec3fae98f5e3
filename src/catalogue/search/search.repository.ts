import type { Tx } from '../../platform/database/tx';
import type { Recording } from '../recordings.repository';

/** Whose recordings are searched. */
export interface SearchScope {
  readonly owners: readonly string[];
  /** Null: whatever the owners have; otherwise only what stands in one of these packages. */
  readonly packages: readonly string[] | null;
}

/** What is looked for; null: not asked. */
export interface Wanted {
  readonly typed: string | null;
  /** Artist, genre, label, language or year as a whole, behind its letter: `a=`, `g=`, `l=`, `n=`, `d=`. */
  readonly wholes: readonly string[];
  readonly shortest: number | null;
  readonly longest: number | null;
}

/** Beyond so many recordings nobody counts. */
export const countedMost = 10_000;
const valuesShown = 20;
/** The first of a phonogram line, where it nearly always stands at its beginning, which is told in half the time. */
const year = '(?:19|20)[0-9]{2}';

const found = (rest: string): string =>
  `find_recordings($1, $2, search_query($1, $2, $3, $4), $5, $6, ${rest}) AS found`;
const asked = ({ owners, packages }: SearchScope, { typed, wholes, shortest, longest }: Wanted) => [
  owners,
  packages,
  typed,
  wholes,
  shortest,
  longest,
];

/** One more than `limit`, by ISRC and owner, after these two. For platforms: as the system, with packages that are offered to them. */
export const searchRecordings = (
  tx: Tx,
  scope: SearchScope,
  wanted: Wanted,
  { after, limit }: { readonly after: readonly string[] | undefined; readonly limit: number },
): Promise<Recording[]> =>
  tx.rows<Recording>(`SELECT * FROM ${found('$7, $8, $9 + 1, true')}`, [
    ...asked(scope, wanted),
    after?.[0] ?? null,
    after?.[1] ?? null,
    limit,
  ]);

export type FacetKind = 'artist' | 'genre' | 'label' | 'year';

export interface Facet {
  readonly kind: FacetKind | 'all';
  readonly value: string;
  readonly count: number;
}

/** How many recordings are found in all (kind `all`), and of each kind the values that most of them have. At most one more than `countedMost` is looked at. */
export const countFacets = (tx: Tx, scope: SearchScope, wanted: Wanted): Promise<Facet[]> =>
  tx.rows<Facet>(
    `WITH found AS MATERIALIZED (SELECT artists, genre, label, p_line FROM ${found('NULL, NULL, $7, false')}),
     counted AS (
       SELECT 'all' AS kind, '' AS value, count(*) FROM found
       UNION ALL SELECT 'genre', genre, count(*) FROM found GROUP BY genre
       UNION ALL SELECT 'label', label, count(*) FROM found GROUP BY label
       UNION ALL SELECT 'artist', artist, count(*) FROM (SELECT unnest(artists) AS artist FROM found) AS of_artist GROUP BY artist
       UNION ALL SELECT 'year', CASE WHEN p_line COLLATE "C" ~ '^${year}' THEN left(p_line, 4) ELSE substring(p_line COLLATE "C" FROM '${year}') END AS year, count(*)
         FROM found GROUP BY year),
     placed AS (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY count DESC, value COLLATE "C") AS place FROM counted WHERE value IS NOT NULL)
     SELECT kind, value, count::int FROM placed WHERE place <= $8 ORDER BY kind, place`,
    [...asked(scope, wanted), countedMost + 1, valuesShown],
  );

/** The ISRCs of what is found, `most` of them at most, in any order. For a label only: it has a recording once. */
export async function foundIsrcs(tx: Tx, scope: SearchScope, wanted: Wanted, most: number): Promise<string[]> {
  const sql = `SELECT isrc FROM ${found('NULL, NULL, $7, false')}`;
  return (await tx.rows<{ isrc: string }>(sql, [...asked(scope, wanted), most])).map(({ isrc }) => isrc);
}
