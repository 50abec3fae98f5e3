import { odrlOf } from '.';
import { sha256Hex } from '../canonical';
import { FULL_TERMS } from '../testing/full-terms';
import { LABEL, PLATFORM, referenceTerms } from '../testing/reference-terms';
import { canonicalTerms, repertoireHash, termsHash, type Terms } from '../terms';

const UID = 'urn:uuid:00000000-0000-4000-8000-0000000000f1';
const full = odrlOf(FULL_TERMS, UID);
const reference = odrlOf(referenceTerms(), UID);

const constraint = (rule: { constraint?: readonly { leftOperand: string }[] }, leftOperand: string) =>
  (rule.constraint ?? []).filter((candidate) => candidate.leftOperand === leftOperand);

describe('an agreement in ODRL', () => {
  it('has its context, profile and IRI, one assigner and one assignee', () => {
    expect(full).toMatchObject({
      '@context': ['http://www.w3.org/ns/odrl.jsonld', { accordo: 'urn:accordo:odrl:1:' }],
      '@type': 'Agreement',
      uid: UID,
      profile: 'urn:accordo:odrl:1:',
      assigner: { '@type': 'Party', uid: `urn:uuid:${LABEL}`, 'vcard:fn': 'Northlight Records' },
      assignee: { '@type': 'Party', uid: `urn:uuid:${PLATFORM}`, 'vcard:fn': 'Agora Networks' },
    });
  });

  it('carries the hash that was signed', () => {
    expect(full['accordo:termsSha256']).toBe(termsHash(FULL_TERMS));
    expect(full['accordo:termsSha256']).toBe(sha256Hex(canonicalTerms(FULL_TERMS)));
  });

  it('is plain JSON, the same each time', () => {
    expect(JSON.parse(JSON.stringify(full))).toEqual(full);
    expect(JSON.stringify(odrlOf(FULL_TERMS, UID))).toBe(JSON.stringify(full));
  });

  it.each(['', 'agreement 1', '12:x', 'urn:uuid:1 2'])('refuses %j for an IRI', (uid) => {
    expect(() => odrlOf(FULL_TERMS, uid)).toThrow(RangeError);
  });
});

describe('permissions', () => {
  it('are one for each use of each grant, with one target, one action and a name of their own', () => {
    const uses = FULL_TERMS.grants.flatMap((grant) => grant.uses.map((use) => `${UID}#${grant.id}-${use}`));
    expect(full.permission.map(({ uid }) => uid)).toEqual(uses.map((uid) => uid.replace('accordo:', 'accordo-')));
    for (const { target, action } of full.permission) {
      expect(target).toEqual({
        '@type': 'AssetCollection',
        uid: `urn:accordo:repertoire:sha-256:${repertoireHash(FULL_TERMS)}`,
        'accordo:recordings': 4,
      });
      expect(action).toHaveLength(1);
    }
  });

  it('name the action of ODRL and the use that it is narrowed to, or an action of the profile', () => {
    const actions = full.permission.map(({ action }) => [
      action[0]?.['rdf:value']['@id'],
      action[0]?.refinement[0]?.rightOperand,
    ]);
    expect(actions).toEqual([
      ['odrl:stream', 'OnDemandStream'],
      ['odrl:synchronize', 'UserMakeAvailableUserProvided'],
      ['accordo:UseAsRingtone', 'UseAsRingtone'],
      ['odrl:distribute', 'PermanentDownload'],
      ['odrl:play', 'Broadcast'],
      ['odrl:stream', 'Simulcast'],
      ['accordo:AiTraining', 'accordo:AiTraining'],
    ]);
  });

  it('say of an action of the profile which one of ODRL it is included in', () => {
    const names = [
      ...full.permission.map(({ action }) => action[0]!['rdf:value']),
      ...reference.prohibition.map(({ action }) => action),
    ];
    const ours = names.filter((name) => name['@id'].startsWith('accordo:'));
    expect(ours).toHaveLength(3);
    expect(ours.every((name) => name['odrl:includedIn']?.['@id'] === 'odrl:use')).toBe(true);
  });

  it('hold from the first midnight of the term in its zone until the midnight after its last day', () => {
    const dates = constraint(reference.permission[0]!, 'dateTime');
    expect(dates).toEqual([
      {
        leftOperand: 'dateTime',
        operator: 'gteq',
        rightOperand: { '@value': '2025-12-31T21:00:00.000Z', '@type': 'xsd:dateTime' },
      },
      {
        leftOperand: 'dateTime',
        operator: 'lt',
        rightOperand: { '@value': '2027-12-31T21:00:00.000Z', '@type': 'xsd:dateTime' },
      },
    ]);
  });

  it('list their territories, however the terms write them: a new country joins none', () => {
    const spatial = full.permission.map((permission) => constraint(permission, 'spatial')[0]);
    expect(spatial[0]).toEqual({
      leftOperand: 'spatial',
      operator: 'isAnyOf',
      rightOperand: ['AM', 'AZ', 'BY', 'KG', 'KZ', 'MD', 'RU', 'TJ', 'UZ'],
    });
    expect(spatial[2]).toMatchObject({ operator: 'isAnyOf', rightOperand: expect.not.arrayContaining(['US']) });
    expect(spatial[3]).toMatchObject({ operator: 'isAnyOf', rightOperand: expect.arrayContaining(['US', 'JP', 'RU']) });
    expect(spatial[6]).toEqual({ leftOperand: 'spatial', operator: 'eq', rightOperand: 'RU' });
  });

  it('name services and commercial models, and say which are exclusive', () => {
    const [streaming, , ringtones] = full.permission;
    expect(constraint(streaming!, 'deliveryChannel')).toEqual([
      {
        leftOperand: 'deliveryChannel',
        operator: 'isAnyOf',
        rightOperand: FULL_TERMS.services.map(({ id }) => ({ '@id': `urn:uuid:${id}` })),
      },
    ]);
    expect(constraint(ringtones!, 'accordo:commercialModel')).toMatchObject([{ rightOperand: 'PayAsYouGoModel' }]);
    expect(constraint(ringtones!, 'accordo:exclusive')).toHaveLength(1);
    expect(constraint(streaming!, 'accordo:exclusive')).toHaveLength(0);
  });

  it('begin only after the conditions of the licence, where there are any', () => {
    const after = { leftOperand: 'event', operator: 'gt', rightOperand: { '@id': 'accordo:conditionsMet' } };
    for (const permission of full.permission) expect(constraint(permission, 'event')).toEqual([after]);
    for (const permission of reference.permission) expect(constraint(permission, 'event')).toEqual([]);
  });

  it('have the duty to pay under the royalty clause of their grant, in the words of the contract', () => {
    const [streaming] = full.permission;
    expect(streaming!.duty).toHaveLength(1);
    expect(streaming!.duty[0]).toMatchObject({
      action: [
        {
          'rdf:value': { '@id': 'odrl:compensate' },
          refinement: [
            {
              leftOperand: 'payAmount',
              operator: 'gteq',
              rightOperand: { '@value': '4100', '@type': 'xsd:decimal' },
              unit: { '@id': 'urn:iso:std:iso:4217:USD' },
            },
            { leftOperand: 'accordo:royaltyClause', operator: 'eq', rightOperand: '6.1' },
          ],
        },
      ],
      constraint: [{ leftOperand: 'timeInterval', rightOperand: { '@value': 'P3M', '@type': 'xsd:duration' } }],
      'accordo:clause': '6.1',
      'dct:description': [
        { '@value': expect.stringContaining('USD 4100'), '@language': 'en' },
        { '@value': expect.stringContaining('4100 USD'), '@language': 'ru' },
      ],
    });
  });

  it('have no amount where none is fixed: a rate is not a payment', () => {
    const downloads = reference.permission.find(({ uid }) => uid.endsWith('PermanentDownload'));
    expect(JSON.stringify(downloads?.duty)).not.toContain('payAmount');
  });
});

