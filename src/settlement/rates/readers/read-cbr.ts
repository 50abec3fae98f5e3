import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { divide, exactText, isCalendarDate, presentable, rational } from '../../../kernel';
import { isCode, type PublishedRate, RatesFaults, type ReadingOf, type ReadRates, readRates } from './rates-file';

/** A file of one currency names it by a number of the bank's own only: whoever sends it says which currency that is. */
export interface CbrReadingOf extends ReadingOf {
  readonly currency?: string;
}

const rootName = 'ValCurs';
/** What may stand in a rate of each layout; NumCode, Name and VunitRate (a rounded quotient) are passed over. */
const children: Readonly<Record<string, readonly string[]>> = {
  Valute: ['NumCode', 'CharCode', 'Nominal', 'Name', 'Value', 'VunitRate'],
  Record: ['Nominal', 'Value', 'VunitRate'],
};
const valueForm = /^\d{1,12}(,\d{1,12})?$/;
const nominalForm = /^[1-9]\d{0,8}$/;
const textMax = 300;

/**
 * The Bank of Russia's XML, of one day (`XML_daily.asp`: all currencies) or of one currency (`XML_dynamic.asp`): so many roubles for as many units as the
 * nominal says, divided exactly. Windows-1251 or UTF-8, as its first line declares. A document type is refused before anything is parsed.
 */
export function readCbr(bytes: Uint8Array, options: CbrReadingOf): ReadRates {
  const faults = new RatesFaults();
  const text = textOf(bytes, faults);
  if (text === undefined) return readRates([], faults);
  const document = new CbrDocument(options, faults);
  const parser = new SaxesParser();
  parser.on('error', ({ message }) => document.broken(parser.line, message));
  parser.on('opentag', (tag) => document.opened(parser.line, tag));
  parser.on('closetag', ({ name }) => document.closed(name));
  parser.on('text', (piece) => document.told(parser.line, piece));
  parser.on('cdata', (piece) => document.told(parser.line, piece));
  parser.write(text).close();
  const malformed = document.ended();
  return malformed ? readRates([], malformed) : readRates(document.rates, faults);
}

/** The text, decoded as its first line says; undefined with a fault where it cannot be, or where it has a document type. */
function textOf(bytes: Uint8Array, faults: RatesFaults): string | undefined {
  const beginning = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const refuse = (code: string, value: string, message: string): undefined => {
    faults.add({ line: 1, cell: '', code, value, message });
    return undefined;
  };
  // What it would define could grow without end, or name files and addresses.
  if (/<!(doctype|entity)/i.test(Buffer.from(bytes).toString('latin1'))) {
    return refuse('xml-doctype', '', 'a document type is not read');
  }
  const [, declared = 'utf-8'] =
    /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']/.exec(beginning) ?? [];
  const encoding = declared.toLowerCase();
  if (encoding !== 'windows-1251' && encoding !== 'utf-8') {
    return refuse('xml-encoding', declared, 'must be windows-1251 or UTF-8');
  }
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return refuse('xml-encoding', declared, 'the bytes are not in the encoding that the first line names');
  }
}

interface OpenRate {
  readonly element: string;
  readonly line: number;
  readonly date: string;
  readonly cells: Map<string, string>;
}

/** What the parser tells, put together: one rate at a time is open, and in it one cell. */
class CbrDocument {
  readonly rates: PublishedRate[] = [];
  private root: SaxesTagPlain | undefined;
  private open: OpenRate | undefined;
  private cell: { readonly name: string; text: string } | undefined;
  private readonly path: string[] = [];
  private readonly seen = new Set<string>();
  private malformed: RatesFaults | undefined;

  constructor(
    private readonly options: CbrReadingOf,
    private readonly faults: RatesFaults,
  ) {}

  broken(line: number, message: string): void {
    if (this.malformed) return;
    this.malformed = new RatesFaults();
    const text = presentable(message.replace(/^\d+:\d+: /, ''));
    this.malformed.add({ line, cell: '', code: 'xml-malformed', value: '', message: text });
  }

  opened(line: number, tag: SaxesTagPlain): void {
    if (this.malformed) return;
    const [root, rate] = this.path;
    this.path.push(tag.name);
    if (root === undefined) this.begin(line, tag);
    else if (rate === undefined) this.beginRate(line, tag);
    else if (this.path.length > 3 || children[rate]?.includes(tag.name) !== true) {
      this.add(line, tag.name, 'element-unknown', tag.name, 'does not belong here');
    } else if (this.open?.cells.has(tag.name) === true) {
      this.add(line, tag.name, 'element-repeated', tag.name, 'stands twice');
    } else this.cell = { name: tag.name, text: '' };
  }

