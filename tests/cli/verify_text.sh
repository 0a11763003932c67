#!/bin/bash
# The words of verdicts: whole reports in both languages against what they should be, with only
# times, serials and digests left open.  usage: tests/cli/verify_text.sh BUILD
. tests/world.sh
world_begin "$1"
need openssl python3
world_letter huong "Nguyễn Thị Minh Hường" EC ec_paramgen_curve:P-256

# What differs from run to run: dates, serials.
plain() {
	sed -E -e 's/[0-9]{2}\/[0-9]{2}\/[0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} \(\+07:00\)/TIME/g' \
		-e 's/([0-9A-Fa-f]{4} ){3,}[0-9A-Fa-f]{1,4}/SERIAL/g' -e 's/byte [0-9]+–[0-9]+/byte A–B/'
}

# report LANG CODE ARGS...: the report is the text on standard input.
report() {
	local lang=$1 code=$2
	shift 2
	cat >want.txt
	antin verify --lang "$lang" "$@" >out.raw 2>err.txt </dev/null
	local got=$?
	[ "$got" = "$code" ] || bad "exit $got instead of $code: verify --lang $lang $*"
	plain <out.raw >got.txt
	diff want.txt got.txt >diff.txt || bad "report of verify --lang $lang $*:
$(cat diff.txt)"
}

