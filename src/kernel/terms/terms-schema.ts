import { REPORTING_PERIODS, ZONE_NAME } from '../calendar';
import { ROUNDING_MODES } from '../money';
import { type TerritorySet } from '../territory';
import { INTEGERS, LISTS } from './limits';
import * as life from './life-clauses-schema';
import * as money from './money-clauses-schema';
import { mostFavoured } from './most-favoured-schema';
import { FAULT_CODE, PROFILE } from './patterns';
import { royaltyDefinitions } from './royalty-schema';
import {
  amount,
  BOOLEAN,
  clauseId,
  date,
  integer,
  listOf,
  model,
  objectOf,
  oneOf,
  reference,
  share,
  shaped,
  territory,
  text,
  use,
  uuid,
  word,
  type JsonSchema,
} from './schema-parts';
import {
  type Grant,
  type Party,
  type Repertoire,
  type Rounding,
  type RoyaltyClause,
  type Service,
  type Settlement,
  type SourceOfRecord,
  type Terms,
  type UsageChecks,
  type UsageDuties,
  type UsageReconciliation,
} from './terms';

type Included = Extract<TerritorySet, { readonly include: readonly string[] }>;
type Excepted = Extract<TerritorySet, { readonly worldwideExcept: readonly string[] }>;

const party = objectOf<Party>({ id: uuid, name: text });

/** As people write it: any case, hyphens or blanks between, perhaps with 'ISRC' before it. */
const isrc: JsonSchema = {
  type: 'string',
  maxLength: 40,
  pattern: '^(\\s*[Ii][Ss][Rr][Cc][\\s:-]*)?[\\s-]*([A-Za-z][\\s-]*){2}([A-Za-z0-9][\\s-]*){3}([0-9][\\s-]*){7}$',
};

const grant = objectOf<Grant>({
  id: clauseId,
  services: listOf(uuid, LISTS.grantServices),
  uses: listOf(use, LISTS.uses),
  models: listOf(model, LISTS.models),
  territories: oneOf(
    objectOf<Included>({ include: listOf(territory, LISTS.territories) }),
    objectOf<Excepted>({ worldwideExcept: listOf(territory, LISTS.exceptedTerritories) }),
  ),
  exclusive: BOOLEAN,
});

const royaltyClause = objectOf<RoyaltyClause>({
  id: clauseId,
  grants: listOf(clauseId, LISTS.royaltyGrants),
  royalty: reference('royalty'),
});

const settlement = objectOf<Settlement>({
  backFee: objectOf<Settlement['backFee']>({ amount, due: word('signature') }),
  claims: listOf(uuid, LISTS.claims),
  releasesUseBefore: date,
  effect: word('signature', 'payment'),
});

const rounding = objectOf<Rounding>({
  mode: word(...ROUNDING_MODES),
  decimals: integer(INTEGERS.roundingDecimals),
  apply: word('period', 'line'),
  spread: word('largest-remainder'),
});

const usage = objectOf<UsageDuties>(
  {
    sourceOfRecord: listOf(
      objectOf<SourceOfRecord>({ service: uuid, use, source: word('report', 'events') }),
      LISTS.sourceOfRecord,
    ),
    report: objectOf<UsageDuties['report']>({
      profile: shaped(PROFILE, 'the name of a DSR profile'),
      dueDays: integer(INTEGERS.dueDays),
    }),
  },
  {
    checks: objectOf<UsageChecks>({
      faultyShareMax: share,
      refusedFor: listOf(shaped(FAULT_CODE, 'the code of a fault'), LISTS.faultCodes),
    }),
    reconciliation: objectOf<UsageReconciliation>({ tolerance: share, answerDays: integer(INTEGERS.answerDays) }),
  },
);

const { period, figures, advances, payment, currency } = money;
const { guarantees, minimumFees, inKindCredits, recoupment, reserves, breakage, splits, taxes, exchange, audit } =
  money;

/**
 * JSON Schema (draft 2020-12) of terms as a party may write them. It is about structure: whatever it refuses, `readTerms`
 * refuses. What needs two places at once (references, sums, order, days that exist, the minor unit) is for `readTerms` alone.
 */
export const termsSchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:accordo:terms:1',
  title: 'Terms of a licence, accordo-terms/1',
  ...objectOf<Terms>(
    {
      schema: word('accordo-terms/1'),
      rules: word('accordo-rating/1'),
      parties: objectOf<Terms['parties']>({ label: party, platform: party }),
      services: listOf(objectOf<Service>({ id: uuid, name: text }), LISTS.services),
      repertoire: objectOf<Repertoire>({ kind: word('list'), isrcs: listOf(isrc, LISTS.isrcs) }),
      grants: listOf(grant, LISTS.grants),
      term: period,
      timeZone: { ...shaped(ZONE_NAME, 'a zone of the IANA database'), maxLength: 60 },
      reportingPeriod: word(...REPORTING_PERIODS),
      currency,
      royalties: listOf(royaltyClause, LISTS.royalties),
      advances,
      rounding,
      usage,
      payment,
      rightsScope: objectOf<Terms['rightsScope']>({
        licensed: word('sound-recording'),
        musicalWork: word('platform-clears', 'label-clears'),
      }),
    },
    {
      figures,
      guarantees,
      minimumFees,
      inKindCredits,
      recoupment,
      reserves,
      breakage,
      splits,
      taxes,
      exchange,
      audit,
      ...life,
      settlement,
      mostFavoured,
    },
  ),
  $defs: royaltyDefinitions,
};
