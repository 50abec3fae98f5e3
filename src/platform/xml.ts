type Attributes = Readonly<Record<string, string | null>>;

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
/** What XML 1.0 has no way to write. */
const unwritable = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Surrogate}/gu;
const escaped = (text: string): string =>
  text.replace(unwritable, '\ufffd').replace(/[&<>"]/g, (sign) => escapes[sign]!);

const opened = (name: string, attributes: Attributes): string =>
  `<${name}${Object.entries(attributes)
    .map(([key, value]) => (value === null ? '' : ` ${key}="${escaped(value)}"`))
    .join('')}`;

/** An element with a text, as XML. */
export const leaf = (name: string, text: string, attributes: Attributes = {}): string =>
  `${opened(name, attributes)}>${escaped(text)}</${name}>`;

/** An element with others, which are XML already, each on lines of its own and further in. */
export const branch = (
  name: string,
  content: readonly (string | readonly string[])[],
  attributes: Attributes = {},
): string => `${opened(name, attributes)}>\n${indented(content.flat().join('\n'))}\n</${name}>`;

/** Further in, as far as messages that people look at are. */
export const indented = (xml: string): string => xml.replace(/^/gm, '  ');
