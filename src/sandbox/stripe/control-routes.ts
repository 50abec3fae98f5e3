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
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const [subject = '', id = '', act = ''] = path.split('/').slice(2);
  const order = `${method} ${[subject, act === '' ? id : '*', act].filter((part) => part !== '').join('/')}`;
  const result = obey(parts, order, id, fields);
  await parts.control.saved();
  return result ?? { done: true };
}

const ofAccounts: Readonly<Record<string, (control: StripeControl, id: string) => void>> = {
  'POST accounts/*/restrict': (control, id) => control.restrictAccount(id),
  'POST accounts/*/onboard': (control, id) => control.onboardAccount(id),
};

function obey(
  { control, faults, webhooks }: ControlParts,
  order: string,
  id: string,
  fields: Record<string, unknown>,
): object | void {
  const ofAccount = ofAccounts[order];
  if (ofAccount !== undefined) return ofAccount(control, id);
  switch (order) {
    case 'GET counters':
      return control.counters();
    case 'POST invoices/*/pay':
      return control.payInvoice(id);
    case 'POST fund':
      return control.fund(Number(fields.amount), String(fields.currency));
    case 'POST payouts/run':
      return { payouts: control.runPayouts() };
    case 'POST payouts/send':
      return control.sendPayouts();
    case 'POST payouts/arrive':
      return control.arrivePayouts();
    case 'POST payouts/*/fail':
      return control.failPayout(id);
    case 'POST webhooks':
      return webhooks.setUrl(String(fields.url));
    case 'POST webhooks/deliver':
      return control.deliverAgain();
    case 'POST webhooks/faults':
      return faults.setWebhooks(fields as WebhookFaults);
    case 'POST faults':
      return faults.inject(requestFault(fields));
    case 'DELETE faults':
      return faults.clear();
    case 'POST clock':
      return control.moveTimeTo(instant(fields.now));
    default:
      throw noSuch('control', order);
  }
}

function requestFault(fields: Record<string, unknown>): RequestFault {
  const kind = requestFaultKinds.find((known) => known === fields.kind);
  if (!kind) throw invalidParameter('parameter_invalid', `kind is one of ${requestFaultKinds.join(', ')}`, 'kind');
  return { ...(fields as Omit<RequestFault, 'kind'>), kind };
}

function instant(value: unknown): Date {
  const at = new Date(String(value));
  if (Number.isNaN(at.getTime())) throw invalidParameter('parameter_invalid', 'now is an RFC 3339 time', 'now');
  return at;
}
