import type { LivingAgreement } from '../../agreements';
import { type PeriodContext, termsOfMonth } from '../../kernel';
import type { Tx } from '../../platform/database/tx';
import { type KeptReadings, type MonthOfRecord, type UsageBasis, usageOfRecord } from '../../usage';
import { figuresOf, type StatedFigures } from './facts.repository';

/** A month as it is rated: usage and the figures of its reports, and those of the parties' own. */
export async function monthOfRecord(
  tx: Tx,
  readings: KeptReadings,
  agreement: LivingAgreement,
  month: string,
  basis: UsageBasis,
): Promise<MonthOfRecord> {
  const record = await usageOfRecord(tx, readings, agreement, month, basis);
  return { ...record, context: await withOwnFigures(tx, agreement, month, record.context) };
}

/** The figures of a month's reports, and those of the parties' own. */
export async function withOwnFigures(
  tx: Tx,
  agreement: LivingAgreement,
  month: string,
  context: PeriodContext,
): Promise<PeriodContext> {
  if (termsOfMonth(agreement.life, month).figures === undefined) return context;
  return withFigures(context, await figuresOf(tx, agreement, month));
}

/** A service that no report speaks of has figures all the same. */
function withFigures(context: PeriodContext, { agreement, services }: StatedFigures): PeriodContext {
  const reported = new Set(context.services.map(({ service }) => service));
  const all = [
    ...context.services,
    ...[...services.keys()].flatMap((service) => (reported.has(service) ? [] : [{ service }])),
  ];
  return {
    ...context,
    services: all.map((one) => {
      const figures = services.get(one.service);
      return figures === undefined ? one : { ...one, figures };
    }),
    ...(Object.keys(agreement).length === 0 ? {} : { figures: agreement }),
  };
}
