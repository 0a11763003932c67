#!/bin/bash
# Wrong inputs to issue and revoke: one clear line and a hint, the right exit code, nothing half done.
set -u
. tests/world.sh
need openssl
world_begin "$1"
world_ca p256
world_person an "Trần Văn An" EC ec_paramgen_curve:P-256
I=(antin-ca issue --ca nha-nuoc --profile vn-person --san email:an@haivan.gov.vn)
before=$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')

# refused EXIT CLASS COMMAND...: exit, class, one line and a hint, no result, no change in the log.
refused() {
	local code=$1 class=$2 now
	shift 2
	expect "$code" "$@" || return
	says "[$class]"
	[ "$(grep -c '^antin-ca: ' err.txt)" = 1 ] || bad "not one line: $(cat err.txt)"
	grep -q '^hint: ' err.txt || bad "no hint: $*"
	[ ! -e new.crt ] || { bad "a result in spite of $class: $*"; rm -f new.crt; }
	now=$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')
	[ "$now" = "$before" ] || { bad "the log grew ($before to $now): $*"; before=$now; }
}

# ---- issue ----
refused 1 missing "${I[@]}" --csr none.csr --out new.crt
mkdir folder
refused 1 folder "${I[@]}" --csr folder --out new.crt
: >empty.csr
refused 5 empty "${I[@]}" --csr empty.csr --out new.crt
head -c 300 an.csr >cut.csr
refused 5 format "${I[@]}" --csr cut.csr --out new.crt
refused 5 format "${I[@]}" --csr an.crt --out new.crt
cp an.csr kept.csr
ln kept.csr link.csr
for name in kept.csr ./kept.csr link.csr; do
	refused 2 usage "${I[@]}" --csr kept.csr --out $name --force
	cmp -s an.csr kept.csr || bad "the request was replaced through $name"
done
openssl req -in an.csr -outform DER -out an.der
size=$(stat -c %s an.der)
cp an.der bad.der
printf '\x5a' | dd of=bad.der bs=1 seek=$((size - 5)) conv=notrunc status=none
cmp -s an.der bad.der && printf '\xa5' | dd of=bad.der bs=1 seek=$((size - 5)) conv=notrunc status=none
refused 1 bad-signature "${I[@]}" --csr bad.der --out new.crt
refused 1 not-found antin-ca issue --ca nha-nuoc --profile vn-persn --san email:a@b.vn --csr an.csr --out new.crt
says "vn-person"
refused 1 not-found antin-ca issue --ca nha-nuoc --profile ../vn-person --san email:a@b.vn --csr an.csr --out new.crt
refused 1 not-found antin-ca issue --ca nobody --profile vn-person --san email:a@b.vn --csr an.csr --out new.crt
says "nha-nuoc"
refused 1 policy antin-ca issue --ca nha-nuoc --profile vn-sub-ca --csr an.csr --out new.crt
refused 1 policy "${I[@]}" --csr an.csr --days 20000 --out new.crt
refused 2 usage "${I[@]}" --csr an.csr --days 0 --out new.crt
refused 2 usage "${I[@]}" --csr an.csr --days x --out new.crt
refused 2 usage antin-ca issue --ca nha-nuoc --profile vn-person --san phone:1 --csr an.csr --out new.crt
refused 2 usage antin-ca issue --ca nha-nuoc --profile vn-person --out new.crt
touch there.crt
refused 1 exists "${I[@]}" --csr an.csr --out there.crt
[ ! -s there.crt ] || bad "an existing file was written"
refused 1 missing "${I[@]}" --csr an.csr --out no/such/folder/new.crt
# The key that another name has, and one that is an authority's.
openssl req -new -utf8 -key an.key -subj "/C=VN/O=UBND tỉnh Hải Vân/CN=Người khác" -out other.csr
refused 1 policy "${I[@]}" --csr other.csr --out new.crt
says "another name"
openssl req -new -utf8 -key goc.key -subj "/C=VN/O=UBND tỉnh Hải Vân/CN=An" -out ca.csr
refused 1 policy "${I[@]}" --csr ca.csr --out new.crt
# A weak key, a name that the profile does not take, control characters and mixed scripts in it.
openssl req -new -newkey rsa:1024 -nodes -keyout weak.key -utf8 -subj "/C=VN/O=x/CN=An" -out weak.csr 2>/dev/null &&
	refused 1 policy "${I[@]}" --csr weak.csr --out new.crt
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout n.key -utf8 -subj "/C=VN/O=x/CN=Bình" -out n.csr 2>/dev/null
refused 1 policy "${I[@]}" --csr n.csr --subject "C=US,O=x,CN=Bình" --out new.crt
for name in "CN=" "X=1" "C=VN,O=x,CN=a$(printf '\001')b" "C=VN,O=x,CN=$(printf 'a%.0s' $(seq 70))" "noequals"; do
	expect_code=$("${I[@]}" --csr n.csr --subject "$name" --out new.crt >out.txt 2>err.txt </dev/null; echo $?)
	case $expect_code in
	1 | 2 | 5) grep -q '^antin-ca: ' err.txt || bad "subject $name: no line" ;;
	*) bad "subject $name: exit $expect_code" ;;
	esac
	grep -q "$(printf '\001')" err.txt out.txt && bad "a control character was shown"
	[ ! -e new.crt ] || bad "issued for $name"
