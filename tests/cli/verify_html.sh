#!/bin/bash
# antin verify --html: the page is complete in itself, safe whatever strangers wrote, readable aloud,
# the same verdict as the text, and its command gives it again; results never overwrite one another.
# usage: tests/cli/verify_html.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl python3
world_letter huong "Nguyễn Thị Minh Hường" EC ec_paramgen_curve:P-256
expect 0 antin sign signed.pdf --key huong.key --cert huong.chain.pem --out twice.pdf --quiet
cp signed.pdf "công văn số 12's.pdf"
{ cat signed.pdf; echo "paid in full"; } >tail.pdf
head -c 900 signed.pdf >cut.pdf
sed 's/So 12/So 13/' signed.pdf >changed.pdf
page() { python3 "$TOP/tests/cli/html_page.py" "$@" >page.txt || bad "the page of $*: $(head -n 5 page.txt)"; }

# EXIT | LANG | SHEETS | FILES | ARGUMENTS | TEXTS that the page has, by ;
n=0
while IFS='|' read -r code lang sheets files words texts; do
	n=$((n + 1))
	eval "expect $code antin verify --lang $lang $files $words --html $n.html" || continue
	page "$lang" "$sheets" "$n.html"
	while IFS= read -r -d ';' text; do
		grep -qF -- "$text" "$n.html" || bad "page $n ($files) lacks: $text"
	done <<<"$texts;"
	for f in $files; do
		[ -f "$f" ] && ! [ "$f" = cut.pdf ] && { grep -q "$(sha256sum "$f" | cut -d' ' -f1)" "$n.html" || bad "page $n lacks the SHA-256 of $f"; }
	done
done <<'END_ROWS'
0|vi|1|signed.pdf|${LISTS[*]}|<h2 id="s1">✔ HỢP LỆ: Nguyễn Thị Minh Hường</h2>;RootCA thử;Lệnh kiểm tra lại;UBND tỉnh Hải Vân;Không chứng thư số nào bị thu hồi
0|en|1|signed.pdf|${LISTS[*]}|<h2 id="s1">✔ VALID: <span lang="vi">Nguyễn Thị Minh Hường</span></h2>;<td><span lang="vi">UBND tỉnh Hải Vân</span></td>;<li><span lang="vi">C=VN, L=Hải Vân;No certificate was revoked</th><td>passed;<ol class="chain">
0|vi|2|twice.pdf|${LISTS[*]}|HỢP LỆ, có thay đổi được phép sau khi ký;Chữ ký 2/2
1|vi|1|tail.pdf|${LISTS[*]}|✘ KHÔNG HỢP LỆ;TOTAL-FAILED/FORMAT_FAILURE;Nên làm gì;ETSI EN 319 142-1 5.4;không đạt
3|en|1|signed.pdf|--trust goc.crt|? NOT YET DECIDED;INDETERMINATE/TRY_LATER;CA Nhà nước thử; cRLDistributionPoints;not decided
3|en|1|signed.pdf||? NOT YET DECIDED;No trusted authority is known;not shown
3|vi|1|signed.pdf|${LISTS[*]} --at 2020-01-01|Giả định vào thời điểm này;OUT_OF_BOUNDS_NO_POE
3|en|1|signed.pdf|${LISTS[*]} --signer "Trần Thị B"|What this check demanded besides;--signer &#39;Trần Thị B&#39;
4|vi|1|letter.pdf|${LISTS[*]}|KHÔNG CÓ CHỮ KÝ: letter.pdf</h2>;Tệp không có chữ ký số nào.;Hình ảnh con dấu
0|vi|1|signed.pdf|${LISTS[*]} --rules public-service|Xét theo bộ quy tắc
5|vi|5|signed.pdf twice.pdf letter.pdf cut.pdf|${LISTS[*]}|Tất cả các tệp: 4;<a href="#s1">signed.pdf</a>;<a href="#s5">cut.pdf</a>;KHÔNG ĐỌC ĐƯỢC: cut.pdf</h2>;<p>Nên làm gì: Tệp bị hỏng
1|en|2|signed.pdf missing.pdf|${LISTS[*]}|no such file or folder;NOT READABLE: missing.pdf</h2>;What to do: Check the name and the folder.;<td><span lang="vi">Nguyễn Thị Minh Hường</span></td></tr>
END_ROWS

