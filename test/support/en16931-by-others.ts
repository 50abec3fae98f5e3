import Ajv2019 from 'ajv/dist/2019';
import type { XmlElement } from 'libxml2-wasm';
import { join } from 'node:path';
import { libxml2 } from './load-libxml2';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}
interface Finding {
  readonly message: string;
}
interface Writer {
  fillInvoiceDefaults(invoice: object): void;
  generate(invoice: object, options: { format: 'CII'; lang: 'en' }): Promise<string>;
}
interface Libraries {
  readonly invoiceSchema: Schema;
  readonly FormatFactoryService: new () => {
    createFormatService(format: 'CII', logger: object): Writer;
  };
  readonly FacturX: {
    fromXML(cii: string): Promise<{ validate(): { readonly errors?: readonly Finding[] } }>;
  };
}
type Json = string | Json[] | { [name: string]: Json };

const { invoiceSchema, FormatFactoryService, FacturX } = require(
  join(__dirname, 'einvoice-libraries.cjs'),
) as Libraries;
const hasItsForm = new Ajv2019({ allErrors: true }).compile(invoiceSchema);

const prefixes: Readonly<Record<string, string>> = {
  'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2': 'cbc:',
  'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2': 'cac:',
};
/** Credit notes are written in the words of invoices: the library tells one from the other by its type. */
const inInvoices: Readonly<Record<string, string>> = {
  'cbc:CreditNoteTypeCode': 'cbc:InvoiceTypeCode',
  'cac:CreditNoteLine': 'cac:InvoiceLine',
  'cbc:CreditedQuantity': 'cbc:InvoicedQuantity',
};

/**
 * What others' libraries find wrong with an electronic invoice, without a rule of ours: `@e-invoice-eu/core` says by its JSON Schema which parts stand where, how often, in what order and with which codes, and writes the
 * invoice in the other syntax of EN 16931 (CII); `factur-x-kit` reads that and has the business rules. Each finding begins with `form`, `[BR-…]` or `unreadable`.
 */
export async function foundByOthers(xml: string): Promise<string[]> {
  const { XmlDocument } = await libxml2();
  const document = XmlDocument.fromString(xml);
  const misplaced: string[] = [];
  let invoice: Record<string, Json>;
  try {
    invoice = partsOf(document.root, resolved(invoiceSchema.properties!['ubl:Invoice']!), misplaced);
  } finally {
    document.dispose();
  }
  hasItsForm({ 'ubl:Invoice': invoice });
  const faults = (hasItsForm.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  const form = [...misplaced, ...faults].map((fault) => `form: ${fault}`);
  return form.length > 0 ? form : rulesBroken(invoice);
}

async function rulesBroken(invoice: Record<string, Json>): Promise<string[]> {
  // It writes several notes into one element, where CII wants an element for each.
  const notes = invoice['cbc:Note'] as string[] | undefined;
  const input = { 'ubl:Invoice': { ...invoice, ...(notes && { 'cbc:Note': [notes.join(' ')] }) } };
  try {
    // Not by its service, which compiles the schema anew for each invoice.
    const writer = new FormatFactoryService().createFormatService('CII', {});
    writer.fillInvoiceDefaults(input);
    const cii = await writer.generate(input, { format: 'CII', lang: 'en' });
    const { errors = [] } = (await FacturX.fromXML(cii)).validate();
    return errors.map(({ message }) => message);
  } catch (error) {
    return [`unreadable: ${(error as Error).message}`];
  }
}

/** An element's parts as the library has them: by name, in a list where there may be several, attributes beside their element. */
function partsOf(element: XmlElement, schema: Schema, misplaced: string[]): Record<string, Json> {
  const parts: Record<string, Json> = {};
  const order = Object.keys(schema.properties ?? {});
  let place = 0;
  for (let child = element.firstChild; child !== null; child = child.next) {
    if (!('attrs' in child)) continue;
    const part = child as XmlElement;
    const written = `${prefixes[part.namespaceUri] ?? ''}${part.name}`;
    const name = inInvoices[written] ?? written;
    const form = resolved(schema.properties?.[name]);
    if (order.indexOf(name) < place || (name in parts && form.type !== 'array')) misplaced.push(`${name} is misplaced`);
    place = order.indexOf(name);
    const content = contentOf(part, form.type === 'array' ? resolved(form.items) : form, misplaced);
    parts[name] = form.type === 'array' ? [...((parts[name] as Json[] | undefined) ?? []), content] : content;
    for (const attribute of part.attrs) parts[`${name}@${attribute.name}`] = attribute.content;
  }
  return parts;
}

const contentOf = (part: XmlElement, schema: Schema, misplaced: string[]): Json =>
  schema.properties === undefined ? part.content : partsOf(part, schema, misplaced);

/** A schema with what it refers to in place. */
function resolved(schema: Schema = {}): Schema {
  if (schema.$ref === undefined) return schema;
  const names = schema.$ref.split('/').slice(1);
  return resolved(names.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], invoiceSchema) as Schema);
}
