import { isUtf8 } from 'node:buffer';
import { presentable } from '../../kernel/faults';
import { CarefulLine, lineBytesMax } from './careful-line';
import type { DelimitedLayout } from './delimited-layout';
import { type JsonMember, JsonMembers } from './json-members';

const byteOrderMark = 0xfeff;

/**
 * Reads a line of JSON Lines as one of a table: the members that the layout names are its cells, and hold what cells hold. A count that is written as a number is
 * digits alone: 1.0 and 1e3 are refused rather than converted, and no number ever passes through a double.
 */
export class JsonLine extends CarefulLine {
  private readonly members: JsonMembers;
  private readonly counts: readonly number[];

  constructor(layout: DelimitedLayout) {
    super(layout);
    this.members = new JsonMembers(layout.names);
    this.counts = layout.returns === undefined ? [layout.quantity] : [layout.quantity, layout.returns];
  }

  protected override cellsOf(bytes: Buffer): readonly string[] | undefined {
    if (bytes.length > lineBytesMax) return this.whole('line-too-long', '');
    const text = bytes.toString('utf8');
    if (text.includes('\ufffd') && !isUtf8(bytes)) return this.whole('cell-not-utf8', text);
    const reading = this.members.read(text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text);
    if ('fault' in reading) return this.whole(reading.fault, reading.value);
    return reading.members.map((member, column) => (member === undefined ? '' : this.cellOf(member, column)));
  }

  private cellOf({ text, kind }: JsonMember, column: number): string {
    if (kind === 'structure') {
      this.faults.push({ column, code: 'json-not-scalar', value: presentable(text) });
      return '';
    }
    if (kind === 'number' && /[.eE]/.test(text) && this.counts.includes(column)) {
      this.faults.push({ column, code: 'cell-not-whole', value: presentable(text) });
      return '';
    }
    return text.trim();
  }
}
