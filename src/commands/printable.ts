/** A file may come from anyone: what it says must not move the cursor, hide, turn round or begin a line of its own. */
export const printable = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