# Every address once, as a list (those of the test are refused: they lead to this computer).
ANTIN_NETWORK_MODE=auto expect 3 antin verify signed.pdf --lang en --trust goc.crt --html net.html
page en 1 net.html
[ "$(grep -c "http://localhost/antin/ocsp" net.html)" = 1 ] || bad "addresses on the page: $(grep localhost net.html)"
grep -q "^<ul><li>http://localhost/antin/crl/goc.crl" net.html || bad "no list of addresses: $(grep localhost net.html)"

# The command on the page, run by a shell, says the same again.
for f in signed.pdf tail.pdf "công văn số 12's.pdf"; do
	rm -f again.html
	antin verify "$f" "${LISTS[@]}" --min-level b --require-whole-file --at "$(date -u +%Y-%m-%dT%H:%M:%SZ)" --html again.html >out.txt 2>&1
	code=$?
	command=$(python3 -c 'import html, re; print(html.unescape(re.search("<code>(.*?)</code>", open("again.html").read()).group(1)))')
	bash -c "$command" >twice.txt 2>&1
	[ $? = $code ] || bad "the command gives another exit: $command"
	diff out.txt twice.txt >diff.txt || bad "the command says another thing: $command: $(cat diff.txt)"
	case $command in *--html*) bad "the command writes a page: $command" ;; *--min-level\ b*--require-whole-file*) ;; *) bad "the command lacks options: $command" ;; esac
done

# With JSON and CSV at once; the text is the same with and without a page.
expect 1 antin verify signed.pdf tail.pdf "${LISTS[@]}" --json --csv all.csv --html all.html
page en 2 all.html
[ "$(wc -l <all.csv)" = 3 ] || bad "the CSV beside the page: $(cat all.csv)"
antin verify tail.pdf "${LISTS[@]}" >a.txt; antin verify tail.pdf "${LISTS[@]}" --html b.html >b.txt
diff a.txt b.txt >/dev/null || bad "the text changes with --html"

# What stands in the way: ARGUMENTS | EXIT | CLASS | TEXT; nothing is written or changed.
mkdir -p folder
echo there >there.html
all_files() { find . -path ./home -prune -o -type f ! -name out.txt ! -name err.txt -printf '%p %s %T@\n' | sort; }
before=$(all_files)
while IFS='|' read -r words code class text; do
	eval "expect $code antin verify --lang en $words" && says "[$class]" && says "$text"
	[ "$before" = "$(all_files)" ] || bad "$words changed files: $(all_files)"
done <<'END_ROWS'
signed.pdf --html there.html|1|exists|there.html
signed.pdf --html signed.pdf|1|exists|signed.pdf
signed.pdf --html folder|1|folder|folder
signed.pdf --html none/x.html|1|missing|none/x.html
signed.pdf --html -|2|usage|standard output
signed.pdf --html x.html --csv x.html|2|usage|two results
signed.pdf --html x.html --html y.html|2|usage|twice
signed.pdf --html ""|2|usage|--html
signed.pdf --trust missing.crt --html x.html|1|missing|missing.crt
none.d --html there.html|1|exists|there.html
END_ROWS
[ "$(cat there.html)" = there ] || bad "an existing file was changed"

# Strangers' text in certificates, file names and errors: every kind, every place.
cat >hostile.py <<'P'
import os, subprocess, sys
sys.path.insert(0, os.environ["TOP"] + "/tests/cli")
import html_page
KINDS = {"control": "Anh\033[31m\007x", "line": "Anh\nFORGED line", "bidi": "Anh\u202efdp.exe", "zero": "An\u200bh", "tag": "Anh\U000e0041",
         "script": "<script>alert(1)</script>", "end": "</td></table></style></title><h1>", "attribute": "\" onmouseover=\"alert(1)", "single": "' onclick='x",
         "entity": "&lt;&#x3c;&amp;&nbsp;", "comment": "<!-- x --><![CDATA[", "image": "<img src=http://x/y.png>", "template": "{{x}}${y}`z`",
         "percent": "%s%n 100%", "long": "Ng" * 3000, "marks": "a" + "\u0300" * 300}
failed = []
def run(*words): return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
def tlv(tag, v):
    n = len(v)
    return bytes([tag]) + (bytes([n]) if n < 128 else bytes([0x81, n]) if n < 256 else bytes([0x82, n >> 8, n & 255])) + v
