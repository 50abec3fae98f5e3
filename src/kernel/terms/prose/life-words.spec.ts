import { FULL_TERMS } from '../../testing/full-terms';
import { describeTerms, type LanguageCode } from '../describe-terms';
import { type Terms } from '../terms';

describe('how an agreement lives, in words', () => {
  const ending = (language: LanguageCode, changes: Partial<Terms>) => {
    const clauses = describeTerms({ ...(FULL_TERMS as Terms), ...changes }, language);
    return clauses.filter(({ clause }) => parseInt(clause, 10) >= 25).map(({ text }) => text);
  };
  const counting = (count: number, grants: readonly string[]): Partial<Terms> => ({
    conditions: [{ id: 'paid', kind: 'advance-paid', advance: 'signing', withinDays: count }],
    renewal: { months: count, times: count, noticeDays: count },
    termination: {
      notice: { by: 'label', days: count },
      breach: { cureDays: count, suspension: 'at-once' },
      sellOff: { days: count, grants },
      withdrawal: { days: count, shareMax: '0.1' },
    },
  });

  it.each([
    [1, '1 day', '1 month', '1 time'],
    [2, '2 days', '2 months', '2 times'],
    [21, '21 days', '21 months', '21 times'],
  ])('counts %i in English', (count, days, months, times) => {
    const [, condition, renewal, notice, breach, sellOff, withdrawal] = ending('en', counting(count, ['downloads']));
    expect(condition).toContain(`within ${days} of the conclusion`);
    expect(renewal).toContain(`by ${months}, at most ${times}, unless a party declares at least ${days} before`);
    expect(notice).toBe(`The label may end the agreement by notice of ${days}.`);
    expect(breach).toContain(`not cured within ${days} of the notice`);
    expect(sellOff).toContain(`for ${days} after the end the grant downloads goes on`);
    expect(withdrawal).toContain(`by notice of ${days}, in all at most 10 % of them.`);
  });

  it.each([
    [1, '1 дня', '1 день', '1 месяц', '1 раза'],
    [2, '2 дней', '2 дня', '2 месяца', '2 раз'],
    [5, '5 дней', '5 дней', '5 месяцев', '5 раз'],
    [11, '11 дней', '11 дней', '11 месяцев', '11 раз'],
    [21, '21 дня', '21 день', '21 месяц', '21 раза'],
  ])('counts %i in Russian', (count, genitive, accusative, months, times) => {
    const [, condition, renewal, notice, breach, sellOff, withdrawal] = ending('ru', counting(count, ['downloads']));
    expect(condition).toContain(`в течение ${genitive} со дня заключения договора`);
    expect(renewal).toContain(`на ${months}, не более ${times}, если`);
    expect(renewal).toContain(`не позднее чем за ${accusative} до окончания срока`);
    expect(notice).toContain(`не позднее чем за ${accusative} до дня его прекращения`);
    expect(breach).toContain(`в течение ${genitive} со дня уведомления`);
    expect(sellOff).toContain(`в течение ${genitive} после прекращения договора лицензия «downloads» продолжает`);
    expect(withdrawal).toContain(`не позднее чем за ${accusative}, всего не более 10 % от их числа.`);
  });

  it('says that withdrawals have no limit', () => {
    const changes: Partial<Terms> = { termination: { withdrawal: { days: 30 } } };
    expect(ending('en', changes).join()).toContain('in all any number of them.');
    expect(ending('ru', changes).join()).toContain('всего в любом количестве.');
  });

  it('says that renewals have no limit, and names every grant that is sold off', () => {
    const changes: Partial<Terms> = {
      renewal: { months: 12, times: null, noticeDays: 60 },
      termination: { sellOff: { days: 30, grants: ['downloads', 'ringtones'] } },
    };
    expect(ending('en', changes).join()).toMatch(/without limit.*the grants downloads, ringtones go on/s);
    expect(ending('ru', changes).join()).toMatch(/без ограничения.*лицензии «downloads», «ringtones» продолжают/s);
  });
});
