import type { LivingAgreement } from '../agreements';
import { compare, monthsOfLife, ratio, rational, termsOfMonth, type UsageChecks } from '../kernel';
import { type Fault } from '../platform/errors/domain-error';
import type { Reading } from './engine/reading';

/** What one agreement says of the quality of reports. */
export interface AgreedChecks extends UsageChecks {
  readonly agreementId: string;
}

/** What the agreements that a service's month falls under ask of a report. */
export const checksAgreed = (
  agreements: readonly LivingAgreement[],
  { month, serviceId }: { readonly month: string; readonly serviceId: string },
): AgreedChecks[] =>
  agreements.flatMap(({ id, life }) => {
    if (!monthsOfLife(life).includes(month)) return [];
    const { services, usage } = termsOfMonth(life, month);
    const isOfService = services.some((service) => service.id === serviceId);
    return isOfService && usage.checks !== undefined ? [{ agreementId: id, ...usage.checks }] : [];
  });

/** Why the agreements refuse a report that was read; nothing where it is as agreed. */
export function notAsAgreed(checks: readonly AgreedChecks[], reading: Reading): Fault[] {
  const { accepted, rejected, faulty, faults } = reading;
  const lines = accepted + rejected;
  return checks.flatMap(({ agreementId, faultyShareMax, refusedFor }) => {
    const tooMany = lines > 0 && compare(ratio(BigInt(faulty), BigInt(lines)), rational(faultyShareMax)) > 0;
    return [
      ...(tooMany
        ? [
            because(
              'too-many-faulty-lines',
              `${faulty} of ${lines} usage lines are faulty, and ${agreementId} allows a share of ${faultyShareMax}`,
            ),
          ]
        : []),
      ...refusedFor
        .filter((code) => faults.byCode.has(code))
        .map((code) =>
          because(
            'fault-refuses-report',
            `${code} is in it ${faults.byCode.get(code)} times, and ${agreementId} refuses a report for one`,
          ),
        ),
    ];
  });
}

const because = (code: string, message: string): Fault => ({ pointer: '/lines', code, message });
