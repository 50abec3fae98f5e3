import { type ReportingPeriod } from '../calendar';
import { type UseType } from '../uses';

/** What ODRL has no word for is in a namespace of our own. It ends in a colon, so that JSON-LD takes it for a prefix. */
export const PROFILE = 'urn:accordo:odrl:1:';

/** The short names of ODRL, and our prefix. `odrl`, `rdf`, `dct`, `vcard` and `xsd` come with the context of ODRL. */
export const CONTEXT = ['http://www.w3.org/ns/odrl.jsonld', { accordo: PROFILE }] as const;

/** An IRI as a value. The ODRL context types neither `unit` nor `rightOperand`: a bare text there would be a literal. */
export interface Iri {
  readonly '@id': string;
}

export interface Literal {
  readonly '@value': string;
  readonly '@type': `xsd:${'dateTime' | 'date' | 'decimal' | 'duration' | 'boolean'}`;
}

export type Operand = string | Literal | Iri;

export interface Constraint {
  readonly leftOperand: string;
  readonly operator: 'eq' | 'gt' | 'gteq' | 'lteq' | 'lt' | 'isAnyOf';
  readonly rightOperand: Operand | readonly Operand[];
  readonly unit?: Iri;
}

/** An action of ODRL, or one of our profile: that says which one of ODRL it is included in. */
export interface ActionName extends Iri {
  readonly 'odrl:includedIn'?: Iri;
}

/** An action narrowed by what must all hold. */
export interface Action {
  readonly 'rdf:value': ActionName;
  readonly refinement: readonly Constraint[];
}

/** Words in a language. */
export interface Words {
  readonly '@value': string;
  readonly '@language': string;
}

/** The action of ODRL that a use is a kind of. Uses without one are actions of our profile, each included in `odrl:use`. */
const ACTIONS: Readonly<Partial<Record<UseType, string>>> = {
  Broadcast: 'odrl:play',
  Cable: 'odrl:play',
  ConditionalDownload: 'odrl:distribute',
  ContentInfluencedStream: 'odrl:stream',
  Download: 'odrl:distribute',
  Dub: 'odrl:synchronize',
  DubForAdvertisement: 'odrl:synchronize',
  DubForMovies: 'odrl:synchronize',
  DubForTV: 'odrl:synchronize',
  KioskDownload: 'odrl:distribute',
  LiveStream: 'odrl:stream',
  NonInteractiveStream: 'odrl:stream',
  OnDemandStream: 'odrl:stream',
  PermanentDownload: 'odrl:distribute',
  PlayInPublic: 'odrl:play',
  Playback: 'odrl:play',
  PrivateCopy: 'odrl:reproduce',
  ProgrammedContentStream: 'odrl:stream',
  PurchaseAsPhysicalProduct: 'odrl:distribute',
  Simulcast: 'odrl:stream',
  Stream: 'odrl:stream',
  TetheredDownload: 'odrl:distribute',
  TimeInfluencedStream: 'odrl:stream',
  UserMakeAvailableLabelProvided: 'odrl:synchronize',
  UserMakeAvailableUserProvided: 'odrl:synchronize',
  Webcast: 'odrl:stream',
};

/** The action of a use: the nearest of ODRL, narrowed to the use, for two uses may be of one kind and only one be granted. */
export function actionOfUse(use: UseType): Action {
  return {
    'rdf:value': actionNamed(ACTIONS[use] ?? `accordo:${use.replace('accordo:', '')}`),
    refinement: [{ leftOperand: 'accordo:useType', operator: 'eq', rightOperand: use }],
  };
}

/** Whoever does not know our profile still learns that its actions are uses. */
export function actionNamed(id: string): ActionName {
  return id.startsWith('accordo:') ? { '@id': id, 'odrl:includedIn': { '@id': 'odrl:use' } } : { '@id': id };
}

/** How often, as a duration of ISO 8601. */
export const DURATIONS: Readonly<Record<ReportingPeriod, string>> = {
  month: 'P1M',
  quarter: 'P3M',
  'half-year': 'P6M',
  year: 'P1Y',
};

export const duration = (value: string): Literal => ({ '@value': value, '@type': 'xsd:duration' });

/** One value is compared, several are a set of which one must hold. */
export function oneOf(leftOperand: string, values: readonly Operand[]): Constraint {
  const [only] = values;
  return values.length === 1 && only !== undefined
    ? { leftOperand, operator: 'eq', rightOperand: only }
    : { leftOperand, operator: 'isAnyOf', rightOperand: values };
}

/** An amount of money to be paid: exactly, at least or at most. */
export function payAmount(
  operator: 'eq' | 'gteq' | 'lteq',
  { amount, currency }: { amount: string; currency: string },
): Constraint {
  return {
    leftOperand: 'payAmount',
    operator,
    rightOperand: { '@value': amount, '@type': 'xsd:decimal' },
    unit: { '@id': `urn:iso:std:iso:4217:${currency}` },
  };
}
