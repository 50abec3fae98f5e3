import { isContinued, type LedgerCheckpoint } from '../../kernel';
import type { Findings } from '../findings';
import type { SealKeys } from '../published-keys';
import { readCheckpoint } from './ledger-forms';

/** All checkpoints that the files of one verification show: of one log, or the log was forked. */
export class Checkpoints {
  private readonly bySize = new Map<number, LedgerCheckpoint>();
  /** From a size to those that were shown to continue it. */
  private readonly continued = new Map<number, number[]>();

  constructor(
    private readonly keys: SealKeys,
    private readonly findings: Findings,
  ) {}

  /** The checkpoint under a seal, remembered; undefined, and a fault, where it is none. */
  read(part: string, jws: string): LedgerCheckpoint | undefined {
    const read = readCheckpoint(jws, this.keys);
    if ('fault' in read) {
      addSealFault(this.findings, { part, what: 'the checkpoint', fault: read.fault });
      return undefined;
    }
    const { claims } = read;
    const known = this.bySize.get(claims.size);
    if (known !== undefined && known.root !== claims.root)
      this.findings.add(part, 'ledger-forked', `another checkpoint of ${claims.size} transactions has another root`);
    this.bySize.set(claims.size, known ?? claims);
    return claims;
  }

  /** A proof that the later one continues the earlier one. */
  connect(part: string, earlier: LedgerCheckpoint, later: LedgerCheckpoint, path: readonly string[]): void {
    if (!isContinued(sized(earlier), sized(later), path.map(bytes))) {
      const message = `the checkpoint of ${later.size} is not shown to continue that of ${earlier.size}`;
      this.findings.add(part, 'ledger-forked', message);
      return;
    }
    this.continued.set(earlier.size, [...(this.continued.get(earlier.size) ?? []), later.size]);
  }

  /** Each must lead to the latest by proofs: otherwise nobody knows whether they are of one log. */
  finish(): LedgerCheckpoint[] {
    const all = [...this.bySize.values()].sort((a, b) => a.size - b.size);
    const joined = new Set([all.at(-1)?.size]);
    for (const { size } of all.toReversed())
      if (this.continued.get(size)?.some((later) => joined.has(later)) === true) joined.add(size);
    for (const { size } of all.filter((checkpoint) => !joined.has(checkpoint.size))) {
      const message = `nothing shows that ${all.at(-1)!.size} continue ${size}: add /v1/ledger/consistency?from=${size}&to=${all.at(-1)!.size}`;
      this.findings.add('', 'consistency-missing', message);
    }
    return all;
  }
}

const bytes = (hash: string): Buffer => Buffer.from(hash, 'base64url');
const sized = ({ size, root }: LedgerCheckpoint): { size: number; root: Buffer } => ({ size, root: bytes(root) });

export function addSealFault(
  findings: Findings,
  {
    part,
    what,
    fault,
  }: { readonly part: string; readonly what: string; readonly fault: 'key-unknown' | 'seal-broken' },
): void {
  if (fault === 'key-unknown')
    findings.add(part, 'key-unknown', `${what} is sealed by a key that is not published for the ledger`);
  else findings.add(part, 'checkpoint-seal', `${what} is not what its key has sealed`);
}
