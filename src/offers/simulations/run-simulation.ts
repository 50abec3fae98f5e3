import { Injectable } from '@nestjs/common';
import { canonicalText, type Fault } from '../../kernel';
import { getServices } from '../../parties';
import { type Actor, actorName } from '../../platform/auth/actor';
import { audit } from '../../platform/audit/audit';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError } from '../../platform/errors/domain-error';
import { BooleanField, IntegersField, JsonField } from '../../platform/http/fields';
import { enqueue } from '../../platform/jobs/jobs';
import { openOperation } from '../../platform/operations/operations';
import { getNegotiation } from '../negotiations.repository';
import { revisionsMax } from '../revise-offer';
import { getRevision, type Revision } from '../revisions.repository';
import { type Basis, limits } from './basis';
import { readBasis } from './read-basis';
import { insertSimulation, type SimulationHead } from './simulations.repository';
import { tellFinished, tellShared } from './simulation-news';
import { termsOf, WorkOutSimulation } from './work-out';

export class SimulationBody {
  @IntegersField({
    min: 1,
    max: revisionsMax,
    maxItems: limits.revisions,
    description: 'the revisions to run; others are compared with the first',
  })
  readonly revisions!: number[];

  @JsonField({
    description:
      'what it stands on: `{kind: "reported", months | from, until}`, `{kind: "file", fileId | rows, figures, currency}` or `{kind: "forecast", from, months, growthPerMonth, monthly, currency}`',
    example: { kind: 'reported', months: 3 },
  })
  readonly basis!: object;

  @BooleanField({ description: 'whether the other party sees this run as well' })
  readonly shared!: boolean;
}

/** A run of at most this many sums is answered at once; a larger one is an operation. */
const sumsAtOnce = 200_000;
const sumsEver = 2_000_000;

/**
 * Runs revisions on usage. Refuses with not-found (negotiation, revision, file), simulation-basis-invalid, simulation-file-invalid,
 * usage-not-reported and simulation-too-large. What the kernel refuses is told in the run, revision by revision.
 */
@Injectable()
export class RunSimulation {
  constructor(
    private readonly clock: Clock,
    private readonly workOut: WorkOutSimulation,
  ) {}

  async execute(tx: Tx, actor: Actor, negotiationId: string, body: SimulationBody): Promise<SimulationHead> {
    const { labelId, platformId } = await getNegotiation(tx, negotiationId);
    const basis = await basisFor(tx, platformId, body.basis);
    const revisions: Revision[] = [];
    for (const number of body.revisions) revisions.push(await getRevision(tx, negotiationId, number));
    const at = this.clock.now();
    const run = { negotiationId, labelId, platformId, ownerId: actor.organizationId };
    const work = await this.workOut.workOf(tx, basis, { ...run, at, revisions: termsOf(revisions) });
    if (work > sumsEver)
      throw new DomainError('simulation-too-large', `${work} sums would be rated, at most ${sumsEver} are`);
    const later = work > sumsAtOnce;
    const operation = later
      ? await openOperation(tx, { ownerId: actor.organizationId, kind: 'run-simulation', subjectId: negotiationId, at })
      : undefined;
    const head = await insertSimulation(tx, {
      ...run,
      requestedBy: actorName(actor),
      requestedAt: at,
      revisions: body.revisions,
      basis: canonicalText(basis),
      operationId: operation?.id ?? null,
      shared: body.shared,
    });
    const details = { negotiation: negotiationId, revisions: body.revisions, basis: basis.kind, shared: body.shared };
    await audit(tx, actor, { action: 'simulation.requested', subjectId: head.id, details, at });
    if (body.shared) await tellShared(tx, head, at);
    if (operation !== undefined) {
      await enqueue(tx, 'run-simulation', { simulationId: head.id }, `run-simulation ${head.id}`);
      return head;
    }
    const done = await this.workOut.execute(tx, head, basis);
    await tellFinished(tx, done, at);
    return done;
  }
}

/** Reads the basis; services that it names must be the platform's. */
async function basisFor(tx: Tx, platformId: string, json: object): Promise<Basis> {
  const reading = readBasis(json);
  if ('faults' in reading) throw new DomainError('simulation-basis-invalid', undefined, reading.faults);
  const { basis } = reading;
  const known = new Set((await getServices(tx, platformId)).map(({ id }) => id));
  const faults = servicesIn(basis)
    .filter(({ service }) => !known.has(service))
    .map(({ pointer }): Fault => ({ pointer, code: 'service-differs', message: 'is not a service of this platform' }));
  if (faults.length > 0) throw new DomainError('simulation-basis-invalid', undefined, faults);
  return basis;
}

/** Every service that a basis names, and where. */
function servicesIn(basis: Basis): { service: string; pointer: string }[] {
  const inList = (list: readonly { readonly service?: string }[], pointer: string) =>
    list.flatMap(({ service }, place) =>
      service === undefined ? [] : [{ service, pointer: `${pointer}/${place}/service` }],
    );
  if (basis.kind === 'reported') return [];
  if (basis.kind === 'file') {
    const figures = basis.figures.flatMap(({ services }, place) =>
      inList(services, `/basis/figures/${place}/services`),
    );
    return [...inList(basis.rows ?? [], '/basis/rows'), ...figures];
  }
  return basis.monthly.flatMap((plan, place) =>
    (['plays', 'downloads', 'services'] as const).flatMap((name) =>
      inList(plan[name], `/basis/monthly/${place}/${name}`),
    ),
  );
}
