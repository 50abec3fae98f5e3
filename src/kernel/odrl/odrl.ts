import { startOfDayInZone, type CalendarDate } from '../calendar';
import { describeTerms, repertoireHash, termsHash, type Grant, type Terms } from '../terms';
import { clauseNumber } from '../terms/prose/sections';
import { expandTerritories } from '../territory';
import { obligationsOf, royaltyDuty, type Duty } from './obligations';
import {
  actionNamed,
  actionOfUse,
  CONTEXT,
  oneOf,
  PROFILE,
  type Action,
  type ActionName,
  type Constraint,
  type Words,
} from './vocabulary';

export interface Permission {
  readonly uid: string;
  readonly target: AssetCollection;
  readonly action: readonly Action[];
  readonly constraint: readonly Constraint[];
  readonly duty: readonly Duty[];
  readonly 'accordo:clause': string;
  readonly 'dct:description': readonly Words[];
}

export interface Prohibition {
  readonly target: AssetCollection;
  readonly action: ActionName;
}

export interface OdrlAgreement {
  readonly '@context': typeof CONTEXT;
  readonly '@type': 'Agreement';
  readonly uid: string;
  readonly profile: string;
  readonly assigner: OdrlParty;
  readonly assignee: OdrlParty;
  readonly permission: readonly Permission[];
  readonly prohibition: readonly Prohibition[];
  readonly obligation: readonly Duty[];
  /** SHA-256 of the canonical terms: what ODRL cannot say is in these, and only these were signed. */
  readonly 'accordo:termsSha256': string;
}

interface OdrlParty {
  readonly '@type': 'Party';
  readonly uid: string;
  readonly 'vcard:fn': string;
}

/** The list of recordings, named by the hash of its ISRCs. */
interface AssetCollection {
  readonly '@type': 'AssetCollection';
  readonly uid: string;
  readonly 'accordo:recordings': number;
}

/**
 * The terms as an Agreement of ODRL 2.2 in JSON-LD, for systems that read that. `agreementUid` is the agreement's IRI; throws
 * RangeError on anything else. A permission is for one use of one grant, as ODRL asks for one action; its constraints all
 * apply. It is a rendering: what is owed follows from the terms, whose hash it carries.
 */
export function odrlOf(terms: Terms, agreementUid: string): OdrlAgreement {
  if (!/^[a-z][a-z0-9+.-]*:\S+$/i.test(agreementUid)) {
    throw new RangeError(`not an IRI: ${agreementUid.slice(0, 60)}`);
  }
  const target: AssetCollection = {
    '@type': 'AssetCollection',
    uid: `urn:accordo:repertoire:sha-256:${repertoireHash(terms)}`,
    'accordo:recordings': terms.repertoire.isrcs.length,
  };
  const words = wordsByClause(terms);
  return {
    '@context': CONTEXT,
    '@type': 'Agreement',
    uid: agreementUid,
    profile: PROFILE,
    assigner: partyOf(terms.parties.label),
    assignee: partyOf(terms.parties.platform),
    permission: terms.grants.flatMap((grant, place) =>
      permissionsOf(terms, { grant, clause: clauseNumber('grants', place), agreementUid, target, words }),
    ),
    prohibition: prohibitedActions(terms).map((action) => ({ target, action: actionNamed(action) })),
    obligation: obligationsOf(terms).map((duty) => withWords(duty, words)),
    'accordo:termsSha256': termsHash(terms),
  };
}

const partyOf = ({ id, name }: Terms['parties']['label']): OdrlParty => ({
  '@type': 'Party',
  uid: `urn:uuid:${id}`,
  'vcard:fn': name,
});

interface Granted {
  readonly grant: Grant;
  readonly clause: string;
  readonly agreementUid: string;
  readonly target: AssetCollection;
  readonly words: ReadonlyMap<string, readonly Words[]>;
}

function permissionsOf(terms: Terms, { grant, clause, agreementUid, target, words }: Granted): Permission[] {
  const duty = terms.royalties.flatMap(({ grants, royalty }, place) =>
    grants.includes(grant.id)
      ? [withWords(royaltyDuty(terms, { royalty, clause: clauseNumber('royalties', place) }), words)]
      : [],
  );
  return grant.uses.map((use) => ({
    uid: `${agreementUid}#${grant.id}-${use.replace(':', '-')}`,
    target,
    action: [actionOfUse(use)],
    constraint: constraintsOf(terms, grant),
    duty,
    'accordo:clause': clause,
    'dct:description': words.get(clause) ?? [],
  }));
}

/** Nothing is permitted before all conditions of the licence are met: the terms say which. */
const AFTER_CONDITIONS: Constraint = {
  leftOperand: 'event',
  operator: 'gt',
  rightOperand: { '@id': 'accordo:conditionsMet' },
};

/**
 * Where, when, on which services and under which models. Territories are written out: a country that comes into being later
 * is in none of them. The days of the term begin at midnight of the contract's zone, so they are given as instants.
 */
function constraintsOf({ term, timeZone, conditions }: Terms, grant: Grant): Constraint[] {
  const instant = (day: CalendarDate) =>
    ({ '@value': startOfDayInZone(day, timeZone).toISOString(), '@type': 'xsd:dateTime' }) as const;
  return [
    oneOf('spatial', expandTerritories(grant.territories)),
    { leftOperand: 'dateTime', operator: 'gteq', rightOperand: instant(term.from) },
    { leftOperand: 'dateTime', operator: 'lt', rightOperand: instant(term.until) },
    oneOf(
      'deliveryChannel',
      grant.services.map((service) => ({ '@id': `urn:uuid:${service}` })),
    ),
    oneOf('accordo:commercialModel', grant.models),
    ...(conditions ? [AFTER_CONDITIONS] : []),
    ...(grant.exclusive ? [oneOf('accordo:exclusive', [{ '@value': 'true', '@type': 'xsd:boolean' }])] : []),
  ];
}

/** What readers of a licence ask for by name, where no grant allows it. Everything else that is not granted is refused as well. */
function prohibitedActions({ grants }: Pick<Terms, 'grants'>): string[] {
  const granted = new Set(grants.flatMap(({ uses }) => uses.map((use) => actionOfUse(use)['rdf:value']['@id'])));
  return ['odrl:grantUse', 'odrl:derive', 'odrl:synchronize', 'accordo:AiTraining'].filter(
    (action) => !granted.has(action),
  );
}

function wordsByClause(terms: Terms): ReadonlyMap<string, readonly Words[]> {
  const russian = new Map(describeTerms(terms, 'ru').map(({ clause, text }) => [clause, text]));
  return new Map(
    describeTerms(terms, 'en').map(({ clause, text }) => [
      clause,
      [
        { '@value': text, '@language': 'en' },
        { '@value': russian.get(clause) ?? '', '@language': 'ru' },
      ],
    ]),
  );
}

function withWords(duty: Duty, words: ReadonlyMap<string, readonly Words[]>): Duty {
  return { ...duty, 'dct:description': words.get(duty['accordo:clause']) ?? [] };
}
