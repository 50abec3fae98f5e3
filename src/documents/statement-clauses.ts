import type { ClauseLine, Explanation } from '../kernel';
import { margin, type Pdf, width } from './sheet';
import { amountText, figureText, formulaText } from './statement-figures';
import { makeRoom } from './statement-table';
import type { StatementWords } from './statement-words';

const indent = 16;

/** A line of the arithmetic of a clause. */
export interface ClauseStep {
  /** From 0, the clause itself. */
  readonly depth: number;
  readonly name: string;
  readonly formula: string;
  /** What it came to, exact. */
  readonly value: string;
  /** Of a branch among others. What is part of a branch that lost has lost as well. */
  readonly fate?: 'taken' | 'not-taken';
}

/** A clause: what it came to, the arithmetic that made it, and every branch, those that lost in grey. */
export function clauseBlock(pdf: Pdf, clause: ClauseLine, currency: string, words: StatementWords): void {
  const steps = clauseSteps(clause.explanation, words).map((step) => ({ ...step, depth: step.depth + 1 }));
  makeRoom(pdf, Math.min(220, 44 + steps.length * 22));
  const { y } = pdf;
  const amount = amountText(clause.amount, currency, words);
  pdf.font('bold').fontSize(10).fillColor('#000');
  const amountWidth = pdf.widthOfString(amount) + 2;
  pdf.text(amount, margin.left + width(pdf) - amountWidth, y, { width: amountWidth, align: 'right', lineBreak: false });
  const name = `${clause.number}  ${clause.clause} — ${words.kindNames[clause.kind]}`;
  pdf.text(name, margin.left, y, { width: width(pdf) - amountWidth - 10 });
  const facts = [
    `${words.quantity}: ${figureText(clause.quantity, words)}`,
    `${words.exact}: ${figureText(clause.exact, words)}`,
    ...(clause.perUnit === null ? [] : [`${words.perUnit}: ${figureText(clause.perUnit, words)}`]),
  ];
  pdf
    .font('text')
    .fontSize(8)
    .fillColor('#555')
    .text(facts.join('   ·   '), margin.left, pdf.y + 1, { width: width(pdf) });
  if (clause.unattributed !== '0')
    pdf.text(words.unattributed(figureText(clause.unattributed, words)), { width: width(pdf) });
  pdf.moveDown(0.3);
  for (const step of steps) stepLine(pdf, step, words);
  pdf.x = margin.left;
  pdf.moveDown(0.7);
}

function stepLine(pdf: Pdf, { depth, name, formula, fate }: ClauseStep, words: StatementWords): void {
  const x = margin.left + depth * indent;
  const room = width(pdf) - depth * indent;
  const colour = fate === 'not-taken' ? '#8a8a8a' : '#000';
  const told = fate === undefined ? name : `${name} (${fate === 'taken' ? words.taken : words.notTaken})`;
  pdf.font('text').fontSize(8.5);
  makeRoom(pdf, pdf.heightOfString(`${told}: ${formula}`, { width: room }));
  if (fate !== undefined) {
    pdf.circle(x - 6, pdf.y + 5, 2).lineWidth(0.7);
    if (fate === 'taken') pdf.fillAndStroke('#1f4e79', '#1f4e79');
    else pdf.strokeColor('#8a8a8a').stroke();
  }
  pdf.fillColor(fate === 'not-taken' ? colour : '#555').text(`${told}: `, x, pdf.y, { width: room, continued: true });
  pdf.fillColor(colour).text(formulaText(formula, words), { width: room });
  pdf.moveDown(0.12);
}

/** The explanation from the outside in: deductions, tiers and steps of an escalation where they apply. */
export function clauseSteps(
  explanation: Explanation,
  words: StatementWords,
  depth = 0,
  fate?: ClauseStep['fate'],
): ClauseStep[] {
  const { kind, name, formula, value, of = [], chosen, applied } = explanation;
  const told = name ?? words.kindNames[kind];
  const own: ClauseStep = {
    depth,
    name: applied === false ? `${told}, ${words.changedNothing}` : told,
    ...{ formula, value },
    ...(fate === undefined ? {} : { fate }),
  };
  const branches = of.flatMap((branch, index) => {
    const branchFate = chosen === undefined ? fate : index === chosen && fate !== 'not-taken' ? 'taken' : 'not-taken';
    return clauseSteps(branch, words, depth + 1, branchFate);
  });
  return [own, ...innerSteps(explanation, words, depth + 1), ...branches];
}

function innerSteps(
  { deductions = [], tiers = [], steps = [] }: Explanation,
  words: StatementWords,
  depth: number,
): ClauseStep[] {
  return [
    ...deductions.map(({ name, deducted, remaining }) => ({
      ...{ depth, name, formula: `−${deducted} → ${remaining}` },
      value: remaining,
    })),
    ...tiers.map(({ upTo, quantity, rate, flat, value }) => ({
      depth,
      name: `≤ ${upTo === null ? '∞' : figureText(upTo, words)}`,
      formula: `${quantity} × ${rate}${flat === '0' ? '' : ` + ${flat}`} = ${value}`,
      value,
    })),
    ...steps.flatMap(({ from, until, of }) => [
      { depth, name: `${from ?? '…'} – ${until ?? '…'}`, formula: of.formula, value: of.value },
      ...(of.of === undefined ? [] : clauseSteps(of, words, depth + 1)),
    ]),
  ];
}
