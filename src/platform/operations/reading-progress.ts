import type { Clock } from '../clock';
import type { Database } from '../database/database';
import { DomainError } from '../errors/domain-error';
import { moveOperation } from './operations';

const intervalMilliseconds = 1_000;

/** How far a reading has come, told to those who follow its operation: at most once a second, each time in a short transaction of its own. */
export class ReadingProgress {
  private readonly begun = performance.now();
  private told = this.begun;
  private bytesRead = 0;
  private lines = 0;

  constructor(
    private readonly database: Pick<Database, 'asSystem'>,
    private readonly clock: Clock,
    private readonly operation: { readonly id: string; readonly bytes: bigint },
    private readonly interval = intervalMilliseconds,
  ) {}

  /** Takes note of the lines so far. */
  atLine(lines: number): void {
    this.lines = lines;
  }

  /** Takes note of the bytes so far. Stops by reading-cancelled once its operation has ended, which no reading does by itself. */
  async atBytes(bytes: number): Promise<void> {
    this.bytesRead = bytes;
    await this.still();
  }

  /** As atBytes, where nothing more has been read. */
  async still(): Promise<void> {
    if (performance.now() - this.told >= this.interval) await this.tell();
  }

  /** The file as it is read, or the next one. */
  async *watched(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of file) {
      await this.atBytes(this.bytesRead + chunk.length);
      yield chunk;
    }
  }

  private async tell(): Promise<void> {
    this.told = performance.now();
    const { id, bytes } = this.operation;
    const secondsPerByte = (this.told - this.begun) / 1000 / this.bytesRead;
    const progress = {
      bytes: String(bytes),
      bytesRead: String(this.bytesRead),
      lines: this.lines,
      secondsLeft: Math.ceil(secondsPerByte * (Number(bytes) - this.bytesRead)),
    };
    // What cannot be told does not stop the reading: whoever follows hears of it the next time.
    const followed = await this.database
      .asSystem((tx) => moveOperation(tx, id, { state: 'running', progress, at: this.clock.now() }))
      .catch(() => undefined);
    if (followed === 0) throw new DomainError('reading-cancelled');
  }
}
