import type { XmlElement } from 'libxml2-wasm';
import { libxml2 } from './load-libxml2';

const basic = 'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2';
const aggregate = 'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2';
const prefixes: Readonly<Record<string, string>> = { [basic]: 'cbc:', [aggregate]: 'cac:' };

/** An element as it stands in the file: those of the document's own namespace without a prefix. */
interface Node {
  readonly name: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Node[];
}

/**
 * Which rules of EN 16931 (in UBL's binding) a document breaks, and which of UBL's own: read by libxml2 and counted in whole hundredths. It shares nothing with the code that writes invoices;
 * the rules were written down from the standard's own list. Those about parts that our invoices never have (allowances, charges, payees, tax representatives, attachments) are covered by UBL-USE, which refuses the parts.
 */
export async function brokenRules(xml: string): Promise<string[]> {
  const { XmlDocument, ParseOption } = await libxml2();
  const document = XmlDocument.fromString(xml, {
    option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE,
  });
  try {
    const node = nodeOf(document.root);
    const own = [`urn:oasis:names:specification:ubl:schema:xsd:${node.name}-2`];
    const broken = own.includes(document.root.namespaceUri) ? [] : ['UBL-NAMESPACE'];
    const structure = structureFaults(node);
    // What is no amount cannot be added up.
    const rules = structure.includes('BR-DEC') ? [] : ruleFaults(node);
    return [...broken, ...structure, ...rules].sort();
  } finally {
    document.dispose();
  }
}

function nodeOf(element: XmlElement): Node {
  const children: Node[] = [];
  for (let child = element.firstChild; child !== null; child = child.next) {
    if ('attrs' in child) children.push(nodeOf(child as XmlElement));
  }
  return {
    name: `${prefixes[element.namespaceUri] ?? ''}${element.name}`,
    text: children.length === 0 ? element.content : '',
    attributes: Object.fromEntries(element.attrs.map(({ name, content }) => [name, content])),
    children,
  };
}

const all = (node: Node, path: string): Node[] =>
  path
    .split('/')
    .reduce<Node[]>(
      (found, name) => found.flatMap(({ children }) => children.filter((one) => one.name === name)),
      [node],
    );
const has = (node: Node, path: string): boolean => all(node, path).some(({ text }) => text.trim() !== '');
const textOf = (node: Node, path: string): string => all(node, path)[0]?.text ?? '';
/** In hundredths. */
const hundredths = (text: string): bigint => {
  const found = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(text);
  if (found === null) throw new Error(`not an amount with up to two decimals: ${text}`);
  const [, sign, whole = '', part = ''] = found;
  return BigInt(`${sign}${whole}${part.padEnd(2, '0')}`);
};
const amount = (node: Node, path: string): bigint => hundredths(textOf(node, path));
const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((total, one) => total + one, 0n);
const every = (node: Node): Node[] => [node, ...node.children.flatMap(every)];

// ---- UBL's own: what stands where, in the order of its schema

