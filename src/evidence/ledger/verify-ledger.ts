import { leafHash, type LedgerCheckpoint, type LedgerEntry, ledgerSchemas, rootAbove, sha256Hex } from '../../kernel';
import { Findings } from '../findings';
import { type PublishedKey, type SealKeys, keysFor } from '../published-keys';
import { addSealFault, Checkpoints } from './checkpoints';
import {
  type BundleHead,
  type LedgerAnswer,
  type Proven,
  readAnswer,
  readEntry,
  readExtract,
  readProven,
} from './ledger-forms';

export interface LedgerFile {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface LedgerVerification {
  /** The checkpoints that were found, of the fewest transactions first. */
  readonly checkpoints: readonly LedgerCheckpoint[];
  /** Agreements of which everything up to a checkpoint is there. */
  readonly agreements: readonly { readonly agreement: string; readonly transactions: number; readonly size: number }[];
  /** Transactions that are proved, in all files. */
  readonly proved: number;
  readonly faults: Findings['faults'];
}

/** What the API answers about the ledger's log, held against the published keys, and the files against each other. */
export function verifyLedger(files: readonly LedgerFile[], published: readonly PublishedKey[]): LedgerVerification {
  const verifier = new Verifier(keysFor('ledger', published));
  for (const file of files) verifier.file(file);
  return verifier.finish();
}

class Verifier {
  private readonly findings = new Findings();
  private readonly checkpoints: Checkpoints;
  private readonly agreements: LedgerVerification['agreements'][number][] = [];
  /** What was proved under each number, and for each event and id: the marketplace could have given one twice. */
  private readonly told = new Map<string, string>();
  private readonly entries: {
    readonly part: string;
    readonly agreement: string;
    readonly number: number;
    readonly position: number;
  }[] = [];
  private readonly extracts: (LedgerVerification['agreements'][number] & { readonly part: string })[] = [];
  private proved = 0;

  constructor(private readonly keys: SealKeys) {
    this.checkpoints = new Checkpoints(keys, this.findings);
  }

  file({ name, bytes }: LedgerFile): void {
    const end = bytes.indexOf(10);
    const answer = readAnswer(end === -1 ? bytes : bytes.subarray(0, end));
    const rest = end === -1 ? Buffer.alloc(0) : bytes.subarray(end + 1);
    if (answer?.schema === ledgerSchemas.bundle) this.bundle(name, answer, rest);
    else if (answer !== undefined && rest.length === 0) this.answer(name, answer);
    else
      this.findings.add(
        name,
        'ledger-file',
        'is no answer about the ledger as it came: canonical JSON, a bundle in lines',
      );
  }

  finish(): LedgerVerification {
    const checkpoints = this.checkpoints.finish();
    this.compareExtracts();
    return { checkpoints, agreements: this.agreements, proved: this.proved, faults: this.findings.faults };
  }

  private answer(name: string, answer: Exclude<LedgerAnswer, BundleHead>): void {
    if (answer.schema === ledgerSchemas.consistency) {
      const [earlier, later] = [answer.earlier, answer.later].map((jws) => this.checkpoints.read(name, jws));
      if (earlier && later) this.checkpoints.connect(name, earlier, later, answer.path);
      return;
    }
    const claims = this.checkpoints.read(name, answer.checkpoint);
    if (claims === undefined) return;
    if (answer.schema === ledgerSchemas.inclusion) this.entry(name, answer, claims);
    else if (answer.root !== claims.root || answer.size !== claims.size || answer.signedAt !== claims.signedAt)
      this.findings.add(name, 'checkpoint-differs', 'says something else than the checkpoint that it holds');
  }

  /** All of an agreement: as many as were signed for, each under the next number, further on in the log than the one before. */
  private bundle(name: string, head: BundleHead, lines: Buffer): void {
    const checkpoint = this.checkpoints.read(name, head.checkpoint);
    const signed = readExtract(head.extract, this.keys);
    if ('fault' in signed) addSealFault(this.findings, { part: name, what: 'the extract', fault: signed.fault });
    if (checkpoint === undefined || 'fault' in signed) return;
    const { agreement, root, size, transactions } = signed.claims;
    if (root !== checkpoint.root || size !== checkpoint.size)
      this.findings.add(name, 'checkpoint-differs', 'the extract is of another checkpoint');
    this.extracts.push({ part: name, agreement, transactions, size });
    const before = this.findings.faults.length;
    const told = this.lines(name, lines, { agreement, checkpoint });
    if (told !== transactions)
      this.findings.add(name, 'entry-missing', `has ${told} transactions of ${transactions} that were signed for`);
    if (this.findings.faults.length === before) this.agreements.push({ agreement, transactions, size });
  }

