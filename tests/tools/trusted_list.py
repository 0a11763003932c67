#!/usr/bin/python3
# A trusted list (ETSI TS 119 612) with an empty signature, for xmlsec1 --sign to fill.
# usage: trusted_list.py KEY=VALUE... SERVICE...   SERVICE is TYPE,STATUS,FROM,CERT[,STATUS,FROM]...
#        keys: sequence issued next territory name version canon transform method signer
import base64, hashlib, re, sys

SVC = "http://uri.etsi.org/TrstSvc/Svctype/"
STATUS = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
given = {"sequence": "1", "issued": "2026-11-01T00:00:00Z", "next": "2099-01-01T00:00:00Z", "territory": "VN",
         "name": "VN:Danh sách thử", "version": "6", "canon": EXC, "transform": EXC,
         "method": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", "signer": ""}
services = []
for word in sys.argv[1:]:
    m = re.fullmatch(r"([a-z]+)=(.*)", word, re.S)
    if m: given[m[1]] = m[2]
    else: services.append(word.split(","))

def der(path):
    text = open(path).read()
    return base64.b64decode("".join(line for line in text[text.index("-----BEGIN CERT"):].splitlines()[1:]
                                    if not line.startswith("-")) if "-----BEGIN CERT" in text else text)

def state(kind, status, since):
    return (f"<tsl:ServiceStatus>{STATUS}{status}</tsl:ServiceStatus>"
            f"<tsl:StatusStartingTime>{since}</tsl:StatusStartingTime>")

def service(kind, status, since, cert, *past):
    head = f"<tsl:ServiceTypeIdentifier>{SVC}{kind}</tsl:ServiceTypeIdentifier>"
    out = ["<tsl:TSPService><tsl:ServiceInformation>", head,
           '<tsl:ServiceName><tsl:Name xml:lang="vi">Dịch vụ</tsl:Name></tsl:ServiceName>',
           "<tsl:ServiceDigitalIdentity><tsl:DigitalId><tsl:X509Certificate>",
           base64.b64encode(der(cert)).decode(),
           "</tsl:X509Certificate></tsl:DigitalId></tsl:ServiceDigitalIdentity>",
           state(kind, status, since), "</tsl:ServiceInformation>"]
    if past:
        out.append("<tsl:ServiceHistory>")
        for i in range(0, len(past), 2):
            out += ["<tsl:ServiceHistoryInstance>", head, state(kind, past[i], past[i + 1]),
                    "</tsl:ServiceHistoryInstance>"]
        out.append("</tsl:ServiceHistory>")
    return "".join(out) + "</tsl:TSPService>"

def reference(attributes, transforms):
    return (f"<ds:Reference {attributes}><ds:Transforms>{transforms}</ds:Transforms>"
            '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>')

bound = base64.b64encode(hashlib.sha256(der(given["signer"])).digest()).decode() if given["signer"] else ""
binding = ('<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>'
           '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
           f"<ds:DigestValue>{bound}</ds:DigestValue></xades:CertDigest></xades:Cert></xades:SigningCertificateV2>") if bound else ""
following = f"<tsl:dateTime>{given['next']}</tsl:dateTime>" if given["next"] else ""
sys.stdout.write(f"""<?xml version="1.0" encoding="UTF-8"?>
<!-- comments are not signed -->
<tsl:TrustServiceStatusList xmlns:tsl="http://uri.etsi.org/02231/v2#" Id="list" TSLTag="http://uri.etsi.org/19612/TSLTag">
  <tsl:SchemeInformation>
    <tsl:TSLVersionIdentifier>{given['version']}</tsl:TSLVersionIdentifier>
    <tsl:TSLSequenceNumber>{given['sequence']}</tsl:TSLSequenceNumber>
    <tsl:TSLType>http://uri.etsi.org/TrstSvc/TrustedList/TSLType/CClist</tsl:TSLType>
    <tsl:SchemeName><tsl:Name xml:lang="vi">{given['name']}</tsl:Name></tsl:SchemeName>
    <tsl:SchemeTerritory>{given['territory']}</tsl:SchemeTerritory>
    <tsl:ListIssueDateTime>{given['issued']}</tsl:ListIssueDateTime>
    <tsl:NextUpdate>{following}</tsl:NextUpdate>
  </tsl:SchemeInformation>
  <tsl:TrustServiceProviderList>
    <tsl:TrustServiceProvider><tsl:TSPServices>{"".join(service(*s) for s in services)}</tsl:TSPServices></tsl:TrustServiceProvider>
  </tsl:TrustServiceProviderList>
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="sig"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{given['canon']}"/><ds:SignatureMethod Algorithm="{given['method']}"/>{
reference('URI=""', f'<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><ds:Transform Algorithm="{given["transform"]}"/>')}{
reference('Type="http://uri.etsi.org/01903#SignedProperties" URI="#props"', f'<ds:Transform Algorithm="{given["transform"]}"/>')
}</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo><ds:Object><xades:QualifyingProperties xmlns:xades="http://uri.etsi.org/01903/v1.3.2#" Target="#sig"><xades:SignedProperties Id="props"><xades:SignedSignatureProperties><xades:SigningTime>{given['issued']}</xades:SigningTime>{binding}</xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature></tsl:TrustServiceStatusList>
""")