const address = ['cbc:StreetName', 'cbc:CityName', 'cbc:PostalZone', 'cbc:CountrySubentity', 'cac:Country'];
const category = ['cbc:ID', 'cbc:Percent', 'cbc:TaxExemptionReasonCode', 'cbc:TaxExemptionReason', 'cac:TaxScheme'];
const rootOrder = (kind: 'Invoice' | 'CreditNote'): string[] => [
  ...['cbc:CustomizationID', 'cbc:ProfileID', 'cbc:ID', 'cbc:IssueDate'],
  ...(kind === 'Invoice' ? ['cbc:DueDate'] : []),
  ...[`cbc:${kind}TypeCode`, 'cbc:Note', 'cbc:DocumentCurrencyCode', 'cac:InvoicePeriod', 'cac:BillingReference'],
  ...['cac:ContractDocumentReference', 'cac:AccountingSupplierParty', 'cac:AccountingCustomerParty'],
  ...['cac:PaymentMeans', 'cac:PaymentTerms', 'cac:TaxTotal', 'cac:LegalMonetaryTotal', `cac:${kind}Line`],
];
const lineOrder = (quantity: string): string[] => [
  ...['cbc:ID', quantity, 'cbc:LineExtensionAmount', 'cac:Item', 'cac:Price'],
];
/** The parts that an invoice of ours may have; all others are refused. */
const order: Readonly<Record<string, readonly string[]>> = {
  Invoice: rootOrder('Invoice'),
  CreditNote: rootOrder('CreditNote'),
  'cac:InvoicePeriod': ['cbc:StartDate', 'cbc:EndDate'],
  'cac:BillingReference': ['cac:InvoiceDocumentReference'],
  'cac:InvoiceDocumentReference': ['cbc:ID', 'cbc:IssueDate'],
  'cac:ContractDocumentReference': ['cbc:ID'],
  'cac:AccountingSupplierParty': ['cac:Party'],
  'cac:AccountingCustomerParty': ['cac:Party'],
  'cac:Party': ['cac:PartyName', 'cac:PostalAddress', 'cac:PartyTaxScheme', 'cac:PartyLegalEntity', 'cac:Contact'],
  'cac:PartyName': ['cbc:Name'],
  'cac:PostalAddress': address,
  'cac:Country': ['cbc:IdentificationCode'],
  'cac:PartyTaxScheme': ['cbc:CompanyID', 'cac:TaxScheme'],
  'cac:TaxScheme': ['cbc:ID'],
  'cac:PartyLegalEntity': ['cbc:RegistrationName', 'cbc:CompanyID'],
  'cac:Contact': ['cbc:ElectronicMail'],
  'cac:PaymentMeans': ['cbc:PaymentMeansCode', 'cbc:PaymentID'],
  'cac:PaymentTerms': ['cbc:Note'],
  'cac:TaxTotal': ['cbc:TaxAmount', 'cac:TaxSubtotal'],
  'cac:TaxSubtotal': ['cbc:TaxableAmount', 'cbc:TaxAmount', 'cac:TaxCategory'],
  'cac:TaxCategory': category,
  'cac:LegalMonetaryTotal': [
    ...['cbc:LineExtensionAmount', 'cbc:TaxExclusiveAmount', 'cbc:TaxInclusiveAmount', 'cbc:PrepaidAmount'],
    'cbc:PayableAmount',
  ],
  'cac:InvoiceLine': lineOrder('cbc:InvoicedQuantity'),
  'cac:CreditNoteLine': lineOrder('cbc:CreditedQuantity'),
  'cac:Item': ['cbc:Name', 'cac:ClassifiedTaxCategory'],
  'cac:ClassifiedTaxCategory': ['cbc:ID', 'cbc:Percent', 'cac:TaxScheme'],
  'cac:Price': ['cbc:PriceAmount'],
};
const repeatable = ['cbc:Note', 'cac:PartyTaxScheme', 'cac:TaxSubtotal', 'cac:InvoiceLine', 'cac:CreditNoteLine'];

function structureFaults(node: Node): string[] {
  const currency = textOf(node, 'cbc:DocumentCurrencyCode');
  return every(node).flatMap(({ name, text, attributes, children }) => {
    const known = order[name];
    if (known === undefined && !name.startsWith('cbc:')) return ['UBL-USE'];
    const names = children.map((child) => child.name);
    const places = names.map((child) => known?.indexOf(child) ?? -1);
    const isAmount = name.endsWith('Amount');
    const allowed = isAmount ? ['currencyID'] : name.endsWith('Quantity') ? ['unitCode'] : [];
    return [
      ...(places.includes(-1) ? ['UBL-USE'] : []),
      ...(places.some((place, at) => at > 0 && place < places[at - 1]!) ? ['UBL-ORDER'] : []),
      ...(names.some((child, at) => names.indexOf(child) !== at && !repeatable.includes(child)) ? ['UBL-ONCE'] : []),
      ...(children.length === 0 && text.trim() === '' ? ['UBL-EMPTY'] : []),
      ...(Object.keys(attributes).sort().join() === allowed.join() ? [] : ['UBL-ATTRIBUTES']),
      ...(isAmount && attributes['currencyID'] !== currency ? ['BR-CL-03'] : []),
      ...(isAmount && !/^-?\d+(\.\d{1,2})?$/.test(text) ? ['BR-DEC'] : []),
      ...(name.endsWith('Date') && !/^\d{4}-\d\d-\d\d$/.test(text) ? ['UBL-DATE'] : []),
    ];
  });
}

