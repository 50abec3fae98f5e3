import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ZipFile } from 'yazl';
import { calendarDateOf, exactText, type Fault, rational } from '../../../kernel';
import { plainDecimal, ratesBytesMax, type ReadRates } from './rates-file';
import { readCbr } from './read-cbr';
import { readEcb } from './read-ecb';
import { readManual } from './read-manual';
import { readPublished } from './read-published';

const example = (name: string): Buffer => readFileSync(join(__dirname, '../../../../examples/rates', name));
const lastDay = calendarDateOf('2026-02-04');
const bytes = (text: string): Buffer => Buffer.from(text);
const ecb = (text: string): ReadRates => readEcb(bytes(text), { lastDay });
const cbr = (text: string, currency?: string): ReadRates =>
  readCbr(bytes(text), { lastDay, ...(currency !== undefined && { currency }) });

const brief = (reading: ReadRates): string[] =>
  'rates' in reading
    ? reading.rates.map(({ day, base, quote, rate }) => `${day} ${base} ${quote} ${rate}`)
    : reading.faults.map(({ pointer, code }) => `${pointer} ${code}`);

const valute = (code: string, nominal: string, value: string): string =>
  `<Valute ID="R1"><CharCode>${code}</CharCode><Nominal>${nominal}</Nominal><Value>${value}</Value></Valute>`;
