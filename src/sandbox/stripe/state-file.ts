import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { IdempotencyKeys } from './idempotency';
import type { Snapshot } from './store';
import type { Owed } from './webhooks';

export interface SavedState {
  readonly version: 1;
  readonly store: Snapshot;
  readonly idempotency: ReturnType<IdempotencyKeys['snapshot']>;
  readonly owed: readonly Owed[];
  readonly webhookUrl?: string;
  /** A time set by control, kept so that a restarted double does not jump. */
  readonly time?: string;
}

export function readState(path: string | undefined): SavedState | undefined {
  if (path === undefined || !existsSync(path)) return undefined;
  const saved = JSON.parse(readFileSync(path, 'utf8')) as SavedState;
  if (saved.version !== 1) throw new Error(`${path} was written by another version of the Stripe double`);
  return saved;
}

/**
 * Writes the whole state beside the file and renames it into place. Changes that come while a write is under way
 * share the next one; `saved()` ends when the caller's change is on disk.
 */
export class StateFile {
  private underway: Promise<void> | undefined;
  private next: Promise<void> | undefined;

  constructor(
    private readonly path: string | undefined,
    private readonly snapshot: () => SavedState,
  ) {
    if (path !== undefined) mkdirSync(dirname(path), { recursive: true });
  }

  saved(): Promise<void> {
    if (this.path === undefined) return Promise.resolve();
    const before = this.underway?.catch(() => undefined) ?? Promise.resolve();
    this.next ??= before.then(() => {
      this.underway = this.next;
      this.next = undefined;
      return this.write();
    });
    return this.next;
  }

  /** Saves without waiting. A failing disk is reported by the next request that waits. */
  touch(): void {
    this.saved().catch(() => undefined);
  }

  private async write(): Promise<void> {
    if (this.path === undefined) return;
    const draft = `${this.path}.new`;
    await writeFile(draft, JSON.stringify(this.snapshot()), { mode: 0o600 });
    await rename(draft, this.path);
  }
}
