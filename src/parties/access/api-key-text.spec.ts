import fc from 'fast-check';
import { hashSecret, makeApiKeyText, readApiKey, secretMatches, writeApiKey } from './api-key-text';

describe('an API key', () => {
  it('reads back as it was written, also when its secret holds the separator', () => {
    for (let count = 0; count < 200; count += 1) {
      const text = makeApiKeyText();
      expect(readApiKey(writeApiKey(text))).toEqual(text);
    }
  });

  it('matches the hash of its own secret only', () => {
    const [one, other] = [makeApiKeyText().secret, makeApiKeyText().secret];
    expect(secretMatches(one, hashSecret(one))).toBe(true);
    expect(secretMatches(other, hashSecret(one))).toBe(false);
  });

  it('is nothing but that form', () => {
    fc.assert(fc.property(fc.string({ maxLength: 120 }), (text) => readApiKey(text) === undefined));
    const key = writeApiKey(makeApiKeyText());
    for (const wrong of [
      `${key} `,
      ` ${key}`,
      `${key}\n`,
      key.slice(0, -1),
      `${key}A`,
      key.toUpperCase(),
      key.replace('accordo', 'accord'),
    ]) {
      expect(readApiKey(wrong)).toBeUndefined();
    }
  });
});
