"""Updates of a signed PDF that change nothing by antin's reading: each must be drawn by other readers
as before, without repair, or not be valid.  Run by pdf_readers.sh in a scratch folder."""
import re
import subprocess
import sys
import time
from pathlib import Path

import attacks_pki as pki
from attacks_pdf import BOX, CATALOG, FIELD, FONT, FORM, PAGE, SIG, append, as_bytes, fill, signed, stream, text_of

pki.NOW = int(time.time())
K = {who: pki.Key() for who in ("root", "leaf")}
ROOT = pki.Cert("Gốc", K["root"], exts=pki.CA_EXTS)
LEAF = pki.Cert("Người ký", K["leaf"], ROOT, pki.SIGNER_EXTS)
Path("root.crt").write_text(ROOT.pem())
Path("root.crl").write_bytes(pki.crl(ROOT))
sign = lambda content: pki.cms(content, LEAF, [LEAF])
failed = counted = 0


def run(*args):
    return subprocess.run(args, capture_output=True, timeout=30)


def valid(file):
    Path("x.pdf").write_bytes(file)
    return run("antin", "verify", "x.pdf", "--offline", "--trust", "root.crt", "--crl", "root.crl").returncode == 0


def drawn(file):
    """What both readers draw, and what they complain about."""
    Path("x.pdf").write_bytes(file)
    p, m = run("pdftoppm", "-r", "30", "-gray", "x.pdf"), run("mutool", "draw", "-r", "30", "-F", "pgm", "-o", "-", "x.pdf")
    said = [line for line in (p.stderr + m.stderr).decode(errors="replace").splitlines() if re.search("rror|repair|reconstruct", line)]
    return p.stdout, m.stdout, said


def case(title, before, after, good):
    """good: the update must be valid; else it must not."""
    global failed, counted
    counted += 1
    wrong = []
    if valid(after) != good:
        wrong.append("valid" if not good else "refused")
    if good:
        old, new = drawn(before), drawn(after)
        wrong += ["another page in " + who for i, who in enumerate(("poppler", "MuPDF")) if old[i] != new[i]]
        wrong += [line for line in new[2] if line not in old[2]]
    if wrong:
        failed += 1
        print("FAILED: %s: %s" % (title, "; ".join(wrong)[:300]))


def start_of(pdf):
    return int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])


LETTER = signed(sign)
PREV = start_of(LETTER)
STREAM = text_of("Pay 1 000")
SAME = "%d 0 obj\n%s\nendobj\n"
PAGE3 = PAGE % ("4 0 R", " /Annots [7 0 R]")


def update(num, obj, table="xref\nNUM 1\nAT 00000 n \n", trailer=None):
    """One object with its table, in which NUM and AT stand for its number and place."""
    out = LETTER + as_bytes(obj)
    table = table.replace("NUM", str(num)).replace("AT", "%010d" % len(LETTER))
    trailer = trailer or "trailer\n<< /Size 15 /Root 1 0 R /Prev %d >>\n" % PREV
    return out + as_bytes(table + trailer) + b"startxref\n%d\n%%%%EOF\n" % len(out)


def tables():
    same = SAME % (4, STREAM)
    for good, table in [(True, "xref\n4 1\nAT 00000 n \n"), (True, "xref\r\n4 1\r\nAT 00000 n\r\n"),
                        (True, "xref 4 1\nAT 00000 n \n"), (True, "xref\n0004 0001\nAT 00000 n \n"),
                        (True, "xref\n0 1\n0000000000 65535 f \n4 1\nAT 00000 n \n"),
                        (True, "xref\n9 0\n4 1\nAT 00000 n \n2 0\n"),
                        (False, "xref %c\n4 1\nAT 00000 n \n"), (False, "xref \n  4   1\nAT 00000 n \n"),
                        (False, "xref\n+4 +1\nAT 00000 n \n"), (False, "xref\f4\f1\nAT 00000 n \n"),
                        (False, "xref\n4%x\n1\nAT 00000 n \n"), (False, "xref\n1 1\n0000000000 65535 f \n4 1\nAT 00000 n \n")]:
        case("table " + repr(table), LETTER, update(4, same, table), good)
    for good, extra in [(True, ""), (True, "% startxref 15 %%EOF\n"), (True, "\r\n"),
                        (False, "trailer\n<< /Size 15 /Root 2 0 R >>\n"), (False, "stream\nx\nendstream\n"),
                        (False, SAME % (4, text_of("Pay 9 999")))]:
        case("behind the trailer " + repr(extra), LETTER, update(4, same, trailer="trailer<< /Size 15 /Root 1 0 R /Prev %d >>\n" % PREV + extra), good)
    for good, more in [(True, b"\n"), (True, b" " * 900), (False, b" " * 1100), (False, bytes(70000)), (False, b"x")]:
        case("tail of %d" % len(more), LETTER, LETTER + more, good)


