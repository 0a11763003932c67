"""PDF files that antin sign must refuse, and odd ones that it must take: writes NAME.pdf each and
prints "NAME EXIT TEXT" lines, TEXT being a part of what must be said ("-" for nothing)."""
import re
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1] + "/tests/interop")
import attacks_pdf as pdf  # noqa: E402

PAGES = "<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
HEAD = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
good = pdf.letter()
fake = lambda content: bytes.fromhex("3003020101")
approved = pdf.signed(fake)


def build(root="", page="", extra="", more=None, **o):
    objects = {1: pdf.CATALOG % root, 2: PAGES, 3: pdf.PAGE % ("4 0 R", page), 4: pdf.text_of("Pay 1 000"),
               5: pdf.FONT % "Helvetica"}
    objects.update(more or {})
    return pdf.append(HEAD, objects, extra=extra, **o)


def put(name, code, text, content):
    Path(name + ".pdf").write_bytes(content)
    print(name, code, text)


field = "<< /FT /Sig /T (S1) /Type /Annot /Subtype /Widget /Rect [0 0 0 0] /P 3 0 R%s >>"
put("encrypted", 1, "encrypted", build(extra=" /Encrypt << /Filter /Standard /V 1 /R 2 >>"))
put("encrypted-before", 1, "encrypted", pdf.append(build(extra=" /Encrypt << /V 1 >>"), {4: pdf.text_of("x")}))
put("bytes-before", 5, "foreign bytes stand before", b"\n" + good)
put("bytes-before-long", 5, "foreign bytes stand before", b"GIF89a" + b"x" * 500 + good)
put("tail", 5, "follow the end mark", good + b"junk")
put("cut", 5, "damaged", good[:-30])
put("cut-half", 5, "damaged", good[:len(good) // 2])
put("startxref-wrong", 5, "damaged", re.sub(rb"startxref\n\d+", b"startxref\n9", good))
put("xfa", 1, "XFA", build(" /AcroForm << /Fields [] /XFA (x) >>"))
put("xfa-array", 1, "XFA", build(" /AcroForm 6 0 R", more={6: "<< /Fields [] /XFA [(a) 4 0 R] >>"}))
put("certified-1", 1, "nothing may be added", pdf.signed(fake, p=1))
put("size-small", 5, "beyond the /Size", build(size=4))
put("size-huge", 5, "/Size", build(size=1 << 40))
put("size-none", 5, "/Size", good.replace(b"/Size", b"/Sise"))
put("object-twice", 5, "listed twice", good.replace(b"\n5 1\n", b"\n4 1\n"))
put("root-none", 5, "catalogue", good.replace(b"/Root", b"/Boot"))
put("root-page", 5, "catalogue", good.replace(b"/Root 1 0 R", b"/Root 3 0 R"))
put("root-direct", 5, "damaged", good.replace(b"/Root 1 0 R", b"/Root <<>> "))
put("wrong-number", 5, "another object", good.replace(b"\n4 0 obj", b"\n9 0 obj"))
put("wrong-generation", 5, "another object", good.replace(b"\n4 0 obj", b"\n4 7 obj"))
put("key-twice", 5, "one key twice", build(root=" /Lang (a) /Lang (b)"))
put("prev-circle", 5, "circle", pdf.changed(good, {4: pdf.text_of("x")}, {"prev": "self"}))
put("prev-out", 5, "/Prev", pdf.append(good, {4: pdf.text_of("x")}, prev=9 ** 9))
put("page-loop", 5, "page tree", build(more={2: "<< /Type /Pages /Kids [2 0 R] /Count 1 >>"}))
put("page-count", 5, "page tree", build(more={2: "<< /Type /Pages /Kids [3 0 R] /Count 9 >>"}))
put("page-missing", 5, "page tree", build(more={2: "<< /Type /Pages /Kids [33 0 R] /Count 1 >>"}))
put("annots-stream", 5, "not an array", build(page=" /Annots 4 0 R"))
put("field-twice", 5, "more than once", build(" /AcroForm << /Fields [6 0 R 6 0 R] >>", more={6: field % ""}))
put("field-loop", 5, "more than once", build(" /AcroForm << /Fields [6 0 R] >>", more={6: field % " /Kids [6 0 R]"}))
put("field-direct", 5, "object of its own", build(" /AcroForm << /Fields [<< /FT /Sig >>] >>"))
put("fields-no-array", 5, "not an array", build(" /AcroForm << /Fields 4 0 R >>"))
put("signature-lost", 1, "no field shows", pdf.append(approved, {7: pdf.FIELD % "null"}))
put("signature-freed", 1, "no field shows", pdf.append(approved, {6: "<< /Fields [] >>"}, free=[7]))
put("signature-unlisted", 1, "no field shows", pdf.append(approved, {
    1: pdf.CATALOG % "", 2: PAGES, 3: pdf.PAGE % ("4 0 R", ""), 4: pdf.text_of("x"), 5: pdf.FONT % "Courier"}, prev=None))
put("deep", 5, "nested too deeply", build(more={6: "[" * 300 + "]" * 300}, root=" /AcroForm 6 0 R"))
# Odd, and whole: these are signed.
put("ok-plain", 0, "-", good)
put("ok-form-missing", 0, "-", build())
put("ok-form-null", 0, "-", build(" /AcroForm null"))
put("ok-form-dangling", 0, "-", build(" /AcroForm 99 0 R"))
put("ok-form-empty", 0, "-", build(" /AcroForm << >>"))
put("ok-form-indirect", 0, "-", build(" /AcroForm 6 0 R", more={6: "<< /Fields 7 0 R >>", 7: "[]"}))
put("ok-form-field", 0, "-", build(" /AcroForm 6 0 R", page=" /Annots [7 0 R]", more={
    6: "<< /Fields [7 0 R] >>", 7: field % ""}))
put("ok-form-packed", 0, "-", pdf.packed(build(" /AcroForm 6 0 R", more={6: "<< /Fields [] >>"}),
                                         {6: "<< /Fields [] /DA (/F1 9 Tf) >>"}, None))
put("ok-catalog-packed", 0, "-", pdf.packed(build(), {1: pdf.CATALOG % " /Lang (vi)"}, None))
put("ok-annots-indirect", 0, "-", build(page=" /Annots 6 0 R", more={6: "[]"}))
put("ok-annots-shared", 0, "-", build(page=" /Annots 6 0 R", more={
    2: "<< /Type /Pages /Kids [3 0 R 7 0 R] /Count 2 >>", 6: "[8 0 R]", 7: pdf.PAGE % ("4 0 R", " /Annots 6 0 R"),
    8: pdf.TEXT_NOTE}))
put("ok-updated-twice", 0, "-", pdf.append(pdf.append(good, {4: pdf.text_of("x")}), {4: pdf.text_of("y")}))
put("ok-trailer-again", 0, "-", pdf.append(good, {}))
put("ok-size-large", 0, "-", build(size=5000))
put("ok-name-escaped", 0, "-", build(more={
    1: "<< /Type /Catalo#67 /P#61ges 2 0 R >>"}))
put("ok-usage-rights", 0, "-", build(" /Perms << /UR3 6 0 R >>", more={
    6: "<< /Type /Sig /ByteRange [0 1 2 3] /Contents <3000> >>"}))
