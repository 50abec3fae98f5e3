import { arrayText } from './array-text';

describe('an array as text', () => {
  it('escapes what PostgreSQL would read', () => {
    expect(arrayText(['a', 'b"c', 'd\\e', '', 'NULL', null, 7])).toBe('{"a","b\\"c","d\\\\e","","NULL",NULL,7}');
    expect(arrayText([])).toBe('{}');
  });

  it('has whole numbers of any size', () => {
    expect(arrayText([9007199254740993n, -1n])).toBe('{9007199254740993,-1}');
    expect(arrayText([9007199254740993n, null])).toBe('{9007199254740993,NULL}');
  });
});
