#!/usr/bin/env python3
"""Writes the small PDF files of tests/fuzz/corpus/pdf that are made to order: one for each rule of the
reader, as named.  usage: tests/fuzz/seeds_pdf.py FOLDER"""
import os, sys, zlib

PAGES = b"<< /Type /Pages /Kids [] /Count 0 >>"


def classic(catalog=b"", objects=(), size=None, trailer=b"", rows=None, end=b"\n%%EOF\n", head=b"%PDF-1.7\n", word=b"xref\n"):
    """A file with a table; `rows` changes single rows, `objects` are the bodies from number 3 on."""
    bodies = [b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>", PAGES, *objects]
    out, places = head, []
    for i, body in enumerate(bodies):
        places.append(len(out))
        out += body if body.startswith(b"!") else b"%d 0 obj\n%s\nendobj\n" % (i + 1, body)
    lines = [b"0000000000 65535 f \n"] + [b"%010d 00000 n \n" % p for p in places]
    for i, row in (rows or {}).items():
        lines[i] = row
    at = len(out)
    out += word + b"0 %d\n" % len(lines) + b"".join(lines)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d" % (size or len(lines), trailer, at)
    return out + end


def packed(rows=None, w=b"[1 2 1]", more=b"", data=None, filters=b"/Filter /FlateDecode", members=b"3 0 4 3 1 << >>", first=8, extra=b"", code=True, n=2):
    """A file with a cross-reference stream and an object stream that holds 3 and 4."""
    out = b"%PDF-1.7\n"
    places = []
    for i, body in enumerate([b"<< /Type /Catalog /Pages 2 0 R /A 3 0 R /AcroForm 4 0 R >>", PAGES]):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (i + 1, body)
    places.append(len(out))
    out += b"5 0 obj\n<< /Type /ObjStm /N %d /First %d /Length %d %s>>\nstream\n%s\nendstream\nendobj\n" % (n, first, len(members), extra, members)
    at = len(out)
    table = rows or [(0, 0, 0), (1, places[0], 0), (1, places[1], 0), (2, 5, 0), (2, 5, 1), (1, places[2], 0), (1, at, 0)]
    raw = b"".join(bytes([a, b >> 8, b & 255, c]) for a, b, c in table) if data is None else data
    body = zlib.compress(raw) if code else raw
    out += b"6 0 obj\n<< /Type /XRef /Size 7 /Root 1 0 R /W %s /Length %d %s %s >>\nstream\n%s\nendstream\nendobj\n" % (w, len(body), filters, more, body)
    return out + b"startxref\n%d\n%%%%EOF\n" % at


def predicted(predictor, row, width, parms=b""):
    """The rows of a table behind a PNG or TIFF predictor, from the file that has none."""
    plain = packed()
    raw = zlib.decompress(plain[plain.rindex(b"\nstream\n") + 8 : plain.rindex(b"\nendstream")])
    made, before = b"", bytes(width)
    for i in range(0, len(raw), width):
        now = raw[i : i + width]
        made += row(now, before)
        before = now
    return packed(data=made, more=b"/DecodeParms << /Predictor %d /Columns %d %s >>" % (predictor, width, parms))


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


PNG = {
    "none": lambda n, b: b"\0" + n,
    "sub": lambda n, b: b"\1" + bytes((n[i] - (n[i - 1] if i else 0)) & 255 for i in range(4)),
    "up": lambda n, b: b"\2" + bytes((n[i] - b[i]) & 255 for i in range(4)),
    "average": lambda n, b: b"\3" + bytes((n[i] - ((n[i - 1] if i else 0) + b[i]) // 2) & 255 for i in range(4)),
    "paeth": lambda n, b: b"\4" + bytes((n[i] - paeth(n[i - 1] if i else 0, b[i], b[i - 1] if i else 0)) & 255 for i in range(4)),
    "unknown": lambda n, b: b"\5" + n,
}
VALUES = {
    "words": b"/A true /B false /C null /D [1 0 R true null]", "reals": b"/A 1.5 /B -.5 /C +2 /D -3 /E 4. /F .0",
    "strings": rb"/A (a\)b(c)\\) /B <0aFf 9> /C () /D <>", "names": b"/A#41 /B#20c /#43 1", "comments": b"/A %x\n1 %y\r2 0 R",
    "word-unknown": b"/A maybe", "name-bad": b"/A#4 1", "name-nul": b"/A#00 1", "name-end": b"/A#", "name-long": b"/" + b"a" * 600 + b" 1", "number-two-points": b"/A 1.2.3",
    "number-sign": b"/A - /B +", "number-huge": b"/A 99999999999999999999", "brace": b"/A {", "bracket": b"/A ]", "key-number": b"1 2", "key-twice": b"/A 1 /A 2",
    "odd": b"/A", "hex-bad": b"/A <0g>", "hex-open": b"/A <00", "string-open": b"/A (x", "array-open": b"/A [1 2", "close": b"/A ) 1",
    "reference-huge": b"/A 99999999 0 R", "generation-huge": b"/A 1 99999 R", "reference-negative": b"/A 1 -1 R", "many": b" ".join(b"/K%d %d" % (i, i) for i in range(40)),
    "deep": b"/A " + b"[" * 300 + b"]" * 300, "numbers": b"/A [1 2 3 R 4 5 6 0 R 7 %c\n 0 R]", "dict-in": b"/A << /B [<< /C 1 0 R >>] >>",
}
# Tokens that the first window onto an object does not hold.
for size in (1990, 4050):
    for name, text in {"comment": b"%%%s\n/A 1", "string": b"/A (%s)", "hex": b"/A <%s>", "name": b"/A %s /B", "word": b"/A 1 %s", "number": b"/A 0%s"}.items():
        fill = {"hex": b"a", "number": b"0"}.get(name, b" " if name in ("name", "word") else b"x")
        VALUES["long-%s-%d" % (name, size)] = text % (fill * size)
for n in range(1960, 2016, 3):
    VALUES["edge-%d" % n] = b" " * n + b"/A <41> /B << /C 1 0 R >> /D true (x) 1"
FORM = b"/AcroForm 3 0 R "
STREAM = b"<< /Length %s >>\nstream%s%s\nendstream"
OBJECTS = {
    "form-stream": [STREAM % (b"3", b"\n", b"abc")], "form-stream-crlf": [STREAM % (b"3", b"\r\n", b"abc")], "form-stream-cr": [STREAM % (b"3", b"\r", b"abc")],
    "form-stream-cut": [STREAM % (b"99999", b"\n", b"abc")], "form-length-wrong": [STREAM % (b"2", b"\n", b"abc")], "form-length-none": [STREAM % (b"/X", b"\n", b"abc")],
    "form-length-apart": [STREAM % (b"4 0 R", b"\n", b"abc"), b"3"], "form-length-lost": [STREAM % (b"9 0 R", b"\n", b"abc")], "form-length-odd": [STREAM % (b"4 0 R", b"\n", b"abc"), b"(x)"],
    "form-length-self": [STREAM % (b"3 0 R", b"\n", b"abc")], "form-reference": [b"4 0 R", b"<< >>"], "form-array": [b"[1]"], "form-no-end": [b"<< >> 5"], "form-fields": [b"<< /Fields [4 0 R 9 0 R 4 1 R] /SigFlags 3 >>", b"<< /FT /Sig /T (a) >>"],
    "form-stream-no-dict": [b"5\nstream\nabc\nendstream"], "form-other-number": [b"!4 0 obj\n<< >>\nendobj\n"], "form-no-obj": [b"!3 0 abj\n<< >>\nendobj\n"], "form-garbage": [b"!(x) 3 0 obj\n<< >>\nendobj\n"],
}


def files():
    for name, text in VALUES.items():
        yield "value-" + name, classic(text)
    for name, bodies in OBJECTS.items():
        yield name, classic(FORM, bodies)
    row = b"0000000009 00000 n \n"
    rows = {"letter": b"0000000009 00000 x \n", "digit": b"00000x0009 00000 n \n", "space": b"0000000009-00000 n \n", "generation": b"0000000009 99999 n \n", "gen-digit": b"0000000009 000x0 n \n",
            "end-cr": row[:-2] + b" \r", "end-crlf": row[:-2] + b"\r\n", "end-wrong": row[:-2] + b"xx", "space-late": b"0000000009 00000-n \n", "outside": b"9999999999 00000 n \n", "free": b"0000000000 00001 f \n"}
    for name, r in rows.items():
        yield "row-" + name, classic(FORM, [b"<< >>"], rows={3: r})
        yield "row-first-" + name, classic(rows={1: r})
    yield "size-low", classic(size=2)
    yield "size-none", classic().replace(b"/Size 3", b"/Sixe 3")
    yield "root-none", classic().replace(b"/Root", b"/Boot")
    yield "catalog-type", classic().replace(b"/Catalog", b"/Katalog")
    yield "prev-outside", classic(trailer=b"/Prev 99999")
    yield "prev-loop", classic(trailer=b"/Prev %d" % (len(classic().split(b"xref\n0")[0])))
    yield "prev-odd", classic(trailer=b"/Prev (x)")
    yield "stm-odd", classic(trailer=b"/XRefStm 0")
    yield "stm-wrong", classic(trailer=b"/XRefStm 9")
    yield "word-cr", classic(word=b"xref\r\n")
    yield "word-space", classic(word=b"xref \n")
    yield "word-wrong", classic(word=b"xruf\n")
    yield "table-twice", classic().replace(b"trailer", b"1 1\n0000000009 00000 n \ntrailer")
    yield "table-unsorted", classic().replace(b"xref\n0 3\n", b"xref\n0 0\n7 1\n0000000000 00000 f \n0 3\n").replace(b"/Size 3", b"/Size 8")
    yield "table-cut", classic().replace(b"xref\n0 3", b"xref\n0 300")
    yield "table-huge", classic().replace(b"xref\n0 3", b"xref\n0 99999999")
    yield "table-odd", classic().replace(b"xref\n0 3", b"xref\n(x) 3")
    yield "trailer-array", classic().replace(b"trailer\n<<", b"trailer\n[ <<").replace(b">>\nstartxref", b">> ]\nstartxref")
    yield "trailer-none", classic().replace(b"trailer", b"trawler")
    for name, end in {"cr": b"\r%%EOF\r", "none": b"\n", "crlf": b"\r\n%%EOF\r\n", "tail": b"\n%%EOF\nmore behind", "space": b"\n%%EOF \n \n", "number": b"9999\n%%EOF", "far": b"\n%%EOF" + b"\n" * 1500}.items():
        yield "end-" + name, classic(end=end)
    yield "packed", packed()
    for name, p in PNG.items():
        yield "png-" + name, predicted(12, p, 4)
    yield "png-short", packed(data=b"\0" * 7, more=b"/DecodeParms << /Predictor 12 /Columns 4 >>")
    yield "tiff", predicted(2, lambda n, b: bytes((n[i] - (n[i - 1] if i else 0)) & 255 for i in range(4)), 4)
    yield "tiff-bits", predicted(2, lambda n, b: n, 4, b"/BitsPerComponent 4")
    yield "tiff-short", packed(data=b"\0" * 7, more=b"/DecodeParms << /Predictor 2 /Columns 4 >>")
    for name, parms in {"wrong": b"/Predictor 99", "three": b"/Predictor 3", "colors": b"/Predictor 12 /Columns 4 /Colors 99", "bits": b"/Predictor 12 /Columns 4 /BitsPerComponent 99", "columns": b"/Predictor 12 /Columns 0", "one": b"/Predictor 1 /Colors 1 /BitsPerComponent 8"}.items():
        yield "parms-" + name, packed(more=b"/DecodeParms << %s >>" % parms)
    yield "parms-array", packed(more=b"/DecodeParms [<< /Predictor 1 >>]")
    yield "parms-odd", packed(more=b"/DecodeParms 5")
    yield "filter-array", packed(filters=b"/Filter [/FlateDecode]")
    yield "filter-two", packed(filters=b"/Filter [/FlateDecode /FlateDecode]")
    yield "filter-unknown", packed(filters=b"/Filter /LZWDecode")
    yield "filter-none", packed(filters=b"", code=False)
    yield "filter-damaged", packed(code=False)
    yield "filter-cut", packed(data=zlib.compress(b"x" * 40)[:-6], code=False)
    yield "bomb", packed(data=b"\0" * (1 << 21))
    for name, w in {"zero": b"[1 0 1]", "two": b"[1 2]", "four": b"[1 2 1 1]", "wide": b"[1 9 1]", "no-type": b"[0 3 1]"}.items():
        yield "w-" + name, packed(w=w)
    for name, index in {"whole": b"[0 7]", "odd": b"[0]", "short": b"[0 6]", "long": b"[0 9]", "number": b"5", "huge": b"[9999999 7]", "split": b"[0 3 3 4]", "twice": b"[0 4 0 3]"}.items():
        yield "index-" + name, packed(more=b"/Index " + index)
    yield "type-unknown", packed(rows=[(9, 0, 0)] * 7)
    yield "members-number", packed(members=b"3 0 9 3 1 << >>")
    yield "members-offset", packed(members=b"3 0 4 99 1 << >>")
    yield "members-cut", packed(members=b"3 0 4 3 1 << ")
    yield "members-first", packed(first=99)
    yield "members-odd", packed(members=b"3 x 4 3 1 << >>")
    yield "members-count", packed(n=900)
    yield "members-less", packed(n=1)
    yield "members-extends", packed(extra=b"/Type /Else ").replace(b"/Type /ObjStm", b"/Sort /ObjStm")
    yield "members-in-itself", packed(rows=[(0, 0, 0), (2, 5, 0), (2, 5, 1), (2, 5, 0), (2, 5, 1), (2, 5, 0), (1, 0, 0)])


def main(folder):
    for name, octets in files():
        with open(os.path.join(folder, "made-" + name + ".pdf"), "wb") as f:
            f.write(octets)


if __name__ == "__main__":
    main(sys.argv[1])
