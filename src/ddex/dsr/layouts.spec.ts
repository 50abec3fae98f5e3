import { existsSync, readFileSync } from 'node:fs';
import { type Cell, type CellType, layouts, type RecordCode } from './layouts';
import { sharedFile } from '../../../test/support/shared-files';

const published = sharedFile('data/dsrf/dsrf-records.json');
const profile = 'FinancialReportingToRecordCompaniesProfileSRB/1.0';

interface PublishedCell {
  readonly pos: number;
  readonly name: string;
  readonly mandatory: boolean;
  readonly repeated: boolean;
  readonly type: string;
  readonly pattern?: string;
}

/** How the schemas type what we call by a narrower name. */
const schemaTypes: Partial<Record<CellType, readonly string[]>> = {
  count: ['decimal', 'integer'],
  decimal: ['decimal'],
  boolean: ['boolean'],
  date: ['ddex_IsoDate'],
  dateTime: ['dateTime'],
  profile: ['avs:ProfileId'],
  currency: ['avs:CurrencyCode'],
  territory: ['avs:CurrentTerritoryCode'],
  commercialModel: ['avs:CommercialModelType'],
  useType: ['avs:UseType'],
  releaseType: ['avs:ReleaseType'],
  resourceType: ['avs:ResourceType'],
};

describe('the layouts', () => {
  it('have as many cells as the standard says', () => {
    const widths = Object.fromEntries(Object.entries(layouts).map(([code, cells]) => [code, cells.length]));
    expect(widths).toEqual({ HEAD: 16, SY10: 46, SR08: 48, DE01: 2, SRFO: 3 });
  });

  it('name every cell of a record once', () => {
    for (const cells of Object.values(layouts)) {
      expect(new Set(cells.map(({ name }) => name)).size).toBe(cells.length);
    }
  });
});

(existsSync(published) ? describe : describe.skip)('the layouts agree with the published schemas', () => {
  const { records } = JSON.parse(existsSync(published) ? readFileSync(published, 'utf8') : '{"records":{}}') as {
    records: Record<string, { usedIn: string[]; cells: PublishedCell[] }[]>;
  };

  it.each(Object.keys(layouts) as RecordCode[])('%s: names, order, cardinality and types', (code) => {
    const versions = records[code === 'HEAD' ? 'HEAD(SRBV)' : code]!;
    const schema = versions.find(({ usedIn }) => usedIn.includes(profile))!.cells;
    const ours: readonly Cell[] = layouts[code];
    expect(ours.map(({ name, mandatory, multiple }) => ({ name, mandatory, multiple }))).toEqual(
      schema.map(({ name, mandatory, repeated }) => ({ name: name.trim(), mandatory, multiple: repeated })),
    );
    ours.forEach(({ name, type }, index) => {
      expect({ name, types: schemaTypes[type] ?? ['string'] }).toEqual({
        name,
        types: expect.arrayContaining([schema[index]!.type]) as readonly string[],
      });
    });
  });
});
