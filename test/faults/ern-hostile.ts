import { gzipSync } from 'node:zlib';
import { checkMessage } from '../../src/ddex';

const MEBIBYTE = 1024 * 1024;
const SECOND = 1000;
const open = '<ern:NewReleaseMessage xmlns:ern="http://ddex.net/xml/ern/43">';
const inHeader = `${open}<MessageHeader><MessageId>`;
const endless = 100_000_000;

interface Hostile {
  readonly what: string;
  readonly code: string;
  /** The file, piece by piece; whoever refuses early asks for few of them. */
  readonly pieces: () => Generator<string | Buffer>;
}

function* once(...pieces: readonly (string | Buffer)[]): Generator<string | Buffer> {
  yield* pieces;
}
/** Something again and again, as much as nobody must read. */
function* again(begin: string, piece: string, times: number): Generator<string | Buffer> {
  yield begin;
  const chunk = piece.repeat(Math.max(1, Math.ceil(MEBIBYTE / piece.length)));
  for (let written = 0; written < piece.length * times; written += chunk.length) yield chunk;
}
function* manyAttributes(): Generator<string> {
  yield `${open}<a`;
  for (let number = 0; number < 1_000_000; number += 10_000) {
    yield Array.from({ length: 10_000 }, (_, index) => ` a${number + index}="1"`).join('');
  }
}
function* longParties(): Generator<string> {
  yield `${open}<PartyList>`;
  for (let number = 0; number < 10_000; number += 1) {
    yield `<Party><PartyReference>P${number}</PartyReference><PartyName><FullName>${'x'.repeat(200_000)}</FullName></PartyName></Party>`;
  }
}
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');

