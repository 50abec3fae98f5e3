import { type Reading } from './context';
import { type ErnHeader, type MessageKind, type Party } from './model';
import { quoted } from './problems';
import { readParty } from './read-parties';
import { languageOf } from './values';
import { childrenOf, type XmlElement } from './xml/element';

/** What the root says of itself, and whether its version lets it. A purge has the attributes of its generation only in part. */
export function checkRoot(reading: Reading, root: XmlElement): void {
  const { problems, version } = reading;
  if (root.name === 'NewReleaseMessage') checkAttributes(reading, root);
  const said = root.attribute('MessageSchemaVersionId');
  if (said === null || version.schemaVersionId === null || said.trim() === version.schemaVersionId) return;
  problems.at(root, 'version-differs', `${quoted(said)} is not the version of the namespace`, 'MessageSchemaVersionId');
}

function checkAttributes({ layout, problems, version }: Reading, root: XmlElement): void {
  for (const name of layout.attributes) {
    if (root.attribute(name) === null) problems.at(root, 'attribute-missing', `${name} is missing`);
  }
  for (const name of layout.forbiddenAttributes) {
    if (root.attribute(name) === null) continue;
    problems.at(root, 'attribute-not-allowed', `version ${version.name} has no ${name}`, name);
  }
}

/** The header, and what stands beside it before the lists. */
export function readHeader(
  reading: Reading,
  root: XmlElement,
  { header, update }: { readonly header: XmlElement; readonly update: string | null },
): ErnHeader {
  const party = (element: XmlElement | undefined): Party | null =>
    element === undefined ? null : readParty(reading, element);
  const recipients = childrenOf(header, 'MessageRecipient');
  if (recipients.length === 0) reading.missing(header, 'MessageRecipient');
  const sender = reading.required(header, 'MessageSender');
  if (sender !== undefined) reading.required(sender, 'PartyId');
  const created = reading.required(header, 'MessageCreatedDateTime');
  return {
    kind: root.name as MessageKind,
    version: reading.version.name === '' ? null : reading.version.name,
    messageId: idOf(reading, header, 'MessageId', true),
    threadId: idOf(reading, header, 'MessageThreadId', false),
    createdAt: created === undefined ? null : reading.values.dateTime(created),
    sender: party(sender),
    onBehalfOf: party(reading.values.single(header, 'SentOnBehalfOf')),
    recipients: recipients.map((found) => readParty(reading, found)),
    isTest: controlOf(reading, header) === 'TestMessage',
    isUpdate: update === null ? null : update === 'UpdateMessage',
    profile: root.attribute('ReleaseProfileVersionId'),
    profileVariant: root.attribute('ReleaseProfileVariantVersionId'),
    avsVersion: root.attribute('AvsVersionId'),
    language: languageOf(root),
  };
}

/** Some senders leave their ids empty, and are read all the same. */
function idOf(reading: Reading, header: XmlElement, name: string, isMandatory: boolean): string | null {
  const element = reading.values.single(header, name);
  if (element === undefined && isMandatory) reading.missing(header, name);
  if (element !== undefined && element.text === '') reading.problems.at(element, 'element-empty', `${name} is empty`);
  return reading.values.text(header, name);
}

/** A value that nobody knows might mean a test: the message is then not to be applied. */
function controlOf(reading: Reading, header: XmlElement): string | null {
  const element = reading.values.single(header, 'MessageControlType');
  if (element === undefined || element.text === '' || controls.includes(element.text)) return element?.text ?? null;
  reading.problems.at(element, 'control-unknown', `${quoted(element.text)} is neither LiveMessage nor TestMessage`);
  return null;
}

const controls: readonly string[] = ['LiveMessage', 'TestMessage'];
