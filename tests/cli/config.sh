#!/bin/bash
# antin config: every setting through every layer, what each command says in text and JSON and in
# both languages, locks, unknown keys and files that are no JSON.
# usage: tests/cli/config.sh BUILD
. tests/world.sh
world_begin "$1"
need jq
U=$ANTIN_HOME/config/antin.json S=$ANTIN_HOME/etc/antin.json
mkdir -p "$ANTIN_HOME/config" "$ANTIN_HOME/etc"
unset ANTIN_LANG ANTIN_NETWORK_MODE
export LC_ALL=C
field() { # NAME FIELD
	antin config get "$1" --json | jq -r ".setting.$2"
}
is() { # WHAT GOT WANTED
	[ "$2" = "$3" ] || bad "$1: \"$2\" instead of \"$3\""
}

# NAME | DEFAULT | GOOD VALUES | BAD VALUES | LOCKABLE
ROWS='lang|null|vi en|fr VI  vie 1 true|no
net.allow|null|10.0.0.0/8 127.0.0.1 ocsp.noi-bo.vn,10.1.2.3|http://a.vn a.vn:80 10.0.0.0/33|yes
network.address-seconds|5|1 5 3|0 6 x 05 5s 1.5|yes
network.mode|auto|auto offline|on off AUTO 1|yes
network.proxy|null|http://proxy.vn:3128 https://10.0.0.1|proxy.vn socks5://p http://u:p@p.vn|yes
network.keep-minutes|0|0 1 60|61 x 05 1m|yes
network.run-seconds|15|1 15 7|0 16 x 99999999999999999999|yes
sign.certificate|null|65cf93db2627e24d 65:CF||no
token.environment|null|A_B A_B CHRY_X||yes
token.isolate|false|true false|yes no 1 0 TRUE|yes
token.module|null|softhsm2 /usr/lib/x.so opensc||yes
trust.user|true|true false|yes no 1 0 TRUE|yes
ui.color|auto|auto always never|blue on off Auto 1|no
verify.isolate|true|true false|yes no 1 0 TRUE|yes'
json_of() { # NAME VALUE: the setting as a file has it
	jq -nc --arg n "$1" --arg v "$2" \
		'($n | split(".")) as $p | {} | setpath($p; if $n == "trust.user" or ($n | endswith(".isolate")) then $v == "true" elif $n | test("(seconds|minutes)$") then ($v | tonumber) else $v end)'
}
variable() { echo "ANTIN_$(tr 'a-z.-' 'A-Z__' <<<"$1")"; }

# The rows above are all settings that there are.
expect 0 antin config list --json
is "the settings" "$(jq -r '.settings[].name' out.txt | sort | tr '\n' ' ')" "$(cut -d'|' -f1 <<<"$ROWS" | sort | tr '\n' ' ')"
is "origins of a fresh home" "$(jq -r '[.settings[].origin] | unique | join(" ")' out.txt)" program
jq -e '.settings[] | select((.help | test("^[A-Z]")) | not)' out.txt && bad "help of a setting has no capital"

