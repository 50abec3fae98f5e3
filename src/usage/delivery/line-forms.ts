import { quotedCell } from '../engine/careful-line';
import { type DelimitedLayout, jsonLines } from '../engine/delimited-layout';

type Give = (text: Buffer | string) => void;

/** How lines of one kind of file are given back with a reason. Called for every line of the file, in order. */
export interface LineForm {
  /** `reason` is null for a line that nothing is said against. */
  line(bytes: Buffer, number: number, reason: string | null, give: Give): void;
  end(give: Give): void;
}

/** What the added column is called. */
export const reasonColumn = 'accordoReason';

/** A table: its header, then the lines, each with a last cell. The column may stay when the lines are sent again: no mapping names it. */
function tableForm({ delimiter }: DelimitedLayout): LineForm {
  return {
    line(bytes, number, reason, give) {
      if (number === 1) withCell(bytes, delimiter, reasonColumn, give);
      else if (reason !== null) withCell(bytes, delimiter, quotedCell(plain(reason), delimiter), give);
    },
    end() {},
  };
}

const usageRecord = /^SR08/;
const belongsToLine = /^DE01/;

/**
 * A DSR file: everything up to its first usage record, the lines with what belongs to them, and a footer that counts these. The added cell has to be taken
 * off again before the file is sent: a record has no such cell.
 */
function dsrForm(): LineForm {
  let [inOpening, takesNext, lines, summaries] = [true, false, 0, 0];
  return {
    line(bytes, _number, reason, give) {
      const code = bytes.toString('latin1', 0, 4);
      if (usageRecord.test(code)) inOpening = false;
      const isFooter = code === 'SRFO';
      const follows = takesNext && belongsToLine.test(code);
      takesNext = follows || (reason !== null && usageRecord.test(code));
      if (isFooter || !(inOpening || follows || reason !== null)) return;
      lines += 1;
      if (code.startsWith('SY')) summaries += 1;
      if (reason === null) (give(bytes), give('\n'));
      else withCell(bytes, '\t', plain(reason), give);
    },
    end(give) {
      give(`SRFO\t${lines + 1}\t${summaries}\n`);
    },
  };
}

/** What was given back, and is sent again with its reason. */
const givenBefore = new RegExp(`,?"${reasonColumn}":"(?:[^"\\\\]|\\\\.)*"\\}$`);

/** JSON Lines: a last member. What is no object stands beside its reason as text. */
const jsonForm: LineForm = {
  line(bytes, _number, reason, give) {
    if (reason === null) return;
    const text = bytes.toString('utf8').trimEnd().replace(givenBefore, '}');
    const isEmpty = /\{\s*\}$/.test(text);
    if (isObject(text)) give(`${text.slice(0, -1)}${isEmpty ? '' : ','}${member(reasonColumn, reason)}}\n`);
    else give(`{${member('line', text)},${member(reasonColumn, reason)}}\n`);
  },
  end() {},
};

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const member = (key: string, value: string): string => `${JSON.stringify(key)}:${JSON.stringify(value)}`;

export function lineFormOf(layout: DelimitedLayout | null): LineForm {
  if (layout === null) return dsrForm();
  return layout.delimiter === jsonLines ? jsonForm : tableForm(layout);
}

function withCell(bytes: Buffer, delimiter: string, cell: string, give: Give): void {
  give(bytes);
  give(`${delimiter}${cell}\n`);
}

/** A reason may quote what was written; a cell of a tab-separated file holds neither tabs nor ends of lines. */
const plain = (text: string): string => text.replace(/[\u0000-\u001f\u007f]/g, ' ');
