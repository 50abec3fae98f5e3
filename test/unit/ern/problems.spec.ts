import { gzipSync } from 'node:zlib';
import { checkMessage, problemWeights, unreadableMessage } from '../../../src/ddex';
import { seededRandom } from '../../../src/sandbox/stripe/seeded-random';
import { sampleReleaseMessage } from '../../../src/sample/release-message';
import { branch, leaf } from '../../../src/platform/xml';
import { readByUs } from '../../support/ern-digest';
import { anyMessage } from '../../support/ern-messages';

const sound = sampleReleaseMessage(1);
/** One that names a work. */
const ern3 = [1, 2, 3, 4, 5]
  .map((seed) => anyMessage(seededRandom(seed), '382'))
  .find((text) => text.includes('<ResourceMusicalWorkReferenceList>'))!;

type Change = readonly [found: string | RegExp, by: string];
const changed = (text: string, ...changes: readonly Change[]): string =>
  changes.reduce((result, [found, by]) => {
    const next = result.replace(found, by);
    if (next === result) throw new Error(`nothing was changed: ${String(found)}`);
    return next;
  }, text);

const problemsOf = (text: string | Buffer): string[] =>
  readByUs([Buffer.from(text)]).problems.map(({ code, path }) => `${code} ${path}`);

const root = '/NewReleaseMessage';
const recording = `${root}/ResourceList[1]/SoundRecording[1]`;
const release = `${root}/ReleaseList[1]/Release[1]`;
const terms = `${root}/DealList[1]/ReleaseDeal[1]/Deal[1]/DealTerms[1]`;
const header = `${root}/MessageHeader[1]`;

const first = (name: string): RegExp => new RegExp(`<${name}[^>]*>[^<]*</${name}>`);
const control = (share: string): string =>
  branch('ResourceRightsController', [
    leaf('RightsControllerPartyReference', 'PLabel'),
    leaf('RightSharePercentage', share),
  ]);

