import type { XmlDocument, XmlElement, XmlXPath } from 'libxml2-wasm';
import { type Libxml2, libxml2 } from './load-libxml2';

/** What a message says, as another XML library finds it by XPath: plain texts in the order of the file. */
export interface ErnDigest {
  readonly kind: string;
  readonly version: string | null;
  readonly header: object;
  readonly resources: readonly object[];
  readonly releases: readonly object[];
  readonly deals: readonly object[];
  readonly purged: readonly object[];
}

const versions: Readonly<Record<string, string>> = {
  '37': '3.7',
  '371': '3.7.1',
  '381': '3.8.1',
  '382': '3.8.2',
  '383': '3.8.3',
  '41': '4.1',
  '411': '4.1.1',
  '42': '4.2',
  '43': '4.3',
};

/** Reads messages by libxml2 and XPath. It shares nothing with the reader that it is compared with. */
export class ErnOracle {
  private readonly compiled = new Map<string, XmlXPath>();

  private constructor(private readonly library: Libxml2) {}

  static async load(): Promise<ErnOracle> {
    return new ErnOracle(await libxml2());
  }

  /** Works on the document; undefined where it is not well-formed. */
  parsed<Result>(bytes: Uint8Array, work: (document: OracleDocument) => Result): Result | undefined {
    const { XmlDocument: Document, XmlParseError, ParseOption } = this.library;
    let document: XmlDocument;
    try {
      document = Document.fromBuffer(bytes, { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE });
    } catch (error) {
      if (error instanceof XmlParseError) return undefined;
      throw error;
    }
    try {
      return work(new OracleDocument(this, document.root));
    } finally {
      document.dispose();
    }
  }

  path(text: string): XmlXPath {
    let found = this.compiled.get(text);
    if (found === undefined) this.compiled.set(text, (found = this.library.XmlXPath.compile(text)));
    return found;
  }
}

export class OracleDocument {
  readonly kind: string;
  readonly namespace: string;
  private readonly family: '3' | '4' | '4.3';

  constructor(
    private readonly oracle: ErnOracle,
    private readonly root: XmlElement,
  ) {
    this.kind = root.name;
    this.namespace = root.namespaceUri;
    const number = this.namespace.split('/').at(-1)!;
    this.family = number.startsWith('3') ? '3' : number === '43' ? '4.3' : '4';
  }

