import type { StripeControl } from './control';
import { type RequestFault, requestFaultKinds, type StripeFaults, type WebhookFaults } from './faults';
import { invalidParameter, noSuch } from './refusal';
import type { Webhooks } from './webhooks';

export interface ControlParts {
  readonly control: StripeControl;
  readonly faults: StripeFaults;
  readonly webhooks: Webhooks;
}

/** The control calls over HTTP, under /_control, for another process. Bodies and answers are JSON. */
export async function runControl(parts: ControlParts, method: string, path: string, body: unknown): Promise<object> {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Fields;
  const [subject = '', id = '', act = ''] = path.split('/').slice(2);
  const order = `${method} ${[subject, act === '' ? id : '*', act].filter((part) => part !== '').join('/')}`;
  const obey = orders[order];
  if (obey === undefined) throw noSuch('control', order);
  const result = obey(parts, id, fields);
  await parts.control.saved();
  return result ?? { done: true };
}

type Fields = Readonly<Record<string, unknown>>;

/** By method and path, with `*` for an id. */
const orders: Readonly<Record<string, (parts: ControlParts, id: string, fields: Fields) => object | void>> = {
  'GET counters': ({ control }) => control.counters(),
  'POST invoices/*/pay': ({ control }, id) => control.payInvoice(id),
  'POST fund': ({ control }, _, { amount, currency }) => control.fund(Number(amount), String(currency)),
  'POST payouts/run': ({ control }) => ({ payouts: control.runPayouts() }),
  'POST payouts/send': ({ control }) => control.sendPayouts(),
  'POST payouts/arrive': ({ control }) => control.arrivePayouts(),
  'POST payouts/*/fail': ({ control }, id) => control.failPayout(id),
  'POST accounts/*/restrict': ({ control }, id) => control.restrictAccount(id),
  'POST accounts/*/onboard': ({ control }, id) => control.onboardAccount(id),
  'POST webhooks': ({ webhooks }, _, { url }) => webhooks.setUrl(String(url)),
  'POST webhooks/deliver': ({ control }) => control.deliverAgain(),
  'POST webhooks/faults': ({ faults }, _, fields) => faults.setWebhooks(fields as WebhookFaults),
  'POST faults': ({ faults }, _, fields) => faults.inject(requestFault(fields)),
  'DELETE faults': ({ faults }) => faults.clear(),
  'POST clock': ({ control }, _, { now }) => control.moveTimeTo(instant(now)),
};

function requestFault(fields: Fields): RequestFault {
  const kind = requestFaultKinds.find((known) => known === fields.kind);
  if (!kind) throw invalidParameter('parameter_invalid', `kind is one of ${requestFaultKinds.join(', ')}`, 'kind');
  return { ...(fields as Omit<RequestFault, 'kind'>), kind };
}

function instant(value: unknown): Date {
  const at = new Date(String(value));
  if (Number.isNaN(at.getTime())) throw invalidParameter('parameter_invalid', 'now is an RFC 3339 time', 'now');
  return at;
}
