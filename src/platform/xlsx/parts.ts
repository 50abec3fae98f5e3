import { xmlText } from './cells';

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const packageNs = 'http://schemas.openxmlformats.org/package/2006';
const officeNs = 'http://schemas.openxmlformats.org/officeDocument/2006';
const sheetType = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** The parts of a workbook that do not grow with its rows (ECMA-376, part 1), by name. */
export function fixedParts(sheetNames: readonly string[], places: number): ReadonlyMap<string, string> {
  const numbers = sheetNames.map((_, index) => index + 1);
  const stylesId = `rId${numbers.length + 1}`;
  const sheetParts = numbers.map(
    (number) => `<Override PartName="/xl/worksheets/sheet${number}.xml" ContentType="${sheetType}.worksheet+xml"/>`,
  );
  const sheets = sheetNames.map(
    (name, index) => `<sheet name="${attribute(name)}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`,
  );
  const related = numbers.map((number) =>
    relation(`rId${number}`, `${officeNs}/relationships/worksheet`, `worksheets/sheet${number}.xml`),
  );
  return new Map([
    [
      '[Content_Types].xml',
      `${declaration}<Types xmlns="${packageNs}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${sheetType}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${sheetType}.styles+xml"/>${sheetParts.join('')}</Types>`,
    ],
    ['_rels/.rels', relations([relation('rId1', `${officeNs}/relationships/officeDocument`, 'xl/workbook.xml')])],
    [
      'xl/workbook.xml',
      `${declaration}<workbook xmlns="${main}" xmlns:r="${officeNs}/relationships"><sheets>${sheets.join('')}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      relations([...related, relation(stylesId, `${officeNs}/relationships/styles`, 'styles.xml')]),
    ],
    ['xl/styles.xml', styles(places)],
  ]);
}

const attribute = (text: string): string => xmlText(text).replaceAll('"', '&quot;');

const relation = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="${type}" Target="${target}"/>`;

const relations = (all: readonly string[]): string =>
  `${declaration}<Relationships xmlns="${packageNs}/relationships">${all.join('')}</Relationships>`;

/** The cell formats that `style` in cells.ts counts, in its order. */
function styles(places: number): string {
  const format = places === 0 ? '#,##0' : `#,##0.${'0'.repeat(places)}`;
  const cell = (number: number, font: number, more = ''): string =>
    `<xf numFmtId="${number}" fontId="${font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"${more}`;
  const formats = [
    cell(0, 0, '/>'),
    cell(0, 1, ' applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'),
    cell(164, 0, '/>'),
    cell(3, 0, '/>'),
    cell(49, 0, ' quotePrefix="1"/>'),
    cell(0, 1, '/>'),
    cell(164, 1, '/>'),
    cell(0, 1, ' applyAlignment="1"><alignment horizontal="right" vertical="top" wrapText="1"/></xf>'),
  ];
  return `${declaration}<styleSheet xmlns="${main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="${format}"/></numFmts><fonts count="2"><font><sz val="10"/><name val="Arial"/></font><font><b/><sz val="10"/><name val="Arial"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="${formats.length}">${formats.join('')}</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
}

/** What stands before the rows of a sheet: its header stays in sight, its columns have their widths. */
export const sheetStart = (widths: readonly number[]): string =>
  `${declaration}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="13"/><cols>${widths
    .map((width, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`)
    .join('')}</cols><sheetData>`;

export const sheetEnd = '</sheetData></worksheet>';
