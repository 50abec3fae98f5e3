import { margin, type Pdf, width } from './sheet';
import type { ChartedMonth } from './statement-document';
import { figureText } from './statement-figures';
import type { StatementWords } from './statement-words';

const height = 118;
const gap = 24;
const axisWidth = 40;
const colours = { deep: '#1f4e79', light: '#9dc3e6', warm: '#c55a11', grid: '#ddd', text: '#444' } as const;

/** Values that one bar shows: stacked from zero upwards, or beside each other. */
interface Chart {
  readonly title: string;
  readonly stacked: boolean;
  readonly series: readonly { readonly name: string; readonly colour: string; readonly values: readonly number[] }[];
  readonly months: readonly string[];
}

/** Royalties by month and how advances are recouped, side by side, drawn as vectors. */
export function charts(pdf: Pdf, months: readonly ChartedMonth[], words: StatementWords): void {
  const of = (amount: (month: ChartedMonth) => string): number[] => months.map((month) => Number(amount(month)));
  const names = months.map(({ month }) => month);
  const revenue: Chart = {
    title: words.revenueChart,
    stacked: false,
    series: [
      { name: words.royaltiesSeries, colour: colours.deep, values: of(({ royalties }) => royalties) },
      { name: words.payableSeries, colour: colours.light, values: of(({ payable }) => payable) },
    ],
    months: names,
  };
  const recoupment: Chart = {
    title: words.recoupmentChart,
    stacked: true,
    series: [
      { name: words.unrecoupedSeries, colour: colours.light, values: of(({ advance }) => advance.closing) },
      { name: words.recoupedSeries, colour: colours.warm, values: of(({ advance }) => advance.recouped) },
    ],
    months: names,
  };
  const each = (width(pdf) - gap) / 2;
  if (pdf.y + height + 70 > pdf.page.height - margin.bottom) pdf.addPage();
  const { y } = pdf;
  drawChart(pdf, revenue, { x: margin.left, y, w: each }, words);
  drawChart(pdf, recoupment, { x: margin.left + each + gap, y, w: each }, words);
  pdf.x = margin.left;
  pdf.y = y + height + 66;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
}

function drawChart(pdf: Pdf, chart: Chart, { x, y, w }: Place, words: StatementWords): void {
  pdf.font('bold').fontSize(9.5).fillColor('#000').text(chart.title, x, y, { width: w, lineBreak: false });
  const plot = { x: x + axisWidth, y: y + 20, w: w - axisWidth };
  const scale = scaleOf(chart);
  const at = (value: number): number => plot.y + height - ((value - scale.low) / (scale.high - scale.low)) * height;
  for (let tick = scale.low; tick <= scale.high + scale.step / 2; tick += scale.step) {
    const line = at(tick);
    const isZero = Math.abs(tick) < scale.step / 2;
    pdf
      .moveTo(plot.x, line)
      .lineTo(plot.x + plot.w, line)
      .lineWidth(isZero ? 0.8 : 0.4);
    pdf.strokeColor(isZero ? '#777' : colours.grid).stroke();
    const label = figureText(String(Math.round(tick * 100) / 100), words);
    pdf.font('text').fontSize(6).fillColor(colours.text);
    pdf.text(label, plot.x - 4 - pdf.widthOfString(label), line - 3.5, { lineBreak: false });
  }
  drawBars(pdf, chart, plot, at);
  drawLegend(pdf, chart, { x, y: plot.y + height + 16, w });
}

/** Whole steps of 1, 2 or 5 times a power of ten that hold all values and zero. */
function scaleOf({ series, stacked, months }: Chart): { low: number; high: number; step: number } {
  const tops = stacked
    ? months.map((_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0))
    : series.flatMap(({ values }) => values);
  const [low, high] = [Math.min(0, ...tops), Math.max(0, ...tops)];
  const rough = (high - low || 1) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10);
  return { low: Math.floor(low / step) * step, high: Math.max(step, Math.ceil(high / step) * step), step };
}

function drawBars(pdf: Pdf, { series, stacked, months }: Chart, plot: Place, at: (value: number) => number): void {
  const slot = plot.w / months.length;
  const bar = Math.min(26, slot * 0.7) / (stacked ? 1 : series.length);
  const labelEvery = Math.ceil(months.length / 6);
  months.forEach((month, index) => {
    const middle = plot.x + slot * (index + 0.5);
    let base = 0;
    series.forEach(({ values, colour }, place) => {
      const value = values[index] ?? 0;
      const left = stacked ? middle - bar / 2 : middle + (place - series.length / 2) * bar;
      const [top, bottom] = [at(Math.max(base, base + value)), at(Math.min(base, base + value))];
      if (bottom > top) pdf.rect(left, top, bar, bottom - top).fill(colour);
      if (stacked) base += value;
    });
    if ((months.length - 1 - index) % labelEvery !== 0) return;
    pdf.font('text').fontSize(6).fillColor(colours.text);
    pdf.text(month, middle - pdf.widthOfString(month) / 2, plot.y + height + 4, { lineBreak: false });
  });
}

function drawLegend(pdf: Pdf, { series }: Chart, { x, y }: Place): void {
  series.forEach(({ name, colour }, index) => {
    const top = y + index * 10;
    pdf.rect(x + axisWidth, top + 1, 6, 6).fill(colour);
    pdf
      .font('text')
      .fontSize(6.5)
      .fillColor(colours.text)
      .text(name, x + axisWidth + 10, top, { lineBreak: false });
  });
}
