import { currentFramework, frameworkOf } from './framework-agreement';

describe('the framework agreement', () => {
  it('has the same clauses in each language', () => {
    const { en, ru } = currentFramework.clauses;
    expect(ru).toHaveLength(en.length);
    expect(ru.every((clause) => /^[А-Я][^A-Za-z]+$/.test(clause))).toBe(true);
  });

  it('is the text that was released: organizations have accepted this hash', () => {
    expect([currentFramework.version, currentFramework.sha256]).toEqual([
      1,
      '39c904399c9bffe386de7f5a7a4fbb11d2d712dd13d25f14353694fa41da22f9',
    ]);
    expect(frameworkOf(currentFramework.sha256)).toBe(currentFramework);
  });

  it('is none that nobody released', () => expect(() => frameworkOf('0'.repeat(64))).toThrow('there is no framework'));
});
