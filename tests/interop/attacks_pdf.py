"""PDF files written by hand and attacked: wrapping, universal forgery, incremental saving, shadow
attacks, certification.  cases(sign) yields (name, file, exit code, sub-indication or None)."""
import re

HOLE = 12000
CATALOG = "<< /Type /Catalog /Pages 2 0 R%s >>"
PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 5 0 R >> >> /Contents %s%s >>"
FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /%s >>"
FORM = "<< /Fields [7 0 R%s] /SigFlags 3 >>"
FIELD = "<< /FT /Sig /T (S1) /Type /Annot /Subtype /Widget /Rect [50 50 200 90] /P 3 0 R /F 132 /V %s /AP << /N 9 0 R >> >>"
BOX = "<< /Type /XObject /Subtype /Form /BBox [0 0 150 40] /Length %d >>\nstream\n%s\nendstream"
SIG = ("<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached "
       "/ByteRange [0 ********** ********** **********] /Contents <" + "0" * HOLE + ">%s >>")
TRANSFORM = (" /Reference [<< /Type /SigRef /TransformMethod /DocMDP /TransformParams "
             "<< /Type /TransformParams /P %d /V /1.2 >> >>]")


def stream(text, extra=""):
    return "<< /Length %d%s >>\nstream\n%s\nendstream" % (len(text), extra, text)


def text_of(words):
    return stream("BT /F1 12 Tf 50 700 Td (%s) Tj ET" % words)


def as_bytes(x):
    return x if isinstance(x, bytes) else x.encode("latin-1")


def append(pdf, objects, **o):
    """An update with a classic table; o: root, prev, extra (of the trailer), free, size, tail."""
    prev = re.findall(rb"startxref\s+(\d+)", pdf)
    out = bytearray(pdf)
    places = {}
    for num, body in objects.items():
        places[num] = len(out)
        out += b"%d 0 obj\n" % num + as_bytes(body) + b"\nendobj\n"
    start = len(out)
    out += b"xref\n"
    for num in sorted(set(places) | set(o.get("free", ())) | ({0} if not pdf.endswith(b"EOF\n") else set())):
        row = b"%010d 00000 n \n" % places[num] if num in places else b"0000000000 65535 f \n"
        out += b"%d 1\n" % num + row
    size = o.get("size") or max([14, *objects]) + 1
    where = o["prev"] if "prev" in o else int(prev[-1]) if prev else None
    out += b"trailer\n<< /Size %d /Root %s" % (size, as_bytes(o.get("root", "1 0 R")))
    out += b" /Prev %d" % where if where is not None else b""
    out += as_bytes(o.get("extra", "")) + b" >>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def letter():
    return append(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", {
        1: CATALOG % "", 2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", 3: PAGE % ("4 0 R", ""),
        4: text_of("Pay 1 000"), 5: FONT % "Helvetica", 10: text_of("Pay 9 999 (prepared)"),
        11: FONT % "Courier"})


def fill(pdf, sign):
    """Puts ByteRange and Contents into the last signature that is still open."""
    at = pdf.rindex(b"<" + b"0" * HOLE + b">")
    end = at + HOLE + 2
    numbers = b"[0 %010d %010d %010d]" % (at, end, len(pdf) - end)
    pdf = pdf.replace(b"[0 ********** ********** **********]", numbers)
    value = sign(pdf[:at] + pdf[end:]).hex().encode()
    return pdf[:at + 1] + value + pdf[at + 1 + len(value):]


def signed(sign, base=None, p=None, sig=SIG, more="", catalog=""):
    perms = " /Perms << /DocMDP 8 0 R >>" if p else ""
    return fill(append(base or letter(), {
        1: CATALOG % (" /AcroForm 6 0 R" + perms + catalog), 3: PAGE % ("4 0 R", " /Annots [7 0 R%s]" % more),
        6: FORM % more, 7: FIELD % "8 0 R", 8: sig % (TRANSFORM % p if p else ""),
        9: BOX % (5, "0 0 m")}), sign)