def objects():
    """The page written anew in every way that means the same."""
    for old, new in [("", ""), ("/Contents", "/Cont#65nts"), ("4 0 R", "+4 +0 R"), ("4 0 R", "0000000000000004 00000 R"),
                     ("4 0 R", "4 %x\r0 %R\nR"), ("4 0 R", "4\x000\fR"), ("/Contents", "% >> endobj\n/Contents"),
                     ("/Contents", "/Rotate null /Contents"), ("[0 0 595 842]", "[-0 +0.0 595. 842.00]"), (" /", "/"),
                     ("/Contents", "%" + "x" * 3000 + "\n/Contents")]:
        case("page %r" % new[:30], LETTER, update(3, SAME % (3, PAGE3.replace(old, new) if old else PAGE3)), True)
    body = STREAM.split("stream\n")[1]
    n = len(body) - len("\nendstream")
    for head in ("4 %x\n0 %y\nobj %z\n<< /Length {} >>\nstream\n", "0004 00000 obj<< /Length {} >>stream\r\n", " \n4 0 obj << /Length 000{} >> % stream\nstream\n",
                 "4 0 obj << /L#65ngth +{} >>\nstream\n"):
        case("object %r" % head, LETTER, update(4, head.format(n) + body + " %x\nendobj\n"), True)
    case("a stream that ends in endstreamendobj", LETTER, update(4, (SAME % (4, STREAM)).replace("endstream\nendobj", "endstreamendobj")), False)
    at = update(3, "3 1 obj\n%s\nendobj\n" % PAGE3, "xref\n3 1\nAT 00001 n \n")
    case("another generation", LETTER, at, False)


def xref_stream(objs, rows, index, num=21, w=(1, 4, 2), size=22, more=""):
    """objs: octets to append; rows: of where they and the stream begin."""
    start = len(LETTER) + len(objs)
    data = b"".join(b"".join(v.to_bytes(k, "big") for v, k in zip(row, w)) for row in rows(len(LETTER), start))
    return LETTER + objs + (b"%d 0 obj\n<< /Type /XRef /Size %d /Root 1 0 R /Prev %d /W [%d %d %d] /Index [%s] /Length %d%s >>\nstream\n" % (
        num, size, PREV, *w, as_bytes(index), len(data), as_bytes(more))) + data + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start


def streams():
    font = as_bytes(SAME % (5, FONT % "Helvetica"))
    usual = lambda at, own: [(1, at, 0), (1, own, 0)]
    for w in ((1, 4, 2), (1, 8, 8), (4, 4, 4), (3, 6, 5)):
        case("widths %d %d %d" % w, LETTER, xref_stream(font, usual, "5 1 21 1", w=w), True)
    case("unlisted", LETTER, xref_stream(font, lambda at, own: [(1, at, 0)], "5 1"), True)
    case("the number of the contents", LETTER, xref_stream(font, lambda at, own: [(1, at, 0)], "5 1", num=4), False)
    case("a second hybrid", LETTER, xref_stream(font, usual, "5 1 21 1", more=" /XRefStm 15"), False)
    case("index elsewhere", LETTER, xref_stream(b"", lambda at, own: [], "").replace(b"/Index []", b"/Index 75 0 R"), False)
    good, bad = PAGE3, PAGE % ("10 0 R", " /Annots [7 0 R]")
    for ok, pairs, order, more in [(True, [(3, good), (5, FONT % "Helvetica")], (0, 1), ""),
                                   (False, [(3, good), (5, FONT % "Helvetica")], (1, 0), ""),
                                   (False, [(3, bad), (3, good)], (0, 1), ""), (False, [(3, good)], (0,), " /F /ASCIIHexDecode")]:
        bodies, offsets = "", {}
        for i in order:
            offsets[i] = len(bodies)
            bodies += pairs[i][1] + " "
        head = "".join("%d %d " % (p[0], offsets[i]) for i, p in enumerate(pairs))
        packed = as_bytes(SAME % (20, stream(head + bodies, " /Type /ObjStm /N %d /First %d%s" % (len(pairs), len(head), more))))
        case("packed %s %s" % (order, more), LETTER, xref_stream(packed, lambda at, own: [(2, 20, len(pairs) - 1 if pairs[0][0] == pairs[-1][0] else 0),
                                                                                         (1, at, 0), (1, own, 0)], "3 1 20 2"), ok)
    free = as_bytes(SAME % (4, STREAM))
    hybrid = xref_stream(free, usual, "4 1 21 1").split(b"startxref")
    whole = b"startxref".join(hybrid[:-1])
    whole += b"xref\n4 1\n0000000000 65535 f \ntrailer\n<< /Size 22 /Root 1 0 R /Prev %d /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        PREV, len(LETTER) + len(free), len(whole))
    case("hidden by a hybrid", LETTER, whole, False)


