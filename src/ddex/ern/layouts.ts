import { type Resolved, resolved } from './gather';
import { type DateKind, type ResourceKind, type TitleKind } from './model';
import { type Family } from './versions';

/**
 * Where each datum lies, by family of versions. A path is a list of names; `%` stands for the kind, such as SoundRecording. Several paths are read one after
 * another. Before version 4 most lies in details by territory, from 4.3 on some in editions.
 */
interface Paths {
  readonly ids: readonly string[];
  readonly types: readonly string[];
  readonly titles: readonly (readonly [path: string, kind: TitleKind])[];
  readonly artistNames: readonly string[];
  readonly artists: readonly string[];
  readonly labels: readonly string[];
  readonly pLines: readonly string[];
  readonly cLines: readonly string[];
  readonly parentalWarnings: readonly string[];
  readonly genres: readonly string[];
  readonly dates: readonly (readonly [path: string, kind: DateKind])[];
  readonly versionTypes: readonly string[];
}

interface ResourcePaths extends Paths {
  readonly contributors: readonly string[];
  readonly indirectContributors: readonly string[];
  readonly rightsControllers: readonly string[];
  readonly workRightsControllers: readonly string[];
  readonly works: readonly string[];
  readonly relatedResources: readonly string[];
}

interface ReleasePaths extends Paths {
  readonly groups: readonly string[];
  readonly relatedReleases: readonly string[];
}

export interface FamilyLayout {
  /** The sections of a message in their order, with those that must be there. */
  readonly sections: readonly string[];
  readonly mandatorySections: readonly string[];
  readonly attributes: readonly string[];
  readonly forbiddenAttributes: readonly string[];
  readonly useTypes: readonly string[];
  /** Of each deal's validity. */
  readonly isStartMandatory: boolean;
  /** How the party of a display artist, a contributor, a rights controller is named; null where it stands in place. */
  readonly partyReferences: {
    readonly artist: string;
    readonly contributor: string;
    readonly controller: string;
  } | null;
  readonly artistRole: string;
  readonly contributorRole: string;
  readonly controllerRoles: readonly string[];
  readonly resource: ResourcePaths;
  readonly release: ReleasePaths;
}

const generation3: FamilyLayout = {
  sections: [
    'MessageHeader',
    'UpdateIndicator',
    'IsBackfill',
    'CatalogTransfer',
    'WorkList',
    'CueSheetList',
    'ResourceList',
    'CollectionList',
    'ReleaseList',
    'DealList',
  ],
  mandatorySections: ['MessageHeader', 'ResourceList', 'ReleaseList'],
  attributes: ['MessageSchemaVersionId'],
  forbiddenAttributes: [],
  useTypes: ['Usage/UseType'],
  isStartMandatory: false,
  partyReferences: null,
  artistRole: 'ArtistRole',
  contributorRole: 'ResourceContributorRole',
  controllerRoles: ['RightsControllerRole'],
  resource: {
    ids: ['%Id'],
    types: ['%Type'],
    titles: [
      ['ReferenceTitle', 'reference'],
      ['%DetailsByTerritory/Title', 'additional'],
    ],
    artistNames: ['%DetailsByTerritory/DisplayArtistName'],
    artists: ['%DetailsByTerritory/DisplayArtist'],
    contributors: ['%DetailsByTerritory/ResourceContributor'],
    indirectContributors: ['%DetailsByTerritory/IndirectResourceContributor'],
    labels: ['%DetailsByTerritory/LabelName'],
    pLines: ['%DetailsByTerritory/PLine'],
    cLines: ['%DetailsByTerritory/CLine'],
    parentalWarnings: ['%DetailsByTerritory/ParentalWarningType'],
    genres: ['%DetailsByTerritory/Genre'],
    dates: [
      ['CreationDate', 'creation'],
      ['RemasteredDate', 'remastered'],
      ['%DetailsByTerritory/ResourceReleaseDate', 'release'],
      ['%DetailsByTerritory/OriginalResourceReleaseDate', 'original-release'],
    ],
    versionTypes: [],
    rightsControllers: ['%DetailsByTerritory/RightsController'],
    workRightsControllers: [],
    works: [],
    relatedResources: [],
  },
  release: {
    ids: ['ReleaseId'],
    types: ['ReleaseType', '%DetailsByTerritory/ReleaseType'],
    titles: [
      ['ReferenceTitle', 'reference'],
      ['%DetailsByTerritory/Title', 'additional'],
    ],
    artistNames: ['%DetailsByTerritory/DisplayArtistName'],
    artists: ['%DetailsByTerritory/DisplayArtist'],
    labels: ['%DetailsByTerritory/LabelName'],
    pLines: ['PLine', '%DetailsByTerritory/PLine'],
    cLines: ['CLine', '%DetailsByTerritory/CLine'],
    parentalWarnings: ['%DetailsByTerritory/ParentalWarningType'],
    genres: ['%DetailsByTerritory/Genre'],
    dates: [
      ['GlobalReleaseDate', 'release'],
      ['GlobalOriginalReleaseDate', 'original-release'],
      ['%DetailsByTerritory/ReleaseDate', 'release'],
      ['%DetailsByTerritory/OriginalReleaseDate', 'original-release'],
    ],
    versionTypes: [],
    groups: ['%DetailsByTerritory/ResourceGroup'],
    relatedReleases: ['%DetailsByTerritory/RelatedRelease', 'RelatedRelease'],
  },
};

const titles4: Paths['titles'] = [
  ['DisplayTitleText', 'display-text'],
  ['DisplayTitle', 'display'],
  ['AdditionalTitle', 'additional'],
];