const daily = (rates: string, date = '31.01.2026'): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ValCurs Date="${date}">\n${rates}\n</ValCurs>`;

describe('the European Central Bank’s CSV', () => {
  it('is read in its layout of a history, where N/A is no rate', () => {
    const rates = brief(readEcb(example('eurofxref-hist.csv'), { lastDay }));
    expect(rates).toHaveLength(4 * 4 + 5);
    expect(rates.slice(0, 4)).toEqual([
      '2026-02-03 EUR USD 1.1',
      '2026-02-03 EUR JPY 165',
      '2026-02-03 EUR GBP 0.84',
      '2026-02-03 EUR KZT 555.5',
    ]);
    expect(rates).toContain('2007-12-28 EUR CYP 0.5851');
  });

  it('gives rates as exact texts do, without blanks of zeros', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,12}(\.\d{1,12})?$/), (text) => {
        expect(plainDecimal(text)).toBe(exactText(rational(text)));
      }),
    );
  });

  it('is read in its layout of one day', () => {
    expect(brief(readEcb(example('eurofxref.csv'), { lastDay }))).toEqual([
      '2026-02-03 EUR USD 1.1',
      '2026-02-03 EUR JPY 165',
      '2026-02-03 EUR GBP 0.84',
      '2026-02-03 EUR KZT 555.5',
    ]);
  });

  it('is refused with every fault, by line and cell', () => {
    const text = [
      'Date,USD,JPY,',
      '2026-02-30,1.1,165,',
      '2026-02-03,1,1,165,',
      '',
      '2026-02-02,0.00,1e3,',
      '2026-02-02,-1,,',
      '2026-02-05,1.1,"165",',
      '31 Jenuary 2026,1.1,N/A,',
    ];
    expect(brief(ecb(text.join('\r\n')))).toEqual([
      '/lines/2/Date day-malformed',
      '/lines/3 row-cells',
      '/lines/5/USD rate-malformed',
      '/lines/5/JPY rate-malformed',
      '/lines/6/Date day-repeated',
      '/lines/6/USD rate-malformed',
      '/lines/6/JPY rate-malformed',
      '/lines/7/Date day-to-come',
      '/lines/7/JPY rate-malformed',
      '/lines/8/Date day-malformed',
    ]);
  });

  it('is refused where the first line does not say what the columns are', () => {
    expect(brief(ecb(''))).toEqual(['/lines/1/Date header-malformed', '/lines/1 header-malformed']);
    expect(brief(ecb('Day,USD,usd,USD,EUR,\n2026-02-03,1,1,1,1,'))).toEqual([
      '/lines/1/Date header-malformed',
      '/lines/1/3 currency-malformed',
      '/lines/1/4 currency-repeated',
      '/lines/1/5 currency-malformed',
    ]);
    expect(brief(ecb('Date,USD,\n'))).toEqual(['/lines/1 rates-none']);
  });
});

describe('the Bank of Russia’s XML', () => {
  it('is read of one day, in its own encoding, divided by the nominal exactly', () => {
    expect(brief(readCbr(example('XML_daily.xml'), { lastDay }))).toEqual([
      '2026-01-31 USD RUB 80.5',
      '2026-01-31 EUR RUB 92.0255',
      '2026-01-31 KZT RUB 0.157931',
      '2026-01-31 BYN RUB 77/3',
    ]);
  });

  it('is read of one currency, which is told with it', () => {
    const file = example('XML_dynamic.xml');
    expect(brief(readCbr(file, { lastDay, currency: 'USD' }))).toEqual([
      '2026-01-29 USD RUB 80.1',
      '2026-01-30 USD RUB 80.25',
      '2026-01-31 USD RUB 80.5',
    ]);
    expect(brief(readCbr(file, { lastDay }))).toEqual(['/lines/1/ID currency-missing']);
  });

  it('is refused with every fault, by line and element', () => {
    const rates = [
      valute('USD', '1', '80.5'),
      valute('usd', '0', '0,00'),
      valute('EUR', '1', '92,1'),
      valute('EUR', '1', '92,1'),
      valute('RUB', '1', '1'),
      '<Valute><CharCode>GBP<b/></CharCode><CharCode>GBP</CharCode>text<Other/></Valute>',
      '<Record/>',
    ];
    expect(brief(cbr(daily(rates.join('\n'))))).toEqual([
      '/lines/3/Value rate-malformed',
      '/lines/4/CharCode currency-malformed',
      '/lines/4/Nominal nominal-malformed',
      '/lines/4/Value rate-malformed',
      '/lines/6 rate-repeated',
      '/lines/7/CharCode currency-malformed',
      '/lines/8/b element-unknown',
      '/lines/8/CharCode element-repeated',
      '/lines/8/CharCode text-unexpected',
      '/lines/8/Valute text-unexpected',
      '/lines/8/Other element-unknown',
      '/lines/8/Nominal nominal-malformed',
      '/lines/8/Value rate-malformed',
      '/lines/9/Record element-unknown',
      '/lines/9/CharCode currency-malformed',
      '/lines/9/Nominal nominal-malformed',
      '/lines/9/Value rate-malformed',
    ]);
    expect(brief(cbr(daily(valute('USD', '1', '80,5'), '31/01/2026')))).toEqual(['/lines/3/Date day-malformed']);
    expect(brief(cbr(daily(valute('USD', '1', '80,5'), '05.02.2026')))).toEqual(['/lines/3/Date day-to-come']);
    expect(brief(cbr(daily('')))).toEqual(['/lines/1 rates-none']);
  });

  it('is refused where it is no XML, has a document type or is in no encoding that is read', () => {
    expect(brief(cbr('<ValCurs Date="31.01.2026"><Valute></ValCurs>'))).toEqual(['/lines/1 xml-malformed']);
    expect(brief(cbr(''))).toEqual(['/lines/1 xml-malformed']);
    expect(brief(cbr('not at all'))).toEqual(['/lines/1 xml-malformed']);
    expect(brief(cbr('<rates/>'))).toEqual(['/lines/1/rates element-unknown']);
    const bomb = '<?xml version="1.0"?><!DocType ValCurs [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><ValCurs>&b;</ValCurs>';
    expect(brief(cbr(bomb))).toEqual(['/lines/1 xml-doctype']);
    expect(brief(cbr('<ValCurs Date="31.01.2026">&a;</ValCurs>'))).toEqual(['/lines/1 xml-malformed']);
    expect(brief(cbr('<?xml version="1.0" encoding="utf-16"?><ValCurs/>'))).toEqual(['/lines/1 xml-encoding']);
    const latin = Buffer.from('<?xml version="1.0" encoding="utf-8"?><ValCurs name="\u00e9"/>', 'latin1');
    expect(brief(readCbr(latin, { lastDay }))).toEqual(['/lines/1 xml-encoding']);
  });
});

describe('rates written down by hand', () => {
  const read = (text: string): ReadRates => readManual(bytes(text), { rowsMax: 4 });

  it('are read with where they are from', () => {
    expect(readManual(example('agreed.csv'), { rowsMax: 10 })).toMatchObject({
      rates: [
        { day: '2026-01-31', base: 'USD', quote: 'KZT', rate: '521.4', note: 'The bank of both parties, closing rate' },
        { day: '2026-02-28', rate: '523.05', line: 3 },
      ],
    });
  });

  it('are refused with every fault, by line and cell', () => {
    const rows = ['2026-02-30,USD,USD,0,', '2026-01-31,usd,KZT,"1,5",x', '2026-01-31,USD', '2026-01-31,KZT,usd,1,x'];
    expect(brief(read(['day,base,quote,rate,note', ...rows].join('\n')))).toEqual([
      '/lines/2/quote currency-repeated',
      '/lines/2/rate rate-malformed',
      '/lines/2/note note-malformed',
      '/lines/2/day day-malformed',
      '/lines/3/base currency-malformed',
      '/lines/3/rate rate-malformed',
      '/lines/4 row-cells',
      '/lines/5 rate-repeated',
      '/lines/5/quote currency-malformed',
    ]);
    expect(brief(read('day,base,quote,rate\n'))).toEqual(['/lines/1 header-malformed']);
    expect(brief(read('day,base,quote,rate,note\n'))).toEqual(['/lines/1 rates-count']);
    expect(brief(read(`day,base,quote,rate,note\n${'x\n'.repeat(5)}`))).toEqual(['/lines/1 rates-count']);
    expect(brief(read('day,base,quote,rate,note\n"open'))).toEqual([
      expect.stringMatching(/^\/lines\/\d csv-malformed$/),
    ]);
  });
});

describe('a damaged file', () => {
  const readers: Readonly<Record<string, (file: Uint8Array) => ReadRates>> = {
    'eurofxref-hist.csv': (file) => readEcb(file, { lastDay }),
    'eurofxref.csv': (file) => readEcb(file, { lastDay }),
    'XML_daily.xml': (file) => readCbr(file, { lastDay }),
    'XML_dynamic.xml': (file) => readCbr(file, { lastDay, currency: 'USD' }),
    'agreed.csv': (file) => readManual(file, { rowsMax: 400 }),
  };
  const damage = fc.array(
    fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(6),
      put: fc.oneof(
        fc.uint8Array({ maxLength: 4 }),
        fc.constantFrom(',', '\n', '<', '>', '&x;', '"', 'N/A', '\u0000').map(bytes),
      ),
    }),
    { minLength: 1, maxLength: 4 },
  );
  const located = ({ pointer, code, message }: Fault): boolean =>
    /^\/lines\/\d+(\/.*)?$/s.test(pointer) && /^[a-z-]+$/.test(code) && message.length < 700;

  it.each(Object.keys(readers))('%s is read or refused with located faults, and never throws', (name) => {
    const whole = example(name);
    fc.assert(
      fc.property(damage, (cuts) => {
        const damaged = cuts.reduce<Buffer>((file, { at, cut, put }) => {
          const place = Math.floor(at * file.length);
          return Buffer.concat([file.subarray(0, place), put, file.subarray(place + cut)]);
        }, whole);
        const reading = readers[name]!(damaged);
        if ('rates' in reading) {
          expect(reading.rates.length).toBeGreaterThan(0);
          for (const { rate, base, quote } of reading.rates) {
            expect(`${base} ${quote} ${rate}`).toMatch(/^[A-Z]{3} [A-Z]{3} \d+(\.\d+|\/\d+)?$/);
          }
        } else {
          expect(reading.faults.length).toBeGreaterThan(0);
          expect(reading.faults.filter((fault) => !located(fault))).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a file in a ZIP', () => {
  const zipOf = async (files: Readonly<Record<string, Buffer>>): Promise<Buffer> => {
    const zip = new ZipFile();
    for (const [name, content] of Object.entries(files)) zip.addBuffer(content, name);
    zip.end();
    const pieces: Buffer[] = [];
    for await (const piece of zip.outputStream) pieces.push(piece as Buffer);
    return Buffer.concat(pieces);
  };
  const now = new Date('2026-02-03T12:00:00Z');
  const refusal = (file: Buffer): Promise<object> =>
    readPublished('ecb', file, { now }).then(
      () => ({}),
      (error: object) => error,
    );

  it('is unpacked where it is the only one, and within its bounds', async () => {
    const file = example('eurofxref.csv');
    expect(await readPublished('ecb', await zipOf({ 'eurofxref.csv': file }), { now })).toHaveLength(4);
    const several = await refusal(await zipOf({ 'a.csv': file, 'b.csv': file }));
    expect(several).toMatchObject({ code: 'exchange-rates-unreadable', faults: [{ code: 'zip-malformed' }] });
    const large = await refusal(await zipOf({ 'a.csv': Buffer.alloc(ratesBytesMax + 1, ' ') }));
    expect(large).toMatchObject({ faults: [{ message: `the file in it has more than ${ratesBytesMax} bytes` }] });
    const broken = (await zipOf({ 'a.csv': file })).subarray(0, 60);
    expect(await refusal(broken)).toMatchObject({ faults: [{ code: 'zip-malformed' }] });
  });
});