def second(pdf, sign):
    field = FIELD.replace("(S1)", "(S2)").replace("9 0 R", "14 0 R")
    return fill(append(pdf, {
        3: PAGE % ("4 0 R", " /Annots [7 0 R 12 0 R]"), 6: FORM % " 12 0 R", 12: field % "13 0 R",
        13: SIG % "", 14: BOX % (5, "0 0 m")}), sign)


NOTE = "<< /Type /Annot /Subtype /FreeText /Rect [50 690 300 720] /P 3 0 R /Contents (Pay 9 999) /DA (/F1 12 Tf) >>"
TEXT_NOTE = "<< /Type /Annot /Subtype /Text /Rect [50 690 70 710] /P 3 0 R /Contents (seen) >>"
ANNOTATED = PAGE % ("4 0 R", " /Annots [7 0 R 12 0 R]")


def updates(root=""):
    """Changes after signing: name, objects, options of append."""
    catalog = " /AcroForm 6 0 R" + root
    return [
        ("page-contents", {4: text_of("Pay 9 999")}, {}),
        ("page-other-contents", {3: PAGE % ("10 0 R", " /Annots [7 0 R]")}, {}),
        ("page-contents-array", {3: PAGE % ("[4 0 R 10 0 R]", " /Annots [7 0 R]")}, {}),
        ("page-rotated", {3: PAGE % ("4 0 R", " /Rotate 180 /Annots [7 0 R]")}, {}),
        ("page-crop", {3: PAGE % ("4 0 R", " /CropBox [0 0 9 9] /Annots [7 0 R]")}, {}),
        ("page-tree", {2: "<< /Type /Pages /Kids [12 0 R] /Count 1 >>", 12: PAGE % ("10 0 R", "")}, {}),
        ("page-added", {2: "<< /Type /Pages /Kids [3 0 R 12 0 R] /Count 2 >>", 12: PAGE % ("10 0 R", "")}, {}),
        ("font", {5: FONT % "Symbol"}, {}),
        ("font-freed", {}, {"free": [5]}),
        ("contents-freed", {}, {"free": [4]}),
        ("catalog-new", {12: CATALOG % (catalog + " /X 1"), }, {"root": "12 0 R"}),
        ("catalog-other-pages", {12: "<< /Type /Catalog /Pages 13 0 R%s >>" % catalog,
                                 13: "<< /Type /Pages /Kids [14 0 R] /Count 1 >>",
                                 14: PAGE % ("10 0 R", " /Annots [7 0 R]")}, {"root": "12 0 R"}),
        ("catalog-action", {1: CATALOG % (catalog + " /OpenAction << /S /JavaScript /JS (x) >>")}, {}),
        ("catalog-layers", {1: CATALOG % (catalog + " /OCProperties << /OCGs [] /D << >> >>")}, {}),
        ("catalog-names", {1: CATALOG % (catalog + " /Names << /EmbeddedFiles << /Names [] >> >>")}, {}),
        ("catalog-aa", {1: CATALOG % (catalog + " /AA << /WC << /S /JavaScript /JS (x) >> >>")}, {}),
        ("appearance-of-signature", {9: BOX % (5, "1 1 m")}, {}),
        ("appearance-new-object", {7: (FIELD % "8 0 R").replace("9 0 R", "12 0 R"), 12: BOX % (5, "1 1 m")}, {}),
        ("field-moved", {7: (FIELD % "8 0 R").replace("50 50 200 90", "0 0 595 842")}, {}),
        ("field-without-value", {7: (FIELD % "null")}, {}),
        ("field-renamed", {7: (FIELD % "8 0 R").replace("(S1)", "(S9)")}, {}),
        ("form-xfa", {6: (FORM % "").replace("/SigFlags", "/XFA (x) /SigFlags")}, {}),
        ("form-need-appearances", {6: (FORM % "").replace("/SigFlags", "/NeedAppearances true /SigFlags")}, {}),
        ("annotation-free-text", {3: ANNOTATED, 12: NOTE}, {}),
        ("annotation-redact", {3: ANNOTATED, 12: NOTE.replace("FreeText", "Redact")}, {}),
        ("annotation-stamp", {3: ANNOTATED, 12: NOTE.replace("FreeText", "Stamp")}, {}),
        ("annotation-widget-overlay", {3: ANNOTATED, 6: FORM % " 12 0 R",
         12: "<< /FT /Btn /T (X) /Type /Annot /Subtype /Widget /Rect [0 0 595 842] /P 3 0 R /AP << /N 13 0 R >> >>",
         13: BOX % (5, "1 1 m")}, {}),
        ("annotation-is-font", {3: (ANNOTATED).replace("/F1 5 0 R", "/F1 11 0 R"), 12: TEXT_NOTE}, {}),
        ("xref-hides-prev", {1: CATALOG % catalog, 2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                             3: PAGE % ("10 0 R", " /Annots [7 0 R]")}, {"prev": None}),
        ("prev-of-first", {4: text_of("Pay 9 999")}, {"prev": "first"}),
        ("prev-to-itself", {4: text_of("Pay 9 999")}, {"prev": "self"}),
        ("prev-beyond", {4: text_of("Pay 9 999")}, {"prev": 99999999}),
        ("prev-negative", {4: text_of("Pay 9 999")}, {"prev": -1}),
        ("encrypt-added", {4: text_of("Pay 9 999")}, {"extra": " /Encrypt << /Filter /Standard /V 1 >>"}),
        ("xref-stream-hybrid", {4: text_of("Pay 9 999")}, {"extra": " /XRefStm 15"}),
        ("object-with-generation", {"raw": b"4 1 obj\n" + text_of("Pay 9 999").encode() + b"\nendobj\n"}, {}),
    ]


