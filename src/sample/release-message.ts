import { gtinCheckDigit } from '../kernel';
import { labelProfile, platformProfile, sampleTrack, type SampleTrack } from './names';
import { branch, indented, leaf } from '../platform/xml';

/** A release as it is told to platforms. */
export interface ToldRelease {
  readonly messageId: string;
  readonly createdAt: string;
  readonly title: string;
  readonly icpn: string;
  readonly genre: string;
  readonly releaseDate: string;
  readonly tracks: readonly SampleTrack[];
}

const TRACKS_OF_RELEASE = 10;
/** As the story's agreement has them. */
const territories = ['RU', 'BY', 'KZ', 'AM', 'AZ', 'KG', 'MD', 'TJ', 'UZ'] as const;

/** How many releases the sample world's catalogue has. */
export const releaseCount = 52;

/** A GTIN-13 of the restricted range. */
export function sampleIcpn(release: number): string {
  const digits = `2${String(release).padStart(11, '0')}`;
  return `${digits}${gtinCheckDigit(digits)}`;
}

/** Release `number` of the catalogue, from 1 on, as a NewReleaseMessage of ERN 4.3. */
export function sampleReleaseMessage(number: number): string {
  const first = (number - 1) * TRACKS_OF_RELEASE + 1;
  const tracks = Array.from({ length: TRACKS_OF_RELEASE }, (_, index) => sampleTrack(first + index));
  return [
    ...releaseMessage({
      messageId: `SAMPLE-RELEASE-${number}`,
      createdAt: '2025-11-20T09:00:00Z',
      title: tracks[0]!.release,
      icpn: sampleIcpn(number),
      genre: tracks[0]!.genre,
      releaseDate: '2025-12-01',
      tracks,
    }),
  ].join('');
}

/** A NewReleaseMessage of ERN 4.3, piece by piece: a release may have any number of tracks. */
export function* releaseMessage(release: ToldRelease): Generator<string, void, undefined> {
  const { tracks } = release;
  const artists = [...new Set(tracks.flatMap(artistsOf))];
  yield `<?xml version="1.0" encoding="UTF-8"?>
<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/43" ReleaseProfileVersionId="Audio" LanguageAndScriptCode="en" AvsVersionId="3">
${indented(header(release))}
${indented(
  branch('PartyList', [
    party('PLabel', labelProfile.name, leaf('DPID', labelProfile.partyId)),
    party('PStudio', 'Northport Studio'),
    artists.map((artist, index) => party(`PArtist${index + 1}`, artist)),
  ]),
)}
  <ResourceList>
`;
  for (const [index, track] of tracks.entries()) yield inList(recording(track, index + 1, artists));
  yield `${inList(cover(release, tracks.length + 1))}  </ResourceList>\n  <ReleaseList>\n${inList(product(release, artists))}`;
  for (const index of tracks.keys()) yield inList(trackRelease(release, index + 1));
  yield `  </ReleaseList>\n${indented(deals(release))}\n</ern:NewReleaseMessage>\n`;
}

const inList = (xml: string): string => `${indented(indented(xml))}\n`;

const artistsOf = ({ artists }: SampleTrack): string[] => artists.split('|');

const party = (reference: string, name: string, id?: string): string =>
  branch('Party', [
    leaf('PartyReference', reference),
    branch('PartyName', [leaf('FullName', name)]),
    id === undefined ? [] : branch('PartyId', [id]),
  ]);

function header({ messageId, createdAt }: ToldRelease): string {
  const told = (
    name: string,
    { partyId, name: fullName }: { readonly partyId: string; readonly name: string },
  ): string => branch(name, [leaf('PartyId', partyId), branch('PartyName', [leaf('FullName', fullName)])]);
  return branch('MessageHeader', [
    leaf('MessageThreadId', messageId),
    leaf('MessageId', messageId),
    told('MessageSender', labelProfile),
    told('MessageRecipient', platformProfile),
    leaf('MessageCreatedDateTime', createdAt),
    leaf('MessageControlType', 'LiveMessage'),
  ]);
}

function recording(track: SampleTrack, place: number, artists: readonly string[]): string {
  const title = track.version === '' ? track.title : `${track.title} (${track.version})`;
  const own = artistsOf(track);
  return branch('SoundRecording', [
    leaf('ResourceReference', `A${place}`),
    leaf('Type', 'MusicalWorkSoundRecording'),
    branch('SoundRecordingEdition', [
      branch('ResourceId', [leaf('ISRC', track.isrc)]),
      branch('PLine', [leaf('Year', '2026'), leaf('PLineText', `(P) 2026 ${labelProfile.name}`)]),
      audioFile(track, place),
    ]),
    leaf('DisplayTitleText', title),
    branch(
      'DisplayTitle',
      [leaf('TitleText', track.title), track.version === '' ? [] : leaf('SubTitle', track.version)],
      { ApplicableTerritoryCode: 'Worldwide', IsDefault: 'true' },
    ),
    track.version === '' ? [] : leaf('VersionType', 'LiveVersion'),
    leaf('DisplayArtistName', own.join(' & ')),
    own.map((artist, index) => displayArtist(artist, index, artists)),
    branch('Contributor', [
      leaf('ContributorPartyReference', `PArtist${artists.indexOf(own[0]!) + 1}`),
      leaf('Role', 'AssociatedPerformer'),
      leaf('InstrumentType', 'Guitar'),
    ]),
    branch('Contributor', [leaf('ContributorPartyReference', 'PStudio'), leaf('Role', 'StudioProducer')]),
    branch('ResourceRightsController', [
      leaf('RightsControllerPartyReference', 'PLabel'),
      leaf('RightsControlType', 'RightsController'),
      leaf('RightSharePercentage', '100'),
    ]),
    leaf('Duration', `PT${Math.floor(track.durationSeconds / 60)}M${track.durationSeconds % 60}S`),
    leaf('ParentalWarningType', 'NotExplicit'),
    leaf('LanguageOfPerformance', 'en'),
  ]);
}