def prepared(page, objects, catalog="", more="", trailer="", stray="", form=FORM):
    """A signed file; more: fields of the page, stray: what stands there and is no field."""
    base = {1: CATALOG % catalog, 2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", 3: page % ("4 0 R", ""), 5: FONT % "Helvetica", **objects}
    pdf = append(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", base, extra=trailer, size=40)
    return fill(append(pdf, {1: CATALOG % (" /AcroForm 6 0 R" + catalog), 3: page % ("4 0 R", " /Annots [7 0 R%s]" % (more + stray)), 6: form % more,
                             7: FIELD % "8 0 R", 8: SIG % "", 9: BOX % (5, "0 0 m")}, extra=trailer, size=40), sign)


def roles():
    """One object in two places: the change is permitted in one of them."""
    res = lambda text: PAGE.replace("/Resources <<", "/Resources << " + text)
    form = lambda text: stream("BT /F1 12 Tf 50 700 Td (%s) Tj ET" % text, " /Type /XObject /Subtype /Form /BBox [0 0 595 842] "
                               "/Resources << /Font << /F1 5 0 R >> >>")
    glyph = lambda ops: stream("1000 0 d0 " + ops, " /Type /Metadata /Subtype /XML")
    font = ("/Font << /T << /Type /Font /Subtype /Type3 /FontBBox [0 0 1000 1000] /FontMatrix [0.001 0 0 0.001 0 0] /CharProcs %s "
            "/Encoding << /Differences [65 /Metadata] >> /FirstChar 65 /LastChar 65 /Widths [1000] >> >>")
    plain = PAGE.replace("/Font << /F1 5 0 R >>", "%%s")
    text = "<< /FT /Tx /T (x) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R /V %s >>"
    for title, page, objects, catalog, more, trailer, later, good in [
            ("a description", PAGE, {4: STREAM, 22: glyph("0 0 9 9 re f")}, " /Metadata 22 0 R", "", "", {22: glyph("0 0 8 8 re f")}, True),
            ("a glyph", plain.replace("%%s", font % "<< /Metadata 22 0 R >>"), {4: stream("BT /T 99 Tf 50 500 Td (A) Tj ET"), 22: glyph("0 0 900 100 re f")},
             " /Metadata 22 0 R", "", "", {22: glyph("0 0 100 900 re f")}, False),
            ("the catalogue's glyph", plain.replace("%%s", font % "1 0 R"), {4: stream("BT /T 99 Tf 50 500 Td (A) Tj ET"), 22: glyph("0 0 900 100 re f")},
             " /Metadata 22 0 R", "", "", {22: glyph("0 0 100 900 re f")}, False),
            ("properties", res("/XObject << /Info 20 0 R >>"), {4: stream("/Info Do"), 20: form("Pay 1 000")}, "", "", " /Info 20 0 R", {20: form("Pay 9 999")}, False),
            ("a value", PAGE, {4: STREAM, 25: text % "(1)"}, "", " 25 0 R", "", {25: text % "(2)"}, True),
            ("a value that is drawn", res("/XObject 25 0 R"), {4: stream("/V Do"), 25: text % "26 0 R", 26: form("Pay 1 000")}, "", " 25 0 R", "",
             {25: text % "27 0 R", 27: form("Pay 9 999")}, False),
            ("a graphics state", res("/ExtGState 1 0 R"), {4: stream("/Extensions gs " + "BT /F1 12 Tf 50 700 Td (Pay 1 000) Tj ET")}, " /Extensions << /ca 1 >>", "", "",
             {1: CATALOG % " /AcroForm 6 0 R /Extensions << /ca 0 >>"}, False),
            ("a palette", res("/ColorSpace << /Certs 23 0 R >>"), {4: stream("/Certs cs 0 sc 50 50 400 400 re f"), 23: "[/Indexed /DeviceRGB 1 <000000FFFFFF>]",
                                                                   24: "<< /Certs 23 0 R >>"}, " /DSS 24 0 R", "", "",
             {23: "[/Indexed /DeviceRGB 1 <FFFFFF000000> <000000FFFFFF>]"}, False)]:
        before = prepared(page, objects, catalog, more, trailer)
        case("before " + title, before, before, True)
        case(title, before, append(before, later, extra=trailer, size=40), good)


def drawn_by_readers():
    """What has no looks is drawn by the defaults of the form, and what waits for a signature is marked."""
    text = "<< /FT /Tx /T (x) /Type /Annot /Subtype /Widget /Rect [50 500 300 540] /P 3 0 R /V (1 000) %s >>"
    words = "<< /Type /Annot /Subtype /FreeText /Rect [50 500 300 540] /P 3 0 R /Contents (1 000) /DA (/F1 20 Tf) %s >>"
    own, looks = " /DA (/F1 20 Tf)", " /AP << /N 26 0 R >>"
    style, font, side, need = " /DA (/F1 9 Tf)", " /DR << /Font << /F1 27 0 R >> >>", " /Q 2", " /NeedAppearances true"
    objects = {4: STREAM, 26: BOX % (5, "1 1 m"), 27: FONT % "Courier"}
    field, off = dict(more=" 25 0 R"), dict(stray=" 25 0 R")
    for title, body, where, old, new, good in [
            ("side", text % own, field, "", side, False), ("side of looks", text % (own + looks), field, "", side, True),
            ("style", text % "", field, font, font + style, False), ("style, looks of no state", text % " /AP << >>", field, font, font + style, False),
            ("style and looks", text % looks, field, font, font + style, True), ("style outside", text % "", off, font, font + style, False),
            ("font outside", text % own, off, "", font, False), ("side outside", text % own, off, "", side, False),
            ("looks outside", text % (own + looks), off, "", side + style, True), ("words", words % "", off, "", font, False),
            ("words with looks", words % looks, off, "", font, True), ("drawn no more", text % own, field, need, "", False),
            ("drawn no more outside", text % (own + looks), off, need, "", False)]:
        form = lambda more, now: FORM.replace(" >>", now + " >>") % more
        before = prepared(PAGE, {**objects, 25: body}, form=form("%s", old), **where)
        case("by readers: " + title, before, append(before, {6: form(where.get("more", ""), new)}, size=40), good)
    waits = "<< /FT /Sig /T (S9) /Type /Annot /Subtype /Widget /Rect %s /P 3 0 R /F 4%s >>"
    for good, rect, more in [(False, "[0 600 595 842]", ""), (False, "[0 600 595 842]", " /MK 29 0 R"), (True, "[9 9 9 9]", ""), (True, "[9 9 9 9]", " /MK 29 0 R")]:
        case("waits for a signature %s%s" % (rect, more), LETTER, append(LETTER, {
            3: PAGE % ("4 0 R", " /Annots [7 0 R 28 0 R]"), 6: FORM % " 28 0 R", 28: waits % (rect, more), 29: "<< /BG [1] >>"}, size=40), good)


def linear():
    """White space makes /L fit: readers then begin at a table that stands in front."""
    def file(length):
        out = b"%%PDF-1.7\n50 0 obj\n<< /Linearized 1 /L %010d /H [500 10] /O 3 /E 900 /N 1 /T 700 >>\nendobj\n" % length
        front = append(out, {1: CATALOG % "", 2: "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", 3: PAGE % ("4 0 R", ""), 4: STREAM,
                             5: FONT % "Helvetica"}, prev=None, size=61)
        return signed(sign, front)
    pdf = file(len(file(0)) + 7)
    case("not yet linearised", pdf, pdf + b" " * 6, True)
    case("made linearised", pdf, pdf + b" " * 7, False)


case("genuine", LETTER, LETTER, True)
for part in (tables, objects, streams, roles, drawn_by_readers, linear):
    part()
print("%d updates, %d failed" % (counted, failed))
sys.exit(failed > 0)
