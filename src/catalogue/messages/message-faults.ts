import type { ErnHeader, Problem, ProblemCode } from '../../ddex';
import { problemWeights } from '../../ddex';
import type { CheckDigits } from '../catalogue-row';
import type { Senders } from './senders';

/** Identifiers that are none: the field is left out, and the rest of the message counts. */
const leavesFieldOut: ReadonlySet<ProblemCode> = new Set([
  'isrc-malformed',
  'icpn-malformed',
  'grid-malformed',
  'dpid-malformed',
  'isni-malformed',
  'iswc-malformed',
  'ipi-malformed',
]);
const ofCheckDigit = (code: ProblemCode): boolean => code.endsWith('-check-digit');

/** How much a problem weighs for an import: an error refuses the message. */
export function weightOf({ code }: Problem, checkDigits: CheckDigits | undefined): 'warning' | 'error' {
  if (leavesFieldOut.has(code)) return 'warning';
  if (ofCheckDigit(code)) return checkDigits ?? 'warning';
  return problemWeights[code].severity;
}

/** What is wrong with a message that only the catalogue can tell. */
export interface MessageFault {
  readonly code: string;
  readonly path: string;
  readonly message: string;
  readonly severity: 'warning' | 'error';
}

export const messageError = (code: string, path: string, message: string): MessageFault => ({
  code,
  path,
  message,
  severity: 'error',
});

/** More no database index takes. */
const idLengthMax = 255;
const dayMilliseconds = 86_400_000;

/** When the message was made; a time without a zone is of UTC. Undefined where that is not said, or nothing that is dealt with. */
export function toldAtOf({ createdAt }: ErnHeader): Date | undefined {
  if (createdAt === null || !/^(19|2\d)\d\d-/.test(createdAt)) return undefined;
  const instant = new Date(/(Z|[+-]\d\d:\d\d)$/.test(createdAt) ? createdAt : `${createdAt}Z`);
  return Number.isNaN(instant.getTime()) ? undefined : instant;
}

export const senderOf = ({ sender }: ErnHeader): string | undefined => sender?.ids.dpids[0];

/** Whether this sender may speak for this label, now. */
export function headerFaults(header: ErnHeader, senders: Senders, now: Date): MessageFault[] {
  const root = `/${header.kind}/MessageHeader[1]`;
  const faults: MessageFault[] = [];
  for (const [name, id] of [
    ['MessageId', header.messageId],
    ['MessageThreadId', header.threadId],
  ] as const) {
    if (id !== null && id.length > idLengthMax)
      faults.push(
        messageError('message-id-too-long', `${root}/${name}[1]`, `it has more than ${idLengthMax} characters`),
      );
  }
  const toldAt = toldAtOf(header);
  if (toldAt === undefined) {
    if (header.createdAt !== null)
      faults.push(messageError('message-time-unknown', `${root}/MessageCreatedDateTime[1]`, 'no such year is read'));
  } else if (toldAt.getTime() > now.getTime() + dayMilliseconds) {
    // Nothing that comes in its time would count against it.
    const message = 'it says that it was made more than a day from now';
    faults.push(messageError('message-from-the-future', `${root}/MessageCreatedDateTime[1]`, message));
  }
  faults.push(...senderFaults(senderOf(header), senders, `${root}/MessageSender[1]`));
  const behalf = header.onBehalfOf?.ids.dpids ?? [];
  if (behalf.length > 0 && senders.label !== null && !behalf.includes(senders.label)) {
    const message = `it is sent on behalf of ${behalf.join(', ')}; the label is ${senders.label}`;
    faults.push(messageError('message-for-another', `${root}/SentOnBehalfOf[1]`, message));
  }
  return faults;
}

/** A label may bring in whatever was sent for it; a distributor only what it has sent itself. */
function senderFaults(
  sender: string | undefined,
  { label, delegates, through }: Senders,
  path: string,
): MessageFault[] {
  if (sender === undefined)
    return [messageError('message-sender-missing', path, 'the sender has no DDEX party identifier')];
  if (through !== undefined) {
    if (sender === through.partyId) return [];
    return [
      messageError('message-sender-differs', path, `it is sent by ${sender}, and was brought by another distributor`),
    ];
  }
  if (sender === label || delegates.includes(sender)) return [];
  const message = `${sender} is neither the label nor one that it lets keep its catalogue: the label answers for it`;
  return [{ code: 'message-sender-unknown', path, message, severity: 'warning' }];
}