// ---- EN 16931

interface Facts {
  readonly node: Node;
  readonly kind: 'Invoice' | 'CreditNote';
  readonly seller: Node;
  readonly buyer: Node;
  readonly lines: readonly Node[];
  readonly totals: Node;
  readonly taxTotal: Node;
  readonly subtotals: readonly Node[];
}

const nothing: Node = { name: '', text: '', attributes: {}, children: [] };

function ruleFaults(node: Node): string[] {
  const kind = node.name === 'Invoice' ? 'Invoice' : 'CreditNote';
  const party = (role: string): Node => all(node, `cac:Accounting${role}Party/cac:Party`)[0] ?? nothing;
  const facts: Facts = {
    ...{ node, kind, seller: party('Supplier'), buyer: party('Customer') },
    lines: all(node, `cac:${kind}Line`),
    totals: all(node, 'cac:LegalMonetaryTotal')[0] ?? nothing,
    taxTotal: all(node, 'cac:TaxTotal')[0] ?? nothing,
    subtotals: all(node, 'cac:TaxTotal/cac:TaxSubtotal'),
  };
  const present = presence(facts);
  // Sums are looked at once everything is there.
  if (present.length > 0) return present;
  return [...sums(facts), ...identity(facts), ...codes(facts), ...['S', 'AE', 'E', 'O'].flatMap(categoryFaults(facts))];
}

const holding = (rules: Readonly<Record<string, boolean>>): string[] =>
  Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [rule]));

function presence({ node, kind, seller, buyer, lines, totals, subtotals }: Facts): string[] {
  const country = 'cac:PostalAddress/cac:Country/cbc:IdentificationCode';
  const quantity = kind === 'Invoice' ? 'cbc:InvoicedQuantity' : 'cbc:CreditedQuantity';
  return holding({
    'BR-01': textOf(node, 'cbc:CustomizationID') === 'urn:cen.eu:en16931:2017',
    'BR-02': has(node, 'cbc:ID'),
    'BR-03': has(node, 'cbc:IssueDate'),
    'BR-04': has(node, `cbc:${kind}TypeCode`),
    'BR-05': has(node, 'cbc:DocumentCurrencyCode'),
    'BR-06': has(seller, 'cac:PartyLegalEntity/cbc:RegistrationName'),
    'BR-07': has(buyer, 'cac:PartyLegalEntity/cbc:RegistrationName'),
    'BR-08': all(seller, 'cac:PostalAddress').length === 1,
    'BR-09': has(seller, country),
    'BR-10': all(buyer, 'cac:PostalAddress').length === 1,
    'BR-11': has(buyer, country),
    'BR-12': has(totals, 'cbc:LineExtensionAmount'),
    'BR-13': has(totals, 'cbc:TaxExclusiveAmount'),
    'BR-14': has(totals, 'cbc:TaxInclusiveAmount'),
    'BR-15': has(totals, 'cbc:PayableAmount'),
    'BR-16': lines.length > 0,
    'BR-21': lines.every((line) => has(line, 'cbc:ID')),
    'BR-22': lines.every((line) => has(line, quantity)),
    'BR-23': lines.every((line) => all(line, quantity).every(({ attributes }) => 'unitCode' in attributes)),
    'BR-24': lines.every((line) => has(line, 'cbc:LineExtensionAmount')),
    'BR-25': lines.every((line) => has(line, 'cac:Item/cbc:Name')),
    'BR-26': lines.every((line) => has(line, 'cac:Price/cbc:PriceAmount')),
    'BR-45': subtotals.every((one) => has(one, 'cbc:TaxableAmount')),
    'BR-46': subtotals.every((one) => has(one, 'cbc:TaxAmount')),
    'BR-47': subtotals.every((one) => has(one, 'cac:TaxCategory/cbc:ID')),
    'BR-48': subtotals.every((one) => has(one, 'cac:TaxCategory/cbc:Percent') || categoryOf(one) === 'O'),
    'BR-49': all(node, 'cac:PaymentMeans').every((one) => has(one, 'cbc:PaymentMeansCode')),
    'BR-55': all(node, 'cac:BillingReference').every((one) => has(one, 'cac:InvoiceDocumentReference/cbc:ID')),
    'BR-CO-04': lines.every((line) => has(line, 'cac:Item/cac:ClassifiedTaxCategory/cbc:ID')),
    'BR-CO-18': subtotals.length > 0,
  });
}