/** What is delivered beside the message; its hash is made up, as the file is. */
const audioFile = ({ isrc }: SampleTrack, place: number): string =>
  branch('TechnicalDetails', [
    leaf('TechnicalResourceDetailsReference', `T${place}`),
    branch('DeliveryFile', [
      leaf('Type', 'AudioFile'),
      leaf('AudioCodecType', 'FLAC'),
      leaf('NumberOfChannels', '2'),
      leaf('SamplingRate', '44.1', { UnitOfMeasure: 'kHz' }),
      leaf('BitsPerSample', '16'),
      branch('File', [
        leaf('URI', `resources/${isrc}.flac`),
        branch('HashSum', [
          leaf('Algorithm', 'MD5'),
          leaf('HashSumValue', Buffer.from(isrc + isrc.slice(0, 4)).toString('hex')),
        ]),
      ]),
    ]),
  ]);

const displayArtist = (artist: string, index: number, artists: readonly string[]): string =>
  branch(
    'DisplayArtist',
    [leaf('ArtistPartyReference', `PArtist${artists.indexOf(artist) + 1}`), leaf('DisplayArtistRole', 'MainArtist')],
    { SequenceNumber: String(index + 1) },
  );

const cover = ({ icpn }: ToldRelease, place: number): string =>
  branch('Image', [
    leaf('ResourceReference', `A${place}`),
    leaf('Type', 'FrontCoverImage'),
    branch('ResourceId', [leaf('ProprietaryId', `COVER-${icpn}`, { Namespace: labelProfile.partyId })]),
    leaf('ParentalWarningType', 'NotExplicit'),
  ]);

const product = (release: ToldRelease, artists: readonly string[]): string =>
  branch('Release', [
    leaf('ReleaseReference', 'R0'),
    leaf('ReleaseType', 'Album'),
    branch('ReleaseId', [
      leaf('ICPN', release.icpn),
      leaf('CatalogNumber', release.messageId, { Namespace: labelProfile.partyId }),
    ]),
    leaf('DisplayTitleText', release.title),
    branch('DisplayTitle', [leaf('TitleText', release.title)]),
    leaf('DisplayArtistName', artists.length > 4 ? 'Various Artists' : artists.join(' & ')),
    displayArtist(artists[0]!, 0, artists),
    leaf('ReleaseLabelReference', 'PLabel'),
    branch('PLine', [leaf('Year', '2026'), leaf('PLineText', `(P) 2026 ${labelProfile.name}`)]),
    branch('CLine', [leaf('Year', '2026'), leaf('CLineText', `(C) 2026 ${labelProfile.name}`)]),
    branch('Genre', [leaf('GenreText', release.genre)]),
    leaf('ReleaseDate', release.releaseDate),
    leaf('OriginalReleaseDate', release.releaseDate),
    leaf('ParentalWarningType', 'NotExplicit'),
    branch('ResourceGroup', [
      release.tracks.map((_, index) =>
        branch('ResourceGroupContentItem', [
          leaf('SequenceNumber', String(index + 1)),
          leaf('ReleaseResourceReference', `A${index + 1}`),
        ]),
      ),
      leaf('LinkedReleaseResourceReference', `A${release.tracks.length + 1}`, { LinkDescription: 'CoverArt' }),
    ]),
  ]);

const trackRelease = (release: ToldRelease, place: number): string =>
  branch('TrackRelease', [
    leaf('ReleaseReference', `R${place}`),
    branch('ReleaseId', [leaf('ProprietaryId', `${release.icpn}-${place}`, { Namespace: labelProfile.partyId })]),
    leaf('ReleaseResourceReference', `A${place}`),
    leaf('ReleaseLabelReference', 'PLabel'),
    branch('Genre', [leaf('GenreText', release.genre)]),
  ]);

/** Streaming, downloads at a tier, and what the public puts up: for the release, and for its tracks. */
function deals({ tracks, releaseDate }: ToldRelease): string {
  const deal = (...more: readonly string[]): string =>
    branch('Deal', [
      branch('DealTerms', [
        territories.map((code) => leaf('TerritoryCode', code)),
        branch('ValidityPeriod', [leaf('StartDate', releaseDate)]),
        more,
      ]),
    ]);
  const model = (name: string, ...uses: readonly string[]): string[] => [
    leaf('CommercialModelType', name),
    ...uses.map((use) => leaf('UseType', use)),
  ];
  return branch('DealList', [
    branch('ReleaseDeal', [
      leaf('DealReleaseReference', 'R0'),
      deal(...model('AdvertisementSupportedModel', 'OnDemandStream')),
      deal(
        ...model('PayAsYouGoModel', 'PermanentDownload'),
        branch('PriceInformation', [leaf('PriceCode', 'MID', { Namespace: labelProfile.partyId })]),
      ),
    ]),
    branch('ReleaseDeal', [
      tracks.map((_, index) => leaf('DealReleaseReference', `R${index + 1}`)),
      deal(...model('AdvertisementSupportedModel', 'OnDemandStream')),
      deal(
        ...model('RightsClaimModel', 'UserMakeAvailableUserProvided'),
        branch('RightsClaimPolicy', [
          branch('Condition', [
            leaf('Value', '30'),
            leaf('Unit', 'Second'),
            leaf('ReferenceCreation', 'ReferenceResource'),
            leaf('RelationalRelator', 'MoreThanOrEqualTo'),
          ]),
          leaf('RightsClaimPolicyType', 'Monetize'),
        ]),
      ),
    ]),
  ]);
}
