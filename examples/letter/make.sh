#!/bin/sh
# Makes cong-van.pdf from its source; needs LibreOffice Writer and fonts-liberation2.
# The PDF is kept beside the source so that nothing else needs an office suite.
set -eu
cd "$(dirname "$0")"
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
HOME=$home soffice --headless --convert-to pdf:writer_pdf_Export cong-van.fodt >/dev/null
