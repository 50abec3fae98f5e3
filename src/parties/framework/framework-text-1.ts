/** The first framework agreement. A released text never changes: what was accepted keeps its hash. */
export const frameworkText1 = {
  schema: 'accordo-framework/1',
  version: 1,
  en: [
    'This agreement stands between each organization that accepts it and all others that have accepted it. It says how they conclude agreements through the marketplace, and how these are proved.',
    'Agreements, amendments and notices that are made through the marketplace are made in writing, in electronic form. No party contests one of them for that reason alone.',
    'A member signs for its organization when it holds the role of signatory, has entered its password again, and states its intent under the hash of what it read. Such a signature is a simple electronic signature, and has between the parties the effect of a signature by hand.',
    'A machine signs for its organization with a key that two persons of the organization have registered for that. Such a signature has the same effect.',
    'Who has signed is told by the account or the key. Each organization keeps passwords, confirmations and private keys confidential, and answers for what is signed with them until it has blocked the account or revoked the key.',
    'Each organization decides who may sign for it, and states on what authority that rests. Whoever it gave the role of signatory to, and whichever key it registered, is authorized towards the other parties.',
    'What is signed is a manifest: the hashes of the terms as data, of their words in each language, and of the list of recordings. Unless an agreement says otherwise, the terms as data come before the words.',
    'The marketplace seals every signature and keeps a record of what happened. Sealed records and documents are evidence between the parties; each party may prove that they are wrong.',
    'A notice that is given through the marketplace has reached a party when that party can read it there.',
    'A later version of this agreement binds an organization once that organization has accepted it. What was signed before keeps its effect.',
  ],
  ru: [
    'Настоящее соглашение действует между каждой организацией, принявшей его, и всеми другими принявшими его организациями. Оно определяет, как они заключают договоры через площадку и как эти договоры доказываются.',
    'Договоры, изменения к ним и уведомления, совершённые через площадку, считаются совершёнными в письменной форме в виде электронных документов. Ни одна из сторон не оспаривает их только по этому основанию.',
    'Участник подписывает за свою организацию, если он имеет роль подписанта, повторно ввёл свой пароль и заявил о своём намерении под хешем прочитанного. Такая подпись является простой электронной подписью и признаётся сторонами равнозначной собственноручной подписи.',
    'Машина подписывает за свою организацию ключом, который для этого зарегистрировали два лица этой организации. Такая подпись имеет то же действие.',
    'Подписавший определяется по учётной записи или по ключу. Каждая организация хранит пароли, подтверждения и закрытые ключи в тайне и отвечает за подписанное с их помощью, пока не заблокирует учётную запись или не отзовёт ключ.',
    'Каждая организация сама решает, кто вправе за неё подписывать, и указывает основание полномочий. Тот, кому она дала роль подписанта, и ключ, который она зарегистрировала, считаются уполномоченными перед другими сторонами.',
    'Подписывается манифест: хеши условий в виде данных, их текста на каждом языке и перечня фонограмм. Если договором не предусмотрено иное, условия в виде данных имеют преимущественную силу перед текстом.',
    'Площадка скрепляет каждую подпись своей печатью и ведёт запись о происходящем. Скреплённые записи и документы являются доказательствами между сторонами; каждая сторона вправе доказывать, что они неверны.',
    'Уведомление, направленное через площадку, считается полученным стороной, когда она может прочитать его на площадке.',
    'Новая версия настоящего соглашения обязательна для организации после того, как организация её приняла. Подписанное ранее сохраняет силу.',
  ],
} as const;
