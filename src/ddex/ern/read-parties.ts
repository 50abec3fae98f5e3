import { type Reading } from './context';
import { NO_IDS } from './identifiers';
import { type Artist, type Contributor, type Label, type Party, type PartyName } from './model';
import { languageOf } from './values';
import { childrenOf, eachOf, type XmlElement } from './xml/element';

/** A party where it stands: in a list, in a header, or (before version 4) wherever it is named. */
export function readParty(reading: Reading, element: XmlElement): Party {
  return {
    reference: reading.values.text(element, 'PartyReference'),
    names: eachOf(childrenOf(element, 'PartyName'), (name) => nameOf(reading, name)),
    ids: reading.identifiers.party(childrenOf(element, 'PartyId')),
  };
}

/** Before version 4 a name may be in parts only, none of which is the whole. */
function nameOf(reading: Reading, element: XmlElement): PartyName | null {
  const full = reading.values.single(element, 'FullName');
  if (full === undefined || full.text === '') {
    if (reading.version.family !== '3' || element.first === null) reading.missing(element, 'FullName');
    return null;
  }
  const language = languageOf(element) ?? languageOf(full);
  return { text: full.text, indexed: reading.values.text(element, 'FullNameIndexed'), language };
}

/** One of the PartyList. */
export function readListedParty(reading: Reading, element: XmlElement): void {
  const reference = reading.required(element, 'PartyReference');
  const party = readParty(reading, element);
  if (party.names.length === 0 && !hasIds(party)) reading.missing(element, 'PartyName');
  if (reference !== undefined) reading.parties.add(reference, party, weightOf(party));
}

/** Characters, roughly. */
const weightOf = ({ names, ids }: Party): number =>
  names.reduce((sum, { text, indexed }) => sum + text.length + (indexed?.length ?? 0), JSON.stringify(ids).length);

const hasIds = ({ ids }: Party): boolean => Object.values(ids).some((list: readonly unknown[]) => list.length > 0);

/** The party that an element names by reference. Where the list has none of it, its reference is all that is known. */
function namedParty(reading: Reading, reference: XmlElement): Party {
  return reading.parties.expect(reference) ?? nameless(reference.text);
}

const nameless = (reference: string): Party => ({ reference, names: [], ids: NO_IDS });

/** By reference where there is one, else in place. */
function partyOf(reading: Reading, element: XmlElement, referenceName: string | undefined): Party {
  if (referenceName === undefined) return readParty(reading, element);
  const reference = reading.values.single(element, referenceName);
  if (reference !== undefined && reference.text !== '') return namedParty(reading, reference);
  if (reading.values.single(element, 'PartyName') === undefined) reading.missing(element, referenceName);
  return readParty(reading, element);
}

export function readArtist(reading: Reading, element: XmlElement): Artist {
  const { values, layout } = reading;
  const { territories, excludedTerritories, isDefault } = values.territorial(element);
  return {
    party: partyOf(reading, element, layout.partyReferences?.artist),
    roles: values.allowedAll(childrenOf(element, layout.artistRole)),
    sequence: values.sequence(element.attribute('SequenceNumber'), element),
    territories,
    excludedTerritories,
    isDefault,
  };
}

export const readContributor = (reading: Reading, element: XmlElement): Contributor =>
  contributorOf(reading, element, false);
export const readIndirectContributor = (reading: Reading, element: XmlElement): Contributor =>
  contributorOf(reading, element, true);

function contributorOf(reading: Reading, element: XmlElement, isIndirect: boolean): Contributor {
  const { values, layout } = reading;
  const { territories, excludedTerritories, isDefault } = values.territorial(element);
  const role = isIndirect ? 'IndirectResourceContributorRole' : layout.contributorRole;
  return {
    party: partyOf(reading, element, layout.partyReferences?.contributor),
    roles: values.allowedAll(childrenOf(element, role)),
    instruments: values.allowedAll(childrenOf(element, 'InstrumentType')),
    sequence: values.sequence(element.attribute('SequenceNumber'), element),
    isFeatured: values.boolean(element, 'HasMadeFeaturedContribution') ?? values.boolean(element, 'IsFeaturedArtist'),
    isContracted:
      values.boolean(element, 'HasMadeContractedContribution') ?? values.boolean(element, 'IsContractedArtist'),
    isIndirect,
    territories,
    excludedTerritories,
    isDefault,
  };
}

/** A label is named in place before version 4, and by reference from there on. */
export function readLabel(reading: Reading, element: XmlElement): Label | null {
  if (element.text === '') return null;
  const party = element.name.endsWith('Reference')
    ? namedParty(reading, element)
    : {
        reference: null,
        names: [{ text: element.text, indexed: null, language: languageOf(element) }],
        ids: NO_IDS,
      };
  const type = element.attribute('LabelType') ?? element.attribute('LabelNameType');
  const { territories, excludedTerritories, isDefault } = reading.values.territorial(element);
  return { party, type, territories, excludedTerritories, isDefault };
}

export function readController(reading: Reading, element: XmlElement): Party {
  return partyOf(reading, element, reading.layout.partyReferences?.controller);
}
