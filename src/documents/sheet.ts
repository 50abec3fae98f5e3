import { join } from 'node:path';
import { setImmediate as breath } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { type LanguageCode } from '../kernel';

export type Pdf = PDFKit.PDFDocument;

const fonts = join(require.resolve('dejavu-fonts-ttf/package.json'), '..', 'ttf');
export const margin = { top: 64, bottom: 72, left: 64, right: 56 };

/** An empty A4 document with our fonts in it; what it says of itself is only what it is given. */
export function newSheets({
  title,
  madeAt,
  language,
}: {
  readonly title: string;
  readonly madeAt: Date;
  readonly language: LanguageCode;
}): Pdf {
  const pdf = new PDFDocument({
    size: 'A4',
    margins: margin,
    bufferPages: true,
    info: { Title: title, Producer: 'Accordo', Creator: 'Accordo', CreationDate: madeAt },
    lang: language,
  });
  pdf.registerFont('text', join(fonts, 'DejaVuSerif.ttf'));
  pdf.registerFont('bold', join(fonts, 'DejaVuSerif-Bold.ttf'));
  pdf.registerFont('mono', join(fonts, 'DejaVuSansMono.ttf'));
  return pdf;
}

/** Of the text on a page, in points. */
export const width = (pdf: Pdf): number => pdf.page.width - margin.left - margin.right;

/** What the paper comes to, in a box over the whole width: its name at the left, the amount at the right. */
export function amountBox(pdf: Pdf, name: string, amount: string): void {
  const top = pdf.y;
  pdf.rect(margin.left, top, width(pdf), 40).fill('#eef3f8');
  pdf.font('text').fontSize(10).fillColor('#1f4e79');
  pdf.text(name, margin.left + 12, top + 14, { lineBreak: false });
  pdf.font('bold').fontSize(16);
  const left = margin.left + width(pdf) - 12 - pdf.widthOfString(amount);
  pdf.text(amount, left, top + 11, { lineBreak: false });
  pdf.x = margin.left;
  pdf.y = top + 44;
}

/** The foot of each page: two lines at the left, and which page it is. `more` adds to a page what else it needs. */
export async function footEveryPage(
  pdf: Pdf,
  {
    lines,
    place,
    more,
  }: {
    readonly lines: readonly [string, string];
    readonly place: (page: number, of: number) => string;
    readonly more?: () => void;
  },
): Promise<void> {
  const { start, count } = pdf.bufferedPageRange();
  for (let page = start; page < start + count; page += 1) {
    await breath();
    pdf.switchToPage(page);
    // Below the margin text would begin a new page.
    pdf.page.margins.bottom = 0;
    const y = pdf.page.height - 48;
    pdf
      .moveTo(margin.left, y - 6)
      .lineTo(pdf.page.width - margin.right, y - 6)
      .lineWidth(0.4)
      .strokeColor('#aaa')
      .stroke();
    pdf.font('mono').fontSize(6.5).fillColor('#555');
    pdf.text(lines[0], margin.left, y, { lineBreak: false });
    pdf.text(lines[1], margin.left, y + 10, { lineBreak: false });
    const text = place(page - start + 1, count);
    pdf.text(text, pdf.page.width - margin.right - pdf.widthOfString(text), y + 10, { lineBreak: false });
    more?.();
  }
}

export function collected(pdf: Pdf): Promise<Buffer> {
  const chunks: Buffer[] = [];
  return new Promise((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
  });
}
