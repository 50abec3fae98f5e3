import { canonicalText } from '../kernel';
import type { Findings } from './findings';

type Line = Readonly<Record<string, unknown>>;

/** So many members of one line are told apart. */
const membersMax = 20;

/** What a member that differs says about what went into the statement; where nothing stands it is the result that differs. */
const codes: Readonly<Record<string, string>> = {
  'period terms': 'terms-differ',
  'clause quantity': 'usage-differs',
  'payable advance/opening': 'carried-differs',
  'payable broughtForward': 'carried-differs',
};

/**
 * Compares clause lines as a statement has them with what its inputs give, line by line: every member that differs is named, with what it says and what it should be.
 * Both are canonical objects, so where nothing is found they are the same bytes in the same order.
 */
export function compareClauseLines(stated: readonly Line[], recomputed: readonly Line[], findings: Findings): void {
  const [ours, theirs] = [byName(recomputed), byName(stated)];
  for (const [name, line] of theirs) {
    const own = ours.get(name);
    if (own === undefined) {
      findings.add(`clauseLines/${name}`, missingIn(line), 'is in the statement, and its inputs give no such line');
    } else compareLine(name, { line, own }, findings);
  }
  for (const [name, line] of ours) {
    if (theirs.has(name)) continue;
    findings.add(`clauseLines/${name}`, missingIn(line), 'is what the inputs give, and is not in the statement');
  }
  const order = (lines: readonly Line[]): string => lines.map(canonicalText).join('\n');
  if (findings.faults.length === 0 && order(stated) !== order(recomputed))
    findings.add('clauseLines', 'lines-order', 'stand in another order than the inputs give them');
}

/** A month that one side corrects and the other does not is more than a line. */
const missingIn = ({ line }: Line): string => (line === 'restatement' ? 'restatement-missing' : 'line-missing');

function compareLine(name: string, { line, own }: { line: Line; own: Line }, findings: Findings): void {
  let told = 0;
  for (const [member, says, should] of differences(line, own, '')) {
    if (told === membersMax) return;
    told += 1;
    const code = codes[`${String(line['line'])} ${member}`] ?? 'line-differs';
    findings.add(`clauseLines/${name}`, code, `${member} says ${shown(says)}, and the inputs give ${shown(should)}`);
  }
}

/** Lines by what they are of: their kind, and the clause, month, payee or step. */
function byName(lines: readonly Line[]): Map<string, Line> {
  const named = new Map<string, Line>();
  for (const line of lines) {
    const { line: kind, clause, period, payee, step, id } = line;
    const of = kind === 'period' ? [] : [clause ?? period, payee, step, id];
    const name = [kind, ...of]
      .filter((part) => typeof part === 'string')
      .map((part) => part.slice(0, 80).replaceAll('/', '_'))
      .join(' ');
    let unique = name;
    for (let number = 2; named.has(unique); number += 1) unique = `${name} ${number}`;
    named.set(unique, line);
  }
  return named;
}

/** Every member that differs, by its place in the line. */
function* differences(
  says: unknown,
  should: unknown,
  place: string,
): Generator<readonly [place: string, says: unknown, should: unknown]> {
  if (isObject(says) && isObject(should)) {
    for (const member of new Set([...Object.keys(says), ...Object.keys(should)])) {
      yield* differences(says[member], should[member], place === '' ? member : `${place}/${member}`);
    }
    return;
  }
  if (canonicalText({ value: says }) !== canonicalText({ value: should })) yield [place, says, should];
}

const isObject = (value: unknown): value is Line => typeof value === 'object' && value !== null;

const shown = (value: unknown): string =>
  value === undefined ? 'nothing' : (typeof value === 'string' ? value : canonicalText(value)).slice(0, 120);
