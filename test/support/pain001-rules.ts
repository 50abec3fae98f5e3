import type { XmlElement } from 'libxml2-wasm';
import { libxml2 } from './load-libxml2';

/**
 * What ISO 20022 says of pain.001.001.09, as far as a file of ours may go: which elements stand in which, in what order, how often, and what may be in them. Written from the standard's own message definition, and knowing
 * nothing of what writes the files: whatever is not here is a fault.
 */
interface Rule {
  readonly name: string;
  /** Absent: exactly once. */
  readonly times?: '?' | '+';
  /** What is in it: elements in their order, one of several, or a text. */
  readonly inside: readonly Rule[] | { readonly oneOf: readonly Rule[] } | RegExp;
  readonly attributes?: Readonly<Record<string, RegExp>>;
}

const max = (length: number): RegExp => new RegExp(`^[^]{1,${length}}$`, 'u');
const amount = /^(?=[\d.]{1,19}$)\d+(\.\d{1,5})?$/;
const code = (length: number): RegExp => new RegExp(`^[A-Z0-9]{1,${length}}$`);

const financialInstitution = (name: string, times?: '?'): Rule => ({
  ...{ name, ...(times && { times }) },
  inside: [
    {
      name: 'FinInstnId',
      inside: [
        { name: 'BICFI', times: '?', inside: /^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$/ },
        {
          ...{ name: 'ClrSysMmbId', times: '?' },
          inside: [
            { name: 'ClrSysId', times: '?', inside: { oneOf: [{ name: 'Cd', inside: code(5) }] } },
            { name: 'MmbId', inside: max(35) },
          ],
        },
      ],
    },
  ],
});

const account = (name: string): Rule => ({
  name,
  inside: [
    {
      name: 'Id',
      inside: {
        oneOf: [
          { name: 'IBAN', inside: /^[A-Z]{2}\d{2}[a-zA-Z0-9]{1,30}$/ },
          { name: 'Othr', inside: [{ name: 'Id', inside: max(34) }] },
        ],
      },
    },
    { name: 'Ccy', times: '?', inside: /^[A-Z]{3}$/ },
  ],
});

const party = (name: string): Rule => ({ name, inside: [{ name: 'Nm', times: '?', inside: max(140) }] });
const totals: readonly Rule[] = [
  { name: 'NbOfTxs', inside: /^\d{1,15}$/ },
  { name: 'CtrlSum', times: '?', inside: /^(?=[\d.]{1,19}$)\d+(\.\d{1,17})?$/ },
];

const transfer: Rule = {
  ...{ name: 'CdtTrfTxInf', times: '+' },
  inside: [
    {
      name: 'PmtId',
      inside: [
        { name: 'InstrId', times: '?', inside: max(35) },
        { name: 'EndToEndId', inside: max(35) },
      ],
    },
    {
      name: 'Amt',
      inside: { oneOf: [{ name: 'InstdAmt', inside: amount, attributes: { Ccy: /^[A-Z]{3}$/ } }] },
    },
    financialInstitution('CdtrAgt', '?'),
    party('Cdtr'),
    account('CdtrAcct'),
    { name: 'RmtInf', times: '?', inside: [{ name: 'Ustrd', times: '?', inside: max(140) }] },
  ],
};

const document: Rule = {
  name: 'Document',
  inside: [
    {
      name: 'CstmrCdtTrfInitn',
      inside: [
        {
          name: 'GrpHdr',
          inside: [
            { name: 'MsgId', inside: max(35) },
            { name: 'CreDtTm', inside: /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/ },
            ...totals,
            party('InitgPty'),
          ],
        },
        {
          ...{ name: 'PmtInf', times: '+' },
          inside: [
            { name: 'PmtInfId', inside: max(35) },
            { name: 'PmtMtd', inside: /^(CHK|TRF|TRA)$/ },
            { name: 'BtchBookg', times: '?', inside: /^(true|false|1|0)$/ },
            ...totals,
            {
              ...{ name: 'PmtTpInf', times: '?' },
              inside: [{ name: 'SvcLvl', times: '?', inside: { oneOf: [{ name: 'Cd', inside: code(4) }] } }],
            },
            { name: 'ReqdExctnDt', inside: { oneOf: [{ name: 'Dt', inside: /^\d{4}-\d{2}-\d{2}$/ }] } },
            party('Dbtr'),
            account('DbtrAcct'),
            financialInstitution('DbtrAgt'),
            { name: 'ChrgBr', times: '?', inside: /^(DEBT|CRED|SHAR|SLEV)$/ },
            transfer,
          ],
        },
      ],
    },
  ],
};

const namespace = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09';

