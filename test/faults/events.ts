import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { withBelongings } from '../../bench/support/belongings';
import { concludeLicence, type Licence } from '../../bench/support/licence';
import { seededRandom } from '../../src/sandbox/stripe/seeded-random';
import { Findings } from './findings';
import { Marketplace } from './marketplace';
import { machine } from './party-source';
import type { PatientClient } from './patient-client';
import { brokeOff, type FaultsOptions, type FaultsResult, heldAll } from './run';
import { System, type Victim } from './system';

const tracks = 40;
const senders = 4;
const batchMax = 300;
const lots: readonly (readonly Victim[])[] = [['api'], ['api'], ['database'], ['database'], ['api', 'database']];

interface Event {
  readonly id: string;
  readonly isrc: string;
  readonly quantity: number;
}

/**
 * Players send events, in pieces, repeated and out of order, while API and database die by SIGKILL: what was answered is there, once, and
 * the sums are those of all events.
 */
export const eventsUnderFaults = (options: FaultsOptions): Promise<FaultsResult> =>
  withBelongings(async (belongings) => new Events(await System.start(belongings), options).run());

class Events {
  private readonly findings = new Findings();
  private readonly random: () => number;
  private readonly answered = new Map<string, Event>();
  private kills = 0;

  constructor(
    private readonly system: System,
    private readonly options: FaultsOptions,
  ) {
    this.random = seededRandom(options.seed);
  }

  async run(): Promise<FaultsResult> {
    const { points, seed, say } = this.options;
    try {
      const { licence, player } = await this.setUp();
      let atWork = true;
      const work = Promise.all(Array.from({ length: senders }, () => this.send(licence, player, () => atWork)));
      await Promise.race([work, this.kill(points, say)]);
      atWork = false;
      await work;
      say(`${this.answered.size} events were answered; ${player.repeats} requests had to be repeated`);
      await this.audit(licence);
    } catch (error) {
      await brokeOff(this.system, this.findings, error);
    }
    const ok = heldAll(this.system, this.findings) && this.kills >= points;
    const { lostCount: lost, duplicatedCount: duplicated } = this.findings;
    return { name: 'events', seed, points: this.kills, lost, duplicated, ledgerSum: {}, ok };
  }

  private async setUp(): Promise<{ licence: Licence; player: PatientClient }> {
    const { url } = this.system;
    const marketplace = new Marketplace(this.system);
    await marketplace.open();
    return marketplace.withParts(async (parts) => {
      const licence = await concludeLicence(marketplace.parties(parts), { url, tracks });
      return { licence, player: await machine(url, licence.platform, ['usage']) };
    });
  }

  private async kill(points: number, say: (line: string) => void): Promise<void> {
    while (this.kills < points) {
      await wait(this.random() * 400);
      const victims = this.pick(lots).slice(0, points - this.kills);
      await this.system.killAndRestart(victims);
      this.kills += victims.length;
      say(`  kill ${this.kills}: ${victims.join(' and ')}; ${this.answered.size} events answered so far`);
    }
  }

  /** New events with some of those before among them, shuffled, some of them sent by two at once. */
  private async send(licence: Licence, player: PatientClient, go: () => boolean): Promise<void> {
    while (go()) {
      const fresh = Array.from({ length: 1 + Math.floor(this.random() * batchMax) }, (): Event => ({
        id: randomUUID(),
        isrc: this.pick(licence.isrcs),
        quantity: 1 + Math.floor(this.random() * 9),
      }));
      const before = [...this.answered.values()].slice(-50);
      const batch = [...fresh, ...before].sort(() => this.random() - 0.5);
      const halves = [batch, batch.slice(0, batch.length / 2)];
      await Promise.all(halves.map((events) => this.deliver(licence, player, events)));
    }
  }

  private async deliver({ services }: Licence, player: PatientClient, events: readonly Event[]): Promise<void> {
    const body = events.map(({ id, isrc, quantity }) => ({
      specversion: '1.0',
      type: 'accordo.usage.v1',
      source: '/players/1',
      id,
      time: '2026-01-10T12:00:00Z',
      data: {
        serviceId: services[0]!.id,
        isrc,
        territory: 'RU',
        useType: 'OnDemandStream',
        commercialModel: 'AdvertisementSupportedModel',
        quantity,
      },
    }));
    const taken = await player.upload<{ rejected: number }>(
      '/v1/usage-events',
      'application/cloudevents-batch+json',
      JSON.stringify(body),
    );
    if (taken.rejected > 0) this.findings.lost(`${taken.rejected} sound events, which were rejected`);
    for (const event of events) this.answered.set(event.id, event);
  }

  private async audit({ agreementId }: Licence): Promise<void> {
    const wanted = new Map<string, bigint>();
    for (const { isrc, quantity } of this.answered.values()) {
      wanted.set(isrc, (wanted.get(isrc) ?? 0n) + BigInt(quantity));
    }
    await this.system.behindTheScenes(async (client) => {
      const kept = await client.query<{ id: string }>('SELECT id FROM usage_events');
      const ids = new Set(kept.rows.map(({ id }) => id));
      for (const id of this.answered.keys()) if (!ids.has(id)) this.findings.lost(`event ${id}`);
      if (ids.size !== kept.rows.length) this.findings.duplicated(`${kept.rows.length - ids.size} events`);
      const sums = await client.query<{ isrc: string; units: string }>(
        `SELECT isrc, sum(quantity)::text AS units FROM usage_event_sums, unnest(isrcs, quantities) AS u (isrc, quantity)
          WHERE agreement_id = $1 GROUP BY isrc`,
        [agreementId],
      );
      const summed = new Map(sums.rows.map(({ isrc, units }) => [isrc, BigInt(units)]));
      for (const [isrc, units] of wanted) {
        const there = summed.get(isrc) ?? 0n;
        if (there < units) this.findings.lost(`${units - there} plays of ${isrc}`);
        if (there > units) this.findings.duplicated(`${there - units} plays of ${isrc}`);
      }
    });
  }

  private pick<Element>(list: readonly Element[]): Element {
    return list[Math.floor(this.random() * list.length)]!;
  }
}