done
for name in "C=VN,O=x,CN=Nguyễn Văn А" "C=VN,O=x,CN=Ðỗ Văn An"; do
	"${I[@]}" --csr n.csr --subject "$name" --out new.crt >out.txt 2>err.txt </dev/null
	[ $? = 1 ] || bad "issued for $name"
	says "[lint]"
	[ ! -e new.crt ] || bad "issued for $name"
done
# The same request key for another request; the same for the same gives the same.
expect 0 "${I[@]}" --csr n.csr --request-key 17 --out n.crt
expect 0 "${I[@]}" --csr n.csr --request-key 17 --out n2.crt
cmp -s n.crt n2.crt || bad "a request key gave two certificates"
before=$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')
refused 1 conflict "${I[@]}" --csr an.csr --request-key 17 --out new.crt
# The key of the authority is gone, or is another.
mv nha-nuoc.key away.key
refused 1 missing "${I[@]}" --csr an.csr --out new.crt
cp an.key nha-nuoc.key
chmod 600 nha-nuoc.key
refused 1 key-mismatch "${I[@]}" --csr an.csr --out new.crt
rm nha-nuoc.key
# A key with a passphrase: none to be had, a wrong one.
openssl pkcs8 -topk8 -in away.key -out nha-nuoc.key -passout pass:24681357 2>/dev/null
chmod 600 nha-nuoc.key
refused 1 pin-needed "${I[@]}" --csr an.csr --out new.crt
(umask 077; echo 11111111 >wrong.pin; echo 24681357 >right.pin)
refused 1 pin-wrong "${I[@]}" --csr an.csr --pin-file wrong.pin --out new.crt
expect 0 "${I[@]}" --csr an.csr --pin-file right.pin --out pin.crt
rm nha-nuoc.key
mv away.key nha-nuoc.key
before=$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')
# Stores that are none.
(
	unset ANTIN_CA_STORE
	refused_exit=$("${I[@]}" --csr an.csr --out new.crt >o2 2>e2 </dev/null; echo $?)
	[ "$refused_exit" = 2 ] && grep -q '\[config\]' e2 && grep -q '^hint: antin-ca --store' e2
) || bad "no store named"
for s in "sqlite:$W/none.db:1:missing" "sqlite:$W/folder:1:folder" "sqlite:$W/an.der:5:damaged" "oracle:x:2:usage"; do
	IFS=: read -r kind path code class <<<"$s"
	[ "$kind" = oracle ] && { path=x; code=2; class=usage; }
	expect "$code" antin-ca --store "$kind:$path" issue --ca nha-nuoc --profile vn-person --csr an.csr --san email:a@b.vn
	says "[$class]"
done
[ ! -e none.db ] || bad "a store was made by issue"
# A folder that takes nothing, and a disk that is full (both need another than root, or mounts).
if [ "$(id -u)" != 0 ]; then
	mkdir -m 500 closed
	refused 1 not-writable "${I[@]}" --csr an.csr --out closed/new.crt
fi
mkdir small
if mount -t tmpfs -o size=64k tmpfs small 2>/dev/null; then
	head -c 70000 /dev/zero >small/fill 2>/dev/null
	expect 6 antin-ca crl --ca nha-nuoc --out small/x.crl
	says "[disk-full]"
	[ ! -e small/x.crl ] || bad "half a CRL on a full disk"
	umount small
	before=$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')
fi

