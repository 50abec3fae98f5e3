import { type ArgumentMetadata, ValidationPipe, type ValidationError } from '@nestjs/common';
import { DomainError, type Fault } from '../errors/domain-error';
import { isStream } from './streams';

/** A file where fields are expected is the wrong kind of body, not a wrong field. */
class ShapePipe extends ValidationPipe {
  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'body' && isStream(value)) throw new DomainError('content-type-unsupported');
    return super.transform(value, metadata);
  }
}

/** Checks the shape of every body and query: unknown fields are refused, nothing is converted silently, all faults come at once. */
export const shapePipe = (): ValidationPipe =>
  new ShapePipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    transformOptions: { enableImplicitConversion: false, exposeDefaultValues: true },
    stopAtFirstError: false,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) =>
      new DomainError(
        'request-invalid',
        undefined,
        errors.flatMap((error) => faultsOf(error, '')),
      ),
  });

function faultsOf(error: ValidationError, parent: string): Fault[] {
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    pointer,
    code: rule === 'whitelistValidation' ? 'field-unknown' : ruleCode(rule),
    message,
  }));
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, pointer))];
}

const ruleCode = (rule: string): string =>
  `field-${rule
    .replace(/^(is|matches)(?=[A-Z])/, '')
    .replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    .replace(/^-/, '')}`;