def packed(pdf, inner, covers):
    """An update as a cross-reference stream that puts objects into an object stream."""
    prev = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    bodies, index = "", ""
    for num, body in inner.items():
        index += "%d %d " % (num, len(bodies))
        bodies += body + " "
    out = pdf + b"20 0 obj\n" + stream(index + bodies, " /Type /ObjStm /N %d /First %d" % (
        len(inner), len(index))).encode() + b"\nendobj\n"
    rows, index = b"", []
    for i, num in enumerate(inner):
        rows += bytes([2]) + (20).to_bytes(4, "big") + bytes([i])
        index += [num, 1]
    start = len(out)
    rows += bytes([1]) + len(pdf).to_bytes(4, "big") + b"\0" + bytes([1]) + start.to_bytes(4, "big") + b"\0"
    index += [20, 2]
    out += (b"21 0 obj\n<< /Type /XRef /Size 22 /W [1 4 1] /Root 1 0 R /Index %s /Prev %d /Length %d >>\nstream\n"
            % (str(index).replace(",", "").encode(), prev, len(rows))) + rows + b"\nendstream\nendobj\n"
    return out + b"startxref\n%d\n%%%%EOF\n" % start


def changed(pdf, objects, options):
    options = dict(options)
    starts = [int(x) for x in re.findall(rb"startxref\s+(\d+)", pdf)]
    if options.get("prev") == "first":
        options["prev"] = starts[0]
    if options.get("prev") == "self":
        out = append(pdf, objects, prev=10 ** 9)
        return out.replace(b"1000000000", b"%010d" % int(re.findall(rb"startxref\s+(\d+)", out)[-1]))
    if "raw" in objects:
        at = len(pdf)
        out = pdf + objects["raw"]
        return out + b"xref\n4 1\n%010d 00001 n \ntrailer\n<< /Size 13 /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
            at, starts[-1], len(out))
    return append(pdf, objects, **options)