const hostile: readonly Hostile[] = [
  ...[
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd">',
    '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd">%p;]>',
    '<!DOCTYPE a [<!ENTITY l "lol"><!ENTITY m "&l;&l;&l;&l;&l;&l;&l;&l;">]>',
  ].map((doctype) => ({
    what: doctype,
    code: 'doctype-forbidden',
    pieces: () => once(`<?xml version="1.0"?>${doctype}${open}&l;</ern:NewReleaseMessage>`),
  })),
  { what: 'two document types', code: 'doctype-forbidden', pieces: () => once('<!DOCTYPE a><!DOCTYPE a>', open) },
  { what: 'a document type inside', code: 'doctype-forbidden', pieces: () => once(open, '<!DOCTYPE a>') },
  { what: 'a document type in UTF-16', code: 'doctype-forbidden', pieces: () => once(utf16('<!DOCTYPE a><a/>')) },
  {
    what: 'a document type without end',
    code: 'markup-too-long',
    pieces: () => again('<!DOCTYPE a [', '<!-- x -->', endless),
  },
  { what: 'an entity', code: 'entity-forbidden', pieces: () => once(inHeader, '&xxe;') },
  { what: 'depth 100,000', code: 'too-deep', pieces: () => again(open, '<a>', 100_000) },
  {
    what: 'a million attributes',
    code: 'too-many-attributes',
    pieces: () => manyAttributes(),
  },
  {
    what: 'an attribute of a gigabyte',
    code: 'markup-too-long',
    pieces: () => again(`${open}<a b="`, 'x', 1024 * MEBIBYTE),
  },
  {
    what: 'an attribute of 200,000 characters',
    code: 'attribute-too-long',
    pieces: () => once(`${open}<a b="${'x'.repeat(200_000)}"/>`),
  },
  { what: 'a name of a gigabyte', code: 'markup-too-long', pieces: () => again(`${open}<a`, 'x', 1024 * MEBIBYTE) },
  { what: 'a long name', code: 'name-too-long', pieces: () => once(`${open}<${'x'.repeat(1000)}>`) },
  { what: 'a text of a gigabyte', code: 'markup-too-long', pieces: () => again(inHeader, 'x', 1024 * MEBIBYTE) },
  {
    what: 'a million references to characters',
    code: 'markup-too-long',
    pieces: () => again(inHeader, '&#65;', 1_000_000),
  },
  {
    what: 'a CDATA section of a gigabyte',
    code: 'markup-too-long',
    pieces: () => again(`${inHeader}<![CDATA[`, 'x', 1024 * MEBIBYTE),
  },
  {
    what: 'a comment of a gigabyte',
    code: 'markup-too-long',
    pieces: () => again(`${open}<!--`, 'x', 1024 * MEBIBYTE),
  },
  { what: 'comments without end', code: 'markup-too-long', pieces: () => again(open, '<!-- x -->', endless) },
  { what: 'instructions without end', code: 'markup-too-long', pieces: () => again(open, '<?a b?>', endless) },
  {
    what: 'a header without end',
    code: 'unit-too-large',
    pieces: () => again(`${open}<MessageHeader>`, '<MessageRecipient/>', endless),
  },
  {
    what: 'parties with long names without end',
    code: 'too-many-references',
    pieces: () => longParties(),
  },
  {
    what: 'a deal without end',
    code: 'unit-too-large',
    pieces: () =>
      again(`${open}<DealList><ReleaseDeal><Deal><DealTerms>`, '<TerritoryCode>DE</TerritoryCode>', endless),
  },
  {
    what: 'releases of a deal without end',
    code: 'unit-too-large',
    pieces: () => again(`${open}<DealList><ReleaseDeal>`, '<DealReleaseReference>R1</DealReleaseReference>', endless),
  },
  { what: 'blanks without end', code: 'markup-too-long', pieces: () => again('', ' ', 1024 * MEBIBYTE) },
  { what: 'a NUL', code: 'xml-malformed', pieces: () => once(inHeader, Buffer.from([0]), '</MessageId>') },
  {
    what: 'UTF-7',
    code: 'encoding-unsupported',
    pieces: () => once('<?xml version="1.0" encoding="UTF-7"?>+ADw-a+AD4-'),
  },
  { what: 'UTF-7 without saying so', code: 'xml-malformed', pieces: () => once('+ADw-ern:NewReleaseMessage+AD4-') },
  {
    what: 'UTF-16 that says UTF-8',
    code: 'encoding-wrong',
    pieces: () => once(utf16('<?xml version="1.0" encoding="UTF-8"?><a/>')),
  },
  {
    what: 'UTF-8 that says UTF-16',
    code: 'encoding-wrong',
    pieces: () => once('<?xml version="1.0" encoding="UTF-16"?><a/>'),
  },
  { what: 'UTF-16 that nobody says', code: 'encoding-wrong', pieces: () => once(Buffer.from(open, 'utf16le')) },
  { what: 'UTF-32', code: 'encoding-unsupported', pieces: () => once(Buffer.from([0, 0, 0xfe, 0xff, 0, 0, 0, 0x3c])) },
  { what: 'half a character', code: 'encoding-wrong', pieces: () => once(open, Buffer.from([0xc3])) },
  {
    what: 'overlong UTF-8',
    code: 'encoding-wrong',
    pieces: () => once(open, Buffer.from([0xc0, 0xbc]), '</ern:NewReleaseMessage>'),
  },
  {
    what: 'half a surrogate pair',
    code: 'encoding-wrong',
    pieces: () => once(Buffer.concat([utf16(open), Buffer.from([0x00, 0xd8, 0x3c, 0x00])])),
  },
  { what: 'XML 1.1', code: 'xml-version-unsupported', pieces: () => once(`<?xml version="1.1"?>${open}`) },
  { what: 'nothing', code: 'xml-truncated', pieces: () => once('') },
  { what: 'half a message', code: 'xml-truncated', pieces: () => once(inHeader, 'M1') },
  { what: 'two roots', code: 'xml-malformed', pieces: () => once(open, '</ern:NewReleaseMessage><a/>') },
  { what: 'no XML', code: 'xml-malformed', pieces: () => once('{"isrc": "ZZA012600001"}') },
  { what: '10 GiB in 10 MiB of gzip', code: 'gzip-too-dense', pieces: () => again10Gibibytes('<CueSheetList>') },
  { what: 'unknown parts without end', code: 'too-many-problems', pieces: () => again(open, '<a/>', endless) },
  { what: 'gzip in gzip', code: 'xml-malformed', pieces: () => once(gzipSync(gzipSync(open))) },
  {
    what: 'half of a gzip file',
    code: 'gzip-corrupt',
    pieces: () => once(gzipSync(`${open}</ern:NewReleaseMessage>`).subarray(0, 40)),
  },
];

