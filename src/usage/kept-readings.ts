import { Injectable } from '@nestjs/common';
import { type FileHandle, open } from 'node:fs/promises';
import type { UsageSum } from '../kernel';
import { Storage } from '../platform/storage/storage';
import type { DeltaBase } from './engine/delta-base';
import {
  everyFault,
  everyHeldLine,
  faultsFrom,
  type HeldLine,
  heldLines,
  sameHeldLines,
  type KeptFault,
} from './engine/held-and-faults';
import { type AgreementSum, sumIn, sumsOf } from './engine/sums-file';
import { type DifferencePosition, sumsDifference } from './engine/sums-difference';
import type { Reading } from './engine/reading';

/** The files of a report that was read. */
export interface ReadFiles {
  readonly sums_sha256: string | null;
  readonly held_sha256: string | null;
  readonly held_lines: bigint | null;
  readonly faults_sha256: string | null;
  readonly faults: bigint | null;
  readonly fault_marks: readonly bigint[] | null;
}

const comparedMax = 200_000;

/** What reading a report made: files in storage, by their hashes. They never change. */
@Injectable()
export class KeptReadings {
  constructor(private readonly storage: Storage) {}

  /** Takes the files of a reading into storage. What no report names afterwards is there in vain, and harmless. */
  async keep({ sums, held, faults }: Reading): Promise<void> {
    for (const { path, sha256 } of [sums, held, faults]) await this.storage.take(path, sha256);
  }

  /** One agreement's sums in a report, or all of it, in the order of recording and place. */
  sumsOf({ sums_sha256: sha256 }: ReadFiles, agreementId?: string): Promise<UsageSum[]> {
    return this.within(sha256, [], async (file) => {
      const sums: UsageSum[] = [];
      for await (const { sum } of sumsOf(file, agreementId)) sums.push(sum);
      return sums;
    });
  }

  /** What one agreement's use of a recording in a place comes to in a report; undefined where it tells none. */
  sumIn(
    { sums_sha256: sha256 }: ReadFiles,
    wanted: Parameters<typeof sumIn>[1],
  ): Promise<Pick<UsageSum, 'quantity' | 'returns' | 'sales'> | undefined> {
    return this.within(sha256, undefined, (file) => sumIn(file, wanted));
  }

  /** One agreement's sums in a report, one after another: memory does not grow with them. */
  async *everySum({ sums_sha256: sha256 }: ReadFiles, agreementId: string): AsyncGenerator<UsageSum> {
    if (sha256 === null) return;
    const file = await this.storage.open(sha256);
    try {
      for await (const { sum } of sumsOf(file, agreementId)) yield sum;
    } finally {
      await file.close();
    }
  }

  /** At most `limit` sums after the first `passed`. */
  sumsFrom(
    { sums_sha256: sha256 }: ReadFiles,
    { agreementId, passed, limit }: { agreementId?: string | undefined; passed: number; limit: number },
  ): Promise<AgreementSum[]> {
    return this.within(sha256, [], async (file) => {
      const sums: AgreementSum[] = [];
      for await (const sum of sumsOf(file, agreementId, passed)) if (sums.push(sum) === limit) break;
      return sums;
    });
  }

  /** Whether reading a report again came to what it came to before: the same sums of each agreement, and the same lines held for the same reasons. */
  async sayTheSame({ sums_sha256, held_sha256, held_lines }: ReadFiles, { sums, held }: Reading): Promise<boolean> {
    if (BigInt(held.rows) !== (held_lines ?? 0n)) return false;
    if (held.sha256 !== held_sha256 && !(await this.holdTheSame(held_sha256, held.path))) return false;
    if (sums.sha256 === sums_sha256) return true;
    // A file of sums also says which agreements there were to choose from.
    const made = await open(sums.path, 'r');
    try {
      const wish = { from: { before: 0, after: 0 }, limit: 1, comparedMax: Infinity };
      return await this.within(sums_sha256, false, async (before) => {
        const { rows } = await sumsDifference({ before, after: made }, wish);
        return rows.length === 0;
      });
    } finally {
      await made.close();
    }
  }

  /** Held lines are in pieces as the file was cut when it was read, which is not what they say. */
  private async holdTheSame(sha256: string | null, path: string): Promise<boolean> {
    const made = await open(path, 'r');
    try {
      return await this.within(sha256, false, (kept) => sameHeldLines(kept, made));
    } finally {
      await made.close();
    }
  }

  /** At most `limit` held lines after the first `passed`. */
  heldLines({ held_sha256: sha256 }: ReadFiles, passed: number, limit: number): Promise<HeldLine[]> {
    return this.within(sha256, [], (file) => heldLines(file, passed, limit));
  }

  /** At most `limit` faults after the first `passed`. */
  faults(
    { faults_sha256: sha256, fault_marks: marks }: ReadFiles,
    passed: number,
    limit: number,
  ): Promise<KeptFault[]> {
    return this.within(sha256, [], (file) => faultsFrom(file, (marks ?? []).map(Number), passed, limit));
  }

  /** What a report says otherwise than the one that it replaces: at most `limit` differences from a position on. Both were accepted. */
  async difference(
    { before, after }: { readonly before: ReadFiles; readonly after: ReadFiles },
    from: DifferencePosition,
    limit: number,
  ): Promise<Awaited<ReturnType<typeof sumsDifference>>> {
    const none = { rows: [], next: undefined };
    return this.within(before.sums_sha256, none, (old) =>
      this.within(after.sums_sha256, none, (own) =>
        sumsDifference({ before: old, after: own }, { from, limit, comparedMax }),
      ),
    );
  }

  /** Work on what a report came to, as the base of a delta. */
  asBase<T>(
    report: ReadFiles & { readonly id: string },
    work: (base: DeltaBase) => Promise<T>,
  ): Promise<T | undefined> {
    return this.within(report.sums_sha256, undefined, (sums) =>
      this.within(report.held_sha256, undefined, (held) => work({ reportId: report.id, sums, held })),
    );
  }

  /** Every fault, in the order of the report. */
  async *everyFault({ faults_sha256: sha256 }: ReadFiles): AsyncGenerator<KeptFault> {
    if (sha256 !== null) yield* everyFault(this.storage.read(sha256));
  }

  /** Every held line, in the order of the report. */
  async *everyHeldLine({ held_sha256: sha256 }: ReadFiles): AsyncGenerator<HeldLine> {
    if (sha256 === null) return;
    const file = await this.storage.open(sha256);
    try {
      yield* everyHeldLine(file);
    } finally {
      await file.close();
    }
  }

  private async within<T>(sha256: string | null, nothing: T, work: (file: FileHandle) => Promise<T>): Promise<T> {
    if (sha256 === null) return nothing;
    const file = await this.storage.open(sha256);
    try {
      return await work(file);
    } finally {
      await file.close();
    }
  }
}
