const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The check character of ISO/IEC 7064 MOD 37,36 for digits and capital letters; GRids and DPIDs end with one. */
export function checkMod37And36(characters: string): string {
  let product = 36;
  for (const character of characters) {
    const sum = (product + ALPHABET.indexOf(character)) % 36;
    product = ((sum === 0 ? 36 : sum) * 2) % 37;
  }
  return ALPHABET[(37 - product) % 36]!;
}

/** The check character of ISO/IEC 7064 MOD 11-2 for digits: a digit, or X for ten; ISNIs end with one. */
export function checkMod11And2(digits: string): string {
  let total = 0;
  for (const digit of digits) total = ((total + parseInt(digit, 10)) * 2) % 11;
  const check = (12 - total) % 11;
  return check === 10 ? 'X' : String(check);
}