describe('what is wrong with a message is told with its code and place', () => {
  it.each<[expected: string, ...changes: Change[]]>([
    // The message
    [`version-unknown ${root}`, ['ern/43', 'ern/44']],
    [`attribute-missing ${root}`, [' AvsVersionId="3"', '']],
    [`attribute-not-allowed ${root}/@MessageSchemaVersionId`, [' Avs', ' MessageSchemaVersionId="ern/43" Avs']],
    [`control-unknown ${header}/MessageControlType[1]`, ['LiveMessage', 'Rehearsal']],
    [`section-unknown ${root}/Extra[1]`, ['<PartyList>', '<Extra/><PartyList>']],
    [`section-repeated ${root}/MessageHeader[2]`, ['<PartyList>', '<MessageHeader/><PartyList>']],
    [`section-out-of-order ${root}/CueSheetList[1]`, ['<ReleaseList>', '<CueSheetList/><ReleaseList>']],
    [`element-unknown ${root}/ResourceList[1]/Hologram[1]`, ['<ResourceList>', '<ResourceList><Hologram/>']],
    [`element-unknown ${recording}/Durration[1]`, ['<Duration>', '<Durration/><Duration>']],
    [`element-unknown ${terms}/UseTypes[1]`, [first('UseType'), leaf('UseTypes', 'OnDemandStream')]],
    [`foreign-element ${recording}`, ['<SoundRecording>', '<SoundRecording><a xmlns="urn:a"/>']],
    [`mixed-content ${recording}`, ['<SoundRecording>', '<SoundRecording>and']],
    [`no-deals ${root}`, [/<DealList>.*<\/DealList>/s, '']],
    [`element-missing ${root}`, [/<PartyList>.*<\/PartyList>/s, '']],
    // Elements and values
    [`element-missing ${recording}`, [first('Duration'), '']],
    [`element-missing ${terms}`, [first('CommercialModelType'), '']],
    [`element-empty ${header}/MessageThreadId[1]`, [first('MessageThreadId'), '<MessageThreadId/>']],
    [
      `element-repeated ${recording}/Duration[2]`,
      [first('Duration'), '<Duration>PT1S</Duration><Duration>PT2S</Duration>'],
    ],
    [`boolean-malformed ${recording}/DisplayTitle[1]/@IsDefault`, ['IsDefault="true"', 'IsDefault="yes"']],
    [`date-malformed ${release}/ReleaseDate[1]`, [first('ReleaseDate'), leaf('ReleaseDate', '2026-02-30')]],
    [`date-time-malformed ${header}/MessageCreatedDateTime[1]`, ['T09:00:00Z', 'T24:00:00Z']],
    [`duration-malformed ${recording}/Duration[1]`, [first('Duration'), leaf('Duration', 'P1M')]],
    [`duration-zero ${recording}/Duration[1]`, [first('Duration'), leaf('Duration', 'PT0S')]],
    [`number-malformed ${recording}/DisplayArtist[1]`, ['SequenceNumber="1"', 'SequenceNumber="one"']],
    [`value-unknown ${terms}/UseType[1]`, [first('UseType'), leaf('UseType', 'Humming')]],
    [`user-defined-incomplete ${terms}/UseType[1]`, [first('UseType'), leaf('UseType', 'UserDefined')]],
    [
      `currency-unknown ${root}/DealList[1]/ReleaseDeal[1]/Deal[2]/DealTerms[1]/PriceInformation[1]/WholesalePricePerUnit[1]/@CurrencyCode`,
      ['</PriceCode>', '</PriceCode><WholesalePricePerUnit CurrencyCode="XYZ">1</WholesalePricePerUnit>'],
    ],
    [
      `share-out-of-range ${recording}/ResourceRightsController[1]/RightSharePercentage[1]`,
      [first('RightSharePercentage'), leaf('RightSharePercentage', '100.01')],
    ],
    [
      `shares-above-whole ${recording}`,
      [/<ResourceRightsController>.*?<\/ResourceRightsController>/s, control('60') + control('50')],
    ],
    // Identifiers
    [
      `isrc-malformed ${recording}/SoundRecordingEdition[1]/ResourceId[1]/ISRC[1]`,
      [first('ISRC'), leaf('ISRC', 'USBENCH0100001')],
    ],
    [`isrc-missing ${recording}`, [first('ISRC'), '']],
    [`isrc-repeated ${root}/ResourceList[1]/SoundRecording[2]`, [/ZZACC2600002/, 'ZZACC2600001']],
    [`icpn-malformed ${release}/ReleaseId[1]/ICPN[1]`, [first('ICPN'), leaf('ICPN', '12345')]],
    [`icpn-check-digit ${release}/ReleaseId[1]/ICPN[1]`, [first('ICPN'), leaf('ICPN', '5099907138556')]],
    [`grid-malformed ${release}/ReleaseId[1]/GRid[1]`, [first('ICPN'), leaf('GRid', 'A1-BENCH-GRID-0001')]],
    [`grid-check-digit ${release}/ReleaseId[1]/GRid[1]`, [first('ICPN'), leaf('GRid', 'A12425GABC1234002N')]],
    [`dpid-malformed ${header}/MessageSender[1]/PartyId[1]`, [first('PartyId'), leaf('PartyId', 'PADPIDA1234567890')]],
    [
      `dpid-check-digit ${header}/MessageSender[1]/PartyId[1]`,
      [first('PartyId'), leaf('PartyId', 'PADPIDA2014999999Z')],
    ],
    [`isni-malformed ${root}/PartyList[1]/Party[1]/PartyId[1]/ISNI[1]`, [first('DPID'), leaf('ISNI', '12')]],
    [
      `isni-check-digit ${root}/PartyList[1]/Party[1]/PartyId[1]/ISNI[1]`,
      [first('DPID'), leaf('ISNI', '0000000063037345')],
    ],
    [
      `ipi-malformed ${root}/PartyList[1]/Party[1]/PartyId[1]/IpiNameNumber[1]`,
      [first('DPID'), leaf('IpiNameNumber', '12')],
    ],
    [
      `ipi-check-digit ${root}/PartyList[1]/Party[1]/PartyId[1]/IpiNameNumber[1]`,
      [first('DPID'), leaf('IpiNameNumber', '00052210041')],
    ],
    [
      `iswc-malformed ${recording}/WorkId[1]/ISWC[1]`,
      ['<DisplayTitleText>', `${branch('WorkId', [leaf('ISWC', 'T1')])}<DisplayTitleText>`],
    ],
    [
      `iswc-check-digit ${recording}/WorkId[1]/ISWC[1]`,
      ['<DisplayTitleText>', `${branch('WorkId', [leaf('ISWC', 'T0345246800')])}<DisplayTitleText>`],
    ],
    // References
    [
      `reference-repeated ${root}/ResourceList[1]/SoundRecording[2]/ResourceReference[1]`,
      ['<ResourceReference>A2<', '<ResourceReference>A1<'],
    ],
    [
      `party-unknown ${recording}/DisplayArtist[1]/ArtistPartyReference[1]`,
      [first('ArtistPartyReference'), leaf('ArtistPartyReference', 'PX')],
    ],
    [
      `resource-unknown ${release}/ResourceGroup[1]/ResourceGroupContentItem[2]/ReleaseResourceReference[1]`,
      ['<ReleaseResourceReference>A2<', '<ReleaseResourceReference>A200<'],
    ],
    [
      `release-unknown ${root}/DealList[1]/ReleaseDeal[1]/DealReleaseReference[1]`,
      ['<DealReleaseReference>R0<', '<DealReleaseReference>R9000<'],
    ],
    [
      `deal-reference-late ${root}/DealList[1]/ReleaseDeal[1]/DealReleaseReference[2]`,
      ['</Deal>', '</Deal><DealReleaseReference>R1</DealReleaseReference>'],
    ],
    // Deals
    [`territories-missing ${terms}`, [/(<DealTerms>\s*)(<TerritoryCode>..<\/TerritoryCode>\s*)+/, '$1']],
    [`territories-both ${terms}`, ['<DealTerms>', '<DealTerms><ExcludedTerritoryCode>US</ExcludedTerritoryCode>']],
    [`deal-without-use ${terms}`, [first('UseType'), '']],
    [`period-reversed ${terms}/ValidityPeriod[1]`, ['</StartDate>', '</StartDate><EndDate>2025-11-01</EndDate>']],
    [`use-within-use ${terms}`, ['</UseType>', '</UseType><UseType>Stream</UseType>']],
  ])('%s', (expected, ...changes) => {
    expect(problemsOf(changed(sound, ...changes))).toContain(expected);
  });

  it('a version before 4 says twice which it is', () => {
    const text = changed(ern3, ['MessageSchemaVersionId="ern/382"', 'MessageSchemaVersionId="ern/383"']);
    expect(problemsOf(text)).toContain(`version-differs ${root}/@MessageSchemaVersionId`);
  });

  it('a work that is not listed is told', () => {
    const text = changed(ern3, ['<MusicalWorkReference>W1', '<MusicalWorkReference>W2']);
    expect(problemsOf(text).filter((problem) => problem.startsWith('work-unknown '))).toHaveLength(1);
  });

  it('a file that cannot be opened or unpacked is told', async () => {
    async function* bytes() {
      yield gzipSync(sound).subarray(0, 200);
    }
    expect(unreadableMessage('is a folder').problems.map(({ code }) => code)).toEqual(['file-unreadable']);
    expect((await checkMessage(bytes())).problems.map(({ code }) => code)).toEqual(['gzip-corrupt']);
  });

  it('each reference that is missing is told once, however often it is named', () => {
    const text = sound.replaceAll('<ReleaseResourceReference>A3<', '<ReleaseResourceReference>A300<');
    expect(problemsOf(text)).toEqual([
      `resource-unknown ${release}/ResourceGroup[1]/ResourceGroupContentItem[3]/ReleaseResourceReference[1]`,
    ]);
  });

  it('reading stops at what is fatal, and nothing of the message is given out', async () => {
    async function* bytes() {
      yield Buffer.from(sound.slice(0, -20));
    }
    const check = await checkMessage(bytes());
    expect(check.problems.map(({ code, path, fatal }) => [code, path, fatal])).toEqual([['xml-truncated', root, true]]);
    expect([check.releases, check.recordings, check.deals]).toEqual([[], [], 0]);
  });
});