  told(line: number, piece: string): void {
    if (this.malformed) return;
    if (this.cell !== undefined && this.path.length === 3) {
      if (this.cell.text.length <= textMax) this.cell.text += piece.slice(0, textMax + 1);
    } else if (piece.trim() !== '') {
      this.add(line, this.path.at(-1) ?? '', 'text-unexpected', piece.trim(), 'no text belongs here');
    }
  }

  closed(name: string): void {
    if (this.malformed) return;
    this.path.pop();
    if (this.cell?.name === name && this.path.length === 2) {
      this.open?.cells.set(name, this.cell.text.trim());
      this.cell = undefined;
    }
    if (this.path.length === 1 && this.open !== undefined) {
      this.endRate(this.open);
      this.open = undefined;
    }
  }

  /** Of a text that is not well-formed only the first fault is told: all others may follow from it. */
  ended(): RatesFaults | undefined {
    if (this.root === undefined) this.broken(1, 'there is no root element');
    return this.malformed;
  }

  private add(line: number, cell: string, code: string, value: string, message: string): void {
    this.faults.add({ line, cell, code, value, message });
  }

  private begin(line: number, tag: SaxesTagPlain): void {
    this.root = tag;
    if (tag.name !== rootName) this.add(line, tag.name, 'element-unknown', tag.name, `the root must be ${rootName}`);
    else if (this.isDynamic && this.options.currency === undefined) {
      const id = tag.attributes.ID ?? '';
      this.add(line, 'ID', 'currency-missing', id, 'the file is of one currency: say which one it is');
    }
  }

  private get isDynamic(): boolean {
    return this.root?.attributes.DateRange1 !== undefined;
  }

  private beginRate(line: number, { name, attributes }: SaxesTagPlain): void {
    const wanted = this.isDynamic ? 'Record' : 'Valute';
    if (name !== wanted) this.add(line, name, 'element-unknown', name, `only ${wanted} belongs here`);
    const date = (this.isDynamic ? attributes.Date : this.root?.attributes.Date) ?? '';
    this.open = { element: name, line, date, cells: new Map() };
  }

  private endRate({ element, line, date, cells }: OpenRate): void {
    if (children[element] === undefined) return;
    const base = this.isDynamic ? (this.options.currency ?? '') : (cells.get('CharCode') ?? '');
    const day = this.dayOf(line, date);
    // A currency that nobody told is told of once, at the root.
    const isUntold = this.isDynamic && base === '';
    const isCodeSound = isUntold || (isCode(base) && base !== 'RUB');
    if (!isCodeSound) this.add(line, 'CharCode', 'currency-malformed', base, 'must be a currency code, not RUB');
    const rate = this.rateOf(line, cells);
    if (day === undefined || rate === undefined || !isCodeSound) return;
    const key = `${base} ${day}`;
    if (this.seen.has(key)) this.add(line, '', 'rate-repeated', key, 'stands twice');
    this.seen.add(key);
    this.rates.push({ base, quote: 'RUB', day, rate, line });
  }

  /** The value over the nominal, exactly; undefined with a fault for each of them that is none. */
  private rateOf(line: number, cells: ReadonlyMap<string, string>): string | undefined {
    const [nominal, value] = [cells.get('Nominal') ?? '', cells.get('Value') ?? ''];
    const isNominalSound = nominalForm.test(nominal);
    if (!isNominalSound) this.add(line, 'Nominal', 'nominal-malformed', nominal, 'must be a whole number above zero');
    const isValueSound = valueForm.test(value) && /[1-9]/.test(value);
    if (!isValueSound) {
      this.add(line, 'Value', 'rate-malformed', value, 'must be a number above zero, with a decimal comma');
    }
    if (!isNominalSound || !isValueSound) return undefined;
    return exactText(divide(rational(value.replace(',', '.')), rational(nominal)));
  }

  private dayOf(line: number, value: string): PublishedRate['day'] | undefined {
    const day = value.replace(/^(\d{2})\.(\d{2})\.(\d{4})$/, '$3-$2-$1');
    if (!/^\d{2}\./.test(value) || !isCalendarDate(day)) {
      this.add(line, 'Date', 'day-malformed', value, 'must be a day: dd.mm.yyyy');
      return undefined;
    }
    if (day <= this.options.lastDay) return day;
    this.add(line, 'Date', 'day-to-come', value, 'is still to come');
    return undefined;
  }
}
