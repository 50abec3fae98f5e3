import { DomainError } from '../errors/domain-error';

/** The instant of a field that must lie ahead; null where the field is absent. Refuses with request-invalid. */
export function instantAhead(text: string | undefined, pointer: string, now: Date): Date | null {
  if (text === undefined) return null;
  const instant = new Date(text);
  // 25 o'clock has the shape of an instant and is none.
  const message = Number.isNaN(instant.getTime())
    ? 'there is no such instant'
    : instant <= now
      ? 'must lie ahead'
      : undefined;
  if (message !== undefined) {
    throw new DomainError('request-invalid', undefined, [{ pointer, code: 'field-instant', message }]);
  }
  return instant;
}