describe('what is told of a message', () => {
  const told = async (text: string): Promise<object> => {
    async function* bytes() {
      yield Buffer.from(text);
    }
    const { releases, recordings } = await checkMessage(bytes());
    return { releases, recordings };
  };

  it('is the title, label and type that the sender calls the default, else the first', async () => {
    const titles = `${leaf('DisplayTitleText', 'First')}${leaf('DisplayTitleText', 'Default', { IsDefault: 'true' })}`;
    const text = changed(
      sound,
      [/<DisplayTitleText>[^<]*<\/DisplayTitleText>/, titles],
      ['<ReleaseType>', '<ReleaseType>EP</ReleaseType><ReleaseType>'],
    );
    expect(await told(text)).toMatchObject({
      releases: [{ type: 'EP' }],
      recordings: [{ title: 'Default' }, ...Array.from({ length: 9 }, () => ({}))],
    });
  });

  it('is the first release where none says that it is the main one, and its artists of the first territory', async () => {
    const details = (code: string, artist: string): string =>
      branch('SoundRecordingDetailsByTerritory', [
        leaf('TerritoryCode', code),
        branch('DisplayArtist', [branch('PartyName', [leaf('FullName', artist)]), leaf('ArtistRole', 'MainArtist')]),
      ]);
    const text = `<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/382" MessageSchemaVersionId="ern/382">${branch(
      'ResourceList',
      [
        branch('SoundRecording', [
          branch('SoundRecordingId', [leaf('ISRC', 'zz-acc-26-00001'), leaf('ISRC', 'ZZACC2600002')]),
          leaf('ResourceReference', 'A1'),
          details('Worldwide', 'Here'),
          details('JP', 'There'),
        ]),
      ],
    )}${branch(
      'ReleaseList',
      ['One', 'Two'].map((title) =>
        branch('Release', [
          leaf('ReleaseReference', `R${title}`),
          branch('ReferenceTitle', [leaf('TitleText', title)]),
          branch('ReleaseResourceReferenceList', [
            leaf('ReleaseResourceReference', 'A1'),
            leaf('ReleaseResourceReference', 'A1'),
          ]),
        ]),
      ),
    )}</ern:NewReleaseMessage>`;
    expect(await told(text)).toMatchObject({
      releases: [{ title: 'One', tracks: 1 }],
      recordings: [{ isrcs: ['ZZACC2600001', 'ZZACC2600002'], artists: ['Here'], durationSeconds: null }],
    });
  });
});

