import { isTerritory } from '../kernel';
import { DomainError, type Fault } from '../platform/errors/domain-error';

/** How a sender says that a report replaces one. */
export interface Replacing {
  readonly replaces?: string;
  readonly replacesTerritory?: string;
  readonly as?: 'full' | 'delta';
}

/** Whether it is clear what a report replaces, and how. Refuses with request-invalid. */
export function refuseUnclear({ replaces, replacesTerritory, as }: Replacing): void {
  const faults: Fault[] = [];
  const fault = (name: string, code: string, message: string): void =>
    void faults.push({ pointer: `/${name}`, code, message });
  if (as !== undefined && replaces === undefined && replacesTerritory === undefined)
    fault('replaces', 'field-required', '`as` says how a report replaces one');
  if (replaces !== undefined && replacesTerritory !== undefined)
    fault('replacesTerritory', 'field-choice', 'a report is named by its id, or by its territory');
  if (replacesTerritory !== undefined && !isTerritory(replacesTerritory))
    fault('replacesTerritory', 'territory-unknown', `${replacesTerritory} is not an ISO 3166-1 territory`);
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
}
