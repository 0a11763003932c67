#!/bin/bash
# --dry-run of every command that has it changes nothing: neither the store, nor a file, nor the log;
# what would be refused is refused with the same class; what reads changes nothing either.
# usage: tests/cli/ca_dry_run.sh BUILD
set -u
. tests/world.sh
need openssl sqlite3
world_begin "$1"
world_ca p256
world_person an "Trần Văn An" EC ec_paramgen_curve:P-256
world_person ba "Lê Thị Ba" EC ec_paramgen_curve:P-256
expect 0 antin-ca hold ba.crt
expect 0 antin-ca crl --ca nha-nuoc --publish
[ "$FAILED" = 0 ] || exit 1
I=(antin-ca issue --ca nha-nuoc --profile vn-person --san email:an@haivan.gov.vn)

# The state of everything: rows of the store, and each file with its content and mode.
state() {
	sqlite3 ca/store.db .dump | sha256sum
	find . -type f ! -name 'store.db*' ! -name out.txt ! -name err.txt ! -name schema.txt ! -name 'state.*' \
		-exec stat -c '%n %a %s' {} + -exec sha256sum {} + | sort
}
state >state.before
unchanged() { # WHAT
	state >state.after
	cmp -s state.before state.after && return
	bad "$1 changed something"
	diff state.before state.after | head -n 6
	cp state.after state.before
}
dry() { # CODE TEXT COMMAND...: text and JSON
	local code=$1 text=$2
	shift 2
	expect "$code" "$@" --dry-run && { [ -z "$text" ] || says "$text"; }
	unchanged "$*"
	expect "$code" "$@" --dry-run --json
	[ "$code" != 0 ] || grep -q '"dryRun":true' out.txt || bad "JSON without dryRun: $* $(cat out.txt)"
	unchanged "$* --json"
	expect "$code" "$@" --dry-run --quiet
	[ "$code" != 0 ] || [ ! -s out.txt ] || bad "--quiet speaks: $* $(cat out.txt)"
	unchanged "$* --quiet"
}

# ---- what would be done ----
dry 0 "nothing was issued" "${I[@]}" --csr an.csr --out new.crt
dry 0 "nothing was issued" "${I[@]}" --csr an.csr
dry 0 "nothing was issued" "${I[@]}" --csr an.csr --request-key 5
dry 0 "nothing was issued" "${I[@]}" --csr an.csr --days 10
dry 0 "nothing was issued" antin-ca init --ca moi --subject "C=VN,O=x,CN=Mới" --key moi.key --keygen p256 --out moi.crt
dry 0 "nothing was issued" antin-ca init --ca moi --subject "C=VN,O=x,CN=Mới" --key moi.key --keygen rsa3072
dry 0 "nothing was issued" antin-ca sub --ca moi --parent goc --subject "C=VN,O=x,CN=Mới" --key moi.key --keygen p384
dry 0 "nothing was issued" antin-ca responder --ca nha-nuoc --key r.key --keygen p256 --out r.crt
dry 0 "would have" antin-ca crl --ca nha-nuoc --out new.crl --publish
dry 0 "would have" antin-ca crl --ca goc
dry 0 "would go from valid to revoked" antin-ca revoke an.crt
for reason in keyCompromise affiliationChanged superseded cessationOfOperation privilegeWithdrawn unspecified; do
	dry 0 "would go from valid to revoked" antin-ca revoke an.crt --reason $reason
done
dry 0 "would go from valid to revoked" antin-ca revoke an.crt --note "thử"
dry 0 "would go from valid to hold" antin-ca hold an.crt
dry 0 "would go from hold to valid" antin-ca resume ba.crt
dry 0 "would go from hold to revoked" antin-ca revoke ba.crt
dry 0 "" antin-ca revoke an.crt ba.crt
printf 'an.crt\nba.crt\n' >list
state >state.before
dry 0 "" antin-ca revoke --list list

