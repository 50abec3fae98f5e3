import { Injectable } from '@nestjs/common';
import { isTerritory } from '../../kernel';
import { audit } from '../../platform/audit/audit';
import { type Actor, actorName } from '../../platform/auth/actor';
import { Clock } from '../../platform/clock';
import type { Tx } from '../../platform/database/tx';
import { DomainError, type Fault } from '../../platform/errors/domain-error';
import { CountryField, EmailField, TextField, VatIdField } from '../../platform/http/fields';
import { tidyName } from '../text';
import {
  insertDetails,
  type InvoicingDetails,
  latestDetails,
  type StatedDetails,
} from './invoicing-details.repository';

export class InvoicingDetailsBody {
  @TextField({ description: 'as the register has it' })
  readonly legalName!: string;

  @TextField({ description: 'street and number, or what stands for them' })
  readonly street!: string;

  @TextField({ max: 100 })
  readonly city!: string;

  @TextField({ max: 20, optional: true })
  readonly postalCode?: string;

  @TextField({ max: 100, optional: true, description: 'state, province or region, where addresses have one' })
  readonly region?: string;

  @CountryField()
  readonly country!: string;

  @VatIdField({ optional: true })
  readonly vatId?: string;

  @TextField({
    max: 40,
    optional: true,
    description: 'what the tax authority knows you by, where that is no VAT identifier: an INN, a Steuernummer',
  })
  readonly taxNumber?: string;

  @TextField({ max: 60, optional: true, description: 'the company’s number in its register', example: 'HRB 12345' })
  readonly registrationNumber?: string;

  @EmailField({ optional: true, description: 'who is asked about an invoice' })
  readonly email?: string;
}

/** An organization states what invoices say of it from now on. What was issued before keeps what held then. */
@Injectable()
export class StateInvoicingDetails {
  constructor(private readonly clock: Clock) {}

  /** The same statement again changes nothing, and is answered with the version that holds. Refuses with request-invalid. */
  async execute(tx: Tx, actor: Actor, body: InvoicingDetailsBody): Promise<InvoicingDetails> {
    const faults = faultsOf(body);
    if (faults.length > 0) throw new DomainError('request-invalid', undefined, faults);
    const stated = statedIn(body);
    const { organizationId } = actor;
    // One after the other: each is the next in number.
    await tx.run(`SELECT pg_advisory_xact_lock(hashtextextended('accordo invoicing details ' || $1, 0))`, [
      organizationId,
    ]);
    const before = await latestDetails(tx, organizationId);
    if (before !== undefined && isSame(before, stated)) return before;
    const at = this.clock.now();
    const details = await insertDetails(tx, organizationId, { stated, by: actorName(actor), at });
    const { version } = details;
    await audit(tx, actor, {
      action: 'invoicing-details.stated',
      subjectId: organizationId,
      details: { version },
      at,
    });
    return details;
  }
}

/** Greece writes EL before its numbers, and Northern Ireland has a prefix of its own. */
const otherPrefixes = ['EL', 'XI'];

function faultsOf({ country, vatId, taxNumber, registrationNumber }: InvoicingDetailsBody): Fault[] {
  const faults: Fault[] = [];
  if (!isTerritory(country)) {
    faults.push({ pointer: '/country', code: 'field-country', message: 'country is not a code of ISO 3166-1' });
  }
  const prefix = vatId?.slice(0, 2);
  if (prefix !== undefined && !isTerritory(prefix) && !otherPrefixes.includes(prefix)) {
    faults.push({
      pointer: '/vatId',
      code: 'field-country',
      message: 'vatId does not begin with the code of a country',
    });
  }
  if (vatId === undefined && taxNumber === undefined && registrationNumber === undefined) {
    const message = 'an invoice names its parties by a VAT identifier, a tax number or a registration number';
    faults.push({ pointer: '/vatId', code: 'field-required', message });
  }
  return faults;
}

function statedIn(body: InvoicingDetailsBody): StatedDetails {
  const tidy = (name: 'postalCode' | 'region' | 'taxNumber' | 'registrationNumber'): string | null => {
    const text = body[name];
    return text === undefined ? null : tidyName(text, `/${name}`);
  };
  return {
    legalName: tidyName(body.legalName, '/legalName'),
    street: tidyName(body.street, '/street'),
    city: tidyName(body.city, '/city'),
    country: body.country,
    postalCode: tidy('postalCode'),
    region: tidy('region'),
    vatId: body.vatId ?? null,
    taxNumber: tidy('taxNumber'),
    registrationNumber: tidy('registrationNumber'),
    email: body.email ?? null,
  };
}

const isSame = (before: InvoicingDetails, stated: StatedDetails): boolean =>
  (Object.keys(stated) as (keyof StatedDetails)[]).every((name) => before[name] === stated[name]);
