import { gtinCheckDigit } from '../../src/kernel';
import { branch, leaf } from '../../src/platform/xml';
import { below, oneOf, type Random, upTo } from './dsr-cells';

/** Messages of ours in every layout that there is, as odd as each allows. */
export const ernVersions = ['37', '371', '382', '383', '41', '411', '42', '43'] as const;
export type ErnVersion = (typeof ernVersions)[number];

const isOld = (version: ErnVersion): boolean => version.startsWith('3');
const DPID = 'PADPIDA2007050901U';
const texts = [
  'Ja',
  'Не спеши',
  '夢のララバイ',
  'R&B <live>',
  'x  y',
  'Ünïcode 😀',
  '"quoted"',
  ']]&gt;',
  'a'.repeat(300),
];
const text = (random: Random): string => oneOf(random, texts);
const digits = (random: Random, count: number): string => upTo(random, count, count, () => below(random, 10)).join('');
const isrc = (random: Random): string => `ZZ${oneOf(random, ['A1B', 'ACC'])}${digits(random, 7)}`;
const some = (random: Random, chance: number, make: () => string | string[]): string[] =>
  random() < chance ? [make()].flat() : [];
const day = (random: Random): string =>
  oneOf(random, ['2024-02-29', '2026-12-31', '2025-06-01', '1999-12-31', '2026-01-01']);

function icpn(random: Random): string {
  const body = digits(random, 11 + below(random, 3));
  return body + gtinCheckDigit(body);
}

const local = (random: Random): Record<string, string> => ({
  ...(random() < 0.3 ? { ApplicableTerritoryCode: oneOf(random, ['Worldwide', 'JP']) } : {}),
  ...(random() < 0.3 ? { LanguageAndScriptCode: 'ja-Jpan' } : {}),
  ...(random() < 0.2 ? { IsDefault: oneOf(random, ['true', 'false', '1', '0']) } : {}),
});

/** A message in one of the layouts. */
export function anyMessage(random: Random, version: ErnVersion): string {
  if (random() < 0.06) return purge(random, version);
  const recordings = 1 + below(random, 4);
  const plan: Plan = { random, version, recordings, videos: below(random, 2), parties: 2 + below(random, 3) };
  const root = isOld(version)
    ? `MessageSchemaVersionId="ern/${version}"`
    : `ReleaseProfileVersionId="Audio" LanguageAndScriptCode="en"${version === '43' ? ' AvsVersionId="3"' : ''}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/${version}" ${root}>
${[header(random), ...(isOld(version) ? listsOf3(plan) : listsOf4(plan))].join('\n')}\n</ern:NewReleaseMessage>\n`;
}

interface Plan {
  readonly random: Random;
  readonly version: ErnVersion;
  readonly recordings: number;
  readonly videos: number;
  readonly parties: number;
}

const named = (random: Random): string => branch('PartyName', [leaf('FullName', text(random))]);

