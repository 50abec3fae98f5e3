#!/usr/bin/env bash
# Checks the evidence of an agreement without Accordo: verify-evidence.sh agreement.zip jwks.json
# Needs OpenSSL 3, jq, unzip, xxd and the GNU core utilities. Says what holds, and ends with 1 at the first thing that does not.
# It does not read the terms, write their words anew or look into PDFs; `accordo verify` does, and tells everything at once.
set -euo pipefail
bundle=$(realpath "$1") keys=$(realpath "$2")
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT
mkdir "$work/files" && cd "$work/files"

die() { echo "does not hold: $1" >&2; exit 1; }

# base64url without padding, as in a JWS
decode() {
  local text; text=$(cat)
  while (( ${#text} % 4 )); do text+='='; done
  tr '_-' '/+' <<< "$text" | base64 -d
}

sha256() { sha256sum "$1" | cut -c1-64; }

# A JWK on standard input as PEM: the fixed beginning of its DER, then the point
pem_of() {
  local jwk kind; jwk=$(cat); kind=$(jq -r '.kty + " " + .crv' <<< "$jwk")
  case $kind in
    'OKP Ed25519') { printf '302a300506032b6570032100' | xxd -r -p; jq -j .x <<< "$jwk" | decode; } ;;
    'EC P-256')
      printf '3059301306072a8648ce3d020106082a8648ce3d03010703420004' | xxd -r -p
      jq -j .x <<< "$jwk" | decode; jq -j .y <<< "$jwk" | decode ;;
    *) die "a key of kind $kind" ;;
  esac | openssl pkey -pubin -inform DER
}

# RFC 7638
thumbprint_of() { jq -cjS . | openssl dgst -sha256 -binary | basenc --base64url | tr -d '=\n'; }

# header.payload, signature, algorithm, key as PEM
signed_by() {
  printf %s "$1" > "$work/signed"; printf %s "$2" | decode > "$work/signature"; printf '%s\n' "$4" > "$work/key.pem"
  if [ "$3" = EdDSA ]; then
    openssl pkeyutl -verify -pubin -inkey "$work/key.pem" -rawin -in "$work/signed" -sigfile "$work/signature" > /dev/null
  else # ES256: r and s as OpenSSL wants them
    local hex; hex=$(xxd -p -c 64 "$work/signature")
    printf 'asn1=SEQUENCE:both\n[both]\nr=INTEGER:0x%s\ns=INTEGER:0x%s\n' "${hex:0:64}" "${hex:64}" > "$work/asn1"
    openssl asn1parse -genconf "$work/asn1" -noout -out "$work/signature.der"
    openssl dgst -sha256 -verify "$work/key.pem" -signature "$work/signature.der" "$work/signed" > /dev/null
  fi
}

# A compact JWS of the marketplace, the file that it must be over
sealed() {
  local header payload signature kid
  IFS=. read -r header payload signature <<< "$1"
  kid=$(printf %s "$header" | decode | jq -r 'select(keys == ["alg", "kid"] and .alg == "EdDSA") | .kid')
  [[ $kid == seal-* ]] || die "$2: its seal names no key for seals"
  printf %s "$payload" | decode | cmp -s - "$2" || die "$2: its seal is over something else"
  jq -e --arg kid "$kid" '.keys[] | select(.kid == $kid)' "$keys" > "$work/jwk" || die "$2: $kid is not published"
  signed_by "$header.$payload" "$signature" EdDSA "$(pem_of < "$work/jwk")" || die "$2: its seal is broken"
}

unzip -qn "$bundle"
sealed "$(cat evidence.jws)" evidence.json
jq -r '.files[] | "\(.sha256)  \(.name)"' evidence.json | sha256sum --check --quiet || die 'a file'
[ "$(jq '.files | length + 2' evidence.json)" = "$(find . -type f | wc -l)" ] || die 'a file that is not listed'
echo "sealed: $(jq -r '"evidence of \(.madeAt) for agreement \(.agreement), \(.files | length) files"' evidence.json)"

previous=null
for version in $(find . -maxdepth 1 -name 'v*' -printf '%f\n' | sort -V); do
  manifest=$version/manifest.json
  [ "$(jq -r .previous "$manifest")" = "$previous" ] || die "$manifest: continues something else"
  previous=$(sha256 "$manifest")
  jq -r --arg v "$version" '"\(.terms)  \($v)/terms.json", "\(.prose.en)  \($v)/prose.en.txt", "\(.prose.ru)  \($v)/prose.ru.txt"' \
    "$manifest" | sha256sum --check --quiet || die "$version: a text"
  list=$(jq -R . "$version/schedule-a.txt" | jq -cjs . | sha256sum | cut -c1-64)
  [ "$list" = "$(jq -r .scheduleA.sha256 "$manifest")" ] || die "$version: the list of recordings"
  for party in label platform; do
    one=$(jq -c --arg id "$(jq -r ".parties.$party.id" "$version/terms.json")" \
      '[.[] | select(.statement | fromjson | .organization == $id)] | select(length == 1) | .[0]' "$version/signatures.json")
    [ -n "$one" ] || die "$version: the $party did not sign once"
    jq -j .statement <<< "$one" > "$work/statement"
    [ "$(jq -r .manifest "$work/statement")" = "$previous" ] || die "$version: the $party signed something else"
    sealed "$(jq -r .seal <<< "$one")" "$work/statement"
    if [ "$(jq -r .signer.kind "$work/statement")" = key ]; then
      key=$(jq -c .publicKey <<< "$one") jws=$(jq -r .signature <<< "$one") header=${jws%%.*}
      [ "$(thumbprint_of <<< "$key")" = "$(jq -r .signer.id "$work/statement")" ] || die "$version: the key of the $party"
      alg=$([ "$(jq -r .kty <<< "$key")" = OKP ] && echo EdDSA || echo ES256)
      payload=$(basenc --base64url -w 0 "$work/statement" | tr -d '=')
      signed_by "$header.$payload" "${jws##*.}" "$alg" "$(pem_of <<< "$key")" || die "$version: the signature of the $party"
    fi
    echo "signed: version ${version#v} by the $party, $(jq -r '"\(.signer.kind) \(.signer.id), \(.signedAt)"' "$work/statement")"
  done
done
