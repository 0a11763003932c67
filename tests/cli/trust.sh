#!/bin/bash
# antin trust: importing, listing and removing anchors: every wrong fingerprint and file, classes,
# folders that cannot be written, and what the administrator has bound.
# usage: tests/cli/trust.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl jq
umask 022
root() { # NAME SUBJECT [REQ-OPTIONS...]
	local name=$1 subject=$2
	shift 2
	openssl req -x509 -utf8 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" -out "$name.crt" \
		-subj "$subject" -days 3000 "$@" 2>req.log || bad "openssl: $(tail -n 1 req.log)"
}
finger() { openssl x509 -in "$1" -noout -fingerprint -sha256 | cut -d= -f2; }
plain() { finger "$1" | tr -d : | tr '[:upper:]' '[:lower:]'; }
stored() { find "$ANTIN_HOME/config/trust.d" -name '*.pem' 2>/dev/null | wc -l; }
anchors() { antin trust list --json | jq -r '.anchors | length'; }
root goc "/C=VN/O=Ban Cơ yếu thử/CN=Gốc thử"
root hai "/C=VN/O=Ban Cơ yếu thử/CN=Gốc thử hai"
root gia "/C=VN/O=Ban Cơ yếu thử/CN=Gốc thử"
root leaf "/C=VN/CN=Người dùng" -addext basicConstraints=critical,CA:FALSE
F=$(finger goc.crt)
# shellcheck disable=SC2034 # a row below names it
SHA1=$(openssl x509 -in goc.crt -noout -fingerprint -sha1 | cut -d= -f2)
openssl x509 -in goc.crt -outform DER -out goc.der
cat goc.crt hai.crt >both.pem
mkdir folder empty one && cp goc.crt hai.crt folder/ && cp goc.crt one/
: >nothing.crt
echo "không phải chứng thư" >text.crt
head -n 5 goc.crt >cut.crt
head -c 200 goc.der >cut.der
(echo "Subject: CN=Gốc thử"; cat goc.crt) >head.crt

# Nothing trusted yet: said in one line with the command that changes it, in both languages.
expect 0 antin trust list && says "antin trust import"
expect 0 antin trust list --lang vi && says "antin trust import"
expect 0 antin trust list --json && says '"anchors":[]'
expect 0 antin trust list --quiet
[ ! -s out.txt ] || bad "--quiet speaks: $(cat out.txt)"
[ "$(stored)" = 0 ] || bad "a list made files"

# EXIT | WORDS | TEXT: nothing of this may leave an anchor behind.
while IFS='|' read -r code words text; do
	eval "expect $code antin trust import $words" || echo "    in: $words"
	says "$text"
	grep -q '^hint: ' err.txt || bad "no hint: $words: $(cat err.txt)"
	[ "$(grep -c '^antin: ' err.txt)" = 1 ] || bad "not one line: $words: $(cat err.txt)"
	[ "$(stored)" = 0 ] || { bad "an anchor after: $words"; rm -rf "$ANTIN_HOME/config/trust.d"; }
	[ "$code" != 2 ] || ! grep -q SHA-256: out.txt || bad "a usage error shows the certificate: $words"
done <<'END_ROWS'
2||FILE
2|goc.crt hai.crt|hai.crt is one operand too many
2|goc.crt --fingerprint|--fingerprint
2|goc.crt --fingerprint ''|needs a value
2|goc.crt --fingerprint 00|64 hex digits
2|goc.crt --fingerprint "${F%?}"|64 hex digits
2|goc.crt --fingerprint "${F}0"|64 hex digits
2|goc.crt --fingerprint "${F}00"|64 hex digits
2|goc.crt --fingerprint "${F%?}g"|64 hex digits
2|goc.crt --fingerprint "SHA256=$F"|64 hex digits
2|goc.crt --fingerprint "$SHA1"|64 hex digits
2|goc.crt --fingerprint "$F" --fingerprint "$F"|given twice
2|goc.crt --fingerprint "$F" --class secret|must be one of
2|goc.crt --fingerprint "$F" --class ''|needs a value
2|goc.crt --fingerprint "$F" --clas foreign|the nearest is --class
2|goc.crt --finger "$F"|unknown option
2|goc.crt --force --fingerprint "$F"|unknown option
1|goc.crt|--fingerprint
1|goc.crt --fingerprint "$(finger hai.crt)"|[key-mismatch]
1|gia.crt --fingerprint "$F"|[key-mismatch]
1|goc.crt --fingerprint "$(tr 0123456789ABCDEF 123456789ABCDEF0 <<<"$F")"|[key-mismatch]
1|goc.crt --fingerprint 0000000000000000000000000000000000000000000000000000000000000000|[key-mismatch]
1|missing.crt --fingerprint "$F"|[missing]
1|both.pem --fingerprint "$F"|one at a time
1|folder --fingerprint "$F"|one at a time
1|empty --fingerprint "$F"|empty
5|nothing.crt --fingerprint "$F"|[empty]
5|text.crt --fingerprint "$F"|text.crt
5|cut.crt --fingerprint "$F"|cut.crt
5|cut.der --fingerprint "$F"|cut.der
5|goc.key --fingerprint "$F"|goc.key
END_ROWS