const categoryOf = (subtotal: Node): string => textOf(subtotal, 'cac:TaxCategory/cbc:ID');

function sums({ node, lines, totals, taxTotal, subtotals }: Facts): string[] {
  const [net, gross] = [amount(totals, 'cbc:TaxExclusiveAmount'), amount(totals, 'cbc:TaxInclusiveAmount')];
  const prepaid = has(totals, 'cbc:PrepaidAmount') ? amount(totals, 'cbc:PrepaidAmount') : 0n;
  const vat = amount(taxTotal, 'cbc:TaxAmount');
  const payable = amount(totals, 'cbc:PayableAmount');
  return holding({
    'BR-27': lines.every((line) => amount(line, 'cac:Price/cbc:PriceAmount') >= 0n),
    'BR-29': all(node, 'cac:InvoicePeriod').every(
      (period) => textOf(period, 'cbc:StartDate') <= textOf(period, 'cbc:EndDate'),
    ),
    'BR-CO-10':
      amount(totals, 'cbc:LineExtensionAmount') === sum(lines.map((line) => amount(line, 'cbc:LineExtensionAmount'))),
    'BR-CO-13': net === amount(totals, 'cbc:LineExtensionAmount'),
    'BR-CO-14': vat === sum(subtotals.map((one) => amount(one, 'cbc:TaxAmount'))),
    'BR-CO-15': gross === net + vat,
    'BR-CO-16': payable === gross - prepaid,
    'BR-CO-17': subtotals.every(isRated),
    'BR-CO-25': payable <= 0n || has(node, 'cbc:DueDate') || has(node, 'cac:PaymentTerms/cbc:Note'),
    // Of no rule, but of what a line is: the quantity times the price.
    'LINE-AMOUNT': lines.every((line) => {
      const [quantity] = line.children.filter(({ name }) => name.endsWith('Quantity'));
      return (
        amount(line, 'cbc:LineExtensionAmount') === BigInt(quantity!.text) * amount(line, 'cac:Price/cbc:PriceAmount')
      );
    }),
  });
}

/**
 * The tax is the rate's of what it is taken of. As the rules that the standard's own body publishes, it may be off by less than one unit of the currency: an exchanged invoice has base and tax rounded each by itself, before
 * the exchange and after it.
 */
function isRated(subtotal: Node): boolean {
  const percent = textOf(subtotal, 'cac:TaxCategory/cbc:Percent') || '0';
  const [whole = '', part = ''] = percent.split('.');
  const scale = 10n ** BigInt(part.length);
  const exact = amount(subtotal, 'cbc:TaxableAmount') * BigInt(`${whole}${part}`);
  const off = amount(subtotal, 'cbc:TaxAmount') * 100n * scale - exact;
  return (off < 0n ? -off : off) < 100n * 100n * scale;
}

/** By which numbers the parties are named. */
const schemes = (party: Node, isVat: boolean): string[] =>
  all(party, 'cac:PartyTaxScheme')
    .filter((one) => (textOf(one, 'cac:TaxScheme/cbc:ID') === 'VAT') === isVat)
    .map((one) => textOf(one, 'cbc:CompanyID'))
    .filter((id) => id !== '');
