#!/bin/bash
# Refuses an include that runs up or across the floors of the house (docs/architecture.md).
# usage: tests/shape/layers.sh
set -u
cd "$(dirname "$0")/../.." || exit 1
fail=0
say() { echo "layers: $*"; fail=1; }

# Which folder of lib implements which public header; a header missing here is an error.
declare -A home=(
	[err]=base [own]=base [bytes]=base [der]=base [clock]=base [file]=base [text]=base
	[json]=base [fields]=base [helper]=base [zip]=base [fetch]=net [net]=net
	[key]=x509 [keystore]=x509 [name]=x509 [cert]=x509 [request]=x509 [profile]=x509
	[issue]=x509 [lint]=x509 [crl]=x509 [ocsp]=x509 [memory]=x509
	[doc]=doc [xml]=doc [xmldsig]=sig [list]=trust [cades]=sig [timestamp]=sig [archive]=sig [path]=path [algorithms]=path [revocation]=revocation [given]=revocation
	[kind]=trust [rules]=verify [trust]=trust [bundle]=trust [verify]=verify [verify_cert]=verify
	[report]=verify [report_html]=verify [worker]=verify [sign]=sign
)
# What each layer may include besides itself.  doc takes hashing from x509's key.h.
declare -A below=(
	[base]="" [net]="base" [x509]="base" [doc]="base x509" [xml]="base doc" [sig]="base x509 doc"
	[path]="base net x509 sig" [revocation]="base net x509 sig path"
	[trust]="base net x509 doc sig path revocation"
	[verify]="base net x509 doc sig path revocation trust"
	[sign]="base net x509 doc sig path revocation trust verify"
)
for h in lib/include/antin/*.h; do
	n=$(basename "$h" .h)
	[ -n "${home[$n]:-}" ] || say "$h: no layer is named for it in tests/shape/layers.sh"
done
while IFS=: read -r file _ include; do
	layer=$(cut -d/ -f2 <<<"$file")
	n=$(sed -n 's/.*<antin\/\(.*\)\.h>.*/\1/p' <<<"$include")
	of=${home[$n]:-unknown}
	[ "$of" = "$layer" ] && continue
	case " ${below[$layer]} " in
	*" $of "*) ;;
	*) say "$file includes antin/$n.h: $of is not below $layer" ;;
	esac
done < <(grep -nE '#include <antin/' -r lib --include=*.c --include=*.h | grep -v '^lib/include/')
grep -rnE '#include "\.\./' lib pkcs11 ca tools --include=*.[ch] && say "an include climbs with ../"
grep -rnlE '#include <(sqlite3|libpq|microhttpd|p11-kit)' lib && say "lib knows a database, server or token"
grep -rnlE '#include <sqlite3' ca pkcs11 tools | grep -v '^ca/store/' && say "sqlite3.h outside ca/store"
grep -rnlE '#include <(libpq|sqlite3|antin_store)' ca/online tools/antind && say "antind opens a database"
grep -rnlE '#include <p11-kit|pkcs11\.h>' ca tools lib && say "PKCS#11 headers outside pkcs11/"
grep -rnlE '#include <antin_(ca|store|signer)' pkcs11 && say "pkcs11 knows the authority"
grep -rnlE '#include <antin_p11' ca lib && say "the authority or lib knows PKCS#11"
grep -rnlE '#include <openssl' tools && say "a tool does cryptography of its own"
[ $fail = 0 ] && echo "layers: $(ls lib/include/antin/*.h | wc -l) headers, no arrow runs up"
exit $fail