# The fingerprint in every dress that it is printed in; the file in PEM, DER, alone in a folder.
while IFS='|' read -r file text; do
	eval "expect 0 antin trust import $file --fingerprint \"$text\"" || continue
	says "Gốc thử"
	says "It is trusted from now on."
	[ "$(stored)" = 1 ] || bad "$file: $(stored) files in the store"
	[ "$(antin trust list --json | jq -r '.anchors[0].sha256')" = "$(plain goc.crt)" ] || bad "$file: not this anchor"
	expect 0 antin trust remove "$(plain goc.crt)"
	[ -z "$(ls "$ANTIN_HOME/config/trust.d")" ] || bad "$file: a file is left after its removal"
done <<'END_ROWS'
goc.crt|$F
goc.crt|${F,,}
goc.crt|$(plain goc.crt)
goc.crt|$(sed 's/:/ /g' <<<"$F")
goc.crt|$(plain goc.crt | sed 's/..../& /g')
goc.der|$F
one|$F
head.crt|$F
END_ROWS

# Every class by its name, seen again in the list, in text of both languages and in JSON.
for class in $(antin --describe json | jq -r '.commands[] | select(.name == "trust import") | .options[] | select(.name == "class") | .choices[]'); do
	[ "$class" != unknown ] || continue
	expect 0 antin trust import hai.crt --fingerprint "$(finger hai.crt)" --class "$class" --json
	[ "$(jq -r .anchor.class out.txt)" = "$class" ] || bad "import: class $class: $(cat out.txt)"
	[ "$(antin trust list --json | jq -r '.anchors[0].class')" = "$class" ] || bad "list: class $class"
	expect 0 antin trust list --lang en && says "Class: "
	cp out.txt en.txt
	expect 0 antin trust list --lang vi
	! cmp -s out.txt en.txt || bad "the list is the same in both languages"
	expect 0 antin trust remove "$(finger hai.crt)"
done

# Twice is a conflict, another certificate with the same name is another anchor.
expect 0 antin trust import goc.crt --fingerprint "$F" --class public-service --json
jq -e '.anchor.imported and .anchor.notAfter and .anchor.subject' out.txt >/dev/null || bad "import: $(cat out.txt)"
expect 1 antin trust import goc.crt --fingerprint "$F" && says '[conflict]'
expect 1 antin trust import goc.der --fingerprint "$F" --class foreign && says '[conflict]'
[ "$(antin trust list --json | jq -r '.anchors[0].class')" = public-service ] || bad "the class was changed by a refused import"
expect 0 antin trust import gia.crt --fingerprint "$(finger gia.crt)" --class foreign
expect 0 antin trust import hai.crt --fingerprint "$(finger hai.crt)" --quiet
[ ! -s out.txt ] || bad "--quiet speaks: $(cat out.txt)"
[ "$(anchors)" = 3 ] || bad "not three anchors: $(antin trust list)"

# Removing: at least eight digits, exactly one.
while IFS='|' read -r code words text; do
	eval "expect $code antin trust remove $words" || echo "    in: $words"
	says "$text"
	[ "$(anchors)" = 3 ] || bad "an anchor is gone after: $words"
done <<'END_ROWS'
2||SHA256
2|''|[usage]
2|00|[usage]
2|0123456|[usage]
2|xyz|[usage]
2|zzzzzzzzzzzz|[usage]
2|"$(plain goc.crt)00"|[usage]
2|"$(plain goc.crt)" "$(plain hai.crt)"|one operand too many
2|"$(plain goc.crt)" --force|unknown option
2|goc.crt|[usage]
1|0000000000|[not-found]
1|ffffffffffffffff|[not-found]
1|"$(plain leaf.crt)"|[not-found]
END_ROWS
# A look at the files: others may read them, nobody else may write them.
[ -z "$(find "$ANTIN_HOME/config/trust.d" -perm /022)" ] || bad "others can write the anchors"
expect 0 antin trust remove "$(plain hai.crt | cut -c1-8)" --json
[ "$(jq -r .subject out.txt)" != null ] || bad "remove: $(cat out.txt)"
expect 1 antin trust remove "$(plain hai.crt)" && says '[not-found]'
[ "$(anchors)" = 2 ] || bad "the wrong one was removed"

