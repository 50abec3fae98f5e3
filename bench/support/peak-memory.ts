import { readFileSync } from 'node:fs';
import { setInterval } from 'node:timers';

/**
 * The peak memory of a process and of all processes under it, from /proc: each one's own high-water mark, added up.
 * Looks every few milliseconds, since a child that has ended can be asked no more.
 */
export class PeakMemory {
  private readonly kilobytes = new Map<number, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly root: number) {
    if (peakOf(process.pid) === undefined)
      throw new Error('peak memory is read from /proc, which this system does not have');
    this.look();
    this.timer = setInterval(() => this.look(), 20);
  }

  /** Ends the watch; whole megabytes. */
  stop(): number {
    clearInterval(this.timer);
    this.look();
    const sum = [...this.kilobytes.values()].reduce((total, each) => total + each, 0);
    return Math.round(sum / 1024);
  }

  private look(): void {
    for (const pid of withDescendants(this.root)) {
      const peak = peakOf(pid);
      if (peak !== undefined) this.kilobytes.set(pid, Math.max(peak, this.kilobytes.get(pid) ?? 0));
    }
  }
}

function peakOf(pid: number): number | undefined {
  const found = /^VmHWM:\s+(\d+) kB/m.exec(contentOf(`/proc/${pid}/status`));
  return found === null ? undefined : Number(found[1]);
}

function withDescendants(pid: number): number[] {
  const children = contentOf(`/proc/${pid}/task/${pid}/children`).trim();
  return [pid, ...(children === '' ? [] : children.split(' ').flatMap((child) => withDescendants(Number(child))))];
}

/** A process may end between two looks. */
function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