# ---- revoke, hold, resume ----
serial=$(openssl x509 -in an.crt -noout -serial | cut -d= -f2)
refused 1 not-found antin-ca revoke 0102030405060708090a0b0c0d0e0f10
refused 1 missing antin-ca revoke none.crt
refused 1 folder antin-ca revoke folder
refused 2 usage antin-ca revoke
refused 2 usage antin-ca revoke an.crt --reason keyCompromised
says "keyCompromise"
refused 2 usage antin-ca revoke an.crt --reason certificateHold
refused 1 policy antin-ca revoke an.crt --reason cACompromise
refused 1 policy antin-ca revoke an.crt --reason aACompromise
refused 1 policy antin-ca revoke an.crt --reason removeFromCRL
refused 2 usage antin-ca revoke an.crt --invalidity 31/02/2026
refused 2 usage antin-ca revoke an.crt --invalidity 2026-02-31
refused 1 policy antin-ca revoke an.crt --reason keyCompromise --invalidity 2099-01-01
refused 1 policy antin-ca revoke an.crt --reason keyCompromise --invalidity 2001-01-01
refused 1 not-found antin-ca revoke "$serial" --ca goc
refused 1 not-found antin-ca revoke "$serial" --ca nobody
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout s.key -subj /CN=self -out s.crt 2>/dev/null
refused 1 not-found antin-ca revoke s.crt
refused 5 empty antin-ca revoke empty.csr
refused 5 format antin-ca revoke an.csr
refused 1 state antin-ca resume an.crt
expect 0 antin-ca revoke an.crt --dry-run --reason superseded
refused 1 state antin-ca resume an.crt
expect 0 antin-ca hold an.crt
before=$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')
refused 1 state antin-ca hold an.crt
expect 0 antin-ca resume "$(tr A-F a-f <<<"$serial" | sed 's/../&:/g; s/:$//')"
expect 0 antin-ca revoke an.crt --reason superseded
before=$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')
refused 1 state antin-ca revoke an.crt
refused 1 state antin-ca revoke an.crt --reason keyCompromise
refused 1 state antin-ca hold an.crt
refused 1 state antin-ca resume an.crt
# Several: what can be done is done, what not is told (exit 7), again is a failure.
printf '%s\n' "# two" n.crt none.crt >list
expect 7 antin-ca revoke --list list --reason privilegeWithdrawn
says "[missing]"
expect 1 antin-ca revoke --list list
# A list with a NUL, as a disk that lost power leaves it: nothing behind it is forgotten in silence.
for cut in '%s\n\0\n%s\n' '%s\0%s\n' '%s\n%s\n\0' '\0%s\n%s\n'; do
	# shellcheck disable=SC2059
	printf "$cut" pin.crt n.crt >list
	expect 5 antin-ca revoke --list list
	says "[format]"
done
expect 0 antin-ca revoke --dry-run pin.crt
# A blocked key never comes back.
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout b.key -utf8 -subj "/C=VN/O=x/CN=Bình B" -out b.csr 2>/dev/null
expect 0 "${I[@]}" --csr b.csr --out b.crt
expect 0 antin-ca revoke b.crt --reason keyCompromise
before=$(antin-ca status --json | sed 's/.*"log":\([0-9]*\).*/\1/')
refused 1 policy "${I[@]}" --csr b.csr --out new.crt
says "blocked"

# ---- authorities ----
refused 1 conflict antin-ca init --ca goc --subject "C=VN,O=x,CN=y" --key y.key --keygen p256
[ ! -e y.key ] || bad "a key was made for a name in use"
refused 2 usage antin-ca init --ca "a/b" --subject "C=VN,O=x,CN=y" --key y.key --keygen p256
refused 2 usage antin-ca init --ca ab --subject "C=VN,O=x,CN=y" --key y.key --keygen rsa512
refused 1 not-found antin-ca sub --ca ab --parent nobody --subject "C=VN,O=x,CN=y" --key y.key --keygen p256
refused 2 usage antin-ca crl --ca goc
refused 1 not-found antin-ca crl --ca goc --shard 4 --out x.crl
# init makes the folder of its store; nothing else does.
expect 1 antin-ca --store "sqlite:$W/new/deep/store.db" status
says "[missing]"
[ ! -e new ] || bad "status made a folder"
expect 0 antin-ca --store "sqlite:$W/new/deep/store.db" init --ca ab --subject "C=VN,O=x,CN=y" --key y.key --keygen p256 --out y.crt
[ "$(stat -c %a new/deep)" = 700 ] && [ "$(stat -c %a new/deep/store.db)" = 600 ] || bad "modes of the new store"
expect 1 antin-ca --store "sqlite:$W/an.key/deep/store.db" init --ca ab --subject "C=VN,O=x,CN=y" --key z.key --keygen p256
[ ! -e z.key ] || bad "a key was made though its store cannot be"
expect 0 antin-ca --store "sqlite:flat.db" init --ca ab --subject "C=VN,O=x,CN=y" --key f.key --keygen p256
expect 0 antin-ca --store "sqlite:flat.db" check
# An authority that has expired issues nothing.
if command -v faketime >/dev/null; then
	expect 1 faketime '2060-01-01 00:00:00' antin-ca issue --ca nha-nuoc --profile vn-person --csr an.csr --san email:a@b.vn
	says "[expired]"
fi
expect 0 antin-ca check
exit "$FAILED"
