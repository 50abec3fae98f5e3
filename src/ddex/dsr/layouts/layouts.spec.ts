import { existsSync, readFileSync } from 'node:fs';
import { type Cell, type CellType, findCell, isPartlyKnown, layouts, parallelCells, type RecordCode } from '.';
import { sharedFile } from '../../../../test/support/shared-files';

const published = sharedFile('data/dsrf/dsrf-records.json');
const recordCodes = Object.keys(layouts) as RecordCode[];

interface PublishedCell {
  readonly pos: number;
  readonly name: string;
  readonly mandatory: boolean;
  readonly repeated: boolean;
  readonly type: string;
}

/** Versions that the schemas do not describe. */
const unpublished: ReadonlySet<string> = new Set(['SY10.01', 'SR08.01']);

/** How the schemas type what we call by a narrower name. */
const schemaTypes: Partial<Record<CellType, readonly string[]>> = {
  count: ['decimal', 'integer', 'string'],
  decimal: ['decimal'],
  boolean: ['boolean'],
  date: ['ddex_IsoDate'],
  isoDate: ['ddex_IsoDate'],
  dateTime: ['dateTime'],
  duration: ['duration'],
  profile: ['avs:ProfileId'],
  currency: ['avs:CurrencyCode'],
  territory: ['avs:CurrentTerritoryCode'],
  commercialModel: ['avs:CommercialModelType'],
  useType: ['avs:UseType'],
  rightsType: ['avs:RightsCoverage'],
  releaseType: ['avs:ReleaseType'],
  resourceType: ['avs:ResourceType'],
};

describe('the layouts', () => {
  it('have as many cells as the standard says', () => {
    const widths = Object.fromEntries(Object.entries(layouts).map(([code, cells]) => [code, cells.length]));
    expect(widths).toMatchObject({ HEAD: 16, FOOT: 6, SRFO: 3, SY10: 46, SR08: 48, DE01: 2, 'SY02.02': 22, SU01: 12 });
  });

  it('name every cell of a record once', () => {
    for (const cells of Object.values(layouts)) {
      expect(new Set(cells.map(({ name }) => name)).size).toBe(cells.length);
    }
  });

  it('know which lists belong together', () => {
    expect(parallelCells('RU01')).toEqual([[4, 5]]);
    expect(parallelCells('SR08')).toEqual([[38, 39, 40]]);
    expect(parallelCells('MW01.01')).toHaveLength(4);
    expect(findCell('SR08', 'no such cell')).toBe(0);
  });
});

(existsSync(published) ? describe : describe.skip)('the layouts agree with the published schemas', () => {
  const { records } = JSON.parse(existsSync(published) ? readFileSync(published, 'utf8') : '{"records":{}}') as {
    records: Record<string, { usedIn: string[]; cells: PublishedCell[] }[]>;
  };

  it.each(recordCodes.filter((code) => !isPartlyKnown(code) && !unpublished.has(code)))(
    '%s: names, order, cardinality and types',
    (code) => {
      const versions = records[code]!;
      // Two profiles may describe one record differently; the last is the one of UGC or of Basic Audio 1.2.
      const schema = versions.at(code === 'HEAD' ? 0 : -1)!.cells;
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
    },
  );
});