const header = (random: Random): string =>
  branch('MessageHeader', [
    some(random, 0.8, () => leaf('MessageThreadId', oneOf(random, ['T1', '']))),
    leaf('MessageId', oneOf(random, ['M1', 'M-2', ''])),
    branch('MessageSender', [leaf('PartyId', DPID), named(random)]),
    some(random, 0.4, () => branch('SentOnBehalfOf', [leaf('PartyId', 'PADPIDA20070627029'), named(random)])),
    upTo(random, 1, 2, () => branch('MessageRecipient', [leaf('PartyId', DPID), named(random)])),
    leaf(
      'MessageCreatedDateTime',
      oneOf(random, ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.25', '2026-01-02T03:04:05+01:00']),
    ),
    some(random, 0.6, () => leaf('MessageControlType', oneOf(random, ['LiveMessage', 'TestMessage']))),
  ]);

function purge(random: Random, version: ErnVersion): string {
  const attributes = isOld(version) ? ` MessageSchemaVersionId="ern/${version}"` : '';
  const released = branch('PurgedRelease', [branch('ReleaseId', [leaf('ICPN', icpn(random))])]);
  return `<ern:PurgeReleaseMessage xmlns:ern="http://ddex.net/xml/ern/${version}"${attributes}>\n${header(random)}\n${released}\n</ern:PurgeReleaseMessage>\n`;
}

const duration = (random: Random): string =>
  leaf('Duration', oneOf(random, ['PT3M45S', 'PT199S', 'PT0H3M26.250S', 'P1DT1S', 'PT1H', 'PT0M59S', 'PT0S']));
const line = (random: Random, name: 'PLine' | 'CLine'): string =>
  branch(name, [
    leaf('Year', '2026'),
    some(random, 0.3, () => leaf(`${name}Company`, 'Ours')),
    leaf(`${name}Text`, text(random)),
  ]);
const warning = (): string => leaf('ParentalWarningType', 'NotExplicit');
const genre = (random: Random): string =>
  branch('Genre', [leaf('GenreText', text(random)), some(random, 0.3, () => leaf('SubGenre', 'Sub'))]);
const ids = (random: Random, name: string): string[] =>
  upTo(random, 1, 2, () =>
    branch(
      name,
      [
        upTo(random, 0, 2, () => leaf('ISRC', isrc(random))),
        some(random, 0.5, () => leaf('ProprietaryId', `p ${digits(random, 4)}`, { Namespace: DPID })),
      ],
      random() < 0.1 ? { IsReplaced: 'true' } : {},
    ),
  );
const items = ({ random, recordings, videos }: Plan, extra: string): string[] =>
  Array.from({ length: recordings + videos }, (_, index) =>
    branch('ResourceGroupContentItem', [
      leaf('SequenceNumber', String(index + 1)),
      extra === '' ? [] : leaf('ResourceType', extra),
      leaf('ReleaseResourceReference', `A${index + 1}`),
      some(random, 0.2, () => leaf('LinkedReleaseResourceReference', 'A99')),
    ]),
  );

function listsOf3(plan: Plan): string[] {
  const { random, recordings, videos } = plan;
  const played = [
    ...Array.from({ length: recordings }, (_, index) => resource3(random, 'SoundRecording', index + 1)),
    ...Array.from({ length: videos }, (_, index) => resource3(random, 'Video', recordings + index + 1)),
  ];
  return [
    ...some(random, 0.7, () => leaf('UpdateIndicator', oneOf(random, ['OriginalMessage', 'UpdateMessage']))),
    branch('WorkList', [
      branch('MusicalWork', [
        branch('MusicalWorkId', [leaf('ISWC', 'T0345246801')]),
        leaf('MusicalWorkReference', 'W1'),
      ]),
    ]),
    branch('ResourceList', [
      played,
      branch('Image', [
        leaf('ImageType', 'FrontCoverImage'),
        branch('ImageId', [leaf('ProprietaryId', 'cover', { Namespace: DPID })]),
        leaf('ResourceReference', 'A99'),
      ]),
    ]),
    branch('ReleaseList', [
      release3(plan),
      played.flatMap((_, index) => some(random, 0.8, () => track3(random, index + 1))),
    ]),
    ...deals(plan, ['R0']),
  ];
}

const title3 = (random: Random): string =>
  branch('Title', [leaf('TitleText', text(random)), some(random, 0.3, () => leaf('SubTitle', 'Live'))], {
    TitleType: oneOf(random, ['DisplayTitle', 'FormalTitle']),
    ...(random() < 0.3 ? { LanguageAndScriptCode: 'ru-Cyrl' } : {}),
  });
const artist3 = (random: Random): string =>
  branch('DisplayArtist', [named(random), leaf('ArtistRole', 'MainArtist')], { SequenceNumber: '1' });
const where = (random: Random): string[] =>
  oneOf(random, [
    [leaf('TerritoryCode', 'Worldwide')],
    [leaf('TerritoryCode', 'DE'), leaf('TerritoryCode', 'FR')],
    [leaf('ExcludedTerritoryCode', 'US')],
  ]);

const resource3 = (random: Random, kind: string, place: number): string =>
  branch(kind, [
    some(random, 0.7, () => leaf(`${kind}Type`, 'MusicalWorkSoundRecording')),
    ids(random, `${kind}Id`),
    leaf('ResourceReference', `A${place}`),
    some(random, 0.5, () =>
      branch('ResourceMusicalWorkReferenceList', [
        branch('ResourceMusicalWorkReference', [leaf('ResourceMusicalWorkReference', 'W1')]),
      ]),
    ),
    branch('ReferenceTitle', [leaf('TitleText', text(random)), some(random, 0.2, () => leaf('SubTitle', 'Mix'))]),
    duration(random),
    upTo(random, 1, 2, () =>
      branch(`${kind}DetailsByTerritory`, [
        where(random),
        upTo(random, 0, 2, () => title3(random)),
        upTo(random, 1, 2, () => artist3(random)),
        some(random, 0.5, () =>
          branch('ResourceContributor', [named(random), leaf('ResourceContributorRole', 'Producer')]),
        ),
        some(random, 0.5, () =>
          branch('IndirectResourceContributor', [named(random), leaf('IndirectResourceContributorRole', 'Composer')]),
        ),
        some(random, 0.6, () => leaf('LabelName', text(random))),
        some(random, 0.5, () =>
          branch('RightsController', [
            named(random),
            leaf('RightsControllerRole', 'RightsController'),
            leaf('RightSharePercentage', oneOf(random, ['50', '33.330', '100.00'])),
          ]),
        ),
        some(random, 0.5, () => leaf('OriginalResourceReleaseDate', day(random))),
        line(random, 'PLine'),
        genre(random),
        warning(),
        branch(`Technical${kind}Details`, [branch('PreviewDetails', [leaf('Duration', 'PT30S')])]),
      ]),
    ),
  ]);

const release3 = (plan: Plan): string => {
  const { random, recordings, videos } = plan;
  return branch(
    'Release',
    [
      branch('ReleaseId', [
        some(random, 0.9, () => leaf('ICPN', icpn(random), { IsEan: 'false' })),
        some(random, 0.4, () => leaf('CatalogNumber', 'C 1', { Namespace: DPID })),
      ]),
      leaf('ReleaseReference', 'R0'),
      branch('ReferenceTitle', [leaf('TitleText', text(random))]),
      branch('ReleaseResourceReferenceList', [
        Array.from({ length: recordings + videos }, (_, index) => leaf('ReleaseResourceReference', `A${index + 1}`)),
        leaf('ReleaseResourceReference', 'A99', { ReleaseResourceType: 'SecondaryResource' }),
      ]),
      some(random, 0.8, () => leaf('ReleaseType', oneOf(random, ['Album', 'Single']))),
      upTo(random, 1, 2, () =>
        branch('ReleaseDetailsByTerritory', [
          where(random),
          leaf('DisplayArtistName', text(random)),
          leaf('LabelName', text(random)),
          title3(random),
          artist3(random),
          warning(),
          some(random, 0.8, () => branch('ResourceGroup', [branch('ResourceGroup', items(plan, 'SoundRecording'))])),
          genre(random),
          leaf('ReleaseDate', day(random)),
        ]),
      ),
      line(random, 'PLine'),
      line(random, 'CLine'),
    ],
    random() < 0.6 ? { IsMainRelease: 'true' } : {},
  );
};

const track3 = (random: Random, place: number): string =>
  branch('Release', [
    branch('ReleaseId', [leaf('ISRC', isrc(random))]),
    leaf('ReleaseReference', `R${place}`),
    branch('ReferenceTitle', [leaf('TitleText', text(random))]),
    branch('ReleaseResourceReferenceList', [leaf('ReleaseResourceReference', `A${place}`)]),
    leaf('ReleaseType', 'TrackRelease'),
    branch('ReleaseDetailsByTerritory', [
      leaf('TerritoryCode', 'Worldwide'),
      branch('RelatedRelease', [
        branch('ReleaseId', [leaf('ICPN', icpn(random))]),
        leaf('ReleaseRelationshipType', 'IsReleaseFromRelease'),
      ]),
    ]),
  ]);

function listsOf4(plan: Plan): string[] {
  const { random, recordings, videos, parties } = plan;
  const count = recordings + videos;
  return [
    branch(
      'PartyList',
      Array.from({ length: parties }, (_, index) => listedParty(random, index + 1)),
    ),
    branch('ResourceList', [
      Array.from({ length: count }, (_, index) =>
        resource4(plan, index < recordings ? 'SoundRecording' : 'Video', index + 1),
      ),
      branch('Image', [
        leaf('ResourceReference', 'A99'),
        leaf('Type', 'FrontCoverImage'),
        branch('ResourceId', [leaf('ProprietaryId', 'cover', { Namespace: DPID })]),
        warning(),
      ]),
    ]),
    branch('ReleaseList', [release4(plan), Array.from({ length: count }, (_, index) => track4(random, index + 1))]),
    ...deals(plan, ['R0', 'R1']),
  ];
}

const listedParty = (random: Random, place: number): string =>
  branch('Party', [
    leaf('PartyReference', `P${place}`),
    upTo(random, 1, 2, () => named(random)),
    some(random, 0.4, () =>
      branch('PartyId', [leaf('ISNI', '0000000063037346'), leaf('IpiNameNumber', '00052210040')]),
    ),
  ]);

const title4 = (random: Random, name: string): string =>
  branch(
    name,
    [leaf('TitleText', text(random)), upTo(random, 0, 2, () => leaf('SubTitle', text(random)))],
    local(random),
  );
const artist4 = ({ random, parties }: Plan, place: number): string =>
  branch(
    'DisplayArtist',
    [leaf('ArtistPartyReference', `P${1 + below(random, parties)}`), leaf('DisplayArtistRole', 'MainArtist')],
    { SequenceNumber: String(place) },
  );

function resource4(plan: Plan, kind: string, place: number): string {
  const { random, version } = plan;
  const inEdition = [
    line(random, 'PLine'),
    branch('TechnicalDetails', [leaf('TechnicalResourceDetailsReference', 'T1')]),
  ];
  const edition = (): string => branch(`${kind}Edition`, [ids(random, 'ResourceId'), inEdition]);
  return branch(
    kind,
    [
      leaf('ResourceReference', `A${place}`),
      leaf('Type', kind === 'Video' ? 'ShortFormMusicalWorkVideo' : 'MusicalWorkSoundRecording'),
      version === '43' ? upTo(random, 1, 2, edition) : ids(random, 'ResourceId'),
      some(random, 0.4, () => branch('WorkId', [leaf('ISWC', 'T-034.524.680-1')])),
      upTo(random, 1, 2, () => leaf('DisplayTitleText', text(random), local(random))),
      title4(random, 'DisplayTitle'),
      some(random, 0.3, () => title4(random, 'AdditionalTitle')),
      some(random, 0.3, () => leaf('VersionType', 'LiveVersion')),
      upTo(random, 1, 2, () => leaf('DisplayArtistName', text(random), local(random))),
      upTo(random, 1, 2, (index) => artist4(plan, index + 1)),
      upTo(random, 0, 2, () => contributor4(plan)),
      some(random, 0.5, () => controller4(plan)),
      version === '43' ? [] : line(random, 'PLine'),
      duration(random),
      some(random, 0.5, () =>
        leaf('CreationDate', oneOf(random, ['1994', '1994-02', day(random)]), { IsApproximate: 'true' }),
      ),
      warning(),
      some(random, 0.3, () => leaf('IsInstrumental', oneOf(random, ['true', '0']))),
      upTo(random, 0, 2, () => leaf('LanguageOfPerformance', 'ru')),
    ],
    { LanguageAndScriptCode: 'en' },
  );
}

const contributor4 = ({ random, parties }: Plan): string =>
  branch('Contributor', [
    leaf('ContributorPartyReference', `P${1 + below(random, parties)}`),
    upTo(random, 0, 2, () => leaf('Role', oneOf(random, ['Artist', 'StudioProducer']))),
    some(random, 0.4, () => leaf('InstrumentType', 'Guitar')),
    some(random, 0.3, () => leaf('HasMadeFeaturedContribution', 'true')),
  ]);

const controller4 = ({ random, parties }: Plan): string =>
  branch('ResourceRightsController', [
    leaf('RightsControllerPartyReference', `P${1 + below(random, parties)}`),
    leaf('RightsControlType', 'RightsController'),
    oneOf(random, [
      leaf('RightSharePercentage', '62.5'),
      leaf('RightSharePercentage', '0.625', { HasMaxValueOfOne: 'true' }),
      leaf('RightShareUnknown', 'true'),
    ]),
    some(random, 0.4, () =>
      branch('DelegatedUsageRights', [
        leaf('UseType', 'OnDemandStream'),
        branch('PeriodOfRightsDelegation', [leaf('StartDate', '2026-01-01')]),
        leaf('TerritoryOfRightsDelegation', 'Worldwide'),
      ]),
    ),
  ]);

const release4 = (plan: Plan): string => {
  const { random, parties } = plan;
  return branch('Release', [
    leaf('ReleaseReference', 'R0'),
    upTo(random, 1, 2, () => leaf('ReleaseType', oneOf(random, ['Album', 'EP']))),
    branch('ReleaseId', [
      some(random, 0.4, () => leaf('GRid', 'A12425GABC1234002M')),
      some(random, 0.9, () => leaf('ICPN', icpn(random))),
    ]),
    upTo(random, 1, 2, () => leaf('DisplayTitleText', text(random), local(random))),
    title4(random, 'DisplayTitle'),
    leaf('DisplayArtistName', text(random)),
    artist4(plan, 1),
    upTo(random, 1, 2, () => leaf('ReleaseLabelReference', `P${1 + below(random, parties)}`, local(random))),
    line(random, 'PLine'),
    line(random, 'CLine'),
    genre(random),
    leaf('ReleaseDate', day(random), local(random)),
    warning(),
    some(random, 0.3, () =>
      branch('RelatedRelease', [
        leaf('ReleaseRelationshipType', 'IsDigitalEquivalentToPhysical'),
        branch('ReleaseId', [leaf('ICPN', icpn(random))]),
      ]),
    ),
    branch('ResourceGroup', [
      branch('ResourceGroup', [
        leaf('SequenceNumber', '1'),
        branch('ReleaseId', [leaf('ICPN', icpn(random))]),
        items(plan, ''),
      ]),
      leaf('LinkedReleaseResourceReference', 'A99'),
    ]),
  ]);
};

const track4 = (random: Random, place: number): string =>
  branch('TrackRelease', [
    leaf('ReleaseReference', `R${place}`),
    branch('ReleaseId', [leaf('ProprietaryId', `t${place}`, { Namespace: DPID })]),
    leaf('ReleaseResourceReference', `A${place}`),
    leaf('ReleaseLabelReference', 'P1'),
    genre(random),
  ]);

function deals({ random, version }: Plan, references: readonly string[]): string[] {
  if (random() < 0.05) return [];
  return [
    branch(
      'DealList',
      references.map((reference) =>
        branch('ReleaseDeal', [
          leaf('DealReleaseReference', reference),
          upTo(random, 1, 3, () => deal(random, version)),
        ]),
      ),
    ),
  ];
}

function deal(random: Random, version: ErnVersion): string {
  const territories = oneOf(random, [
    [leaf('TerritoryCode', 'Worldwide')],
    [leaf('TerritoryCode', 'RU'), leaf('TerritoryCode', 'ES-CE')],
    [leaf('ExcludedTerritoryCode', 'US'), leaf('ExcludedTerritoryCode', 'CA')],
    [leaf('TerritoryCode', '2136', { IdentifierType: 'TIS' })],
  ]);
  const models = oneOf(random, [
    [leaf('CommercialModelType', 'SubscriptionModel')],
    [leaf('CommercialModelType', 'AdvertisementSupportedModel'), leaf('CommercialModelType', 'FreeOfChargeModel')],
    [leaf('CommercialModelType', 'UserDefined', { Namespace: DPID, UserDefinedValue: 'Program 6' })],
  ]);
  const uses = upTo(random, 1, 3, () =>
    leaf('UseType', oneOf(random, ['OnDemandStream', 'PermanentDownload', 'NonInteractiveStream', 'UseAsKaraoke'])),
  );
  const period = branch('ValidityPeriod', [
    oneOf(random, [leaf('StartDate', day(random)), leaf('StartDateTime', '2024-01-01T00:00:00Z')]),
    some(random, 0.3, () => leaf('EndDate', '2027-02-28')),
  ]);
  const price = some(random, 0.4, () =>
    branch('PriceInformation', [
      isOld(version) ? leaf('PriceType', 'MID', { Namespace: DPID }) : leaf('PriceCode', 'MID', { Namespace: DPID }),
      some(random, 0.5, () => leaf('WholesalePricePerUnit', '0.70', { CurrencyCode: 'EUR' })),
    ]),
  );
  const policy = some(random, 0.2, () =>
    branch('RightsClaimPolicy', [
      branch('Condition', [
        leaf('Value', '30'),
        leaf('Unit', 'Second'),
        leaf('ReferenceCreation', 'ReferenceResource'),
        leaf('RelationalRelator', 'MoreThan'),
      ]),
      leaf('RightsClaimPolicyType', 'Monetize'),
    ]),
  );
  const terms = isOld(version)
    ? [models, random() < 0.1 ? leaf('TakeDown', 'true') : branch('Usage', uses), territories, price, period, policy]
    : [territories, period, models, uses, policy, price];
  return branch('Deal', [branch('DealTerms', terms)]);
}
