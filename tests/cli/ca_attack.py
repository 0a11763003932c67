"""Requests for ca_attack.sh, octet by octet.  Prints one case a line: file, what is expected, options."""
import os
import random
import subprocess
import sys

out = sys.argv[1]
random.seed(7)


def tlv(tag, *parts):
    body = b"".join(parts)
    n = len(body)
    if n < 128:
        return bytes([tag, n]) + body
    size = (n.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + n.to_bytes(size, "big") + body


def seq(*p): return tlv(0x30, *p)
def set_of(*p): return tlv(0x31, *p)
def integer(n): return tlv(2, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))
def bits(b): return tlv(3, b"\0" + b)
def octets(b): return tlv(4, b)


def oid(text):
    a, b, *rest = (int(x) for x in text.split("."))
    body = b""
    for n in [a * 40 + b] + rest:
        part = [n & 127]
        while n > 127:
            n >>= 7
            part.insert(0, 128 | n & 127)
        body += bytes(part)
    return tlv(6, body)


C, O, OU, CN = "2.5.4.6", "2.5.4.10", "2.5.4.11", "2.5.4.3"
UTF8, PRINTABLE, TELETEX, BMP, IA5, UNIVERSAL = 12, 19, 20, 30, 22, 28


def attr(o, value, tag=UTF8):
    if isinstance(value, str):
        value = value.encode()
    return seq(oid(o), tlv(tag, value))


def name(*attrs): return seq(*(set_of(a) for a in attrs))
def person(cn, tag=UTF8): return name(attr(C, "VN", PRINTABLE), attr(O, "UBND tỉnh Hải Vân"), attr(CN, cn, tag))


# ---- keys ----
SMALL = [p for p in range(3, 2000) if all(p % d for d in range(2, int(p ** 0.5) + 1))]


def is_prime(n):
    if any(n % p == 0 for p in SMALL):
        return False
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for a in (2, 3, 5, 7, 11):
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(size, e=65537, start=None):
    p = start or random.getrandbits(size) | 3 << (size - 2) | 1
    while not (is_prime(p) and (p - 1) % e):
        p += 2
    return p


def roca_prime(size):
    m = 2
    for p in SMALL[:125]:
        m *= p
    while True:
        k = random.getrandbits(size - m.bit_length())
        p = k * m + pow(65537, random.getrandbits(200), m)
        if p.bit_length() == size and is_prime(p):
            return p


class Rsa:
    def __init__(self, primes, e=65537, n=None):
        self.n, self.e = n or 1, e
        phi = 1
        for p in primes:
            phi *= p - 1
            self.n *= p if not n else 1
        self.d = pow(e, -1, phi) if e > 1 and e % 2 else 1

    def spki(self):
        return seq(seq(oid("1.2.840.113549.1.1.1"), b"\5\0"), bits(seq(integer(self.n), integer(self.e))))

    alg = seq(oid("1.2.840.113549.1.1.11"), b"\5\0")

    def sign(self, data):
        import hashlib
        h = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(data).digest()
        size = (self.n.bit_length() + 7) // 8
        m = b"\0\1" + b"\xff" * (size - 3 - len(h)) + b"\0" + h
        return pow(int.from_bytes(m, "big"), self.d, self.n).to_bytes(size, "big")


class Pem:
    """A key that openssl signs with."""
    def __init__(self, path): self.path = path
    def spki(self): return subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"], capture_output=True, check=True).stdout
    alg = seq(oid("1.2.840.10045.4.3.2"))

    def sign(self, data):
        return subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.path], input=data, capture_output=True, check=True).stdout


class Ed(Pem):
    alg = seq(oid("1.3.101.112"))

    def sign(self, data):
        with open("tosign", "wb") as f:
            f.write(data)
        return subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", "tosign"], capture_output=True, check=True).stdout


class Forged:
    """A public key that nobody can sign with; the signature is another's."""
    alg = Pem.alg
    def __init__(self, spki): self.der = spki
    def spki(self): return self.der
    def sign(self, data): return good.sign(data)


def make_pem(path, *options):
    subprocess.run(["openssl", "genpkey", *options, "-out", path], check=True, capture_output=True)
    return path


