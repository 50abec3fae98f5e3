import { Injectable } from '@nestjs/common';
import { TerritoriesBody, territoryFaults, territorySetOf } from '../catalogue';
import { COMMERCIAL_MODELS, isCalendarDate, NAMELESS, readIsrc, USE_TYPES } from '../kernel';
import { verifiedAmong } from '../parties';
import type { Actor } from '../platform/auth/actor';
import { audit } from '../platform/audit/audit';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError, type Fault } from '../platform/errors/domain-error';
import {
  ChoicesField,
  DayField,
  IdField,
  IdsField,
  IntegerField,
  ObjectField,
  TextField,
  TextsField,
} from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { type AskedRepertoire, insertLicenceRequest, type LicenceRequest } from './licence-requests.repository';
import { namedServices } from './named-services';

const named = (value: string): boolean => !NAMELESS.includes(value);
export const requestableUses = USE_TYPES.filter(named);
export const requestableModels = COMMERCIAL_MODELS.filter(named);

export class AskedRepertoireBody {
  @TextField({ max: 1000, optional: true, description: 'in words', example: 'your 500 most played dance tracks' })
  readonly query?: string;

  @TextsField({ max: 10_000, optional: true, description: 'recordings by ISRC' })
  readonly isrcs?: string[];

  @IntegerField({ min: 1, max: 1_000_000, optional: true, description: 'about how many recordings' })
  readonly count?: number;
}

export class AskedTermBody {
  @DayField({ description: 'the first day' })
  readonly from!: string;

  @DayField({ description: 'the day after the last' })
  readonly until!: string;
}

export class LicenceRequestBody {
  @IdField({ description: 'a verified label' })
  readonly labelId!: string;

  @ObjectField(() => AskedRepertoireBody, { description: 'a query, a list, a number, or several of them' })
  readonly repertoire!: AskedRepertoireBody;

  @IdsField({ max: 100, description: 'services of yours' })
  readonly serviceIds!: string[];

  @ChoicesField(requestableUses, { description: 'DDEX use types' })
  readonly uses!: string[];

  @ChoicesField(requestableModels, { description: 'DDEX commercial models' })
  readonly models!: string[];

  @ObjectField(() => TerritoriesBody)
  readonly territories!: TerritoriesBody;

  @ObjectField(() => AskedTermBody, { optional: true })
  readonly term?: AskedTermBody;

  @TextField({ max: 2000, optional: true })
  readonly message?: string;
}

/**
 * A platform asks a label for a licence. Refuses with request-invalid and not-found (no verified label). What it asks for is
 * never compared with the label's catalogue or rights: the answer is the label's alone.
 */
@Injectable()
export class SendLicenceRequest {
  constructor(private readonly clock: Clock) {}

  async execute(tx: Tx, actor: Actor, body: LicenceRequestBody): Promise<LicenceRequest> {
    const { repertoire, faults } = readRepertoire(body.repertoire);
    const all = [...faults, ...territoryFaults(body.territories, '/territories'), ...termFaults(body.term)];
    if (all.length > 0) throw new DomainError('request-invalid', undefined, all.slice(0, 1000));
    const labelId = body.labelId.toLowerCase();
    if (!(await verifiedAmong(tx, 'label', [labelId])).has(labelId)) {
      throw new DomainError('not-found', 'there is no verified label with this id');
    }
    const platformId = actor.organizationId;
    const services = await namedServices(tx, platformId, body.serviceIds);
    const at = this.clock.now();
    const request = await insertLicenceRequest(tx, {
      labelId,
      platformId,
      repertoire,
      serviceIds: services.map(({ id }) => id),
      uses: [...body.uses].sort(),
      models: [...body.models].sort(),
      territories: territorySetOf(body.territories),
      from: body.term?.from ?? null,
      until: body.term?.until ?? null,
      message: body.message ?? null,
      sentAt: at,
    });
    const subjectId = request.id;
    await audit(tx, actor, { action: 'licence-request.sent', subjectId, details: { labelId }, at });
    await publish(tx, { to: [labelId, platformId], topic: 'licence-request.sent', subjectId, at });
    return request;
  }
}

function readRepertoire({ query, isrcs, count }: AskedRepertoireBody): {
  readonly repertoire: AskedRepertoire;
  readonly faults: readonly Fault[];
} {
  const readings = (isrcs ?? []).map(readIsrc);
  const faults: Fault[] = readings.flatMap((reading, place) =>
    'fault' in reading
      ? [{ pointer: `/repertoire/isrcs/${place}`, code: reading.fault, message: 'must be an ISRC' }]
      : [],
  );
  if (query === undefined && isrcs === undefined && count === undefined) {
    const message = 'say what you ask for: a query, recordings, or how many';
    faults.push({ pointer: '/repertoire', code: 'repertoire-choice', message });
  }
  const read = readings.flatMap((reading) => ('isrc' in reading ? [reading.isrc] : []));
  return {
    repertoire: {
      ...(query !== undefined && { query }),
      ...(isrcs !== undefined && { isrcs: [...new Set(read)].sort() }),
      ...(count !== undefined && { count }),
    },
    faults,
  };
}

function termFaults(term: AskedTermBody | undefined): Fault[] {
  if (term === undefined) return [];
  const faults = (['from', 'until'] as const)
    .filter((name) => !isCalendarDate(term[name]))
    .map((name) => ({ pointer: `/term/${name}`, code: 'day-unknown', message: 'there is no such day' }));
  if (term.until > term.from) return faults;
  const message = 'until is the first day after the period, so later than from';
  return [...faults, { pointer: '/term/until', code: 'period-empty', message }];
}