describe('prohibitions', () => {
  const actions = (terms: Terms) => odrlOf(terms, UID).prohibition.map(({ action }) => action['@id']);

  it('name what is asked for by name and is not granted', () => {
    expect(actions(referenceTerms())).toEqual(['odrl:grantUse', 'odrl:derive', 'accordo:AiTraining']);
  });

  it('never contradict a permission', () => {
    expect(actions(FULL_TERMS)).toEqual(['odrl:grantUse', 'odrl:derive']);
  });
});

describe('obligations', () => {
  const payments = full.obligation.flatMap(({ action, 'accordo:clause': clause }) =>
    action[0]!.refinement
      .filter(({ leftOperand }) => leftOperand === 'payAmount')
      .map(({ operator, rightOperand }) => [clause, operator, (rightOperand as { '@value': string })['@value']]),
  );

  it('are to report usage after every period', () => {
    expect(full.obligation[0]).toMatchObject({
      action: [{ 'rdf:value': { '@id': 'odrl:inform' } }],
      constraint: [
        { leftOperand: 'timeInterval', rightOperand: { '@value': 'P3M' } },
        { leftOperand: 'accordo:timeAfterPeriod', operator: 'lteq', rightOperand: { '@value': 'P16D' } },
      ],
      'accordo:clause': '10',
    });
  });

  it('are to pay every fixed amount: the back fee, advances and guarantees', () => {
    expect(payments).toEqual([
      ['8', 'eq', '10400'],
      ['7.1', 'eq', '12100'],
      ['7.2', 'eq', '10200'],
      ['7.2', 'eq', '20300'],
      ['14.1', 'gteq', '15500'],
      ['14.2', 'eq', '40000'],
      ['14.2', 'eq', '50000'],
      ['14.2', 'gteq', '95000'],
    ]);
  });

  it('name a day, or what makes them due', () => {
    const [, back, , instalment] = full.obligation;
    expect(back!.constraint).toEqual([
      { leftOperand: 'event', operator: 'eq', rightOperand: { '@id': 'accordo:signature' } },
    ]);
    expect(instalment!.constraint).toEqual([
      { leftOperand: 'event', operator: 'eq', rightOperand: { '@id': 'accordo:optionExercised' } },
      { leftOperand: 'dateTime', operator: 'lteq', rightOperand: { '@value': '2027-01-04', '@type': 'xsd:date' } },
    ]);
  });

  it('cite a clause of the contract, in both languages', () => {
    for (const duty of [...full.obligation, ...full.permission.flatMap((permission) => permission.duty)]) {
      expect(duty['dct:description']?.map((words) => words['@language'])).toEqual(['en', 'ru']);
    }
  });
});
