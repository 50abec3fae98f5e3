import { Client } from 'pg';

const chunk = 100_000;

/**
 * Words of three or four syllables, 20,000 of them, in Latin or Cyrillic letters; a word's number is drawn so that few are in most titles, as it is with
 * real ones.
 */
const functions = `
CREATE FUNCTION bench_word(n int, cyrillic boolean) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  s text[] := CASE WHEN cyrillic
    THEN '{ка,ро,ми,та,ле,су,но,ви,да,пе,зо,бе,ла,гри,сто,не,ра,мо,ти,лу}'::text[]
    ELSE '{ka,ro,mi,ta,le,su,no,vi,da,pe,zo,be,la,gri,sto,ne,ra,mo,ti,lu}'::text[] END;
BEGIN
  RETURN initcap(s[n % 20 + 1] || s[n / 20 % 20 + 1] || s[n / 400 % 20 + 1] || CASE WHEN n >= 8000 THEN s[n / 8000 + 1] ELSE '' END);
END
$$;
CREATE FUNCTION bench_drawn() RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT floor(20000 ^ random())::int - 1 $$;
`;

const recordings = `
INSERT INTO recordings (owner_id, isrc, title, artists, duration_seconds, p_line, genre, label, updated_at)
SELECT $1, 'ZZS' || lpad((n / 100000)::text, 2, '0') || '26' || lpad((n % 100000)::text, 5, '0'),
       concat_ws(' ', bench_word(bench_drawn(), n % 4 = 0), bench_word(bench_drawn(), n % 4 = 0), CASE WHEN n % 3 > 0 THEN bench_word(bench_drawn(), n % 4 = 0) END),
       ARRAY[bench_word(n / 12 % 9973, n % 8 = 0) || ' ' || bench_word(n / 12 % 7919, n % 8 = 0)],
       120 + n % 240, (1990 + n / 12 % 37) || ' ' || bench_word(n / 12 % 499, false),
       'Genre ' || bench_word(least(bench_drawn(), 39), false), bench_word(n / 12 % 499, false), now()
  FROM generate_series($2::int, $3::int - 1) AS n`;

/** A label's recordings by set-based SQL, and every tenth of them in a package that one platform is offered. */
export async function makeCatalogue(
  superuserUrl: string,
  world: { readonly labelId: string; readonly platformId: string; readonly recordings: number },
): Promise<void> {
  const { labelId, platformId, recordings: count } = world;
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query(functions);
    await client.query('SELECT setseed(0.5)');
    for (let from = 0; from < count; from += chunk) await client.query(recordings, [labelId, from, from + chunk]);
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO packages (owner_id, name, version, content_hash, track_count, published_at)
       VALUES ($1, 'Every tenth', 1, repeat('0', 64), $2, '2026-01-01') RETURNING id`,
      [labelId, count / 10],
    );
    const packageId = rows[0]!.id;
    await client.query(
      `INSERT INTO package_tracks (package_id, isrc, owner_id)
       SELECT $1, isrc, owner_id FROM recordings WHERE owner_id = $2 AND right(isrc, 1) = '7'`,
      [packageId, labelId],
    );
    await client.query(
      `WITH listing AS (
         INSERT INTO listings (label_id, package_id, package_name, package_version, content_hash, track_count, visibility, template, published_at)
         VALUES ($1, $2, 'Every tenth', 1, repeat('0', 64), $3, 'one', '{"grants":[]}', '2026-01-01') RETURNING id)
       INSERT INTO listing_invitations (listing_id, label_id, platform_id) SELECT id, $1, $4 FROM listing`,
      [labelId, packageId, count / 10, platformId],
    );
    await client.query('VACUUM ANALYZE recordings, package_tracks, catalogue_words');
  } finally {
    await client.end();
  }
}