# ---- what would be refused is refused, with the same class ----
refuse() { # CODE CLASS COMMAND...
	local code=$1 class=$2
	shift 2
	expect "$code" "$@" --dry-run
	says "[$class]"
	unchanged "$*"
}
refuse 1 state antin-ca resume an.crt
refuse 1 state antin-ca hold ba.crt
refuse 1 policy antin-ca revoke an.crt --reason cACompromise
refuse 1 policy antin-ca revoke an.crt --reason keyCompromise --invalidity 2099-01-01
refuse 1 policy "${I[@]}" --csr an.csr --days 20000
refuse 1 policy "${I[@]}" --csr ba.csr --subject "C=VN,O=x,CN=Người khác"
refuse 1 not-found antin-ca issue --ca nobody --profile vn-person --csr an.csr
refuse 1 not-found antin-ca issue --ca nha-nuoc --profile nothing --csr an.csr
refuse 1 missing "${I[@]}" --csr none.csr
refuse 1 exists "${I[@]}" --csr an.csr --out an.crt
refuse 1 conflict antin-ca init --ca goc --subject "C=VN,O=x,CN=Mới" --key moi.key --keygen p256
refuse 1 not-found antin-ca sub --ca moi --parent nobody --subject "C=VN,O=x,CN=Mới" --key moi.key --keygen p256
refuse 2 usage antin-ca init --ca "a b" --subject "C=VN,O=x,CN=Mới" --key moi.key --keygen p256
refuse 2 usage antin-ca init --ca moi --subject "C=VN,O=x,CN=Mới" --key moi.key --keygen rsa512
refuse 2 usage antin-ca init --ca moi --subject "C=VN,O=x,CN=Mới" --key moi.key --keygen p256 --url ftp://x
refuse 2 usage antin-ca responder --ca nha-nuoc --keygen p256
refuse 1 not-found antin-ca crl --ca nobody
refuse 1 not-found antin-ca crl --ca nha-nuoc --shard 5
refuse 1 policy antin-ca init --ca moi --profile vn-person --subject "C=VN,O=x,CN=Mới" --key moi.key --keygen p256
refuse 1 policy antin-ca init --ca moi --profile vn-sub-ca --subject "C=VN,O=x,CN=Mới" --key moi.key --keygen p256
refuse 1 policy antin-ca sub --ca moi --parent goc --profile vn-root --subject "C=VN,O=x,CN=Mới" --key moi.key --keygen p256
refuse 1 policy antin-ca responder --ca nha-nuoc --profile vn-person

# A clock behind the log is refused as it would be for real.
if command -v faketime >/dev/null; then
	for c in "issue --ca nha-nuoc --profile vn-person --csr an.csr --san email:a@b.vn" "revoke an.crt" "hold an.crt" "resume ba.crt" \
		"crl --ca nha-nuoc" "responder --ca nha-nuoc" "sub --ca moi --parent goc --subject C=VN,O=x,CN=y --key moi.key --keygen p256" \
		"init --ca moi --subject C=VN,O=x,CN=y --key moi.key --keygen p256"; do
		# shellcheck disable=SC2086
		refuse 1 state faketime -f '-2d' antin-ca $c
		says "correct the clock"
	done
fi

# ---- what reads changes nothing ----
for c in "list" "list --json" "list --format csv" "list --find an" "show an.crt" "show an.crt --history --json" \
	"status" "status --json" "check" "check --json" "profile list" "profile list --json" "profile show vn-root" "db migrate" "--help" "--version"; do
	# shellcheck disable=SC2086
	expect 0 antin-ca $c
	unchanged "$c"
done

# ---- and then it is done for real: the same words without "would" ----
expect 0 antin-ca hold an.crt
says "is hold since"
state >state.now
cmp -s state.before state.now && bad "the state that is compared does not show a hold"
expect 0 antin-ca check
exit "$FAILED"