/** Each of many members unpacks to 64 MiB of blanks between elements, none of which is kept. */
function* again10Gibibytes(begin: string): Generator<Buffer> {
  yield gzipSync(open + begin);
  const piece = gzipSync(Buffer.alloc(64 * MEBIBYTE, '<a></a>\n'));
  for (let sent = 0; sent < 160; sent += 1) yield piece;
}

/** Not fatal, and still as much as one thing may have: each must be read, and told of, in good time. */
const laborious: readonly { readonly what: string; readonly text: string }[] = [
  {
    what: 'items that name resources which are not there',
    text: `<ReleaseList><Release><ResourceGroup>${many(30_000, (at) => `<ResourceGroupContentItem><ReleaseResourceReference>A${at}</ReleaseResourceReference></ResourceGroupContentItem>`)}</ResourceGroup></Release></ReleaseList>`,
  },
  {
    what: 'uses that are covered by none',
    text: `<DealList><ReleaseDeal><Deal><DealTerms>${many(90_000, () => '<UseType>Stream</UseType>')}</DealTerms></Deal></ReleaseDeal></DealList>`,
  },
  {
    what: 'a recording of as many ISRCs',
    text: `<ResourceList><SoundRecording><SoundRecordingEdition><ResourceId>${many(90_000, (at) => `<ISRC>ZZACC26${String(at).padStart(5, '0')}</ISRC>`)}</ResourceId></SoundRecordingEdition></SoundRecording></ResourceList>`,
  },
  {
    what: 'deals for as many releases',
    text: `<DealList><ReleaseDeal>${many(40_000, (at) => `<DealReleaseReference>R${at}</DealReleaseReference>`)}${many(4000, () => '<Deal/>')}</ReleaseDeal></DealList>`,
  },
];

function many(count: number, make: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => make(at)).join('');
}

/** Processor's time for each of those, some five megabytes. */
const LABORIOUS_MAX = 3000;

/** What is wrong with how laborious files were read. */
export async function readLaborious(slower = 1): Promise<string[]> {
  const complaints: string[] = [];
  for (const { what, text } of laborious) {
    async function* bytes() {
      yield Buffer.from(`${open}${text}</ern:NewReleaseMessage>`);
    }
    const started = process.cpuUsage();
    const { summary } = await checkMessage(bytes());
    const { user, system } = process.cpuUsage(started);
    if (summary.isRefused) complaints.push(`${what}: refused as ${Object.keys(summary.problemsByCode).join()}`);
    if ((user + system) / 1000 > LABORIOUS_MAX * slower)
      complaints.push(`${what}: took ${Math.round((user + system) / 1000)} ms`);
  }
  return complaints;
}

/**
 * What is wrong with how hostile files were read: each must be refused by its code, within a second of the processor's time, without much memory. `slower`: so many seconds, where
 * other tests share the cores and the code has only just been compiled.
 */
export async function refuseHostile(slower = 1): Promise<string[]> {
  const complaints: string[] = [];
  for (const { what, code, pieces } of hostile) {
    async function* bytes() {
      for (const piece of pieces()) yield Buffer.from(piece);
    }
    const before = process.memoryUsage.rss();
    const started = process.cpuUsage();
    const { summary, problems, recordings } = await checkMessage(bytes());
    const { user, system } = process.cpuUsage(started);
    const spent = (user + system) / 1000;
    const grown = (process.memoryUsage.rss() - before) / MEBIBYTE;
    const found = problems.find((problem) => problem.fatal)?.code;
    if (!summary.isRefused || found !== code) complaints.push(`${what}: ${found ?? 'it was read'}, not ${code}`);
    if (recordings.length > 0) complaints.push(`${what}: something of it was given out`);
    if (spent > SECOND * slower) complaints.push(`${what}: took ${Math.round(spent)} ms`);
    if (grown > GROWTH_MAX) complaints.push(`${what}: took ${Math.round(grown)} MiB`);
  }
  return complaints;
}

/** What is allowed is 64 MiB; garbage of what was read before counts here too. */
const GROWTH_MAX = 128;