def oid(*a):
    out = bytes([a[0] * 40 + a[1]])
    for x in a[2:]:
        part = [x & 127]
        while x > 127: x >>= 7; part.append(x & 127 | 128)
        out += bytes(reversed(part))
    return tlv(6, out)
spki = run("openssl", "pkey", "-in", "huong.key", "-pubout", "-outform", "DER").stdout
def certificate(file, text):
    alg = tlv(0x30, oid(1, 2, 840, 10045, 4, 3, 2))
    parts = [(2, 5, 4, 3), (2, 5, 4, 10), (2, 5, 4, 11), (2, 5, 4, 12)]
    who = tlv(0x30, b"".join(tlv(0x31, tlv(0x30, oid(*p) + tlv(12, text.encode()))) for p in parts))
    use = tlv(0x30, oid(2, 5, 29, 15) + tlv(1, b"\xff") + tlv(4, tlv(3, b"\6\xc0")))
    alt = tlv(0x30, oid(2, 5, 29, 17) + tlv(4, tlv(0x30, tlv(0x81, text.encode()))))
    odd = tlv(0x30, oid(1, 2, 3, 4, 5) + tlv(1, b"\xff") + tlv(4, b"\5\0"))
    tbs = tlv(0x30, tlv(0xa0, tlv(2, b"\2")) + tlv(2, b"\x77") + alg + who + tlv(0x30, tlv(0x17, b"250101000000Z") + tlv(0x17, b"450101000000Z")) +
              who + spki + tlv(0xa3, tlv(0x30, use + alt + odd)))
    open("tbs", "wb").write(tbs)
    open(file, "wb").write(tlv(0x30, tbs + alg + tlv(3, b"\0" + run("openssl", "dgst", "-sha256", "-sign", "huong.key", "tbs").stdout)))
for kind, text in KINDS.items():
    certificate("leaf.der", text[:3000])
    name = "f/" + text.replace("/", "_").encode()[:120].decode(errors="ignore") + ".pdf"
    os.makedirs("f", exist_ok=True)
    p = run("antin", "sign", "letter.pdf", "--key", "huong.key", "--cert", "leaf.der", "--reason=" + text[:200], "--out", name, "--force")
    if not os.path.exists(name): open(name, "wb").write(open("signed.pdf", "rb").read())
    for words, sheets in (([name], 1), ([name, "f/no-" + kind + "<b>.pdf", "tail.pdf"], 3)):
        for extra in (["--trust", "leaf.der"], ["--trust", "goc.crt", "--crl", "goc.crl"], []):
            if os.path.exists("h.html"): os.remove("h.html")
            if extra[:2] == ["--trust", "leaf.der"]: extra = extra[:0] + ["--signer=" + text[:100]]
            p = run("antin", "verify", "--lang", "vi", "--html", "h.html", *extra, "--", *words)
            if not os.path.exists("h.html"): failed.append(f"{kind}: no page: {p.stderr[:200]}"); continue
            page = html_page.judge(open("h.html", "rb").read(), "vi", sheets)
            failed += [f"{kind}, {words}, {extra}: {w}" for w in page.wrong]
            if len(page.rows) < 8: failed.append(f"{kind}: only {len(page.rows)} rows")
print("\n".join(ascii(f) for f in failed[:20]))
sys.exit(bool(failed))
P
export TOP
python3 hostile.py >hostile.txt || bad "hostile text: $(head -n 5 hostile.txt)"

# A test that cannot fail is none: pages spoilt in one way each are noticed.
while IFS='|' read -r from to; do
	F=$from T=$to python3 -c 'import os; s = open("1.html").read(); t = s.replace(os.environ["F"], os.environ["T"], 1); assert s != t; open("spoilt.html", "w").write(t)' || bad "nothing to spoil: $from"
	python3 "$TOP/tests/cli/html_page.py" vi 1 spoilt.html >spoilt.txt && bad "goes unnoticed: $from -> $to"
done <<'END_ROWS'
</article>|
<main>|<main><script>x</script>
<h2 id="s1">|<h2 id="s1" onclick="x">
<ol class="chain">|<ol class="chain" style="color:red">
lang="vi"|lang="en"
lang="vi"|
<h1>|<h2>
<h3>|<h4>
 scope="row"|
default-src 'none'|default-src *
@page{|@page {
<main>|<main><img src="http://x/y"/>
<p>|<p><a href="http://x">x</a>
aria-labelledby="s1"|aria-labelledby="s9"
<td>|<td>&#x202e;
END_ROWS
exit $FAILED