describe('numbers and days', () => {
  const read = (by: string, name: string): unknown => readByUs([Buffer.from(changed(sound, [first(name), by]))]).digest;

  it.each([
    ['PT3M26.20S', '206.2'],
    ['P1DT1S', '86401'],
    ['PT999999999999.000000000001S', '999999999999.000000000001'],
    ['PT0H0M0S', null],
  ])('a duration of %s has %s seconds', (duration, seconds) => {
    expect(read(leaf('Duration', duration), 'Duration')).toMatchObject({
      resources: expect.arrayContaining([expect.objectContaining({ reference: 'A1', seconds })]),
    });
  });

  it.each([
    ['2027-12-31', '2028-01-01T00:00:00'],
    ['2028-02', '2028-03-01T00:00:00'],
    ['2027', '2028-01-01T00:00:00'],
  ])('a deal to the end of %s is one until %s', (end, until) => {
    const period = branch('ValidityPeriod', [leaf('StartDate', '2026-01-01'), leaf('EndDate', end)]);
    const { digest } = readByUs([Buffer.from(changed(sound, [/<ValidityPeriod>.*?<\/ValidityPeriod>/s, period]))]);
    expect(digest.deals[0]).toMatchObject({ periods: [['2026-01-01T00:00:00', until]] });
  });

  it('a share of one is told in percent, exactly', () => {
    const share = leaf('RightSharePercentage', '0.33333333333333333333', { HasMaxValueOfOne: 'true' });
    const { digest } = readByUs([Buffer.from(changed(sound, [first('RightSharePercentage'), share]))]);
    expect(digest.resources[0]).toMatchObject({ shares: [['Polar Lantern Records', '33.333333333333333333']] });
  });
});

it('every code is one that something is wrong for', () => {
  for (const { meaning } of Object.values(problemWeights)) expect(meaning).not.toMatch(/\.$/);
});
