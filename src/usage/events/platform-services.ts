import { Injectable } from '@nestjs/common';
import type { Tx } from '../../platform/database/tx';
import { KeptFew } from './kept';
import type { EventReading } from './usage-event';

const platformsMax = 1_000;

/** Each platform's own services. They are added and never taken away, so only one that is not known yet makes a question. */
@Injectable()
export class PlatformServices {
  private readonly kept = new KeptFew<ReadonlySet<string>>(platformsMax);

  /** All services of the platform, as far as these readings name any. */
  async of(tx: Tx, platformId: string, readings: readonly EventReading[]): Promise<ReadonlySet<string>> {
    const known = this.known(platformId, readings);
    if (known) return known;
    const rows = await tx.rows<{ id: string }>('SELECT id FROM services WHERE organization_id = $1', [platformId]);
    const services = new Set(rows.map(({ id }) => id));
    this.kept.set(platformId, services);
    return services;
  }

  /** The same, where that makes no question. */
  known(platformId: string, readings: readonly EventReading[]): ReadonlySet<string> | undefined {
    const known = this.kept.get(platformId);
    const all = readings.every((reading) => !('event' in reading) || known?.has(reading.event.serviceId));
    return all ? known : undefined;
  }
}
