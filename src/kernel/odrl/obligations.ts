import { type Period } from '../calendar';
import { clauseNumber, SECTIONS } from '../terms/prose/sections';
import { type Advance, type Guarantee, type Instalment, type Royalty, type Terms } from '../terms';
import { DURATIONS, duration, payAmount, type Action, type Constraint, type Words } from './vocabulary';

/** Something that the platform must do, with the clause of the contract that says so. */
export interface Duty {
  readonly action: readonly Action[];
  readonly constraint?: readonly Constraint[];
  readonly 'accordo:clause': string;
  readonly 'dct:description'?: readonly Words[];
}

/** What is fixed in the terms beside the royalties: reports of usage, the back fee, advances and minimum guarantees. */
export function obligationsOf(terms: Terms): Duty[] {
  const { settlement } = terms;
  return [
    reportDuty(terms),
    ...(settlement
      ? [compensate(terms, { clause: SECTIONS.settlement, amount: settlement.backFee.amount, when: [AT_SIGNATURE] })]
      : []),
    ...terms.advances.flatMap((advance, place) =>
      advanceDuties(terms, { advance, clause: clauseNumber('advances', place) }),
    ),
    ...(terms.guarantees ?? []).flatMap((guarantee, place) =>
      guaranteeDuties(terms, { guarantee, clause: clauseNumber('guarantees', place) }),
    ),
  ];
}

/** The duty that pays for a grant. Only what is a fixed amount of the period, or bounds it, can be a `payAmount`. */
export function royaltyDuty(terms: Terms, { royalty, clause }: { royalty: Royalty; clause: string }): Duty {
  const amount = 'amount' in royalty ? royalty.amount : undefined;
  const operator = royalty.kind === 'floor' ? 'gteq' : royalty.kind === 'cap' ? 'lteq' : 'eq';
  const fixed = amount === undefined ? [] : [payAmount(operator, { amount, currency: terms.currency })];
  return {
    action: [
      {
        'rdf:value': { '@id': 'odrl:compensate' },
        refinement: [...fixed, { leftOperand: 'accordo:royaltyClause', operator: 'eq', rightOperand: clause }],
      },
    ],
    constraint: [eachPeriod(terms)],
    'accordo:clause': clause,
  };
}

const AT_SIGNATURE: Constraint = {
  leftOperand: 'event',
  operator: 'eq',
  rightOperand: { '@id': 'accordo:signature' },
};

const ON_OPTION: Constraint = {
  leftOperand: 'event',
  operator: 'eq',
  rightOperand: { '@id': 'accordo:optionExercised' },
};

const eachPeriod = ({ reportingPeriod }: Pick<Terms, 'reportingPeriod'>): Constraint => ({
  leftOperand: 'timeInterval',
  operator: 'eq',
  rightOperand: duration(DURATIONS[reportingPeriod]),
});

const byDay = (day: string): Constraint => ({
  leftOperand: 'dateTime',
  operator: 'lteq',
  rightOperand: { '@value': day, '@type': 'xsd:date' },
});

const within = ({ from, until }: Period): Constraint[] => [
  { leftOperand: 'dateTime', operator: 'gteq', rightOperand: { '@value': from, '@type': 'xsd:date' } },
  { leftOperand: 'dateTime', operator: 'lt', rightOperand: { '@value': until, '@type': 'xsd:date' } },
];

function reportDuty(terms: Terms): Duty {
  const { profile, dueDays } = terms.usage.report;
  return {
    action: [
      {
        'rdf:value': { '@id': 'odrl:inform' },
        refinement: [{ leftOperand: 'accordo:reportProfile', operator: 'eq', rightOperand: profile }],
      },
    ],
    constraint: [
      eachPeriod(terms),
      { leftOperand: 'accordo:timeAfterPeriod', operator: 'lteq', rightOperand: duration(`P${dueDays}D`) },
    ],
    'accordo:clause': SECTIONS.usage,
  };
}

interface Payment {
  readonly clause: string;
  readonly amount: string;
  readonly when: readonly Constraint[];
  readonly operator?: 'eq' | 'gteq';
}

function compensate({ currency }: Pick<Terms, 'currency'>, { clause, amount, when, operator = 'eq' }: Payment): Duty {
  const refinement = [payAmount(operator, { amount, currency })];
  return {
    action: [{ 'rdf:value': { '@id': 'odrl:compensate' }, refinement }],
    constraint: when,
    'accordo:clause': clause,
  };
}

function advanceDuties(terms: Terms, { advance, clause }: { advance: Advance; clause: string }): Duty[] {
  const option = advance.option ? [ON_OPTION] : [];
  if (advance.due === 'signature') {
    return [compensate(terms, { clause, amount: advance.amount, when: [...option, AT_SIGNATURE] })];
  }
  return advance.due.map(({ on, amount }) => compensate(terms, { clause, amount, when: [...option, byDay(on)] }));
}

function guaranteeDuties(terms: Terms, { guarantee, clause }: { guarantee: Guarantee; clause: string }): Duty[] {
  if (guarantee.per === 'period') {
    const when = [eachPeriod(terms), ...(guarantee.active ? within(guarantee.active) : [])];
    return [compensate(terms, { clause, amount: guarantee.amount, when, operator: 'gteq' })];
  }
  return guarantee.intervals.flatMap((interval) =>
    interval.instalments
      ? interval.instalments.map((part: Instalment) =>
          compensate(terms, { clause, amount: part.amount, when: [byDay(part.on)] }),
        )
      : [compensate(terms, { clause, amount: interval.amount, when: within(interval), operator: 'gteq' })],
  );
}