def swap(pdf, old, new):
    """Another text of the same length, so that offsets stay."""
    assert old in pdf, old
    return pdf.replace(old, new + b" " * (len(old) - len(new)), 1)


def forged(pdf):
    """Universal forgery and wrapping inside of the signature dictionary."""
    ranges = re.search(rb"/ByteRange (\[.*?\])", pdf).group(1)
    _, a, b, c = [int(x) for x in ranges[1:-1].split()]
    contents = pdf[a:b]
    wide = len(ranges)
    put = lambda text: swap(pdf, ranges, text.encode())
    for text in ("", "null", "[]", "[0]", "[0 0 0 0]", "[0 0 0]", "[0 %d %d]" % (a, b), "[null null null null]",
                 "[0 %d %d -1]" % (a, b), "[-1 %d %d %d]" % (a, b, c), "[0 -%d %d %d]" % (a, b, c),
                 "[0 %d %d 18446744073709551615]" % (a, b), "[0 9223372036854775807 2 3]",
                 "[0 %d 18446744073709551616 1]" % a, "[0 %d %d.0 %d]" % (a, b, c), "[0 %d %d %d 0 0]" % (a, b, c),
                 "[0 %d %d %d]" % (a, b, c - 9), "[0 %d %d %d]" % (a, b, c + 9), "[0 %d %d %d]" % (a + 1, b, c),
                 "[0 %d %d %d]" % (a, b - 1, c + 1), "[0 %d %d %d]" % (a - 20, b, c), "[9 %d %d %d]" % (a - 9, b, c),
                 "[0 %d %d %d]" % (a, b + 9, c - 9), "[%d %d 0 %d]" % (b, c, a), "[0 %d %d %d 1]" % (a, b, c),
                 "[0 (x) %d %d]" % (b, c), "[8 0 R]", "8 0 R", "(0 1 2 3)", "<< >>", "[[0 %d %d %d]]" % (a, b, c)):
        if len(text) <= wide:
            yield "range-" + re.sub(r"\W+", "_", text), put(text)
    yield "range-key-gone", swap(pdf, b"/ByteRange", b"/BytRange")
    for key in (b"/Contents", b"/SubFilter"):
        yield "key-gone-" + key[1:].decode(), pdf.replace(key + (b" <" if key == b"/Contents" else b" "),
                                                         key[:-1] + (b"x <" if key == b"/Contents" else b"x "))
    for text in (b"null", b"<>", b"()", b"0", b"8 0 R", b"[]", b"<< >>", b"<0>", b"<00>", b"<30>", b"<3080>"):
        yield "contents-" + text.decode(), pdf[:a] + text + b" " * (b - a - len(text)) + pdf[b:]
    yield "contents-huge-length", pdf[:a] + b"<3084ffffffff" + contents[13:] + pdf[b:]
    yield "contents-odd", pdf[:a] + contents[:-2] + b"> " + pdf[b:]
    yield "contents-space", pdf[:a] + contents[:-3] + b"0 >" + pdf[b:]
    yield "contents-comment", pdf[:a] + contents[:-6] + b"%\n00>" + pdf[b - 1 + 0:][1:]
    yield "contents-trailing-data", pdf[:a] + contents[:-5] + b"beef>" + pdf[b:]
    yield "contents-closed-early", pdf[:a] + contents[:-60] + b">/X(" + b"y" * 54 + b")>"[:1] + b" " + pdf[b:]
    yield "contents-twice-null", swap(pdf, b"/Type /Sig ", b"").replace(b"/Filter /Adobe.PPKLite", b"/Contents<30>/A 1/B 22"[:22])
    sub = b"/SubFilter /ETSI.CAdES.detached"
    for text in (b"/SubFilter /adbe.pkcs7.sha1", b"/SubFilter /adbe.x509.rsa_sha1", b"/SubFilter /ETSI.RFC3161",
                 b"/SubFilter null", b"/SubFilter []", b"/SubFilter /"):
        yield "subfilter-" + re.sub(r"\W+", "_", text.decode()[11:]), swap(pdf, sub, text)


