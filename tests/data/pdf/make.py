#!/usr/bin/env python3
"""Makes the PDF samples of this folder.  usage: make.py   (needs qpdf for three of them)

Everything is written by hand, so that each sample has exactly the form its name says.
"""
import os
import subprocess
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))

CONTENT = b"BT /F1 24 Tf 72 720 Td (Cong van so 12/BTTTT) Tj ET"


def stream(extra, data):
    return b"<< %s /Length %d >>\nstream\n%s\nendstream" % (extra, len(data), data)


def letter(form=b"", annots=b""):
    """The objects of a one-page letter: number -> text."""
    return {
        1: b"<< /Type /Catalog /Pages 2 0 R%s >>" % form,
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R\n"
           b"   /Resources << /Font << /F1 5 0 R >> >>%s >>" % annots,
        4: stream(b"", CONTENT),
        5: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        6: b"<< /Title (Cong van) /Producer (make.py) >>",
    }


class File:
    """Bytes of a PDF that grows revision by revision."""

    def __init__(self):
        self.out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
        self.prev = None
        self.size = 1

    def add(self, objects):
        where = {}
        for num, text in objects.items():
            where[num] = len(self.out)
            self.out += b"%d 0 obj\n%s\nendobj\n" % (num, text)
        return where

    def table(self, where, trailer=b"", hidden=()):
        """A classic section; `hidden` numbers are listed as free."""
        first = self.prev is None
        self.size = max([self.size] + [n + 1 for n in list(where) + list(hidden)])
        start = len(self.out)
        rows = {n: b"%010d 00000 n \n" % at for n, at in where.items()}
        rows.update({n: b"0000000000 00000 f \n" for n in hidden})
        if first:
            rows[0] = b"0000000000 65535 f \n"
        self.out += b"xref\n"
        numbers = sorted(rows)
        while numbers:
            run = [numbers.pop(0)]
            while numbers and numbers[0] == run[-1] + 1:
                run.append(numbers.pop(0))
            self.out += b"%d %d\n" % (run[0], len(run)) + b"".join(rows[n] for n in run)
        back = b"" if first else b" /Prev %d" % self.prev
        self.out += b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R\n" % self.size
        self.out += b"/ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]"
        self.out += b"%s%s >>\nstartxref\n%d\n%%%%EOF\n" % (back, trailer, start)
        self.prev = start
        return self

    def save(self, name):
        with open(os.path.join(HERE, name), "wb") as f:
            f.write(self.out)


def classic():
    f = File()
    f.table(f.add(letter()))
    f.save("classic.pdf")


FIELD = (b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (So) /V (12) /Rect [72 600 200 620]\n"
         b"/P 3 0 R /F 4 /DA (/F1 12 Tf 0 g) >>")


def form():
    """A text field; /Fields and /Annots are objects of their own, the form lies in the catalogue."""
    f = File()
    objects = letter(b" /AcroForm << /Fields 8 0 R /DA (/F1 12 Tf 0 g) >>", b" /Annots 9 0 R")
    objects.update({7: FIELD, 8: b"[7 0 R]", 9: b"[7 0 R]"})
    f.table(f.add(objects))
    f.save("form.pdf")


def updated():
    """Two revisions: the form is an object, the title was changed later."""
    f = File()
    objects = letter(b" /AcroForm 8 0 R", b" /Annots [7 0 R]")
    objects.update({7: FIELD, 8: b"<</Fields[7 0 R]/DA(/F1 12 Tf 0 g)>>"})
    f.table(f.add(objects))
    f.table(f.add({6: b"<< /Title (Cong van, ban hai) /Producer (make.py) >>"}))
    f.save("updated.pdf")


def packed_objects(objects, number):
    """An object stream and the entries of what it holds."""
    head, body = b"", b""
    for num, text in objects.items():
        head += b"%d %d " % (num, len(body))
        body += text + b"\n"
    data = zlib.compress(head + body)
    return stream(b"/Type /ObjStm /N %d /First %d /Filter /FlateDecode"
                  % (len(objects), len(head)), data)


def rows(entries):
    return b"".join(bytes([t]) + at.to_bytes(4, "big") + gen.to_bytes(2, "big")
                    for t, at, gen in entries)


def hybrid():
    """A table for old readers; /Annots, /Fields and a field hidden in an object stream."""
    f = File()
    objects = letter(b" /AcroForm << /Fields 8 0 R /DA (/F1 12 Tf 0 g) >>", b" /Annots 9 0 R")
    hidden = {7: FIELD, 8: b"[7 0 R]", 9: b"[7 0 R]"}
    objects[10] = packed_objects(hidden, 10)
    where = f.add(objects)
    start = len(f.out)
    entries = rows([(2, 10, 0), (2, 10, 1), (2, 10, 2), (1, where[10], 0), (1, start, 0)])
    data = stream(b"/Type /XRef /Size 12 /Index [7 5] /W [1 4 2] /Root 1 0 R", entries)
    f.out += b"11 0 obj\n%s\nendobj\n" % data
    del where[10]
    f.table(where, b" /XRefStm %d" % start, hidden=(7, 8, 9, 10, 11))
    f.save("hybrid.pdf")


def qpdf(source, target, *options):
    subprocess.run(["qpdf", "--static-id", *options, os.path.join(HERE, source),
                    os.path.join(HERE, target)], check=True)


if __name__ == "__main__":
    classic()
    form()
    updated()
    hybrid()
    qpdf("form.pdf", "objstm.pdf", "--object-streams=generate")
    qpdf("form.pdf", "linear.pdf", "--linearize")
    qpdf("form.pdf", "linear-objstm.pdf", "--linearize", "--object-streams=generate")
