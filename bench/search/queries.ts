/** What people look for, by name. Numbers are those of words: the lower, the more recordings have it. */
export type Mix = Readonly<Record<string, readonly string[]>>;

const syllables = 'ka,ro,mi,ta,le,su,no,vi,da,pe,zo,be,la,gri,sto,ne,ra,mo,ti,lu'.split(',');
const cyrillic = 'ка,ро,ми,та,ле,су,но,ви,да,пе,зо,бе,ла,гри,сто,не,ра,мо,ти,лу'.split(',');

/** The word of this number, as the catalogue is made of. */
function word(n: number, letters: readonly string[] = syllables): string {
  const places = [
    n % 20,
    Math.floor(n / 20) % 20,
    Math.floor(n / 400) % 20,
    ...(n < 8000 ? [] : [Math.floor(n / 8000)]),
  ];
  return places.map((place) => letters[place]!).join('');
}

/** A letter too few, where it hurts. */
const misspelled = (text: string): string => text.slice(0, 3) + text.slice(4);

const search = (asked: Record<string, string>, rest = ''): string =>
  `/v1/recordings/search${rest}?${new URLSearchParams({ ...asked, ...(rest === '' ? { limit: '50' } : {}) })}`;

const drawn = (count: number): number[] =>
  Array.from({ length: count }, (_, at) => Math.floor(20_000 ** ((at + 0.5) / count)) - 1);

const numbers = drawn(20);

/** A label's. */
export const mix: Mix = {
  'one word': numbers.map((n) => search({ q: word(n) })),
  'two words': numbers.map((n, at) => search({ q: `${word(n)} ${word(numbers[(at * 7 + 3) % 20]!)}` })),
  'other script': numbers.map((n) => search({ q: word(n, cyrillic) })),
  misspelled: numbers.map((n) => search({ q: misspelled(word(n)) })),
  artist: numbers.map((_, at) => search({ artist: `${word(at * 97)} ${word(at * 97)}` })),
  filters: numbers.map((n, at) =>
    search({ genre: `Genre ${word(at)}`, year: String(1990 + at), label: word(n % 499) }),
  ),
  'word and filters': numbers.map((n, at) => search({ q: word(n), year: String(1990 + at), longest: '240' })),
  facets: numbers.map((n) => search({ q: word(n) }, '/facets')),
};

/** What a page costs that is found by its key: as many rows, the same way through key, policies and JSON. */
export const yardstick: Mix = { 'page by key': ['/v1/recordings?limit=50'] };

/** A platform's, which is offered a tenth of the catalogue. */
export const platformMix: Mix = {
  'platform, one word': mix['one word']!,
  'platform, two words': mix['two words']!,
};
