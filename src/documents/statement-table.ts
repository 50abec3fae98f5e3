import { margin, type Pdf, width } from './sheet';

export interface TableColumn {
  readonly title: string;
  /** Of what the columns have together. */
  readonly share: number;
  readonly align?: 'right';
  readonly mono?: boolean;
}

export interface TableRow {
  readonly cells: readonly string[];
  readonly bold?: boolean;
}

const padding = 4;

/** Room for so much, on this page or the next. */
export function makeRoom(pdf: Pdf, points: number): void {
  if (pdf.y + points > pdf.page.height - margin.bottom) pdf.addPage();
}

/** Headings never stand alone at the foot of a page. */
export function heading(pdf: Pdf, text: string): void {
  pdf.moveDown(0.9);
  makeRoom(pdf, 70);
  pdf
    .font('bold')
    .fontSize(11.5)
    .fillColor('#000')
    .text(text, margin.left, pdf.y, { width: width(pdf) });
  pdf.moveDown(0.35);
}

/** A table over the whole width; its header is repeated on each page, and no row is broken. */
export function table(pdf: Pdf, columns: readonly TableColumn[], rows: readonly TableRow[], size = 8): void {
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  const widths = columns.map(({ share }) => (width(pdf) * share) / shares);
  const setFont = (column: TableColumn, bold: boolean): void => {
    pdf.font(bold ? 'bold' : column.mono ? 'mono' : 'text').fontSize(column.mono && !bold ? size - 0.7 : size);
  };
  const heightOf = (cells: readonly string[], bold: boolean): number =>
    Math.max(
      ...columns.map((column, index) => {
        setFont(column, bold);
        return pdf.heightOfString(cells[index] || ' ', { width: widths[index]! - padding });
      }),
    ) + padding;
  const draw = (cells: readonly string[], bold: boolean, colour: string): void => {
    const [top, high] = [pdf.y, heightOf(cells, bold)];
    let x = margin.left;
    columns.forEach((column, index) => {
      setFont(column, bold);
      const options = { width: widths[index]! - padding, align: column.align ?? ('left' as const) };
      const inset = column.align === 'right' ? padding : 0;
      pdf.fillColor(colour).text(cells[index] ?? '', x + inset, top + padding / 2, options);
      x += widths[index]!;
    });
    pdf.x = margin.left;
    pdf.y = top + high;
  };
  const rule = (colour: string): void => {
    pdf
      .moveTo(margin.left, pdf.y)
      .lineTo(margin.left + width(pdf), pdf.y)
      .lineWidth(0.5)
      .strokeColor(colour)
      .stroke();
  };
  const titles = columns.map(({ title }) => title);
  const header = (): void => {
    if (titles.every((title) => title === '')) return;
    draw(titles, false, '#666');
    rule('#999');
  };
  makeRoom(pdf, heightOf(titles, false) + heightOf(rows[0]?.cells ?? [], false));
  header();
  for (const { cells, bold = false } of rows) {
    const high = heightOf(cells, bold);
    if (pdf.y + high > pdf.page.height - margin.bottom) {
      pdf.addPage();
      header();
    }
    if (bold) rule('#bbb');
    draw(cells, bold, '#000');
  }
}