  /** How many nodes are at a path as problems have it: /NewReleaseMessage/ResourceList[1]/…/@Name. */
  nodesAt(path: string): number {
    const steps = path.split('/').slice(1);
    const below = steps.slice(1).map((step) => {
      if (step.startsWith('@')) return step;
      const [, name = '', place = ''] = /^([^[]+)(\[\d+\])?$/.exec(step) ?? [];
      return `${this.step(name)}${place}`;
    });
    return steps[0] === this.kind ? this.root.find(this.oracle.path(['.', ...below].join('/'))).length : 0;
  }

  count(path: string): number {
    return this.all(this.root, path).length;
  }

  digest(): ErnDigest {
    const { root } = this;
    const number = /^http:\/\/ddex\.net\/xml\/ern\/(\w+)$/.exec(this.namespace)?.[1] ?? '';
    const kinds = ['SoundRecording', 'Video', 'Image', 'Text', 'SheetMusic', 'Software', 'MIDI', 'UserDefinedResource'];
    return {
      kind: this.kind,
      version: versions[number] ?? null,
      header: this.header(),
      resources: kinds.flatMap((kind) =>
        this.all(root, `ResourceList/${kind}`).map((each) => this.resource(each, kind)),
      ),
      releases: ['Release', 'TrackRelease', 'ClipRelease'].flatMap((kind) =>
        this.all(root, `ReleaseList/${kind}`).map((each) => this.release(each, kind)),
      ),
      deals: this.all(root, 'DealList/ReleaseDeal/Deal').map((each) => this.deal(each)),
      purged: this.all(root, 'PurgedRelease').map((each) => this.releaseIds(each)),
    };
  }

  private header(): object {
    const [header] = this.all(this.root, 'MessageHeader');
    const text = (path: string): string | null => (header === undefined ? null : this.first(header, path));
    return {
      messageId: text('MessageId'),
      threadId: text('MessageThreadId'),
      createdAt: text('MessageCreatedDateTime'),
      sender: text('MessageSender/PartyName/FullName'),
      onBehalfOf: text('SentOnBehalfOf/PartyName/FullName'),
      isTest: text('MessageControlType') === 'TestMessage',
      isUpdate:
        this.family === '3' && this.count('UpdateIndicator') > 0
          ? this.first(this.root, 'UpdateIndicator') === 'UpdateMessage'
          : null,
    };
  }

  private resource(element: XmlElement, kind: string): object {
    const old = this.family === '3';
    const details = `${kind}DetailsByTerritory`;
    const isEdited = this.family === '4.3' && (kind === 'SoundRecording' || kind === 'Video');
    const ids = old ? `${kind}Id` : isEdited ? `${kind}Edition/ResourceId` : 'ResourceId';
    const valid = this.all(element, ids).filter(isCurrent);
    const isrcs = valid.flatMap((each) =>
      this.all(each, 'ISRC')
        .filter(isCurrent)
        .flatMap((isrc) => this.textOf(isrc) || []),
    );
    const artists = this.all(element, old ? `${details}/DisplayArtist` : 'DisplayArtist');
    const contributors = old
      ? [
          ...this.all(element, `${details}/ResourceContributor`),
          ...this.all(element, `${details}/IndirectResourceContributor`),
        ]
      : [
          ...this.all(element, 'Contributor'),
          ...(isEdited ? this.all(element, `${kind}Edition/EditionContributor`) : []),
        ];
    const controllers = this.all(element, old ? `${details}/RightsController` : 'ResourceRightsController');
    return {
      kind,
      reference: this.first(element, 'ResourceReference'),
      isrcs: unique(
        isrcs.map((isrc) =>
          isrc
            .toUpperCase()
            .replace(/^ISRC[\s:-]*/, '')
            .replace(/[\s-]/g, ''),
        ),
      ),
      titles: old
        ? [...this.titles(element, 'ReferenceTitle'), ...this.titles(element, `${details}/Title`)]
        : [
            ...this.texts(element, 'DisplayTitleText'),
            ...this.titles(element, 'DisplayTitle'),
            ...this.titles(element, 'AdditionalTitle'),
          ],
      artists: artists.map((each) => this.partyOf(each, 'ArtistPartyReference')),
      contributors: contributors.map((each) => [
        this.partyOf(each, 'ContributorPartyReference'),
        ...this.texts(each, old ? `${each.name}Role` : 'Role'),
        ...this.texts(each, 'InstrumentType'),
      ]),
      shares: controllers.map((each) => [
        this.partyOf(each, 'RightsControllerPartyReference'),
        percent(this.all(each, 'RightSharePercentage')[0], this.first(each, 'RightSharePercentage')),
      ]),
      lines: [old ? `${details}/PLine` : isEdited ? `${kind}Edition/PLine` : 'PLine'].flatMap((path) =>
        this.texts(element, `${path}/PLineText`),
      ),
      seconds: seconds(this.first(element, 'Duration')),
      works: unique([
        ...(old ? [] : this.texts(element, 'WorkId/ISWC')).map((iswc) => iswc.replace(/[\s.-]/g, '')),
        ...this.texts(
          element,
          'ResourceMusicalWorkReferenceList/ResourceMusicalWorkReference/ResourceMusicalWorkReference',
        ).flatMap((reference) => this.work(reference)),
      ]),
    };
  }

  private release(element: XmlElement, kind: string): object {
    const old = this.family === '3';
    const details = 'ReleaseDetailsByTerritory/';
    const labels = old
      ? this.texts(element, `${details}LabelName`)
      : this.texts(element, 'ReleaseLabelReference').map((reference) => this.party(reference));
    return {
      kind,
      reference: this.first(element, 'ReleaseReference'),
      ...this.releaseIds(element),
      titles: old
        ? [...this.titles(element, 'ReferenceTitle'), ...this.titles(element, `${details}Title`)]
        : [
            ...this.texts(element, 'DisplayTitleText'),
            ...this.titles(element, 'DisplayTitle'),
            ...this.titles(element, 'AdditionalTitle'),
          ],
      labels,
      types: [...this.texts(element, 'ReleaseType'), ...(old ? this.texts(element, `${details}ReleaseType`) : [])],
      genres: this.texts(element, `${old ? details : ''}Genre/GenreText`),
      items: this.items(element, old ? details : ''),
    };
  }

  /** Of groups in groups, from the outside to the inside. */
  private items(element: XmlElement, before: string): string[] {
    const found: string[] = [];
    const look = (group: XmlElement): void => {
      found.push(
        ...this.all(group, 'ResourceGroupContentItem').map(
          (item) => this.first(item, 'ReleaseResourceReference') ?? '',
        ),
      );
      this.all(group, 'ResourceGroup').forEach(look);
    };
    this.all(element, `${before}ResourceGroup`).forEach(look);
    return found;
  }

  private releaseIds(element: XmlElement): object {
    const valid = this.all(element, 'ReleaseId').filter(isCurrent);
    const of = (name: string): string[] => unique(valid.flatMap((each) => this.texts(each, name)));
    return {
      icpns: of('ICPN').map((icpn) => icpn.replace(/[\s-]/g, '')),
      grids: of('GRid').map((grid) =>
        grid
          .toUpperCase()
          .replace(/[\s.-]/g, '')
          .replace(/^GRID:?/, ''),
      ),
    };
  }

  private deal(element: XmlElement): object {
    const [terms] = this.all(element, 'DealTerms');
    const references = this.all(element, '..').flatMap((each) => this.texts(each, 'DealReleaseReference'));
    if (terms === undefined) return { releases: references, terms: null };
    return {
      releases: references,
      models: this.texts(terms, 'CommercialModelType'),
      uses: this.texts(terms, this.family === '3' ? 'Usage/UseType' : 'UseType'),
      territories: this.texts(terms, 'TerritoryCode'),
      excluded: this.texts(terms, 'ExcludedTerritoryCode'),
      periods: this.all(terms, 'ValidityPeriod').map((period) => [
        this.bound(period, 'Start', 0),
        this.bound(period, 'End', 1),
      ]),
      prices: this.all(terms, 'PriceInformation').map((price) => [
        this.first(price, 'PriceType') ?? attribute(price, 'PriceType'),
        this.first(price, 'PriceCode'),
        this.first(price, 'WholesalePricePerUnit')?.replace(/\.0*$|(\.\d*?)0+$/, '$1') ?? null,
      ]),
      policies: this.all(terms, 'RightsClaimPolicy').map((policy) => this.first(policy, 'RightsClaimPolicyType')),
      isTakeDown: ['TakeDown', 'AllDealsCancelled'].some((name) => /^(true|1)$/.test(this.first(terms, name) ?? '')),
    };
  }

  /** Days are inclusive: an end is the next day's beginning. */
  private bound(period: XmlElement, name: string, later: 0 | 1): string | null {
    const time = this.first(period, `${name}DateTime`);
    if (time !== null) return time;
    const date = this.first(period, `${name}Date`);
    if (date === null || date.includes('T')) return date;
    const [year = 0, month, day] = date.split('-').map(Number);
    const parts = [month, day].filter((part) => part !== undefined).length;
    const moment = new Date(
      Date.UTC(
        year + (parts === 0 ? later : 0),
        (month ?? 1) - 1 + (parts === 1 ? later : 0),
        (day ?? 1) + (parts === 2 ? later : 0),
      ),
    );
    if (year < 100) moment.setUTCFullYear(year);
    return moment.toISOString().slice(0, 19);
  }

  private titles(element: XmlElement, path: string): string[] {
    return this.all(element, path).flatMap((each) => this.first(each, 'TitleText') ?? []);
  }

  private partyOf(element: XmlElement, reference: string): string | null {
    const named = this.family === '3' ? null : this.first(element, reference);
    if (named !== null) return this.party(named);
    return this.fullNames(element)[0] ?? null;
  }

  private party(reference: string): string | null {
    const found = this.all(this.root, 'PartyList/Party').find(
      (each) => this.first(each, 'PartyReference') === reference,
    );
    return found === undefined ? null : (this.fullNames(found)[0] ?? null);
  }

  private fullNames(element: XmlElement): string[] {
    return this.all(element, 'PartyName').flatMap((each) => this.first(each, 'FullName') ?? []);
  }

  private work(reference: string): string[] {
    const works = this.family === '3' ? this.all(this.root, 'WorkList/MusicalWork') : [];
    const found = works.find((each) => this.first(each, 'MusicalWorkReference') === reference);
    return found === undefined
      ? []
      : this.texts(found, 'MusicalWorkId/ISWC').map((iswc) => iswc.replace(/[\s.-]/g, ''));
  }

  private texts(element: XmlElement, path: string): string[] {
    return this.all(element, path).flatMap((each) => this.textOf(each) || []);
  }

  /** Of the first one; null where there is none or nothing in it. */
  private first(element: XmlElement, path: string): string | null {
    const [found] = this.all(element, path);
    return found === undefined ? null : this.textOf(found) || null;
  }

  /** Its own text, without that of elements in it. */
  private textOf(element: XmlElement): string {
    return element
      .find(this.oracle.path('text()'))
      .map(({ content }) => content)
      .join('')
      .replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
  }

  private all(element: XmlElement, path: string): XmlElement[] {
    const steps = path.split('/').map((name) => (name === '..' ? name : this.step(name)));
    return element.find(this.oracle.path(steps.join('/'))) as XmlElement[];
  }

  private step(name: string): string {
    return `*[local-name()='${name}' and (namespace-uri()='' or namespace-uri()='${this.namespace.replaceAll("'", '')}')]`;
  }
}

/** Not replaced by another one. */
const isCurrent = (element: XmlElement): boolean => !/^(true|1)$/.test(attribute(element, 'IsReplaced') ?? '');
const unique = (values: readonly string[]): string[] => [...new Set(values)];
const attribute = (element: XmlElement, name: string): string | null =>
  element.attrs.find((each) => each.name === name && each.prefix === '')?.value ?? null;

/** In exact arithmetic of another kind than the reader's: billionths. */
function seconds(duration: string | null): string | null {
  if (duration === null) return null;
  const factors: Readonly<Record<string, number>> = { D: 86_400, H: 3600, M: 60, S: 1 };
  let billionths = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of duration.matchAll(/(\d+)(?:\.(\d+))?([DHMS])/g)) {
    billionths += BigInt(factors[unit]!) * (BigInt(whole) * 10n ** 12n + BigInt(fraction.padEnd(12, '0')));
  }
  return billionths === 0n ? null : decimal(billionths, 12);
}

function percent(element: XmlElement | undefined, text: string | null): string | null {
  if (element === undefined || text === null) return null;
  const [whole = '', fraction = ''] = text.replace(/^\+/, '').split('.');
  const scale = /^(true|1)$/.test(attribute(element, 'HasMaxValueOfOne') ?? '') ? 100n : 1n;
  return decimal(BigInt(whole + fraction.padEnd(30, '0')) * scale, 30);
}

function decimal(units: bigint, places: number): string {
  const digits = String(units).padStart(places + 1, '0');
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
}
