/**
 * Words and runs that people choose first, lower-case. A password is also refused when it is one of these with digits or
 * punctuation behind it, so `Password123!` needs no entry of its own.
 */
export const commonPasswords: ReadonlySet<string> = new Set(
  `12345678 123456789 1234567890 12345678910 87654321 987654321 0123456789 11223344 1122334455 12341234 11112222 12344321
   123123123 123321123 147258369 159357456 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 q1w2e3r4 q1w2e3r4t5 zaq12wsx qazwsxedc
   qwerty qwertyui qwertyuiop qwertz azerty azertyuiop asdfghjk asdfghjkl asdfasdf zxcvbnm zxcvbnmasd qweasdzxc poiuytrewq
   abcdefgh abcdefghij abcd1234 abc12345 a1b2c3d4 aabbccdd password passwort motdepasse contrasena parol passw0rd p@ssw0rd
   p@ssword pa55word passphrase mypassword newpassword letmein welcome welcome1 changeme changeit default secret topsecret
   administrator admin root login guest master superuser superman batman spiderman pokemon starwars football baseball
   basketball hockey liverpool chelsea arsenal barcelona iloveyou iloveme loveyou princess sunshine sweetheart butterfly
   trustno1 whatever computer internet samsung freedom dragon monkey shadow michael jennifer charlie jordan alexander
   blink182 metallica slipknot rammstein music musiclover rocknroll letsrock spotify youtube facebook vkontakte google
   testtest test1234 testing example sample demo temp temporary summer winter spring autumn january december
   correcthorsebatterystaple accordo accordoaccordo`
    .trim()
    .split(/\s+/),
);
