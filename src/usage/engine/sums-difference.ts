import type { FileHandle } from 'node:fs/promises';
import { wholeShare } from '../../kernel';
import { codeOf } from './match-plan';
import { type AgreementSum, sumsOf } from './sums-file';

/** What two reports say of the same agreement, recording, share and place, where it is not the same. */
export interface SumDifference {
  /** Undefined where the report says nothing of it. */
  readonly before: AgreementSum | undefined;
  readonly after: AgreementSum | undefined;
}

/** How many sums of each file have been looked at. */
export interface DifferencePosition {
  readonly before: number;
  readonly after: number;
}

interface Wish {
  readonly from: DifferencePosition;
  readonly limit: number;
  /** Sums looked at, alike or not: a page of two large files that differ in little comes in time, if need be with fewer rows. */
  readonly comparedMax: number;
}

/** Differences of two files of sums, in their order, by one pass over both from a position on; `next` is undefined at their ends. */
export async function sumsDifference(
  files: { readonly before: FileHandle; readonly after: FileHandle },
  { from, limit, comparedMax }: Wish,
): Promise<{ rows: SumDifference[]; next: DifferencePosition | undefined }> {
  const rows: SumDifference[] = [];
  const left = sumsOf(files.before, undefined, from.before);
  const right = sumsOf(files.after, undefined, from.after);
  const next = { ...from };
  let [a, b] = [await valueOf(left), await valueOf(right)];
  for (let compared = 0; a !== undefined || b !== undefined; compared += 1) {
    if (rows.length === limit || compared === comparedMax) return { rows, next };
    const order = inOrder(a, b);
    const pair = { before: order > 0 ? undefined : a, after: order < 0 ? undefined : b };
    if (!isSame(pair)) rows.push(pair);
    if (order <= 0) {
      next.before += 1;
      a = await valueOf(left);
    }
    if (order >= 0) {
      next.after += 1;
      b = await valueOf(right);
    }
  }
  return { rows, next: undefined };
}

const valueOf = async (sums: AsyncGenerator<AgreementSum>): Promise<AgreementSum | undefined> => {
  const { done, value } = await sums.next();
  return done === true ? undefined : value;
};

const isSame = ({ before, after }: SumDifference): boolean =>
  before?.sum.quantity === after?.sum.quantity &&
  before?.sum.returns === after?.sum.returns &&
  before?.sum.sales === after?.sum.sales;

/** As sums lie in their files; what is not there comes last. */
function inOrder(a: AgreementSum | undefined, b: AgreementSum | undefined): number {
  if (a === undefined || b === undefined) return a === undefined ? 1 : -1;
  if (a.agreementId !== b.agreementId) return a.agreementId < b.agreementId ? -1 : 1;
  if (a.sum.isrc !== b.sum.isrc) return a.sum.isrc < b.sum.isrc ? -1 : 1;
  return shareOrder(a) - shareOrder(b) || codeOf(a.sum) - codeOf(b.sum) || dayOrder(a.sum, b.sum);
}

const dayOrder = ({ usedOn: a = '' }: AgreementSum['sum'], { usedOn: b = '' }: AgreementSum['sum']): number =>
  a < b ? -1 : Number(a > b);

/** The whole comes first. */
const shareOrder = ({ share }: AgreementSum): number => (share === wholeShare ? -1 : share);
