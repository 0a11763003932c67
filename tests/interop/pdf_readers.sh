#!/bin/bash
# What antin verify calls unchanged shows the same in every reader, as poppler and MuPDF see it; and
# none of them has to put the file together anew.
# usage: tests/interop/pdf_readers.sh BUILD
. tests/world.sh
need openssl
need python3
need pdftoppm
need mutool
world_begin "$1"
python3 "$TOP/tests/interop/pdf_readers.py" "$TOP" || bad "pdf_readers.py"
exit "$FAILED"