python3 - <<'END'
d = open("signed.pdf", "rb").read()
n = bytearray(d); n[len(open("letter.pdf", "rb").read()) // 2] ^= 1
open("flipped.pdf", "wb").write(n)
open("tail.pdf", "wb").write(d + b"\n% paid in full\n")
END
expect 0 antin sign signed.pdf --key huong.key --cert huong.chain.pem --out twice.pdf
report en 0 signed.pdf "${LISTS[@]}" <<'END'
signed.pdf
✔ VALID: Nguyễn Thị Minh Hường
  Office: UBND tỉnh Hải Vân
  Unit: Sở Nội vụ
  E-mail: huong@haivan.gov.vn
  Kind of signer: holder of unknown kind; authority of unknown kind
  Time: TIME, claimed by the signer, not proven
  Level: B-B, ecdsa-with-SHA256
  Covers: the whole file
  Changed since: nothing
  Certificate: serial SERIAL, TIME – TIME
  Issued by: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Trusted through: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (authority of unknown kind)
  Revocation: not revoked, as of TIME (CRL, nha-nuoc.crl)
END
report en 3 signed.pdf <<'END'
signed.pdf
? NOT YET DECIDED: Nguyễn Thị Minh Hường
  Office: UBND tỉnh Hải Vân
  Unit: Sở Nội vụ
  E-mail: huong@haivan.gov.vn
  Kind of signer: holder of unknown kind; authority of unknown kind (by its own words, not proven)
  Time: TIME, claimed by the signer, not proven
  Level: B-B, ecdsa-with-SHA256
  Covers: the whole file
  Changed since: nothing
  Certificate: serial SERIAL, TIME – TIME
  Issued by: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Result: INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND
  Why: No trusted authority is known on this computer.
  Basis: ETSI EN 319 102-1 5.2.6; "Nguyễn Thị Minh Hường"; issuer
  What to do: Import the root certificate after comparing its fingerprint: antin trust import FILE.
END
report en 3 signed.pdf --trust goc.crt <<'END'
signed.pdf
? NOT YET DECIDED: Nguyễn Thị Minh Hường
  Office: UBND tỉnh Hải Vân
  Unit: Sở Nội vụ
  E-mail: huong@haivan.gov.vn
  Kind of signer: holder of unknown kind; authority of unknown kind
  Time: TIME, claimed by the signer, not proven
  Level: B-B, ecdsa-with-SHA256
  Covers: the whole file
  Changed since: nothing
  Certificate: serial SERIAL, TIME – TIME
  Issued by: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Trusted through: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (authority of unknown kind)
  Result: INDETERMINATE/TRY_LATER
  Why: It is not known whether the authority "CA Nhà nước thử" above the signer was revoked: no CRL and no OCSP answer about it is at hand.
  Basis: RFC 5280 6.1.3 (a)(3); "CA Nhà nước thử"; cRLDistributionPoints
  Also: It is not known whether the signer's certificate was revoked: no CRL and no OCSP answer about it is at hand.
  Basis: RFC 5280 6.1.3 (a)(3); "Nguyễn Thị Minh Hường"; cRLDistributionPoints
  What to do: Give a current CRL with --crl or an OCSP answer with --ocsp, then check again.
END
report en 1 flipped.pdf "${LISTS[@]}" <<'END'
flipped.pdf
✘ NOT VALID: Nguyễn Thị Minh Hường
  Office: UBND tỉnh Hải Vân
  Unit: Sở Nội vụ
  E-mail: huong@haivan.gov.vn
  Kind of signer: holder of unknown kind; authority of unknown kind
  Time: TIME, claimed by the signer, not proven
  Level: B-B, ecdsa-with-SHA256
  Covers: the whole file
  Changed since: cannot be told
  Certificate: serial SERIAL, TIME – TIME
  Issued by: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Trusted through: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (authority of unknown kind)
  Revocation: not revoked, as of TIME (CRL, nha-nuoc.crl)
  Result: TOTAL-FAILED/HASH_FAILURE
  Why: The signed content was changed after signing.
  Basis: ETSI EN 319 102-1 5.2.7; "Nguyễn Thị Minh Hường"; messageDigest
  What to do: Ask the sender for the original file again; do not act on this one.
END
report en 1 tail.pdf "${LISTS[@]}" <<'END'
tail.pdf
✘ NOT VALID: Nguyễn Thị Minh Hường
  Office: UBND tỉnh Hải Vân
  Unit: Sở Nội vụ
  E-mail: huong@haivan.gov.vn
  Kind of signer: holder of unknown kind; authority of unknown kind
  Time: TIME, claimed by the signer, not proven
  Level: B-B, ecdsa-with-SHA256
  Covers: the whole file as it was when it was signed
  Changed since: the document itself
    - 14 bytes follow the end mark of the file
  Certificate: serial SERIAL, TIME – TIME
  Issued by: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Trusted through: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (authority of unknown kind)
  Revocation: not revoked, as of TIME (CRL, nha-nuoc.crl)
  Result: TOTAL-FAILED/FORMAT_FAILURE
  Why: Behind the end of the document there is data that nobody signed: byte A–B.
  Basis: ETSI EN 319 142-1 5.4; "Nguyễn Thị Minh Hường"; %%EOF
  Also: The document was changed after this signature beyond what is allowed.
  Basis: ISO 32000-2 12.8.2.2; "Nguyễn Thị Minh Hường"; incremental update
  What to do: Ask the sender for the original file again; do not act on this one.
END
report en 0 twice.pdf "${LISTS[@]}" <<'END'
twice.pdf
1/2 ✔ VALID, with permitted changes after signing: Nguyễn Thị Minh Hường
  Office: UBND tỉnh Hải Vân
  Unit: Sở Nội vụ
  E-mail: huong@haivan.gov.vn
  Kind of signer: holder of unknown kind; authority of unknown kind
  Time: TIME, claimed by the signer, not proven
  Level: B-B, ecdsa-with-SHA256
  Covers: the whole file as it was when it was signed
  Changed since: fields were filled in or signed
    - a signature was added in the field Signature2
  Certificate: serial SERIAL, TIME – TIME
  Issued by: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Trusted through: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (authority of unknown kind)
  Revocation: not revoked, as of TIME (CRL, nha-nuoc.crl)
  Note: After this signature the document was only filled in or signed further, which is permitted.
2/2 ✔ VALID: Nguyễn Thị Minh Hường
  Office: UBND tỉnh Hải Vân
  Unit: Sở Nội vụ
  E-mail: huong@haivan.gov.vn
  Kind of signer: holder of unknown kind; authority of unknown kind
  Time: TIME, claimed by the signer, not proven
  Level: B-B, ecdsa-with-SHA256
  Covers: the whole file
  Changed since: nothing
  Certificate: serial SERIAL, TIME – TIME
  Issued by: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Trusted through: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (authority of unknown kind)
  Revocation: not revoked, as of TIME (CRL, nha-nuoc.crl)
END
report en 3 signed.pdf "${LISTS[@]}" --signer "Trần Thị Bình" <<'END'
signed.pdf
? NOT YET DECIDED: Nguyễn Thị Minh Hường
  Office: UBND tỉnh Hải Vân
  Unit: Sở Nội vụ
  E-mail: huong@haivan.gov.vn
  Kind of signer: holder of unknown kind; authority of unknown kind
  Time: TIME, claimed by the signer, not proven
  Level: B-B, ecdsa-with-SHA256
  Covers: the whole file
  Changed since: nothing
  Certificate: serial SERIAL, TIME – TIME
  Issued by: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Trusted through: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (authority of unknown kind)
  Revocation: not revoked, as of TIME (CRL, nha-nuoc.crl)
  Result: INDETERMINATE/SIG_CONSTRAINTS_FAILURE
  Why: The signer is none of those asked for with --signer.
  Basis: ETSI EN 319 102-1 5.2.8; "Nguyễn Thị Minh Hường"; subject, subjectAltName
  What to do: Compare the name shown above with the person or office you expect.
END
report en 3 signed.pdf "${LISTS[@]}" --at 2020-01-01T00:00:00Z <<'END'
signed.pdf
As if it were the following time, which proves nothing: TIME
? NOT YET DECIDED: Nguyễn Thị Minh Hường
  Office: UBND tỉnh Hải Vân
  Unit: Sở Nội vụ
  E-mail: huong@haivan.gov.vn
  Kind of signer: holder of unknown kind; authority of unknown kind
  Time: TIME, claimed by the signer, not proven
  Level: B-B, ecdsa-with-SHA256
  Covers: the whole file
  Changed since: nothing
  Certificate: serial SERIAL, TIME – TIME
  Issued by: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Trusted through: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (authority of unknown kind)
  Revocation: not revoked, as of TIME (CRL, nha-nuoc.crl)
  Result: INDETERMINATE/OUT_OF_BOUNDS_NO_POE
  Why: The certificate of "CA Nhà nước thử" is valid only from TIME on.
  Basis: RFC 5280 6.1.3 (a)(2); "CA Nhà nước thử"; notBefore
  Also: At the assumed time the signer's certificate was not valid yet; it begins on TIME.
  Basis: RFC 5280 6.1.3 (a)(2); "Nguyễn Thị Minh Hường"; notBefore
  Also: The certificate of "RootCA thử" is valid only from TIME on.
  Basis: RFC 5280 6.1.3 (a)(2); "RootCA thử"; notBefore
  What to do: Ask the signer's authority for its current certificate, and give it with --intermediate.
END
report en 4 letter.pdf "${LISTS[@]}" <<'END'
letter.pdf
The file carries no signature.
A picture of a seal or of a handwritten signature is none: ask the sender for the file that was signed digitally.
END
report vi 0 signed.pdf "${LISTS[@]}" <<'END'
signed.pdf
✔ HỢP LỆ: Nguyễn Thị Minh Hường
  Cơ quan: UBND tỉnh Hải Vân
  Đơn vị: Sở Nội vụ
  Thư điện tử: huong@haivan.gov.vn
  Loại người ký: chưa rõ loại chủ thể; tổ chức chứng thực không rõ loại
  Thời gian: TIME, do người ký tự khai, chưa được chứng minh
  Mức chữ ký: B-B, ecdsa-with-SHA256
  Phạm vi: toàn bộ tệp
  Thay đổi sau khi ký: không có gì
  Chứng thư số: số hiệu SERIAL, TIME – TIME
  Tổ chức cấp: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Neo tin cậy: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (tổ chức chứng thực không rõ loại)
  Tình trạng thu hồi: không bị thu hồi, tính đến TIME (CRL, nha-nuoc.crl)
END
report vi 3 signed.pdf <<'END'
signed.pdf
? CHƯA KẾT LUẬN: Nguyễn Thị Minh Hường
  Cơ quan: UBND tỉnh Hải Vân
  Đơn vị: Sở Nội vụ
  Thư điện tử: huong@haivan.gov.vn
  Loại người ký: chưa rõ loại chủ thể; tổ chức chứng thực không rõ loại (theo lời tự khai, chưa được chứng minh)
  Thời gian: TIME, do người ký tự khai, chưa được chứng minh
  Mức chữ ký: B-B, ecdsa-with-SHA256
  Phạm vi: toàn bộ tệp
  Thay đổi sau khi ký: không có gì
  Chứng thư số: số hiệu SERIAL, TIME – TIME
  Tổ chức cấp: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Kết quả: INDETERMINATE/NO_CERTIFICATE_CHAIN_FOUND
  Vì sao: Máy tính này chưa có tổ chức chứng thực nào được tin cậy.
  Căn cứ: ETSI EN 319 102-1 5.2.6; "Nguyễn Thị Minh Hường"; issuer
  Nên làm gì: Nhập chứng thư số gốc sau khi so sánh dấu vân tay: antin trust import TỆP.
END
report vi 3 signed.pdf --trust goc.crt <<'END'
signed.pdf
? CHƯA KẾT LUẬN: Nguyễn Thị Minh Hường
  Cơ quan: UBND tỉnh Hải Vân
  Đơn vị: Sở Nội vụ
  Thư điện tử: huong@haivan.gov.vn
  Loại người ký: chưa rõ loại chủ thể; tổ chức chứng thực không rõ loại
  Thời gian: TIME, do người ký tự khai, chưa được chứng minh
  Mức chữ ký: B-B, ecdsa-with-SHA256
  Phạm vi: toàn bộ tệp
  Thay đổi sau khi ký: không có gì
  Chứng thư số: số hiệu SERIAL, TIME – TIME
  Tổ chức cấp: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Neo tin cậy: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (tổ chức chứng thực không rõ loại)
  Kết quả: INDETERMINATE/TRY_LATER
  Vì sao: Không biết tổ chức chứng thực cấp trên "CA Nhà nước thử" đã bị thu hồi hay chưa: không có sẵn CRL hoặc trả lời OCSP nào về nó.
  Căn cứ: RFC 5280 6.1.3 (a)(3); "CA Nhà nước thử"; cRLDistributionPoints
  Ngoài ra: Không biết chứng thư số của người ký đã bị thu hồi hay chưa: không có sẵn CRL hoặc trả lời OCSP nào về nó.
  Căn cứ: RFC 5280 6.1.3 (a)(3); "Nguyễn Thị Minh Hường"; cRLDistributionPoints
  Nên làm gì: Nêu CRL hiện hành bằng --crl hoặc trả lời OCSP bằng --ocsp rồi kiểm tra lại.
END
report vi 1 flipped.pdf "${LISTS[@]}" <<'END'
flipped.pdf
✘ KHÔNG HỢP LỆ: Nguyễn Thị Minh Hường
  Cơ quan: UBND tỉnh Hải Vân
  Đơn vị: Sở Nội vụ
  Thư điện tử: huong@haivan.gov.vn
  Loại người ký: chưa rõ loại chủ thể; tổ chức chứng thực không rõ loại
  Thời gian: TIME, do người ký tự khai, chưa được chứng minh
  Mức chữ ký: B-B, ecdsa-with-SHA256
  Phạm vi: toàn bộ tệp
  Thay đổi sau khi ký: không xác định được
  Chứng thư số: số hiệu SERIAL, TIME – TIME
  Tổ chức cấp: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Neo tin cậy: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (tổ chức chứng thực không rõ loại)
  Tình trạng thu hồi: không bị thu hồi, tính đến TIME (CRL, nha-nuoc.crl)
  Kết quả: TOTAL-FAILED/HASH_FAILURE
  Vì sao: Nội dung đã ký bị thay đổi sau khi ký.
  Căn cứ: ETSI EN 319 102-1 5.2.7; "Nguyễn Thị Minh Hường"; messageDigest
  Nên làm gì: Đề nghị người gửi gửi lại tệp gốc; không xử lý theo tệp này.
END
report vi 1 tail.pdf "${LISTS[@]}" <<'END'
tail.pdf
✘ KHÔNG HỢP LỆ: Nguyễn Thị Minh Hường
  Cơ quan: UBND tỉnh Hải Vân
  Đơn vị: Sở Nội vụ
  Thư điện tử: huong@haivan.gov.vn
  Loại người ký: chưa rõ loại chủ thể; tổ chức chứng thực không rõ loại
  Thời gian: TIME, do người ký tự khai, chưa được chứng minh
  Mức chữ ký: B-B, ecdsa-with-SHA256
  Phạm vi: toàn bộ tệp tại thời điểm ký
  Thay đổi sau khi ký: chính tài liệu
    - có 14 byte đứng sau dấu kết thúc của tệp
  Chứng thư số: số hiệu SERIAL, TIME – TIME
  Tổ chức cấp: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Neo tin cậy: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (tổ chức chứng thực không rõ loại)
  Tình trạng thu hồi: không bị thu hồi, tính đến TIME (CRL, nha-nuoc.crl)
  Kết quả: TOTAL-FAILED/FORMAT_FAILURE
  Vì sao: Sau phần kết thúc của tài liệu có dữ liệu không ai ký: byte A–B.
  Căn cứ: ETSI EN 319 142-1 5.4; "Nguyễn Thị Minh Hường"; %%EOF
  Ngoài ra: Sau chữ ký này tài liệu đã bị thay đổi vượt quá mức cho phép.
  Căn cứ: ISO 32000-2 12.8.2.2; "Nguyễn Thị Minh Hường"; incremental update
  Nên làm gì: Đề nghị người gửi gửi lại tệp gốc; không xử lý theo tệp này.
END
report vi 0 twice.pdf "${LISTS[@]}" <<'END'
twice.pdf
1/2 ✔ HỢP LỆ, có thay đổi được phép sau khi ký: Nguyễn Thị Minh Hường
  Cơ quan: UBND tỉnh Hải Vân
  Đơn vị: Sở Nội vụ
  Thư điện tử: huong@haivan.gov.vn
  Loại người ký: chưa rõ loại chủ thể; tổ chức chứng thực không rõ loại
  Thời gian: TIME, do người ký tự khai, chưa được chứng minh
  Mức chữ ký: B-B, ecdsa-with-SHA256
  Phạm vi: toàn bộ tệp tại thời điểm ký
  Thay đổi sau khi ký: biểu mẫu được điền hoặc ký thêm
    - thêm chữ ký số trong trường Signature2
  Chứng thư số: số hiệu SERIAL, TIME – TIME
  Tổ chức cấp: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Neo tin cậy: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (tổ chức chứng thực không rõ loại)
  Tình trạng thu hồi: không bị thu hồi, tính đến TIME (CRL, nha-nuoc.crl)
  Lưu ý: Sau chữ ký này tài liệu chỉ được điền vào biểu mẫu hoặc ký thêm, việc đó được phép.
2/2 ✔ HỢP LỆ: Nguyễn Thị Minh Hường
  Cơ quan: UBND tỉnh Hải Vân
  Đơn vị: Sở Nội vụ
  Thư điện tử: huong@haivan.gov.vn
  Loại người ký: chưa rõ loại chủ thể; tổ chức chứng thực không rõ loại
  Thời gian: TIME, do người ký tự khai, chưa được chứng minh
  Mức chữ ký: B-B, ecdsa-with-SHA256
  Phạm vi: toàn bộ tệp
  Thay đổi sau khi ký: không có gì
  Chứng thư số: số hiệu SERIAL, TIME – TIME
  Tổ chức cấp: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Neo tin cậy: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (tổ chức chứng thực không rõ loại)
  Tình trạng thu hồi: không bị thu hồi, tính đến TIME (CRL, nha-nuoc.crl)
END
report vi 3 signed.pdf "${LISTS[@]}" --signer "Trần Thị Bình" <<'END'
signed.pdf
? CHƯA KẾT LUẬN: Nguyễn Thị Minh Hường
  Cơ quan: UBND tỉnh Hải Vân
  Đơn vị: Sở Nội vụ
  Thư điện tử: huong@haivan.gov.vn
  Loại người ký: chưa rõ loại chủ thể; tổ chức chứng thực không rõ loại
  Thời gian: TIME, do người ký tự khai, chưa được chứng minh
  Mức chữ ký: B-B, ecdsa-with-SHA256
  Phạm vi: toàn bộ tệp
  Thay đổi sau khi ký: không có gì
  Chứng thư số: số hiệu SERIAL, TIME – TIME
  Tổ chức cấp: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Neo tin cậy: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (tổ chức chứng thực không rõ loại)
  Tình trạng thu hồi: không bị thu hồi, tính đến TIME (CRL, nha-nuoc.crl)
  Kết quả: INDETERMINATE/SIG_CONSTRAINTS_FAILURE
  Vì sao: Người ký không thuộc những người được nêu bằng --signer.
  Căn cứ: ETSI EN 319 102-1 5.2.8; "Nguyễn Thị Minh Hường"; subject, subjectAltName
  Nên làm gì: So sánh tên hiện ở trên với người hoặc cơ quan mong đợi.
END
report vi 3 signed.pdf "${LISTS[@]}" --at 2020-01-01T00:00:00Z <<'END'
signed.pdf
Giả định vào thời điểm sau, không chứng minh điều gì: TIME
? CHƯA KẾT LUẬN: Nguyễn Thị Minh Hường
  Cơ quan: UBND tỉnh Hải Vân
  Đơn vị: Sở Nội vụ
  Thư điện tử: huong@haivan.gov.vn
  Loại người ký: chưa rõ loại chủ thể; tổ chức chứng thực không rõ loại
  Thời gian: TIME, do người ký tự khai, chưa được chứng minh
  Mức chữ ký: B-B, ecdsa-with-SHA256
  Phạm vi: toàn bộ tệp
  Thay đổi sau khi ký: không có gì
  Chứng thư số: số hiệu SERIAL, TIME – TIME
  Tổ chức cấp: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Neo tin cậy: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (tổ chức chứng thực không rõ loại)
  Tình trạng thu hồi: không bị thu hồi, tính đến TIME (CRL, nha-nuoc.crl)
  Kết quả: INDETERMINATE/OUT_OF_BOUNDS_NO_POE
  Vì sao: Chứng thư số của "CA Nhà nước thử" chỉ có hiệu lực từ TIME.
  Căn cứ: RFC 5280 6.1.3 (a)(2); "CA Nhà nước thử"; notBefore
  Ngoài ra: Tại thời điểm giả định, chứng thư số của người ký chưa có hiệu lực; có hiệu lực từ TIME.
  Căn cứ: RFC 5280 6.1.3 (a)(2); "Nguyễn Thị Minh Hường"; notBefore
  Ngoài ra: Chứng thư số của "RootCA thử" chỉ có hiệu lực từ TIME.
  Căn cứ: RFC 5280 6.1.3 (a)(2); "RootCA thử"; notBefore
  Nên làm gì: Đề nghị tổ chức cấp cung cấp chứng thư số hiện hành rồi nêu bằng --intermediate.
END
report vi 4 letter.pdf "${LISTS[@]}" <<'END'
letter.pdf
Tệp không có chữ ký số nào.
Hình ảnh con dấu hoặc chữ ký tay không phải là chữ ký số: đề nghị người gửi gửi tệp đã ký số.
END

# Revoked: since when and why, in words.
expect 0 antin-ca revoke --ca nha-nuoc --reason keyCompromise "$(openssl x509 -in huong.crt -noout -serial | cut -d= -f2)"
world_crls
report en 3 signed.pdf "${LISTS[@]}" <<'END'
signed.pdf
? NOT YET DECIDED: Nguyễn Thị Minh Hường
  Office: UBND tỉnh Hải Vân
  Unit: Sở Nội vụ
  E-mail: huong@haivan.gov.vn
  Kind of signer: holder of unknown kind; authority of unknown kind
  Time: TIME, claimed by the signer, not proven
  Level: B-B, ecdsa-with-SHA256
  Covers: the whole file
  Changed since: nothing
  Certificate: serial SERIAL, TIME – TIME
  Issued by: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Trusted through: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (authority of unknown kind)
  Result: INDETERMINATE/REVOKED_NO_POE
  Why: The signer's certificate was revoked: TIME; the private key is no longer in the hands of its owner alone.
  Basis: RFC 5280 6.1.3 (a)(3); "Nguyễn Thị Minh Hường"; serialNumber
  What to do: Do not rely on it unless other proof shows that it was signed before; ask the signer.
END
report vi 3 signed.pdf "${LISTS[@]}" <<'END'
signed.pdf
? CHƯA KẾT LUẬN: Nguyễn Thị Minh Hường
  Cơ quan: UBND tỉnh Hải Vân
  Đơn vị: Sở Nội vụ
  Thư điện tử: huong@haivan.gov.vn
  Loại người ký: chưa rõ loại chủ thể; tổ chức chứng thực không rõ loại
  Thời gian: TIME, do người ký tự khai, chưa được chứng minh
  Mức chữ ký: B-B, ecdsa-with-SHA256
  Phạm vi: toàn bộ tệp
  Thay đổi sau khi ký: không có gì
  Chứng thư số: số hiệu SERIAL, TIME – TIME
  Tổ chức cấp: C=VN, O=Ban Cơ yếu thử, CN=CA Nhà nước thử
  Neo tin cậy: C=VN, O=Ban Cơ yếu thử, CN=RootCA thử (tổ chức chứng thực không rõ loại)
  Kết quả: INDETERMINATE/REVOKED_NO_POE
  Vì sao: Chứng thư số của người ký đã bị thu hồi: TIME; khóa bí mật không còn do riêng chủ sở hữu nắm giữ.
  Căn cứ: RFC 5280 6.1.3 (a)(3); "Nguyễn Thị Minh Hường"; serialNumber
  Nên làm gì: Không dựa vào chữ ký này, trừ khi có bằng chứng khác là đã ký trước đó; hỏi người ký.
END
exit $FAILED
