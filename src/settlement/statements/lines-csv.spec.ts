import { csvCell } from '../../platform/http/csv';
import { csvHeader, csvLine } from './lines-csv';

describe('statement lines as CSV', () => {
  it('a spreadsheet runs nothing of it, and a credit stays a figure', () => {
    expect(csvCell('=HYPERLINK("http://evil.example")')).toBe(`"'=HYPERLINK(""http://evil.example"")"`);
    expect(csvCell('-1+2')).toBe(`'-1+2`);
    expect(csvCell('@SUM(A1)')).toBe(`'@SUM(A1)`);
    expect(csvCell('-12.48')).toBe('-12.48');
    expect(csvCell('-520/3')).toBe('-520/3');
  });

  it('has a cell for every column, empty where a clause owes to no recording', () => {
    const line = {
      line: 1,
      period: '2026-02',
      clause: 'streaming, ads',
      isrc: null,
      serviceId: null,
      territory: null,
      useType: null,
      commercialModel: null,
      quantity: '0',
      returns: '0',
      controlledShare: null,
      exact: '4000',
      amount: '4000.00',
      currency: 'USD',
    };
    expect(csvLine(line)).toBe('1,2026-02,"streaming, ads",,,,,,0,0,4000,4000.00,USD,\r\n');
    expect(csvHeader.split(',')).toHaveLength(14);
  });
});