const generation41: FamilyLayout = {
  sections: [
    'MessageHeader',
    'PartyList',
    'CueSheetList',
    'ResourceList',
    'ChapterList',
    'ReleaseList',
    'DealList',
    'SupplementalDocumentList',
  ],
  mandatorySections: ['MessageHeader', 'PartyList', 'ResourceList', 'ReleaseList'],
  attributes: ['ReleaseProfileVersionId', 'LanguageAndScriptCode'],
  forbiddenAttributes: ['MessageSchemaVersionId', 'AvsVersionId'],
  useTypes: ['UseType'],
  isStartMandatory: false,
  partyReferences: {
    artist: 'ArtistPartyReference',
    contributor: 'ContributorPartyReference',
    controller: 'RightsControllerPartyReference',
  },
  artistRole: 'DisplayArtistRole',
  contributorRole: 'Role',
  controllerRoles: ['RightsControllerRole', 'RightsControlType'],
  resource: {
    ids: ['ResourceId'],
    types: ['Type'],
    titles: titles4,
    artistNames: ['DisplayArtistName'],
    artists: ['DisplayArtist'],
    contributors: ['Contributor'],
    indirectContributors: [],
    labels: [],
    pLines: ['PLine'],
    cLines: ['CLine'],
    parentalWarnings: ['ParentalWarningType'],
    genres: ['Genre'],
    dates: [
      ['CreationDate', 'creation'],
      ['RemasteredDate', 'remastered'],
      ['FirstPublicationDate', 'first-publication'],
      ['ResourceReleaseDate', 'release'],
      ['OriginalResourceReleaseDate', 'original-release'],
    ],
    versionTypes: ['VersionType'],
    rightsControllers: ['ResourceRightsController'],
    workRightsControllers: ['WorkRightsController'],
    works: ['WorkId'],
    relatedResources: ['RelatedResource'],
  },
  release: {
    ids: ['ReleaseId'],
    types: ['ReleaseType'],
    titles: titles4,
    artistNames: ['DisplayArtistName'],
    artists: ['DisplayArtist'],
    labels: ['ReleaseLabelReference'],
    pLines: ['PLine'],
    cLines: ['CLine'],
    parentalWarnings: ['ParentalWarningType'],
    genres: ['Genre'],
    dates: [
      ['ReleaseDate', 'release'],
      ['OriginalReleaseDate', 'original-release'],
    ],
    versionTypes: ['VersionType'],
    groups: ['ResourceGroup'],
    relatedReleases: ['RelatedRelease'],
  },
};

const generation42: FamilyLayout = { ...generation41, isStartMandatory: true };

const generation43: FamilyLayout = {
  ...generation42,
  sections: ['MessageHeader', 'ReleaseAdmin', ...generation41.sections.slice(1)],
  attributes: ['ReleaseProfileVersionId', 'LanguageAndScriptCode', 'AvsVersionId'],
  forbiddenAttributes: ['MessageSchemaVersionId'],
};

/** From 4.3 on recordings and videos have editions, which their identifiers and lines are of; other resources have none. */
const ofEditions = {
  ids: ['%Edition/ResourceId'],
  pLines: ['%Edition/PLine'],
  cLines: ['%Edition/CLine'],
  contributors: ['Contributor', '%Edition/EditionContributor'],
} as const;
const edited: ReadonlySet<string> = new Set<ResourceKind>(['SoundRecording', 'Video']);

const layouts: Readonly<Record<Family, FamilyLayout>> = {
  '3': generation3,
  '4.1': generation41,
  '4.2': generation42,
  '4.3': generation43,
};

export const layoutOf = (family: Family): FamilyLayout => layouts[family];

export type ResourceLayout = Resolved<ResourcePaths & typeof ofEveryResource>;
export type ReleaseLayout = Resolved<ReleasePaths & typeof ofEveryRelease>;

/** What lies in the same place in all versions. */
const ofEveryResource = {
  reference: ['ResourceReference'],
  duration: ['Duration'],
  languages: ['LanguageOfPerformance'],
  instrumental: ['IsInstrumental'],
  workReferences: ['ResourceMusicalWorkReferenceList/ResourceMusicalWorkReference/ResourceMusicalWorkReference'],
} as const;
const ofEveryRelease = {
  reference: ['ReleaseReference'],
  duration: ['Duration'],
  resources: ['ReleaseResourceReferenceList/ReleaseResourceReference', 'ReleaseResourceReference'],
  visibilities: ['ReleaseVisibilityReference', 'TrackReleaseVisibilityReference'],
} as const;

const resourceLayouts = new Map<Family, Map<ResourceKind, ResourceLayout>>();
const releaseLayouts = new Map<Family, ReleaseLayout>();

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  let found = known.get(key);
  if (found === undefined) known.set(key, (found = make()));
  return found;
}

const newMap = (): Map<ResourceKind, ResourceLayout> => new Map();

export const resourceLayout = (family: Family, kind: ResourceKind): ResourceLayout =>
  remembered(remembered(resourceLayouts, family, newMap), kind, () => {
    const { resource } = layouts[family];
    const editions = family === '4.3' && edited.has(kind) ? ofEditions : {};
    return resolved({ ...resource, ...editions, ...ofEveryResource }, kind);
  });

/** Details by territory are those of a Release whatever its kind. */
export const releaseLayout = (family: Family): ReleaseLayout =>
  remembered(releaseLayouts, family, () => resolved({ ...layouts[family].release, ...ofEveryRelease }, 'Release'));