  private lines(
    name: string,
    lines: Buffer,
    { agreement, checkpoint }: { readonly agreement: string; readonly checkpoint: LedgerCheckpoint },
  ): number {
    let [told, number, position] = [0, 0, -1];
    for (const line of linesOf(lines)) {
      told += 1;
      const part = `${name}:${told + 1}`;
      const proven = line && readProven(line);
      if (proven === undefined) {
        this.findings.add(part, 'entry-unreadable', 'is no transaction with its proof');
        continue;
      }
      const entry = this.entry(part, proven, checkpoint);
      if (entry === undefined) continue;
      if (entry.agreement !== agreement)
        this.findings.add(part, 'entry-agreement', `is of the agreement ${entry.agreement}`);
      else if (entry.number > number + 1)
        this.findings.add(part, 'entry-missing', `is number ${entry.number}; number ${number + 1} is not there`);
      else if (entry.number <= number || proven.position <= position)
        this.findings.add(
          part,
          'entry-order',
          `is number ${entry.number} at ${proven.position}, after number ${number} at ${position}`,
        );
      [number, position] = [entry.number, proven.position];
    }
    return told;
  }

  /** The transaction, if it is at that place of the checkpoint's tree. */
  private entry(
    part: string,
    { content, path, position }: Proven,
    checkpoint: LedgerCheckpoint,
  ): LedgerEntry | undefined {
    const root = rootAbove({
      leaf: leafHash(Buffer.from(content, 'utf8')),
      place: position,
      size: checkpoint.size,
      path: path.map((hash) => Buffer.from(hash, 'base64url')),
    });
    if (root?.toString('base64url') !== checkpoint.root) {
      this.findings.add(
        part,
        'entry-not-included',
        `is not number ${position} of the log under the checkpoint of ${checkpoint.size}`,
      );
      return undefined;
    }
    const entry = readEntry(content);
    if (entry === undefined) {
      this.findings.add(part, 'entry-unreadable', 'is no transaction of a ledger');
      return undefined;
    }
    this.proved += 1;
    if (entry.legs.reduce((sum, { minor }) => sum + BigInt(minor), 0n) !== 0n)
      this.findings.add(part, 'entry-unbalanced', 'does not sum to zero');
    this.entries.push({ part, agreement: entry.agreement, number: entry.number, position });
    this.once(part, entry, content);
    return entry;
  }

  private once(part: string, { agreement, number, transaction, kind, source }: LedgerEntry, content: string): void {
    const hash = sha256Hex(content);
    const names = [`number ${number}`, `the transaction ${transaction}`, `${kind} of ${JSON.stringify(source)}`];
    for (const name of names) {
      const key = `${agreement} ${name}`;
      const known = this.told.get(key) ?? hash;
      if (known !== hash)
        this.findings.add(part, 'ledger-forked', `${name} of the agreement is something else elsewhere`);
      this.told.set(key, known);
    }
  }

  /** Of an agreement as many transactions are among the first of the log as were signed for, whichever file shows them. */
  private compareExtracts(): void {
    for (const { part, agreement, transactions, size } of this.extracts) {
      const isOther = this.entries.some(
        (entry) => entry.agreement === agreement && entry.number <= transactions !== entry.position < size,
      );
      const isFewer = this.extracts.some(
        (other) =>
          other.agreement === agreement &&
          (other.size === size
            ? other.transactions !== transactions
            : other.size < size && other.transactions > transactions),
      );
      if (isOther || isFewer)
        this.findings.add(
          part,
          'ledger-forked',
          `other files show that not ${transactions} transactions are among the first ${size}`,
        );
    }
  }
}

/** Each line without its end; undefined for what is not ended. */
function* linesOf(bytes: Buffer): Generator<Buffer | undefined> {
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at);
    yield end === -1 ? undefined : bytes.subarray(at, end);
    at = end === -1 ? bytes.length : end + 1;
  }
}
