import { applyDecorators } from '@nestjs/common';
import { Matches } from 'class-validator';
import { TextField } from '../../platform/http/fields';

/** A payee in a request. As long as terms let the name be. */
export const PayeeField = (description: string): PropertyDecorator =>
  applyDecorators(
    TextField({ max: 500, optional: true, description, example: 'Mist Harbour' }),
    Matches(/\S/u, { message: '$property must not be blank' }),
  );

/** The name as terms are kept with it: NFC, and nothing around it. Null: the label itself. */
export const payeeName = (text: string | undefined): string | null => text?.normalize('NFC').trim() ?? null;
