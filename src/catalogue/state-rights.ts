import { Injectable } from '@nestjs/common';
import { isCalendarDate, rational, compare, ONE, territoryNumbers, ZERO } from '../kernel';
import { audit } from '../platform/audit/audit';
import { type Actor, actorName } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import type { Tx } from '../platform/database/tx';
import { DomainError, type Fault } from '../platform/errors/domain-error';
import { BooleanField, DayField, DecimalField, IdField, ObjectField, TextsField } from '../platform/http/fields';
import { publish } from '../platform/outbox/outbox';
import { lockClaims } from './conflicts/conflicts.repository';
import { LookForConflicts } from './conflicts/look-for-conflicts';
import { findImport } from './imports/imports.repository';
import { ownRecordings } from './isrc-list';
import { recordingsOfImport, type RightsStatement } from './rights.repository';
import { TerritoriesBody, territoryFaults, territorySetOf } from './territories.body';
import { WriteShares } from './write-shares';

export class RightsStatementBody {
  @TextsField({ max: 10_000, optional: true, description: 'the recordings; or name an import' })
  readonly isrcs?: string[];

  @IdField({ optional: true, description: 'every recording whose latest import this is' })
  readonly importId?: string;

  @DecimalField({ example: '1', description: 'the share that the label controls: above 0, at most 1, six decimals' })
  readonly share!: string;

  @ObjectField(() => TerritoriesBody)
  readonly territories!: TerritoriesBody;

  @DayField({ example: '2020-01-01' })
  readonly from!: string;

  @DayField({ optional: true, description: 'the first day that is not included; absent: without end' })
  readonly until?: string;

  @BooleanField({
    optional: true,
    description:
      'true: this takes the place of whatever is stated for these recordings, territories and days; usage of closed months is corrected too',
  })
  readonly replaces?: boolean;
}

/** A label states what share of its recordings it controls, where and when. Statements add up; they never overlap. */
@Injectable()
export class StateRights {
  constructor(
    private readonly clock: Clock,
    private readonly writeShares: WriteShares,
    private readonly lookForConflicts: LookForConflicts,
  ) {}

  /** Gives the number of recordings. Refuses with request-invalid, recording-unknown, not-found (the import) or rights-overlap. */
  async execute(tx: Tx, actor: Actor, body: RightsStatementBody): Promise<number> {
    const faults = faultsOf(body);
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    const at = this.clock.now();
    const { organizationId } = actor;
    const stated = await recordingsOf(tx, organizationId, body);
    const isrcs = stated.map(({ isrc }) => isrc);
    await lockClaims(tx, isrcs);
    const statement: RightsStatement = {
      ownerId: organizationId,
      recordingIds: stated.map(({ id }) => id),
      share: body.share,
      territories: territoryNumbers(territorySetOf(body.territories)),
      from: body.from,
      until: body.until ?? null,
      at,
      by: actorName(actor),
    };
    const { recordings, replaced } = await this.writeShares.execute(tx, {
      ...{ statement, isrcs, replaces: body.replaces === true },
    });
    const { from, until, share } = statement;
    const details = {
      recordings,
      share,
      territories: statement.territories.length,
      from,
      until,
      ...(replaced.length === 0 ? {} : { replaced }),
    };
    const subjectId = body.importId ?? organizationId;
    await audit(tx, actor, { action: 'rights.stated', subjectId, details, at });
    await publish(tx, { to: [organizationId], topic: 'rights.stated', subjectId, payload: details, at });
    const madeBy = actorName(actor);
    await this.lookForConflicts.execute(tx, isrcs, { organizationId, madeBy, end: 'withdrawn', at });
    return recordings;
  }
}

function faultsOf({ isrcs, importId, share, territories, from, until }: RightsStatementBody): Fault[] {
  const faults: Fault[] = [];
  const note = (pointer: string, code: string, message: string): number => faults.push({ pointer, code, message });
  if ((isrcs === undefined) === (importId === undefined))
    note('/isrcs', 'recordings-choice', 'name either isrcs or importId');
  const exact = rational(share);
  if (compare(exact, ZERO) <= 0 || compare(exact, ONE) > 0 || !/^[01](\.\d{1,6})?$/.test(share)) {
    note('/share', 'share-range', 'a share is above 0 and at most 1, with at most six decimals');
  }
  faults.push(...territoryFaults(territories, '/territories'));
  if (!isCalendarDate(from)) note('/from', 'day-unknown', 'there is no such day');
  if (until !== undefined && !isCalendarDate(until)) note('/until', 'day-unknown', 'there is no such day');
  if (until !== undefined && until <= from)
    note('/until', 'period-empty', 'until is the first day after the period, so later than from');
  return faults;
}

async function recordingsOf(
  tx: Tx,
  labelId: string,
  { isrcs, importId }: RightsStatementBody,
): Promise<{ id: string; isrc: string }[]> {
  if (isrcs !== undefined) return ownRecordings(tx, labelId, isrcs, (index) => `/isrcs/${index}`);
  if (importId === undefined || (await findImport(tx, importId)) === undefined) throw new DomainError('not-found');
  return recordingsOfImport(tx, importId);
}
