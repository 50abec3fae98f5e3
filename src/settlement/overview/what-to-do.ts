import type { ActorKind } from '../../platform/auth/actor';
import type { Reason } from './pieces';

type Advice = Readonly<Record<'label' | 'platform' | 'operator', string>>;

const forAll = (text: string): Advice => ({ label: text, platform: text, operator: text });

const nothingYet = (text: string): Advice => forAll(`nothing: ${text}`);

/** What whoever asks can do so that a piece of money goes on. */
const advice: Readonly<Record<Reason, Advice>> = {
  'not-due': nothingYet('it is due on its day'),
  overdue: {
    label: 'remind the platform: interest runs where the terms charge it',
    platform: 'pay it',
    operator: 'nothing: it is between the parties',
  },
  'rate-missing': forAll(
    'see held-invoices of the agreement: state or confirm the rate of tax or exchange that is missing',
  ),
  dispute: forAll('end the dispute: release, accept, answer or withdraw it'),
  'minimum-payout': nothingYet('it is paid with the first period that reaches the minimum'),
  reserve: nothingYet('it is released by the terms'),
  'partly-paid': nothingYet('it is paid out once the whole invoice is paid'),
  payable: {
    label: 'ask for a payout',
    platform: 'nothing: it is paid',
    operator: 'nothing: the label asks for a payout',
  },
  'no-payment-account': {
    label: 'open a payment account, or state bank details and have a second person agree',
    platform: 'nothing: it is paid',
    operator: 'ask the label to open a payment account or to state bank details',
  },
  'details-cooling': nothingYet('the bank details are too new; it can be paid out 72 hours after they were agreed'),
  'payout-failed': {
    label: 'see what the payout’s problem was, and ask for another one',
    platform: 'nothing: it is paid',
    operator: 'see what the payout’s problem was: nothing of it was sent',
  },
  'payout-came-back': {
    label: 'see what the payout’s problem was, correct the account or the bank details, and ask for another one',
    platform: 'nothing: it is paid',
    operator: 'see what the payout’s problem was: what was sent came back, or was never paid',
  },
  'to-approve': {
    label: 'a second person of yours approves or rejects the payout',
    platform: 'nothing: it is paid',
    operator: 'nothing: a second person of the label decides',
  },
  'on-hold': {
    label: 'a second person of the side that holds it releases it: yours, or the marketplace’s',
    platform: 'nothing: it is paid',
    operator: 'a second person of the side that holds it releases it; a file of payments that has it is withdrawn',
  },
  'to-send': nothingYet('it is being sent'),
  'account-unable': {
    label: 'give the provider what it misses of your payment account: then it is sent',
    platform: 'nothing: it is paid',
    operator: 'ask the label to give the provider what it misses of its payment account',
  },
  'to-file': {
    label: 'nothing: the marketplace puts it into a file of payments',
    platform: 'nothing: it is paid',
    operator: 'make a file of payments for its currency',
  },
  'in-file': {
    label: 'nothing: the marketplace hands its file in at the bank',
    platform: 'nothing: it is paid',
    operator: 'hand the file of payments in at the bank and say so, or withdraw it',
  },
  'outcome-unknown': {
    label: 'nothing: it is looked up before anything is sent again; after a day the operator decides',
    platform: 'nothing: it is paid',
    operator: 'look the transfer up at the provider; it is not sent again by itself after a day',
  },
  'at-the-bank': nothingYet('the bank takes its days'),
  'bank-refused': {
    label: 'correct your bank details at the provider: it pays out again',
    platform: 'nothing: it is paid',
    operator: 'ask the label to correct its bank details at the provider',
  },
  'bank-differs': {
    label: 'nothing: the marketplace asks its bank',
    platform: 'nothing: it is paid',
    operator: 'see the payout’s problem, and ask the bank what it paid',
  },
  'taken-back-in-part': {
    label: 'nothing: the marketplace looks at it',
    platform: 'nothing: it is paid',
    operator: 'take the rest of the transfer back at the provider, or send what was taken back again there',
  },
  'event-unfit': forAll('compare the event with the provider: pay back, or have the invoice credited'),
  'event-waiting': forAll('see whether the worker runs and the provider answers: the event is not worked on yet'),
  'receipt-on-suspense': forAll('say which invoice it is for, or that it is to be returned; a second person decides'),
  'file-waiting': forAll('see whether the worker runs: the file of the bank is not worked on yet'),
};

export const whatToDo = (reason: Reason, kind: ActorKind): string =>
  advice[reason][kind === 'label' || kind === 'platform' ? kind : 'operator'];
