import { applyDecorators } from '@nestjs/common';
import { Matches } from 'class-validator';
import { WRITTEN_DPID, WRITTEN_DPID_MAX } from '../kernel';
import { DomainError } from '../platform/errors/domain-error';
import { TextField } from '../platform/http/fields';

/** A name as it is kept: NFC, single spaces, nothing around it. Refuses, with a fault at `pointer`, a name of spaces only. */
export function tidyName(text: string, pointer: string): string {
  const tidy = text.normalize('NFC').replace(/\s+/gu, ' ').trim();
  if (tidy !== '') return tidy;
  throw new DomainError('request-invalid', undefined, [
    { pointer, code: 'field-blank', message: `${pointer.slice(1)} must not be blank` },
  ]);
}

/** A mail address as it is kept and compared. */
export const mailAddress = (text: string): string => text.normalize('NFC').toLowerCase();

/** DDEX party identifier without separators, as DSR messages carry it. */
export const PartyIdField = ({ optional = false } = {}): PropertyDecorator =>
  applyDecorators(
    TextField({
      max: WRITTEN_DPID_MAX,
      optional,
      description: 'DDEX party identifier (DPID) as reports carry it: PADPIDA…',
      example: 'PADPIDA2014021201R',
    }),
    Matches(WRITTEN_DPID, { message: '$property must be a DDEX party identifier: PADPIDA…' }),
  );
