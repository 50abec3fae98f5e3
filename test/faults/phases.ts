import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { System, Victim } from './system';

/** What usage goes through, told by what can be seen from outside. */
export const phases = ['upload', 'scan', 'post', 'rate'] as const;
export type Phase = (typeof phases)[number];

const lots: Readonly<Record<Phase, readonly (readonly Victim[])[]>> = {
  upload: [['api'], ['api'], ['database'], ['api', 'database']],
  scan: [['worker'], ['worker'], ['database'], ['worker', 'api', 'database']],
  post: [['worker'], ['worker'], ['database'], ['worker', 'database']],
  rate: [['worker'], ['worker'], ['database'], ['worker', 'api', 'database']],
};
/** How long after a phase began a kill may come: a report is posted within milliseconds. */
const delayMilliseconds: Readonly<Record<Phase, number>> = { upload: 40, scan: 80, post: 3, rate: 30 };
const patienceMilliseconds = 4000;

interface Work {
  readonly isOver: () => boolean;
  readonly isUploading: () => boolean;
}

/** Kills by a seed, the same number in each phase as far as the phases come. */
export class PhaseKiller {
  readonly kills: { readonly phase: Phase | 'other'; readonly victim: Victim }[] = [];
  private restartedAt = 0;
  private turn = 0;

  constructor(
    private readonly system: System,
    private readonly random: () => number,
    private readonly wanted: number,
  ) {}

  get isDone(): boolean {
    return this.kills.length >= this.wanted;
  }

  async during(work: Work, say: (line: string) => void): Promise<void> {
    while (!work.isOver() && !this.isDone) {
      await wait(this.random() * 200);
      const wish = phases[this.turn++ % phases.length]!;
      const victims = this.pick(lots[wish]).slice(0, this.wanted - this.kills.length);
      const phase: Phase | 'other' = (await this.untilPhase(wish, work)) ? wish : 'other';
      await wait(this.random() * delayMilliseconds[wish]);
      if (work.isOver()) return;
      const killedAt = Date.now();
      await this.system.killAndRestart(victims);
      this.restartedAt = Date.now();
      // On a machine so busy that a start takes as long as the way to the next kill, nothing would ever end.
      await wait(this.restartedAt - killedAt);
      this.kills.push(...victims.map((victim) => ({ phase, victim })));
      say(`  kill ${this.kills.length}: ${victims.join(' and ')}, phase ${phase}`);
    }
  }

  private async untilPhase(phase: Phase, work: Work): Promise<boolean> {
    const until = Date.now() + patienceMilliseconds;
    while (!work.isOver() && Date.now() < until) {
      if (await this.isIn(phase, work)) return true;
      await wait(2);
    }
    return false;
  }

  private isIn(phase: Phase, { isUploading }: Work): Promise<boolean> | boolean {
    if (phase === 'upload') return isUploading();
    if (phase === 'scan') return this.readings().some((folder) => existsSync(join(folder, 'sums')));
    // The sums are the first of a reading's files that is taken into storage; the transaction comes after the last.
    if (phase === 'post') {
      return this.readings().some((folder) => existsSync(join(folder, 'faults')) && !existsSync(join(folder, 'sums')));
    }
    const question = `SELECT FROM operations WHERE kind = 'close-period' AND state = 'running'`;
    return this.system.behindTheScenes(async (client) => ((await client.query(question)).rowCount ?? 0) > 0);
  }

  /** Folders of readings that began after the last restart. */
  private readings(): string[] {
    return this.system.readingFolders().filter((folder) => (bornAt(folder) ?? 0) > this.restartedAt);
  }

  private pick<Element>(list: readonly Element[]): Element {
    return list[Math.floor(this.random() * list.length)]!;
  }
}

function bornAt(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.birthtimeMs;
}
