#!/bin/bash
# A clock that ran ahead while an officer revoked and published: what is refused then, how the
# officer gets out, and what relying programs see before and after.
# usage: tests/cli/ca_clock.sh BUILD
set -u
. tests/world.sh
need openssl faketime
world_begin "$1"
world_ca p256
world_person an "Trần Văn An" EC ec_paramgen_curve:P-256
world_person ba "Lê Thị Ba" EC ec_paramgen_curve:P-256
expect 0 antin-ca crl --ca goc --publish
expect 0 antin-ca crl --ca nha-nuoc --publish
[ "$FAILED" = 0 ] || exit 1
now() { date -u +%Y-%m-%dT%H:%M:%SZ; }
K=(antin-ca clock --note "pin đồng hồ hết")
judged() { # CRT: the word of openssl over the published list
	openssl verify -crl_check -CAfile goc.crt -untrusted nha-nuoc.crt -CRLfile <(openssl crl -inform der -in ca/published/nha-nuoc.crl) "$1" 2>&1 |
		sed -n 's/.*: OK$/good/p; s/.*lookup: *\(.*\)/\1/p' | head -n 1
}
expect 1 "${K[@]}" --now "$(now)"
says "not ahead"
ahead() { faketime -f +800d "$@"; }
expect 0 ahead antin-ca revoke an.crt --reason cessationOfOperation
expect 0 ahead antin-ca crl --ca nha-nuoc --publish
[ "$(judged an.crt)" = "CRL is not yet valid" ] || bad "a list of the future: $(judged an.crt)"

# ---- the present again: refused, with the way out ----
for c in "revoke ba.crt" "crl --ca nha-nuoc --publish" "responder --ca goc"; do
	# shellcheck disable=SC2086
	expect 1 antin-ca $c
	says "correct the clock"
	says "hint: antin-ca clock --help"
done
expect 1 "${K[@]}" --now 2026-01-01T00:00:00Z
says "correct it first"
expect 1 "${K[@]}" --now "$(now)" --since 2026-01-01
says "was revoked between"
expect 2 antin-ca clock --now "$(now)"
log=$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')
expect 0 "${K[@]}" --now "$(now)" --dry-run --json
grep -q '"dryRun":true,"log":0,"datedBack":\[{"ca":"nha-nuoc"' out.txt || bad "a rehearsal: $(cat out.txt)"
[ "$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')" = "$log" ] || bad "a rehearsal was logged"
expect 0 "${K[@]}" --now "$(now)"
says "dated back to"
says "note: publish the CRL"
expect 0 antin-ca check
says "the newest CRL is of the future"
says "a revocation is on no CRL yet"
expect 0 antin-ca show an.crt --history
grep -q 'clock  .*revoked -> revoked  cessationOfOperation' out.txt || bad "not in the history: $(cat out.txt)"
expect 0 antin-ca crl --ca nha-nuoc --publish
[ "$(judged an.crt)" = "certificate revoked" ] || bad "after: $(judged an.crt)"
[ "$(judged ba.crt)" = good ] || bad "after, the other: $(judged ba.crt)"
expect 0 antin-ca revoke ba.crt
expect 0 antin-ca check
exit "$FAILED"
