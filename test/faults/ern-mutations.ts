import { gzipSync } from 'node:zlib';
import { below, oneOf, type Random, upTo } from '../support/dsr-cells';

/** A damaged message, and how. */
export interface MutatedMessage {
  readonly bytes: Buffer;
  readonly what: string;
}

/** Values that are written by hand, by spreadsheets or on purpose. */
const nastyValues = [
  '',
  ' ',
  '-1',
  '1e5',
  'NaN',
  '0',
  'true',
  'TRUE',
  'PT',
  'P1M',
  'PT1.5.5S',
  '-PT3M',
  'PT99999999999999S',
  '2026-02-30',
  '2026-13',
  '0000-01-01',
  '2026-01-01T25:00:00',
  '2026-01-01T00:00:00+15:00',
  'USBENCH0100001',
  'us-sm1-98-03037',
  'ISRC USSM19803037',
  '731453000000',
  '5099907138556',
  'A12425GABC1234002N',
  'PADPIDA2014999999Z',
  'T-034.524.680-1',
  'Worldwide',
  'XX',
  'DE ',
  '100.0000001',
  '.5',
  '+0.5',
  'R0',
  'A1',
  'A404',
  'P404',
  '__proto__',
  'constructor',
  'x'.repeat(3000),
  'a&amp;b',
  'a&#x41;b',
  'a&#10;b',
  '&lt;b&gt;',
  '<![CDATA[<b> & ]]>',
  'a<!-- between -->b',
  'a<?pi?>b',
  '<b>x</b>',
  'a<b/>c',
  '&undefined;',
  '&#0;',
  '&#xFFFE;',
  '\u0001',
  '\u0085',
  '\u2028',
  '\ufeff',
  '\u00a0x\u3000',
  ']]>',
  '&',
  '<',
] as const;

const names = [
  'SoundRecording',
  'ReleaseDeal',
  'Deal',
  'Release',
  'TrackRelease',
  'Party',
  'DealList',
  'PartyList',
  'ISRC',
  'ReleaseId',
  'Duration',
  'TerritoryCode',
  'ResourceGroup',
  'TechnicalDetails',
  'Anything',
  'x:Foreign',
  'ern:ISRC',
  'a:b:c',
] as const;

const attributes = [
  'IsDefault="maybe"',
  'IsReplaced="true"',
  'IsReplaced="1"',
  'IsMainRelease="1"',
  'Namespace="x"',
  'HasMaxValueOfOne="true"',
  'ApplicableTerritoryCode="JP"',
  'SequenceNumber="two"',
  'xmlns="http://ddex.net/xml/ern/43"',
  'xmlns="urn:other"',
  'xmlns:x="urn:other"',
  'xmlns:ern="urn:other"',
  'x:y="1"',
  'a="1" a="2"',
  'a=1',
  'a',
  'a="<"',
  'a="&amp;"',
  'IdentifierType="TIS"',
] as const;

/** One mutation, or a few on top of each other. */
export function mutateMessage(file: Buffer, random: Random): MutatedMessage {
  const times = random() < 0.6 ? 1 : 2 + below(random, 4);
  let text = file.toString();
  const what: string[] = [];
  for (let time = 0; time < times; time += 1) {
    const [name, change] = oneOf(random, onStructure);
    text = change(text, random);
    what.push(name);
  }
  const [name, change] = random() < 0.25 ? oneOf(random, onBytes) : whole;
  return { bytes: change(Buffer.from(text), random), what: [...what, name].join(', ') };
}

type OnText = readonly [name: string, change: (text: string, random: Random) => string];
type OnBytes = readonly [name: string, change: (bytes: Buffer, random: Random) => Buffer];
const whole: OnBytes = ['no byte changed', (bytes) => bytes];

/** An element with all that is in it, by place; of small ones more than of large ones. */
interface Span {
  readonly start: number;
  readonly end: number;
}

const TAG = /<(\/?)([\w:.-]+)[^<>]*?(\/?)>/g;

function spansOf(text: string): Span[] {
  const open: { name: string; start: number }[] = [];
  const spans: Span[] = [];
  for (const match of text.matchAll(TAG)) {
    const [tag, closing, name = '', empty] = match;
    const end = match.index + tag.length;
    if (empty === '/') spans.push({ start: match.index, end });
    else if (closing !== '/') open.push({ name, start: match.index });
    else if (open.at(-1)?.name === name) spans.push({ start: open.pop()!.start, end });
  }
  return spans;
}

/** Without the root, the last to end. */
function anySpan(text: string, random: Random): Span {
  const spans = spansOf(text);
  return spans.length < 2 ? { start: 0, end: 0 } : spans[below(random, spans.length - 1)]!;
}

const cut = (text: string, { start, end }: Span): string => text.slice(start, end);
const replaced = (text: string, { start, end }: Span, by: string): string =>
  text.slice(0, start) + by + text.slice(end);

