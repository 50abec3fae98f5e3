import { chownSync, closeSync, copyFileSync, fstatSync, openSync, readSync, statSync, truncateSync } from 'node:fs';
import type { Account } from './account';

const limit = 16 * 1024 * 1024;
const everyMinute = 60_000;

/** The server's log: what it prints goes to `file`; at 16 MB that becomes `file`.1, so the two never grow past twice that. */
export class ServerLog {
  readonly descriptor: number;
  private readonly begin: number;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly file: string,
    account: Account | undefined,
  ) {
    this.trim();
    this.descriptor = openSync(file, 'a+', 0o600);
    if (account) chownSync(file, account.uid, account.gid);
    this.begin = fstatSync(this.descriptor).size;
    this.timer = setInterval(() => this.trim(), everyMinute).unref();
  }

  /** What was printed since this log was opened (its last 64 KB). */
  tail(): string {
    const { size } = fstatSync(this.descriptor);
    const from = Math.max(Math.min(this.begin, size), size - 65_536);
    const bytes = Buffer.alloc(size - from);
    readSync(this.descriptor, bytes, 0, bytes.length, from);
    return bytes.toString('utf8');
  }

  close(): void {
    clearInterval(this.timer);
    closeSync(this.descriptor);
  }

  /** The server holds the file open for appending, so it is emptied in place, not renamed. */
  private trim(): void {
    if ((statSync(this.file, { throwIfNoEntry: false })?.size ?? 0) < limit) return;
    copyFileSync(this.file, `${this.file}.1`);
    truncateSync(this.file, 0);
  }
}
