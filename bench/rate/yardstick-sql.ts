import { advance, downloadFigures, guarantee, labelShare, streamingFigures } from './plan';

/**
 * The period in four statements. A quotient that never ends has no numeric: shares of a whole stay a numerator and its whole until a
 * remainder is taken, and only what each recording earned exactly is cut to a numeric's digits.
 */
const { tiers, share, agencyFee, agencyCap, collectionCosts, perSubscriber, floor } = streamingFigures;

/** Every sum to its clause, one row a recording and context. */
export const mergeStatement = `CREATE TEMPORARY TABLE merged AS
  SELECT clause, isrc, service, territory, use, model, sum(quantity - returns) AS units
    FROM sums JOIN granted USING (service, territory, use, model) JOIN licensed USING (isrc)
   GROUP BY clause, isrc, service, territory, use, model`;

const tierRows = tiers.map(({ upTo, rate, flat }, index) => {
  const lower = index === 0 ? '0' : tiers[index - 1]!.upTo!;
  return `(${lower}::numeric, ${upTo ?? 'NULL'}::numeric, ${rate}::numeric, ${flat}::numeric)`;
});

const branches = {
  tiered: `(SELECT sum((least(units, coalesce(up_to, units)) - lower) * rate + flat)
              FROM (VALUES ${tierRows.join(', ')}) tiers (lower, up_to, rate, flat) WHERE units > lower)`,
  revenueShare: `(SELECT ${share} * greatest(net - ${collectionCosts}, 0) * units / all_plays
                    FROM (SELECT revenue - least(revenue * ${agencyFee}, ${agencyCap}) AS net, all_plays FROM whole) base)`,
  perSubscriber: `(SELECT subscribers * ${perSubscriber} * ${labelShare} FROM whole)`,
};

/** What each clause is worth exactly; their sum rounded once, and spread over them by largest remainder. */
export const clauseStatement = `CREATE TEMPORARY TABLE clauses AS
  WITH measured AS (SELECT clause, sum(units) AS units FROM merged GROUP BY clause),
       whole AS (SELECT sum(all_plays) AS all_plays, sum(revenue) AS revenue, sum(subscribers) AS subscribers FROM figures),
       valued AS (
         SELECT clause, units, CASE clause
           WHEN 1 THEN greatest(${floor}, greatest(${branches.tiered}, ${branches.revenueShare}, ${branches.perSubscriber}))
           ELSE units * ${downloadFigures.price} * ${downloadFigures.share} END AS exact
           FROM measured)
  SELECT clause, units, exact, floor(exact * 100) + CASE
           WHEN row_number() OVER (ORDER BY exact * 100 - floor(exact * 100) DESC, clause)
                <= round(sum(exact) OVER () * 100) - sum(floor(exact * 100)) OVER () THEN 1 ELSE 0 END AS cents
    FROM valued`;

/** Each clause's cents over its recordings by largest remainder, the first in canonical order on a tie. */
export const spreadStatement = `CREATE TEMPORARY TABLE rated AS
  SELECT clause, isrc, service, territory, use, model, units, exact, whole_cents + CASE
           WHEN row_number() OVER (PARTITION BY clause ORDER BY rest DESC, isrc, service, territory, use, model)
                <= clause_cents - sum(whole_cents) OVER (PARTITION BY clause) THEN 1 ELSE 0 END AS cents
    FROM (SELECT merged.*, clauses.cents AS clause_cents, merged.units * exact / clauses.units AS exact,
                 div(merged.units * exact * 100, clauses.units) AS whole_cents,
                 mod(merged.units * exact * 100, clauses.units) AS rest
            FROM merged JOIN clauses USING (clause)) parts`;

/** From earned to payable: the guarantee tops up, the advance is recouped. In cents. */
export const closeStatement = `CREATE TEMPORARY TABLE closed AS
  SELECT exact, royalties, top_up, recouped, royalties + top_up - recouped AS payable
    FROM (SELECT *, least(${advance} * 100, royalties + top_up)::bigint AS recouped
            FROM (SELECT sum(exact) AS exact, sum(cents)::bigint AS royalties,
                         greatest(${guarantee} * 100 - sum(cents), 0)::bigint AS top_up
                    FROM clauses) earned) topped_up`;