while IFS='|' read -r name initial good wrong lockable; do
	var=$(variable "$name")
	rm -f "$U" "$S"
	is "$name by default" "$(field "$name" value)" "$initial"
	expect 0 antin config get "$name"
	[ "$initial" = null ] || is "$name in text" "$(cat out.txt)" "$initial"
	[ "$initial" != null ] || [ ! -s out.txt ] || bad "$name is unset, but prints $(cat out.txt)"
	for v in $good; do
		# Set, read, listed, stored for this user alone.
		expect 0 antin config set "$name" "$v" --json
		is "set $name: name" "$(jq -r .name out.txt)" "$name"
		is "set $name: value" "$(jq -r .value out.txt)" "$v"
		is "$name after set" "$(field "$name" value)" "$v"
		is "$name: origin" "$(field "$name" origin)" user
		expect 0 antin config list && says "$v"
		jq -e . "$U" >/dev/null || bad "the file of the user is no JSON after set $name $v"
		[ -z "$(find "$U" -perm /022)" ] || bad "others can write the file of the user"
		# The environment is above the user, the user above the system.
		json_of "$name" "$v" >"$S"
		expect 0 antin config set "$name" --default --json
		is "set --default $name" "$(jq -r .value out.txt)" null
		is "$name of the system" "$(field "$name" value)" "$v"
		is "$name: origin" "$(field "$name" origin)" system
		is "$name of the environment" "$(env "$var=$v" antin config get "$name" --json | jq -r .setting.origin)" environment
		is "$name of an empty variable" "$(env "$var=" antin config get "$name" --json | jq -r .setting.origin)" system
		rm "$S"
		is "$name again by default" "$(field "$name" value)" "$initial"
	done
	for v in $wrong; do
		expect 2 antin config set "$name" "$v" && says "[usage]" && says "$name"
		is "$name after a wrong value" "$(field "$name" value)" "$initial"
		env "$var=$v" antin config list >out.txt 2>err.txt
		is "exit for $var=$v" $? 2
		says "$var" && says "[config]"
		jq -nc --arg v "$v" --arg n "$name" '{} | setpath($n | split("."); $v)' >"$S"
		expect 2 antin config list && says "antin.json" && says "[config]"
		rm "$S"
	done
	# Locks: below the system's value no layer counts; what cannot be locked says so.
	v=${good%% *}
	jq -c '{locked: .}' <<<"$(json_of "$name" "$v")" >"$S"
	if [ "$lockable" = no ]; then
		expect 2 antin config list && says "$name" && says "[config]"
		rm "$S"
		continue
	fi
	other=${good##* }
	is "$name locked" "$(field "$name" locked)" true
	is "$name of the lock" "$(field "$name" value)" "$v"
	json_of "$name" "$other" >"$U"
	is "$name: a lock above the user" "$(field "$name" value)" "$v"
	is "$name: a lock above the environment" "$(env "$var=$other" antin config get "$name" --json | jq -r .setting.value)" "$v"
	expect 0 antin config list && says "locked"
	expect 0 antin config list --lang vi
	cp "$U" before.json
	expect 1 antin config set "$name" "$other" && says "[policy]" && says "$name"
	expect 1 antin config set "$name" --default && says "[policy]"
	cmp -s "$U" before.json || bad "a locked $name was changed"
	rm -f "$U" "$S"
done <<<"$ROWS"

# A lock on the module binds --module too, in every command that has it.
echo '{"locked": {"token": {"module": "softhsm2"}}}' >"$S"
echo 135790 >pin && chmod 600 pin
while IFS= read -r words; do
	eval "expect 1 antin $words --module opensc"
	says "setting token.module is locked by the administrator"
	says "[policy]"
done <<'END_ROWS'
token list
token show --token a
token init --label a --pin-file pin --so-pin-file pin
token keygen --token a --label b --type p256 --pin-file pin
token request --key pkcs11:token=a --subject CN=x --out x.csr --pin-file pin
sign x.pdf --key pkcs11:token=a --pin-file pin
END_ROWS
rm "$S"

# Files: CONTENT | TEXT.  Whatever is wrong is named with the file; nothing else of it counts.
while IFS='|' read -r content text; do
	printf '%b' "$content" >"$S"
	antin config list >out.txt 2>err.txt
	code=$?
	[ $code = 2 ] || [ $code = 5 ] || bad "exit $code for $content"
	grep -qF "antin.json" err.txt || bad "the file is not named for $content: $(cat err.txt)"
	says "$text"
	[ ! -s out.txt ] || bad "half a list for $content"
	antin sign x.pdf --key y >out.txt 2>err.txt
	[ $? = $code ] || bad "sign goes on with $content: $(cat err.txt)"
	antin config path >out.txt 2>err.txt
	[ $? = $code ] || [ $? = 0 ] || bad "config path with $content: $(cat err.txt)"
	antin --help >out.txt 2>&1 || bad "no help with $content"
	antin config set --help >out.txt 2>&1 || bad "no help of a command with $content"
done <<'END_ROWS'
|
{|
}|
{"lang": "vi"|
{"lang": "vi",}|
{"lang": vi}|
{"lang" "vi"}|
[]|
null|
"vi"|
{"lang": "vi"}{"lang": "en"}|
{"lang": "vi", "lang": "en"}|lang
\xff{"lang": "vi"}|
{"lang": "\xff"}|
{"lang": 1}|lang
{"lang": null}|lang
{"lang": ["vi"]}|lang
{"lng": "vi"}|there is no setting lng; the nearest is lang
{"ui": {"colour": "auto"}}|there is no setting ui.colour; the nearest is ui.color
{"ui": "auto"}|there is no setting ui
{"ui": {"color": {"a": 1}}}|ui.color
{"trust": {"user": "true"}}|trust.user
{"trust": {"user": 1}}|trust.user
{"locked": {"trust": {"usr": false}}}|there is no setting trust.usr; the nearest is trust.user
{"locked": {"ui": {"color": "never"}}}|ui.color
{"locked": true}|locked
{"Lang": "vi"}|Lang
{"": 1}|there is no setting
END_ROWS
rm "$S"

# A lock is the administrator's: in the file of the user it is an error.
echo '{"locked": {"trust": {"user": true}}}' >"$U"
expect 2 antin config list && says "antin.json" && says "locked"
rm "$U"

# Nested too deep, or very long: refused at once.
python3 -c 'print("{\"ui\":" * 5000 + "1" + "}" * 5000)' >"$S"
timeout 5 antin config list >out.txt 2>err.txt
code=$?
[ $code = 2 ] || [ $code = 5 ] || bad "exit $code for deep nesting"
head -c 20000000 /dev/zero | tr '\0' ' ' >"$S"
timeout 5 antin config list >out.txt 2>err.txt
[ $? != 0 ] || bad "a file of 20 MB is read as settings"
rm "$S"
mkdir "$S"
expect 1 antin config list
rmdir "$S"

# Files: which exist, in their order.
expect 0 antin config path --json
is "layers" "$(jq -r '[.files[].layer] | join(" ")' out.txt)" "vendor system user"
is "no user file yet" "$(jq -r '.files[] | select(.layer == "user") | .present' out.txt)" false
expect 0 antin config set lang vi
expect 0 antin config path --json
is "a user file" "$(jq -r '.files[] | select(.layer == "user") | .present' out.txt)" true
is "its path" "$(jq -r '.files[] | select(.layer == "user") | .path' out.txt)" "$U"
is "the language follows" "$(antin config path | grep -c "người dùng")" 1
is "--lang is above the setting" "$(antin config path --lang en | grep -c "(user")" 1
is "ANTIN_LANG is above the setting" "$(ANTIN_LANG=en antin config path | grep -c "(user")" 1
expect 0 antin config set lang --default
is "the locale decides" "$(LC_ALL=vi_VN antin config path | grep -c "người dùng")" 1

# Without ANTIN_HOME the folders of the system are used.
is "XDG_CONFIG_HOME" "$(env -u ANTIN_HOME XDG_CONFIG_HOME="$W/x" antin config path --json | jq -r '.files[2].path')" "$W/x/antin/antin.json"
is "HOME" "$(env -u ANTIN_HOME -u XDG_CONFIG_HOME HOME="$W/h" antin config path --json | jq -r '.files[2].path')" "$W/h/.config/antin/antin.json"
is "/etc" "$(env -u ANTIN_HOME antin config path --json | jq -r '.files[1].path')" /etc/antin/antin.json

# Other settings stay when one is set, in whatever order.
for v in "lang vi" "ui.color never" "token.module softhsm2" "trust.user false"; do
	# shellcheck disable=SC2086  # a name and its value
	expect 0 antin config set $v
done
is "all in one file" "$(jq -Sc . "$U")" '{"lang":"vi","token":{"module":"softhsm2"},"trust":{"user":false},"ui":{"color":"never"}}'
for v in lang sign.certificate token.environment token.isolate token.module trust.user ui.color verify.isolate; do expect 0 antin config set $v --default; done
is "all taken out" "$(jq -c '[paths(scalars)]' "$U")" '[]'
expect 0 antin config set ui.color --default
# Values that a shell or a screen would take for something else.
for v in 'a b' "it's" '/đường dẫn/mô-đun.so' '--module' '%s%n' 'x"y' "$(printf 'x%.0s' $(seq 500))"; do
	expect 0 antin config set -- token.module "$v"
	is "token.module $v" "$(field token.module value)" "$v"
done
expect 0 antin config set token.module "$(printf 'a\033[31mb')"
expect 0 antin config get token.module && says '\u{1b}'
! grep -q "$(printf '\033')" out.txt || bad "an escape sequence reaches the terminal"
expect 0 antin config list && says '\u{1b}'
! grep -q "$(printf '\033')" out.txt || bad "an escape sequence reaches the terminal from the list"
exit "$FAILED"