def dictionaries():
    """Signature dictionaries that are odd already when they are signed."""
    gap = "/Contents <" + "0" * HOLE + ">"
    byte_range = "/ByteRange [0 ********** ********** **********]"
    sub = "/SubFilter /ETSI.CAdES.detached"
    yield "escaped-range", 0, SIG.replace("/ByteRange", "/Byte#52ange")
    yield "escaped-contents", 0, SIG.replace("/Contents", "/#43ontents")
    yield "escaped-subfilter", 0, SIG.replace(sub, "/Sub#46ilter /ETSI.CAdES.de#74ached")
    yield "comment-inside", 0, SIG.replace(gap, "%% a comment\n" + gap + " %% another\n")
    yield "twice-range-before", 1, SIG.replace(byte_range, "/ByteRange [0 1 2 3] " + byte_range)
    yield "twice-range-behind", 1, SIG.replace(byte_range, byte_range + " /ByteRange [0 1 2 3]")
    yield "twice-range-escaped", 1, SIG.replace(byte_range, byte_range + " /Byte#52ange [0 1 2 3]")
    yield "twice-contents-before", 1, SIG.replace(gap, "/Contents <3000> " + gap)
    yield "twice-contents-behind", 1, SIG.replace(gap, gap + " /Contents <3000>")
    yield "twice-contents-escaped", 1, SIG.replace(gap, gap + " /Con#74ents <3000>")
    yield "twice-subfilter", 1, SIG.replace(sub, "/SubFilter /adbe.pkcs7.sha1 " + sub)
    yield "nested-contents", 1, SIG.replace(gap, "/X << " + gap + " >>")
    yield "contents-in-array", 1, SIG.replace(gap, "/Contents [" + gap[10:] + "]")
    yield "unknown-subfilter", 3, SIG.replace(sub, "/SubFilter /adbe.x509.rsa_sha1")
    yield "no-subfilter", 3, SIG.replace(sub, "")


def wrapped(pdf):
    """The signature value taken along to a dictionary in an update (signature wrapping)."""
    ranges = re.search(rb"/ByteRange (\[.*?\])", pdf).group(1).decode()
    _, a, b, c = [int(x) for x in ranges[1:-1].split()]
    value = pdf[a:b].decode()
    plain = SIG.replace("[0 ********** ********** **********]", "%s")
    plain = plain.replace("<" + "0" * HOLE + ">%s", "%s")
    yield "same-number", append(pdf, {4: text_of("Pay 9 999"), 8: plain % (ranges, value)})
    yield "other-number", append(pdf, {4: text_of("Pay 9 999"), 7: FIELD % "12 0 R",
                                       12: plain % (ranges, value)})
    yield "second-field", append(pdf, {4: text_of("Pay 9 999"), 6: FORM % " 12 0 R", 12: FIELD % "8 0 R"})
    yield "value-direct", append(pdf, {4: text_of("Pay 9 999"), 7: FIELD % (plain % (ranges, value))})
    yield "contents-reference", append(pdf, {8: plain % (ranges, "12 0 R"), 12: value})
    yield "range-reference", append(pdf, {8: plain % ("12 0 R", value), 12: ranges})
    inside = pdf[:b - 1] + b">" + b" " + pdf[b:]
    yield "gap-wider", inside
    # The gap swallows an update of the attacker: new bytes between the signed parts.
    new = as_bytes("4 0 obj\n" + text_of("Pay 9 999") + "\nendobj\n")
    grown = pdf[:b] + new + pdf[b:]
    yield "gap-holds-objects", grown.replace(ranges.encode(), (
        b"[0 %d %d %d]" % (a, b + len(new), c)).ljust(len(ranges)))
    yield "moved-second-part", pdf + pdf[b:]
    yield "before-header", b"%PDF-1.7\n" + pdf
    yield "between-revisions", insert(pdf)
    yield "startxref-twice", pdf + b"startxref\n%d\n%%%%EOF\n" % pdf.index(b"xref\n")
    yield "startxref-first", pdf[:-6] + b"startxref\n9\n%%EOF\n"
    yield "tail-garbage", pdf + b"4 0 obj\n" + text_of("x").encode() + b"\nendobj\n"
    yield "cut-in-gap", pdf[:a + 50]
    yield "signature-value-freed", append(pdf, {4: text_of("Pay 9 999")}, free=[8])
    yield "field-freed", append(pdf, {4: text_of("Pay 9 999")}, free=[7])
    yield "objstm-signature", packed(pdf, {8: plain % (ranges, value)}, None)
    yield "objstm-page", packed(pdf, {3: PAGE % ("10 0 R", " /Annots [7 0 R]")}, None)
    yield "objstm-catalog", packed(pdf, {1: CATALOG % ""}, None)
    yield "objstm-field", packed(pdf, {7: FIELD % "null"}, None)