# A stranger's file in the folder: nothing is judged on half of the anchors.
D=$ANTIN_HOME/config/trust.d
for kind in text cut nothing; do
	cp "$kind.crt" "$D/strange.pem"
	expect 5 antin trust list && says 'strange.pem'
	expect 5 antin trust list --json
	expect 5 antin verify "$TOP/examples/letter/cong-van.pdf"
	rm "$D/strange.pem"
done
[ "$(anchors)" = 2 ] || bad "the folder is not as before"

# What the administrator has put there counts too, and is not the user's to remove.
mkdir -p "$ANTIN_HOME/etc/trust.d"
cp hai.crt "$ANTIN_HOME/etc/trust.d/hai.pem"
[ "$(anchors)" = 3 ] || bad "the anchor of the administrator does not count: $(antin trust list)"
expect 1 antin trust remove "$(plain hai.crt)"
[ "$(anchors)" = 3 ] || bad "the user removed an anchor of the administrator"

# trust.user: the user's own anchors count, or only those of the administrator.
expect 0 antin config set trust.user false
[ "$(anchors)" = 1 ] || bad "trust.user false: the user's anchors count: $(antin trust list)"
expect 0 antin config set trust.user --default
[ "$(ANTIN_TRUST_USER=false anchors)" = 1 ] || bad "ANTIN_TRUST_USER=false: the user's anchors count"
[ "$(anchors)" = 3 ] || bad "trust.user does not come back"
echo '{"locked": {"trust": {"user": false}}}' >"$ANTIN_HOME/etc/antin.json"
[ "$(anchors)" = 1 ] || bad "a locked trust.user is not obeyed"
[ "$(ANTIN_TRUST_USER=true anchors)" = 1 ] || bad "the environment lifts the lock of trust.user"
expect 1 antin trust import leaf.crt --fingerprint "$(finger leaf.crt)" && says 'trust.user' && says '[policy]'
[ "$(find "$D" -name '*.pem' | wc -l)" -ge 2 ] || bad "the anchors of the user are gone"
echo '{"locked": {"trust": {"user": true}}}' >"$ANTIN_HOME/etc/antin.json"
[ "$(anchors)" = 3 ] || bad "locked true: the user's anchors do not count"
expect 4 antin verify "$TOP/examples/letter/cong-van.pdf" --trust goc.crt
rm -r "${ANTIN_HOME:?}/etc"

# A home that cannot be written or read: told, and nothing half made.
home_of() { # MODE OF THE HOME: a fresh one
	chmod -R u+rwx "$W/locked" 2>/dev/null
	rm -rf "$W/locked"
	mkdir "$W/locked"
	chmod "$1" "$W/locked"
}
as=
if [ "$(id -u)" = 0 ]; then
	as="setpriv --reuid 65534 --clear-groups"
	chmod 755 "$W"
fi
if $as test -x "$B/bin/antin" 2>/dev/null; then
	home_of 555
	expect 1 $as env ANTIN_HOME="$W/locked" antin trust import goc.crt --fingerprint "$F" && says '[not-writable]'
	[ -z "$(ls -A "$W/locked")" ] || bad "left behind: $(ls -A "$W/locked")"
	expect 0 $as env ANTIN_HOME="$W/locked" antin trust list
	mkdir -p "$W/closed/config/trust.d" && cp goc.crt "$W/closed/config/trust.d/a.pem" && chmod 0 "$W/closed/config/trust.d"
	expect 1 $as env ANTIN_HOME="$W/closed" antin trust list
	chmod 755 "$W/closed/config/trust.d" && chmod 0 "$W/closed/config/trust.d/a.pem"
	expect 1 $as env ANTIN_HOME="$W/closed" antin trust list
	says 'a.pem'
fi
# A file where the folder should be.
mkdir -p "$W/odd/config" && : >"$W/odd/config/trust.d"
ANTIN_HOME=$W/odd expect 1 antin trust import goc.crt --fingerprint "$F"
[ ! -s "$W/odd/config/trust.d" ] || bad "the file was written into"

# Names from strangers reach nobody as they are.
root evil "/CN=$(printf 'An\342\200\256gnor\033[31m')"
expect 0 antin trust import evil.crt --fingerprint "$(finger evil.crt)"
expect 0 antin trust list && says '\u{202e}' && says '\u{1b}'
! grep -qP '\x1b|\x{202e}' out.txt || bad "foreign characters in the list"
exit "$FAILED"