/** An element without others in it: its text. */
function anyText(text: string, random: Random): Span {
  const places = [...text.matchAll(/>[^<>]*<\//g)];
  if (places.length === 0) return { start: 0, end: 0 };
  const match = oneOf(random, places);
  return { start: match.index + 1, end: match.index + match[0].length - 2 };
}

const onStructure: readonly OnText[] = [
  ['an element lost', (text, random) => replaced(text, anySpan(text, random), '')],
  [
    'an element twice',
    (text, random) => {
      const span = anySpan(text, random);
      return replaced(text, span, cut(text, span) + cut(text, span));
    },
  ],
  [
    'an element elsewhere',
    (text, random) => {
      const span = anySpan(text, random);
      const taken = cut(text, span);
      const rest = replaced(text, span, '');
      const { end } = anySpan(rest, random);
      return replaced(rest, { start: end, end }, taken);
    },
  ],
  [
    'an element inside another',
    (text, random) => {
      const taken = cut(text, anySpan(text, random));
      const at = text.indexOf('>', anySpan(text, random).start) + 1;
      return replaced(text, { start: at, end: at }, taken);
    },
  ],
  [
    'two elements exchanged',
    (text, random) => {
      const [one, other] = [anySpan(text, random), anySpan(text, random)].sort((a, b) => a.start - b.start);
      if (one!.end > other!.start) return text;
      return replaced(replaced(text, other!, cut(text, one!)), one!, cut(text, other!));
    },
  ],
  [
    'an element of another name',
    (text, random) => {
      const span = anySpan(text, random);
      const name = oneOf(random, names);
      const changed = cut(text, span)
        .replace(/^<[\w:.-]+/, `<${name}`)
        .replace(/<\/[\w:.-]+>$/, `</${name}>`);
      return replaced(text, span, changed);
    },
  ],
  [
    'an element wrapped',
    (text, random) => {
      const span = anySpan(text, random);
      const name = oneOf(random, names);
      return replaced(text, span, `<${name}>${cut(text, span)}</${name}>`);
    },
  ],
  [
    'an element unwrapped',
    (text, random) => {
      const span = anySpan(text, random);
      return replaced(
        text,
        span,
        cut(text, span)
          .replace(/^<[^<>]*>/, '')
          .replace(/<\/[\w:.-]+>$/, ''),
      );
    },
  ],
  ['only half of an element', (text, random) => replaced(text, anySpan(text, random), `<${oneOf(random, names)}>`)],
  ['a text changed', (text, random) => replaced(text, anyText(text, random), oneOf(random, nastyValues))],
  ['a text changed', (text, random) => replaced(text, anyText(text, random), oneOf(random, nastyValues))],
  ['a text from another', (text, random) => replaced(text, anyText(text, random), cut(text, anyText(text, random)))],
  [
    'an attribute won',
    (text, random) => {
      const at = text.slice(anySpan(text, random).start).search(/[\s/>]/) + anySpan(text, () => 0).start;
      const start = Math.max(0, at);
      return /^[\s/>]/.test(text.slice(start))
        ? replaced(text, { start, end: start }, ` ${oneOf(random, attributes)}`)
        : text;
    },
  ],
  [
    'an attribute of an element won',
    (text, random) => {
      const { start } = anySpan(text, random);
      const at = start + Math.max(0, text.slice(start).search(/[\s/>]/));
      return replaced(text, { start: at, end: at }, ` ${oneOf(random, attributes)}`);
    },
  ],
  ['an attribute lost', (text, random) => withoutAttribute(text, random)],
  [
    'another version',
    (text, random) =>
      text.replace(
        /xml\/ern\/\w+/,
        `xml/ern/${oneOf(random, ['37', '382', '41', '411', '42', '43', '44', '432', 'x'])}`,
      ),
  ],
  ['ends of lines of another system', (text) => text.replaceAll('\n', '\r\n')],
  ['no ends of lines', (text) => text.replaceAll('\n', '')],
  ['a comment', (text, random) => insertedAnywhere(text, random, '<!-- <Deal> & -->')],
  ['an instruction', (text, random) => insertedAnywhere(text, random, '<?ask a="1"?>')],
  ['a foreign element', (text, random) => insertedAnywhere(text, random, '<f:a xmlns:f="urn:f"><ISRC>x</ISRC></f:a>')],
  ['a document type', (text) => text.replace('?>', '?><!DOCTYPE a [<!ENTITY b "c">]>')],
  [
    'another encoding said',
    (text, random) => text.replace('UTF-8', oneOf(random, ['UTF-16', 'ISO-8859-1', 'utf-7', 'x'])),
  ],
  ['another version of XML', (text) => text.replace('version="1.0"', 'version="1.1"')],
];

function withoutAttribute(text: string, random: Random): string {
  const places = [...text.matchAll(/ [\w:]+="[^"<>]*"/g)];
  if (places.length === 0) return text;
  const { index, 0: found } = oneOf(random, places);
  return replaced(text, { start: index, end: index + found.length }, '');
}

function insertedAnywhere(text: string, random: Random, what: string): string {
  const { start } = anySpan(text, random);
  return replaced(text, { start, end: start }, what);
}

const utf16 = (text: string, isBig: boolean): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return isBig ? bytes.swap16() : bytes;
};

const onBytes: readonly OnBytes[] = [
  ['bytes changed', changeBytes],
  ['bytes changed', changeBytes],
  ['cut off', (bytes, random) => bytes.subarray(0, below(random, bytes.length))],
  ['a byte order mark', (bytes) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])],
  [
    'UTF-16',
    (bytes, random) => {
      const text = bytes.toString().replace('UTF-8', random() < 0.8 ? 'UTF-16' : 'UTF-8');
      return utf16(random() < 0.7 ? `\ufeff${text}` : text, random() < 0.5);
    },
  ],
  ['Latin-1', (bytes) => Buffer.from(bytes.toString(), 'latin1')],
  ['nothing at all', () => Buffer.alloc(0)],
  ['twice', (bytes) => Buffer.concat([bytes, bytes])],
  ['packed', (bytes) => gzipSync(bytes)],
];

function changeBytes(file: Buffer, random: Random): Buffer {
  let changed = file;
  for (const _ of upTo(random, 1, 4, () => null)) {
    const place = below(random, changed.length + 1);
    const bytes = Buffer.from(
      upTo(random, 0, 3, () => oneOf(random, [0, 9, 13, 34, 38, 60, 62, 93, 128, 255, below(random, 256)])),
    );
    changed = Buffer.concat([changed.subarray(0, place), bytes, changed.subarray(place + below(random, 4))]);
  }
  return changed;
}