good = Pem(make_pem("good.pem", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"))


# ---- requests ----
def attributes(*exts, wrap=None):
    body = b"" if not exts else seq(oid("1.2.840.113549.1.9.14"), set_of(seq(*exts)))
    return tlv(0xA0, body if wrap is None else wrap)


def ext(o, value, critical=False):
    return seq(oid(o), tlv(1, b"\xff") if critical else b"", octets(value))


def request(subject, key=None, attrs=None, version=0):
    key = key or good
    info = seq(integer(version), subject, key.spki(), attributes() if attrs is None else attrs)
    return seq(info, key.alg, bits(key.sign(info)))


SAN = "--san email:an@haivan.gov.vn"
count = 0


def case(title, want, der, san=SAN):
    global count
    count += 1
    file = f"{count:02}-{title}"
    with open(os.path.join(out, file), "wb") as f:
        f.write(der)
    print(file, want, san)


NAME = "lint|policy|format|bad-name"
case("plain", "issued", request(person("Lê Văn Tám")))

# Names.
for title, cn, tag in (
        ("nul", "An\0.evil.vn", UTF8), ("nul-first", "\0An", UTF8), ("nul-last", "An\0", UTF8), ("newline", "An\nO=Khác", UTF8),
        ("escape", "An\x1b[2Jx", UTF8), ("delete", "An\x7f", UTF8), ("c1", "An\u009bx", UTF8), ("bidi", "An\u202enab", UTF8),
        ("isolate", "An\u2066x", UTF8), ("zero-width", "A\u200bn", UTF8), ("joiner", "A\u2060n", UTF8), ("bom", "\ufeffAn", UTF8),
        ("noncharacter", "An\ufffe", UTF8), ("private-use", "An\ue000", UTF8), ("tag-character", "An\U000e0041", UTF8),
        ("cyrillic", "Аn", UTF8), ("greek", "Αn", UTF8), ("eth", "Ðỗ Văn An", UTF8), ("fullwidth", "Ａn", UTF8),
        ("overlong", b"A\xc0\x80n", UTF8), ("surrogate", b"A\xed\xa0\x80n", UTF8), ("cut-utf8", b"An\xe1\xba", UTF8),
        ("lone-continuation", b"An\x80", UTF8), ("beyond-unicode", b"An\xf4\x90\x80\x80", UTF8), ("empty", "", UTF8),
        ("spaces", "   ", UTF8), ("65-characters", "ă" * 65, UTF8), ("a-million", "a" * 1000000, UTF8), ("printable-at", b"an@x", PRINTABLE),
        ("printable-utf8", "Ấn".encode(), PRINTABLE), ("bmp-odd", b"\0A\0", BMP), ("bmp-surrogate", b"\xd8\x00", BMP),
        ("universal-odd", b"\0\0\0", UNIVERSAL), ("as-integer", b"\1", 2), ("as-sequence", b"\5\0", 0x30), ("ia5-high", b"A\x80", IA5)):
    case(title, NAME + "|too-large|damaged|limit", request(person(cn, tag)))
case("64-characters", "issued", request(person("ă" * 64), Pem(make_pem("long.pem", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"))))
case("two-names", NAME, request(name(attr(C, "VN", PRINTABLE), attr(O, "x"), attr(CN, "An"), attr(CN, "Giám đốc"))))
case("no-name", NAME, request(seq()))
case("no-organization", NAME, request(name(attr(C, "VN", PRINTABLE), attr(CN, "An"))))
case("another-country", NAME, request(name(attr(C, "US", PRINTABLE), attr(O, "x"), attr(CN, "An"))))
case("lower-country", NAME, request(name(attr(C, "vn", PRINTABLE), attr(O, "x"), attr(CN, "An"))))
case("unknown-type", NAME, request(name(attr(C, "VN", PRINTABLE), attr(O, "x"), attr("1.2.3.4.5", "y"), attr(CN, "An"))))
case("email-in-name", NAME, request(name(attr(C, "VN", PRINTABLE), attr(O, "x"), attr(CN, "An"), attr("1.2.840.113549.1.9.1", "a@b.vn", IA5))))
case("domain-component", NAME, request(name(attr("0.9.2342.19200300.100.1.25", "vn", IA5), attr(C, "VN", PRINTABLE), attr(O, "x"), attr(CN, "An"))))
case("many-units", NAME + "|too-large|limit", request(name(attr(C, "VN", PRINTABLE), attr(O, "x"), *[attr(OU, f"u{i}") for i in range(300)], attr(CN, "An"))))
case("rdn-of-many", NAME, request(seq(set_of(attr(C, "VN", PRINTABLE)), set_of(attr(O, "x")), set_of(attr(CN, "An"), attr(CN, "Ba")))))
case("empty-rdn", NAME, request(seq(set_of(), set_of(attr(C, "VN", PRINTABLE)), set_of(attr(O, "x")), set_of(attr(CN, "An")))))

# Keys.
KEY = "policy|lint|weak-key|format|unsupported|bad-signature|key"
p, q = prime(1024, 3), prime(1024, 3)
case("rsa-2048", "issued", request(person("Lê Văn Tám"), Rsa([p, q])))
case("exponent-3", KEY, request(person("Ba"), Rsa([p, q], 3)))
case("exponent-1", KEY, request(person("Một"), Rsa([p, q], 1)))
case("exponent-even", KEY, request(person("Chẵn"), Rsa([p, q], 65536)))
case("exponent-huge", KEY, request(person("Lớn"), Rsa([p, q], 2 ** 521 - 1)))
case("bits-1024", KEY, request(person("Nhỏ"), Rsa([prime(512), prime(512)])))
case("bits-2047", KEY, request(person("Lẻ"), Rsa([p, prime(1023)])))
case("small-factor", KEY, request(person("Chia được"), Rsa([751, p, prime(1015)])))
case("close-primes", KEY, request(person("Gần nhau"), Rsa([p, prime(1024, start=p + 2)])))
case("a-square", KEY, request(person("Bình phương"), Rsa([p], 65537, p * p)))
case("roca", KEY, request(person("ROCA"), Rsa([roca_prime(1024), roca_prime(1024)])))
case("even-modulus", KEY, request(person("Chẵn"), Forged(seq(seq(oid("1.2.840.113549.1.1.1"), b"\5\0"), bits(seq(integer(p * q + 1), integer(65537)))))))
case("negative-modulus", KEY, request(person("Âm"), Forged(seq(seq(oid("1.2.840.113549.1.1.1"), b"\5\0"), bits(seq(integer(-p * q), integer(65537)))))))
case("zero-modulus", KEY, request(person("Không"), Forged(seq(seq(oid("1.2.840.113549.1.1.1"), b"\5\0"), bits(seq(integer(0), integer(65537)))))))
p256 = oid("1.2.840.10045.3.1.7")
ec = oid("1.2.840.10045.2.1")
for title, point in (("off-the-curve", b"\4" + b"\1" * 64), ("infinity", b"\0"), ("too-short", b"\4" + b"\1" * 63), ("zero-point", b"\4" + b"\0" * 64),
                     ("beyond-the-field", b"\4" + b"\xff" * 64), ("hybrid", b"\6" + good.spki()[-64:])):
    case(title, KEY, request(person("Điểm"), Forged(seq(seq(ec, p256), bits(point)))))
for title, curve in (("p192", "prime192v1"), ("p224", "secp224r1"), ("p521", "secp521r1"), ("bitcoin", "secp256k1"), ("brainpool", "brainpoolP256r1")):
    case(title, KEY, request(person("Đường khác"), Pem(make_pem(title + ".pem", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:" + curve))))
case("explicit-curve", KEY, request(person("Tham số"), Pem(make_pem("x.pem", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-pkeyopt", "ec_param_enc:explicit"))))
case("ed25519", KEY, request(person("Edwards"), Ed(make_pem("ed.pem", "-algorithm", "ED25519"))))
case("key-of-the-root", KEY, request(person("Gốc"), Pem("goc.pem")))
case("key-of-the-issuer", KEY, request(person("Nhà nước"), Pem("nha-nuoc.pem")))
case("key-of-another", KEY, request(person("Kẻ khác"), Pem("an.pem")))
case("signed-by-another", "bad-signature|" + KEY, request(person("Giả"), Forged(Pem("an.pem").spki())))

# Extensions that were asked for: none is given.
KU, BC, EKU, SANX = "2.5.29.15", "2.5.29.19", "2.5.29.37", "2.5.29.17"
for title, x in (
        ("ca-true", ext(BC, seq(tlv(1, b"\xff")), True)), ("ca-path-0", ext(BC, seq(tlv(1, b"\xff"), integer(0)), True)),
        ("cert-sign", ext(KU, tlv(3, b"\1\x06"), True)), ("all-usages", ext(KU, tlv(3, b"\7\xff\x80"), True)),
        ("eku-any", ext(EKU, seq(oid("2.5.29.37.0")))), ("eku-ocsp", ext(EKU, seq(oid("1.3.6.1.5.5.7.3.9")))), ("eku-tsa", ext(EKU, seq(oid("1.3.6.1.5.5.7.3.8")), True)),
        ("san-other-email", ext(SANX, seq(tlv(0x81, b"giamdoc@haivan.gov.vn")))), ("san-dns", ext(SANX, seq(tlv(0x82, b"evil.vn")))),
        ("san-ip", ext(SANX, seq(tlv(0x87, b"\x7f\0\0\1")))), ("san-uri", ext(SANX, seq(tlv(0x86, b"ldap://evil")))),
        ("san-directory", ext(SANX, seq(tlv(0xA4, person("giamdoc"))))), ("crl-address", ext("2.5.29.31", seq(seq(tlv(0xA0, tlv(0xA0, tlv(0x86, b"http://evil/x.crl"))))))),
        ("aia", ext("1.3.6.1.5.5.7.1.1", seq(seq(oid("1.3.6.1.5.5.7.48.1"), tlv(0x86, b"http://evil/ocsp"))))), ("policy-any", ext("2.5.29.32", seq(seq(oid("2.5.29.32.0"))))),
        ("ocsp-nocheck", ext("1.3.6.1.5.5.7.48.1.5", b"\5\0")), ("netscape", ext("2.16.840.1.113730.1.1", tlv(3, b"\0\xff"))), ("unknown", ext("1.2.3.4.5", b"\5\0", True)),
        ("mappings", ext("2.5.29.33", seq(seq(oid("1.2.3.4"), oid("1.2.3.5"))), True))):
    case("asks-" + title, "issued", request(person("Lê Văn Tám"), None, attributes(x)))
EMAIL = "policy|lint|format|usage|bad-name"
for title, email in (("nul", b"an@b.vn\0.evil"), ("newline", b"an@b.vn\ngiamdoc@haivan.gov.vn"), ("return", b"an@b.vn\rgiamdoc@b.vn"), ("two-signs", b"an@b@c.vn"), ("no-sign", b"an"),
                     ("high", b"an@b\x80.vn"), ("space", b"an @b.vn"), ("empty", b""), ("long", b"a" * 300 + b"@b.vn"), ("angle", b"<an@b.vn>"), ("comma", b"an@b.vn,giamdoc@b.vn")):
    case("email-" + title, EMAIL + "|too-large", request(person("Lê Văn Tám"), None, attributes(ext(SANX, seq(tlv(0x81, email))))), "")
case("emails-many", EMAIL + "|too-large", request(person("Lê Văn Tám"), None, attributes(ext(SANX, seq(*[tlv(0x81, f"a{i}@b.vn".encode()) for i in range(200)])))), "")
case("no-email", EMAIL, request(person("Lê Văn Tám")), "")

# Forms.
FORM = "format|bad-signature|damaged|unsupported|too-large|policy|lint"
plain = request(person("Lê Văn Tám"))
case("trailing", FORM, plain + b"\0")
case("twice", FORM, plain + plain)
case("version-1", FORM, request(person("Lê Văn Tám"), version=1))
case("version-negative", FORM, request(person("Lê Văn Tám"), version=-1))
case("indefinite", FORM, b"\x30\x80" + plain[4:] + b"\0\0")
case("long-length", FORM, b"\x30\x83\0" + plain[2:4] + plain[4:])
case("signature-cut", FORM, plain[:-8])
case("two-wishes", FORM + "|issued", request(person("Lê Văn Tám"), None, attributes(wrap=2 * seq(oid("1.2.840.113549.1.9.14"), set_of(seq(ext(BC, seq())))))))
case("twice-the-same", FORM, request(person("Lê Văn Tám"), None, attributes(ext(KU, tlv(3, b"\1\x06")), ext(KU, tlv(3, b"\7\x80")))))
case("deep", FORM, b"".join(b"\x30\x82" + (4 * i).to_bytes(2, "big") for i in range(8000, 0, -1)))
case("challenge", "issued", request(person("Lê Văn Tám"), None, attributes(wrap=seq(oid("1.2.840.113549.1.9.7"), set_of(tlv(UTF8, b"secret"))))))