const isRegistered = (party: Node): boolean => has(party, 'cac:PartyLegalEntity/cbc:CompanyID');

const identity = ({ seller, buyer }: Facts): string[] =>
  holding({
    'BR-CO-09': [...schemes(seller, true), ...schemes(buyer, true)].every((id) => /^([A-Z]{2})[A-Z0-9]+$/.test(id)),
    'BR-CO-26': schemes(seller, true).length > 0 || isRegistered(seller),
  });

const codes = ({ node, kind, seller, buyer, lines, subtotals }: Facts): string[] =>
  holding({
    'BR-CL-01': textOf(node, `cbc:${kind}TypeCode`) === (kind === 'Invoice' ? '380' : '381'),
    'BR-CL-04': /^[A-Z]{3}$/.test(textOf(node, 'cbc:DocumentCurrencyCode')),
    'BR-CL-14': [seller, buyer].every((party) =>
      /^[A-Z]{2}$/.test(textOf(party, 'cac:PostalAddress/cac:Country/cbc:IdentificationCode')),
    ),
    // Online payment service: the only one that we name.
    'BR-CL-16': all(node, 'cac:PaymentMeans').every((one) => textOf(one, 'cbc:PaymentMeansCode') === '68'),
    'BR-CL-17': subtotals.every((one) => ['S', 'AE', 'E', 'O', 'Z', 'G', 'K'].includes(categoryOf(one))),
    'BR-CL-23': lines.every((line) =>
      line.children.every(({ attributes: { unitCode } }) => unitCode === undefined || unitCode === 'C62'),
    ),
  });

/** The rules that each category has under the same number. */
function categoryFaults({ seller, buyer, lines, subtotals }: Facts): (category: string) => string[] {
  return (code) => {
    const ofLine = (line: Node): Node => all(line, 'cac:Item/cac:ClassifiedTaxCategory')[0]!;
    const own = lines.filter((line) => textOf(ofLine(line), 'cbc:ID') === code);
    const taxed = subtotals.filter((one) => categoryOf(one) === code);
    if (own.length === 0 && taxed.length === 0) return [];
    const rates = (node: Node): string => textOf(node, 'cbc:Percent');
    const others = subtotals.length - taxed.length;
    const isNamed = schemes(seller, true).length > 0 || schemes(seller, false).length > 0;
    const [positive, none] = [code === 'S', code === 'O'];
    const hasReason = (one: Node): boolean =>
      has(one, 'cac:TaxCategory/cbc:TaxExemptionReason') || has(one, 'cac:TaxCategory/cbc:TaxExemptionReasonCode');
    const isRate = (text: string): boolean =>
      none ? text === '' : positive ? /[1-9]/.test(text) : /^0(\.0+)?$/.test(text);
    const rules: Record<string, boolean> = {
      '01': taxed.length > 0 && own.length > 0 && (positive || taxed.length === 1),
      '02': none
        ? schemes(seller, true).length + schemes(buyer, true).length === 0
        : isNamed && (code !== 'AE' || schemes(buyer, true).length > 0 || isRegistered(buyer)),
      '05': own.every((line) => isRate(rates(ofLine(line)))),
      '08': taxed.every((one) => {
        const rate = textOf(one, 'cac:TaxCategory/cbc:Percent');
        const same = own.filter((line) => rates(ofLine(line)) === rate);
        return amount(one, 'cbc:TaxableAmount') === sum(same.map((line) => amount(line, 'cbc:LineExtensionAmount')));
      }),
      '09': taxed.every((one) => (positive ? isRated(one) : amount(one, 'cbc:TaxAmount') === 0n)),
      '10': taxed.every((one) => hasReason(one) !== positive),
      ...(none ? { '11': others === 0, '12': own.length === lines.length } : {}),
    };
    return holding(Object.fromEntries(Object.entries(rules).map(([rule, holds]) => [`BR-${code}-${rule}`, holds])));
  };
}
