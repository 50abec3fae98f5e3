import { csvCell } from '../../../platform/http/csv';

describe('statement lines as CSV', () => {
  it.each([
    ['=HYPERLINK("http://evil.example")', `"'=HYPERLINK(""http://evil.example"")"`],
    ['-1+2', `'-1+2`],
    ['+1', `'+1`],
    ['@SUM(A1)', `'@SUM(A1)`],
    ['\t=1+1', `'\t=1+1`],
    ['\r=1+1', `"'\r=1+1"`],
    ['\n=1+1', `"'\n=1+1"`],
    ['＝1+1', `'＝1+1`],
  ])('a spreadsheet does not run %j', (text, cell) => {
    expect(csvCell(text)).toBe(cell);
  });

  it('a credit stays a figure', () => {
    expect(['-12.48', '-520/3'].map(csvCell)).toEqual(['-12.48', '-520/3']);
  });
});
