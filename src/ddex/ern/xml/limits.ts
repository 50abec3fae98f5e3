/** What a message may have at most; far more than any real one. Each is looked at while reading. */
export const XML_LIMITS = {
  /** Of the whole file. */
  bytes: 4 * 1024 ** 3,
  /** Elements inside one another. */
  depth: 64,
  /** Attributes of one element. */
  attributes: 64,
  /** Characters of a name, of an element or an attribute. */
  name: 256,
  /** Characters of one attribute, with all others of its element. */
  attributeText: 64 * 1024,
  /** Characters between two tags: a text, a comment, a tag itself. A chunk more may be looked at before it is seen. */
  between: 256 * 1024,
  /** Elements of what is handed on at a time: a header, a party, a resource, a release, a deal. */
  unitElements: 250_000,
  /** Characters of the same. */
  unitText: 8 * 1024 * 1024,
  /** Resources, releases and parties, each, whose references are kept. */
  references: 1_000_000,
  /** Characters of those, with the names of the parties. */
  referenceText: 32 * 1024 * 1024,
  /** Problems, after which nobody wants to know of more. */
  problems: 100_000,
} as const;