def insert(pdf):
    """An update placed between the first revision and the signed one."""
    at = pdf.index(b"%%EOF\n") + 6
    return append(pdf[:at], {4: text_of("Pay 9 999")}) + pdf[at:]


# Filling in the fields of a form is permitted after a signature (ISO 32000-2 12.8.2.2).
PERMITTED = ("shadow-form-value-only", "shadow-form-locked", "shadow-form-new-appearance",
             "shadow-form-value-printed", "shadow-form-emptied-locked")


def shadows(sign):
    """Prepared before signing, switched after it."""
    base = append(letter(), {4: text_of("Pay 1 000"), 12: NOTE}, size=15)
    pdf = signed(sign, base, more=" 12 0 R")
    yield "shadow-annotation-hidden", append(pdf, {12: NOTE.replace("/P 3", "/F 2 /P 3")})
    yield "shadow-listed-note-rewritten", append(pdf, {12: NOTE.replace("/P 3", "/AP << /N 9 0 R >> /P 3")})
    yield "shadow-annotation-gone", append(pdf, {3: PAGE % ("4 0 R", " /Annots [7 0 R]")})
    yield "shadow-annotation-freed", append(pdf, {}, free=[12])
    pdf = signed(sign)
    yield "shadow-font", append(pdf, {3: PAGE.replace("5 0 R", "11 0 R") % ("4 0 R", " /Annots [7 0 R]")})
    yield "shadow-contents", append(pdf, {3: PAGE % ("10 0 R", " /Annots [7 0 R]")})
    yield "shadow-contents-object", append(pdf, {4: text_of("Pay 9 999 (prepared)")})
    field = ("<< /FT /Tx /T (Sum) /Type /Annot /Subtype /Widget /Rect [50 690 300 720] /P 3 0 R "
             "/V (%s) /AP << /N 13 0 R >> >>")
    base = append(letter(), {12: field % "1 000", 13: BOX % (5, "0 0 m")}, size=15)
    pdf = signed(sign, base, more=" 12 0 R")
    yield "shadow-form-hidden", append(pdf, {12: (field % "1 000").replace("/P 3", "/F 2 /P 3")})
    yield "shadow-form-no-view", append(pdf, {12: (field % "1 000").replace("/P 3", "/F 32 /P 3")})
    yield "shadow-form-without-appearance", append(pdf, {12: (field % "1 000").replace("/AP << /N 13 0 R >>", "")})
    yield "shadow-form-locked", append(pdf, {12: (field % "1 000").replace("/P 3", "/F 128 /P 3")})
    yield "shadow-form-printed", append(pdf, {12: (field % "1 000").replace("/P 3", "/F 132 /P 3")})
    yield "shadow-form-value-printed", append(pdf, {12: (field % "9 999").replace("/P 3", "/F 132 /P 3")})
    yield "shadow-form-emptied-locked", append(pdf, {12: (field % "").replace("/P 3", "/F 128 /P 3")})
    yield "shadow-form-looks-only", append(pdf, {12: (field % "1 000").replace("13 0 R", "14 0 R"), 14: BOX % (5, "1 1 m")})
    yield "shadow-form-looks-reencoded", append(pdf, {12: (field % "1 000").replace("(1 000)", "<31203030 30>").replace(
        "13 0 R", "14 0 R"), 14: BOX % (5, "1 1 m")})
    yield "shadow-form-looks-page-contents", append(pdf, {12: (field % "9 999").replace("13 0 R", "4 0 R")})
    yield "shadow-form-looks-prepared", append(pdf, {12: (field % "9 999").replace("13 0 R", "10 0 R")})
    yield "shadow-form-looks-of-signature", append(pdf, {12: (field % "9 999").replace("13 0 R", "9 0 R")})
    yield "shadow-form-looks-empty", append(pdf, {12: (field % "9 999").replace("/N 13 0 R", "")})
    yield "shadow-form-retyped", append(pdf, {12: (field % "1 000").replace("/Tx", "/Btn")})
    yield "shadow-form-flags", append(pdf, {12: (field % "9 999").replace("/P 3", "/Ff 8192 /P 3")})
    yield "shadow-form-new-appearance", append(pdf, {12: (field % "9 999").replace("13 0 R", "14 0 R"), 14: BOX % (5, "1 1 m")})
    yield "shadow-form-value-only", append(pdf, {12: field % "9 999"})
    yield "shadow-form-appearance-only", append(pdf, {13: BOX % (5, "1 1 m")})
    yield "shadow-form-filled", append(pdf, {12: field % "9 999", 13: BOX % (5, "1 1 m")})
    yield "shadow-form-renamed", append(pdf, {12: field.replace("Sum", "Sun") % "1 000"})
    yield "shadow-form-moved", append(pdf, {12: field.replace("50 690", "50 590") % "1 000"})
    empty = "<< /FT /Sig /T (S2) /Type /Annot /Subtype /Widget /Rect %s /P 3 0 R /F %d%s >>"
    page = PAGE % ("4 0 R", " /Annots [7 0 R 12 0 R]")
    over = "[50 690 300 720]"
    looks = " /AP << /N 13 0 R >>"
    pdf = signed(sign)
    yield "shadow-empty-signature-covers", append(pdf, {3: page, 6: FORM % " 12 0 R", 12: empty % (over, 4, looks),
                                                        13: BOX % (5, "1 1 m")})
    yield "shadow-empty-signature-covers-paper", append(pdf, {3: page, 6: FORM % " 12 0 R", 12: empty % (over, 36, looks),
                                                              13: BOX % (5, "1 1 m")})
    yield "shadow-empty-signature-background", append(pdf, {3: page, 6: FORM % " 12 0 R",
                                                            12: empty % (over, 4, " /MK << /BG [1] >>")})
    yield "shadow-empty-signature-below-signed", append(pdf, {3: page, 6: FORM % " 12 0 R",
                                                              12: empty % (over, 4, " /Parent 7 0 R")})
    base = append(letter(), {12: empty % (over, 4, looks), 13: BOX % (5, "1 1 m")}, size=15)
    pdf = signed(sign, base)
    yield "shadow-prepared-field-listed", append(pdf, {3: page, 6: FORM % " 12 0 R"})
    pdf = fill(append(base, {1: CATALOG % " /AcroForm 6 0 R", 3: PAGE % ("4 0 R", " /Annots [7 0 R]"), 6: FORM % " 12 0 R",
                             7: FIELD % "8 0 R", 8: SIG % "", 9: BOX % (5, "0 0 m")}), sign)
    yield "shadow-prepared-field-shown", append(pdf, {3: page})
    yield "shadow-prepared-field-shown-locked", append(pdf, {3: page, 12: empty % (over, 132, looks)})
