import { withBelongings } from '../../bench/support/belongings';
import { concludeLicence } from '../../bench/support/licence';
import { seededRandom } from '../../src/sandbox/stripe/seeded-random';
import { Findings } from './findings';
import { Marketplace } from './marketplace';
import { actorsOf, type FreshParties } from './party-source';
import type { PatientClient } from './patient-client';
import { type Phase, PhaseKiller, phases } from './phases';
import { brokeOff, type FaultsOptions, type FaultsResult, heldAll } from './run';
import { System, untilTrue } from './system';
import { auditUsage } from './usage-audit';
import { meteredTerms, tableMapping } from './usage-plan';
import { UsageRound } from './usage-round';

/** As of other runs, and how many of the kills came in which phase. */
export interface UsageFaultsResult extends FaultsResult {
  readonly phases: Readonly<Record<Phase | 'other', number>>;
}

const tracks = 40;
/** All of them have ended; the product runs on the real clock here. */
const months = Array.from({ length: 10 }, (_, at) => `2026-${String(at + 1).padStart(2, '0')}`);
const largeBytes = 9 * 1024 * 1024;

/**
 * Reports, tables and events come in, are replaced and repeated while months are closed, and API, worker and database die by SIGKILL at upload, scan, posting
 * and rating: what was acknowledged is counted exactly once, and paid for.
 */
export const usageUnderFaults = (options: FaultsOptions): Promise<UsageFaultsResult> =>
  withBelongings(async (belongings) => new Usage(await System.start(belongings), options).run());

class Usage {
  private readonly findings = new Findings();
  private readonly random: () => number;
  private readonly killer: PhaseKiller;
  private readonly rounds: UsageRound[] = [];
  private readonly readers: PatientClient[] = [];
  private readonly marketplace: Marketplace;

  constructor(
    private readonly system: System,
    private readonly options: FaultsOptions,
  ) {
    this.random = seededRandom(options.seed);
    this.marketplace = new Marketplace(system);
    this.killer = new PhaseKiller(system, seededRandom(options.seed + 1), options.points);
  }

  async run(): Promise<UsageFaultsResult> {
    const { seed, say } = this.options;
    try {
      await this.marketplace.open();
      for (let number = 1; number === 1 || !this.killer.isDone; number += 1) await this.round(number);
      await untilTrue('nothing is left of readings that were killed', () =>
        Promise.resolve(this.system.readingFolders().length === 0),
      ).catch((error: Error) => this.findings.duplicated(error.message));
      await auditUsage(this.system, this.rounds, this.readers, this.findings);
      say(this.summary());
    } catch (error) {
      await brokeOff(this.system, this.findings, error);
    }
    const held = heldAll(this.system, this.findings);
    const { lostCount: lost, duplicatedCount: duplicated, ledgerSums } = this.findings;
    const ledgerSum = Object.fromEntries([...ledgerSums].map(([currency, minor]) => [currency, String(minor)]));
    const { kills, isDone } = this.killer;
    const inPhases = Object.fromEntries(
      [...phases, 'other' as const].map((name) => [name, kills.filter(({ phase }) => phase === name).length]),
    ) as UsageFaultsResult['phases'];
    return {
      name: 'usage',
      seed,
      points: kills.length,
      phases: inPhases,
      lost,
      duplicated,
      ledgerSum,
      ok: held && isDone,
    };
  }

  private async round(number: number): Promise<void> {
    const { say } = this.options;
    const round = await this.marketplace.withParts((parts) => this.begun(number, this.marketplace.parties(parts)));
    this.rounds.push(round);
    this.readers.push(round.parts.platform);
    say(`round ${number}: the agreement is signed; from here on processes die`);
    let isOver = false;
    const work = round.run().finally(() => (isOver = true));
    await Promise.all([
      work,
      this.killer.during({ isOver: () => isOver, isUploading: () => round.uploading > 0 }, say),
    ]);
  }

  private async begun(number: number, given: FreshParties): Promise<UsageRound> {
    const { url } = this.system;
    const licence = await concludeLicence(given, { url, tracks, firstTrack: number * 1000, changed: meteredTerms });
    const { id: mappingId } = await licence.platform.as.post<{ id: string }>('/v1/usage-mappings', {
      name: 'Monthly',
      mapping: tableMapping,
    });
    const { platform, label, secondFinance } = await actorsOf(url, licence);
    return new UsageRound({
      ...{
        name: `round-${number}`,
        licence,
        mappingId,
        random: this.random,
        findings: this.findings,
        months,
        largeBytes,
      },
      ...{ platform, label, second: secondFinance },
      goesOn: () => !this.killer.isDone,
    });
  }

  private summary(): string {
    const reports = this.rounds.flatMap((round) => round.reports);
    const events = this.rounds.reduce((sum, round) => sum + round.events.size, 0);
    const closes = this.rounds.reduce((sum, round) => sum + round.closed.length, 0);
    const repeats = this.readers.reduce((sum, reader) => sum + reader.repeats, 0);
    return `${reports.length} reports, ${events} events, ${closes} closes; ${repeats} requests had to be repeated`;
  }
}