/** All that is wrong with a file: none where it is as it must be. */
export async function pain001Faults(text: string): Promise<string[]> {
  const { XmlDocument, XmlElement: Element } = await libxml2();
  const parsed = XmlDocument.fromString(text);
  try {
    const children = (element: XmlElement): XmlElement[] =>
      element.find('*').filter((node): node is XmlElement => node instanceof Element);
    const faults = structure(parsed.root, document, { path: '', children });
    return faults.length > 0 ? faults : sums(parsed.root, children);
  } finally {
    parsed.dispose();
  }
}

interface Walk {
  readonly path: string;
  readonly children: (element: XmlElement) => XmlElement[];
}

function structure(element: XmlElement, rule: Rule, walk: Walk): string[] {
  const path = `${walk.path}/${element.name}`;
  const faults: string[] = [];
  if (element.name !== rule.name || element.namespaceUri !== namespace) return [`${path} is not ${rule.name}`];
  const attributes = new Map(element.attrs.map((attribute) => [attribute.name, attribute.value]));
  for (const [name, form] of Object.entries(rule.attributes ?? {}))
    if (!form.test(attributes.get(name) ?? '')) faults.push(`${path}/@${name}`);
  if (attributes.size > Object.keys(rule.attributes ?? {}).length) faults.push(`${path} has other attributes`);
  const inside = walk.children(element);
  if (rule.inside instanceof RegExp) {
    const isText = inside.length === 0 && rule.inside.test(element.content) && element.content.trim() !== '';
    return isText ? faults : [...faults, `${path}: ${element.content}`];
  }
  const next = { ...walk, path };
  return [
    ...faults,
    ...('oneOf' in rule.inside ? choice(inside, rule.inside.oneOf, next) : sequence(inside, rule.inside, next)),
  ];
}

function choice(inside: readonly XmlElement[], rules: readonly Rule[], walk: Walk): string[] {
  const rule = rules.find(({ name }) => name === inside[0]?.name);
  if (inside.length !== 1 || rule === undefined)
    return [`${walk.path} must have one of ${rules.map(({ name }) => name).join()}`];
  return structure(inside[0]!, rule, walk);
}

function sequence(inside: readonly XmlElement[], rules: readonly Rule[], walk: Walk): string[] {
  const faults: string[] = [];
  let place = 0;
  for (const rule of rules) {
    let times = 0;
    while (inside[place]?.name === rule.name && (times === 0 || rule.times === '+')) {
      faults.push(...structure(inside[place]!, rule, walk));
      place += 1;
      times += 1;
    }
    if (times === 0 && rule.times !== '?') faults.push(`${walk.path}/${rule.name} is missing`);
  }
  if (place < inside.length) faults.push(`${walk.path}/${inside[place]!.name} has no place there`);
  return faults;
}

/** What no schema can say: counts and sums are those of the payments, ids are different, IBANs have their check digits, and letters are those that banks of the euro area take. */
function sums(root: XmlElement, children: Walk['children']): string[] {
  const faults: string[] = [];
  const all = (from: XmlElement, name: string): XmlElement[] =>
    children(from).flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)]);
  const one = (from: XmlElement, name: string): string => all(from, name)[0]?.content ?? '';
  const units = (text: string): bigint => {
    const [whole = '', part = ''] = text.split('.');
    return BigInt(whole + part.padEnd(5, '0'));
  };
  for (const holder of [all(root, 'GrpHdr')[0]!, ...all(root, 'PmtInf')]) {
    const payments = all(holder.name === 'GrpHdr' ? root : holder, 'CdtTrfTxInf');
    const sum = payments.reduce((total, payment) => total + units(one(payment, 'InstdAmt')), 0n);
    if (one(holder, 'NbOfTxs') !== String(payments.length)) faults.push(`${holder.name}/NbOfTxs`);
    if (units(one(holder, 'CtrlSum')) !== sum) faults.push(`${holder.name}/CtrlSum`);
  }
  const ids = all(root, 'EndToEndId').map(({ content }) => content);
  if (new Set(ids).size !== ids.length) faults.push('an EndToEndId comes twice');
  for (const { content } of all(root, 'IBAN')) {
    const digits = `${content.slice(4)}${content.slice(0, 4)}`.replace(/[A-Z]/g, (letter) =>
      String(letter.charCodeAt(0) - 55),
    );
    if (BigInt(digits) % 97n !== 1n) faults.push(`IBAN ${content}`);
  }
  if (one(root, 'SvcLvl') === 'SEPA') {
    for (const name of ['Nm', 'Ustrd'])
      for (const { content } of all(root, name))
        if (!/^[A-Za-z0-9/?:().,'+ -]+$/.test(content)) faults.push(`${name} ${content}`);
    if (one(root, 'ChrgBr') !== 'SLEV') faults.push('ChrgBr');
  }
  return faults;
}
