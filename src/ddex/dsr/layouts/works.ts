import { type Cell, may, must, many, optionalMany, recordType } from './cells';

const inBlock = [recordType, must('BlockId', 'id')] as const;

const release = [
  ...inBlock,
  must('ReleaseReference', 'id'),
  must('DspReleaseId', 'id'),
  optionalMany('ProprietaryReleaseId', 'namespacedId'),
  may('CatalogNumber', 'text'),
  may('ICPN', 'icpn'),
] as const;
const releaseTail = [
  may('DisplayArtistPartyId', 'namespacedId'),
  must('Title', 'name'),
  may('SubTitle', 'name'),
  may('ReleaseType', 'releaseType'),
  may('Label', 'text'),
  may('PLine', 'text'),
  may('DataProvider', 'text'),
] as const;

const resource = [...inBlock, must('ResourceReference', 'id'), must('DspResourceId', 'id')] as const;
const titled = [must('Title', 'name'), may('SubTitle', 'name')] as const;
const performed = [must('DisplayArtistName', 'name'), may('DisplayArtistPartyId', 'namespacedId')] as const;
const timed = [must('Duration', 'duration'), must('ResourceType', 'resourceType')] as const;
const maybeTimed = [may('Duration', 'duration'), must('ResourceType', 'resourceType')] as const;

/** Who wrote, arranged, published and otherwise contributed: pairs of parallel lists. */
export const writers = [
  optionalMany('ComposerAuthor', 'name'),
  optionalMany('ComposerAuthorPartyId', 'namespacedId'),
  optionalMany('Arranger', 'name'),
  optionalMany('ArrangerPartyId', 'namespacedId'),
  optionalMany('MusicPublisher', 'name'),
  optionalMany('MusicPublisherPartyId', 'namespacedId'),
  optionalMany('WorkContributor', 'name'),
  optionalMany('WorkContributorPartyId', 'namespacedId'),
] as const;

const AS02 = [
  ...resource,
  may('ISRC', 'isrc'),
  ...titled,
  ...performed,
  ...timed,
  may('ISWC', 'iswc'),
  ...writers,
] as const;
const work = [
  ...inBlock,
  must('DspWorkId', 'id'),
  may('ISWC', 'iswc'),
  ...titled,
  ...writers,
  may('DataProvider', 'text'),
] as const;

/** Releases (RE), recordings (AS) and musical works (MW) that a block is about. */
export const workLayouts = {
  RE01: [...release, must('DisplayArtistName', 'name'), ...releaseTail],
  'RE01.01': [...release, may('DisplayArtistName', 'name'), ...releaseTail],
  RE02: [
    ...inBlock,
    must('ReleaseReference', 'id'),
    must('DspSubReleaseId', 'id'),
    optionalMany('ProprietarySubReleaseId', 'namespacedId'),
    many('UsedResources', 'id'),
  ],
  AS01: [...resource, may('ISRC', 'isrc'), ...titled, ...performed, ...timed],
  'AS01.01': [
    ...resource,
    optionalMany('ISRC', 'isrc'),
    ...titled,
    ...performed,
    ...maybeTimed,
    may('IsMasterRecording', 'boolean'),
  ],
  AS02,
  'AS02.01': [...AS02, may('ProprietaryWorkId', 'namespacedId')],
  'AS02.02': [
    ...resource,
    optionalMany('ISRC', 'isrc'),
    ...titled,
    ...performed,
    ...maybeTimed,
    may('ISWC', 'iswc'),
    ...writers,
    may('ProprietaryWorkId', 'namespacedId'),
    may('IsMasterRecording', 'boolean'),
  ],
  'AS02.03': [
    ...resource,
    optionalMany('ISRC', 'isrc'),
    ...titled,
    may('DisplayArtistName', 'name'),
    may('DisplayArtistPartyId', 'namespacedId'),
    ...maybeTimed,
    may('ISWC', 'iswc'),
    ...writers,
    optionalMany('ProprietaryWorkId', 'namespacedId'),
    may('IsMasterRecording', 'boolean'),
    may('DataProvider', 'text'),
  ],
  MW01: work,
  'MW01.01': [...work, may('ProprietaryWorkId', 'namespacedId')],
} as const satisfies Record<string, readonly Cell[]>;
