import { getServices, type Service } from '../parties';
import type { Tx } from '../platform/database/tx';
import { DomainError } from '../platform/errors/domain-error';

/** The platform's services of these ids, each once. Refuses with request-invalid, naming each that is not one of its own. */
export async function namedServices(tx: Tx, platformId: string, serviceIds: readonly string[]): Promise<Service[]> {
  const asked = serviceIds.map((id) => id.toLowerCase());
  const services = await getServices(tx, platformId);
  const known = new Map(services.map((service) => [service.id, service]));
  const faults = asked.flatMap((id, place) =>
    known.has(id)
      ? []
      : [{ pointer: `/serviceIds/${place}`, code: 'service-unknown', message: `${id} is not a service of yours` }],
  );
  if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
  return [...new Set(asked)].map((id) => known.get(id)!);
}
