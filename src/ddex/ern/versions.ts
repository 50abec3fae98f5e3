/** Versions that lie their elements out alike. */
export type Family = '3' | '4.1' | '4.2' | '4.3';

export interface Version {
  /** As people name it: 4.1.1. */
  readonly name: string;
  readonly namespace: string;
  /** As MessageSchemaVersionId says it; from 4.1 on there is none. */
  readonly schemaVersionId: string | null;
  readonly family: Family;
}

const NAMESPACES = 'http://ddex.net/xml/';
const version = (name: string, id: string, family: Family): Version => ({
  name,
  namespace: `${NAMESPACES}${id}`,
  schemaVersionId: family === '3' ? id : null,
  family,
});

/** Every version that is read, by its namespace. */
const VERSIONS: readonly Version[] = [
  version('3.7', 'ern/37', '3'),
  version('3.7', 'ern/37D2', '3'),
  version('3.7.1', 'ern/371', '3'),
  version('3.8', 'ern/38', '3'),
  version('3.8.1', 'ern/381', '3'),
  version('3.8.2', 'ern/382', '3'),
  version('3.8.3', 'ern/383', '3'),
  version('4.1', 'ern/41', '4.1'),
  version('4.1.1', 'ern/411', '4.1'),
  version('4.2', 'ern/42', '4.2'),
  version('4.3', 'ern/43', '4.3'),
];

export const versionNames: readonly string[] = [...new Set(VERSIONS.map(({ name }) => name))];

export const versionOf = (namespace: string): Version | undefined =>
  VERSIONS.find((candidate) => candidate.namespace === namespace);

/** How a version that is not known is read: like the newest of its generation. Undefined where the namespace is not ERN's. */
export function nearestFamily(namespace: string): Family | undefined {
  const match = /^http:\/\/ddex\.net\/xml\/(?:\d{4}\/)?ern(?:-main)?\/(\d)/.exec(namespace);
  if (match === null) return undefined;
  return match[1]! < '4' ? '3' : '4.3';
}
