import { changedJson } from '../testing/changed';
import { termsOf } from '../testing/reference-terms';
import { richTermsJson } from '../testing/rich-terms';
import { readTerms } from '.';

const changed = (pointer: string, value: unknown): unknown => changedJson(richTermsJson(), pointer, value);

function faultsOf(pointer: string, value: unknown): string[] {
  const reading = readTerms(changed(pointer, value));
  return 'faults' in reading ? reading.faults.map((fault) => `${fault.pointer} ${fault.code}`) : [];
}

describe('reading what is agreed about the quality of reports', () => {
  it('sorts codes, and writes shares as every number is written', () => {
    const { checks, reconciliation } = termsOf(richTermsJson()).usage;
    expect(checks).toEqual({ faultyShareMax: '0.01', refusedFor: ['cell-not-utf8', 'usage-total-mismatch'] });
    expect(reconciliation).toEqual({ tolerance: '0.02', answerDays: 10 });
  });

  it.each([
    ['/usage/checks', undefined],
    ['/usage/reconciliation', undefined],
    ['/usage/checks/refusedFor', []],
    ['/usage/checks/faultyShareMax', '1'],
    ['/usage/checks/faultyShareMax', '0'],
    ['/usage/reconciliation/answerDays', 0],
  ])('%s may be %j', (pointer, value) => {
    expect(faultsOf(pointer, value)).toEqual([]);
  });

  it.each([
    ['/usage/checks', {}, ['/usage/checks/faultyShareMax terms-required', '/usage/checks/refusedFor terms-required']],
    ['/usage/checks/faultyShareMax', '1.01', ['/usage/checks/faultyShareMax terms-share-above-one']],
    ['/usage/checks/refusedFor', ['Too Bad'], ['/usage/checks/refusedFor/0 terms-text']],
    ['/usage/checks/refusedFor', Array(101).fill('isrc-missing'), ['/usage/checks/refusedFor terms-limit']],
    ['/usage/reconciliation/tolerance', '2', ['/usage/reconciliation/tolerance terms-share-above-one']],
    ['/usage/reconciliation/answerDays', 367, ['/usage/reconciliation/answerDays terms-integer']],
    ['/usage/reconciliation', [], ['/usage/reconciliation terms-type']],
  ])('%s may not be %j', (pointer, value, faults) => {
    expect(faultsOf(pointer, value)).toEqual(faults);
  });
});
