"""Judges a page that antin verify --html wrote: balanced, nothing loaded, nothing run, readable aloud.
usage: html_page.py LANG SHEETS FILE...     (imported by verify_html.sh's own checks as well)"""
import base64, hashlib, re, sys, unicodedata, xml.etree.ElementTree as ET
from html.parser import HTMLParser

VOID = {"meta", "br"}
ALLOWED = {"html", "head", "meta", "title", "style", "body", "header", "main", "section", "article", "footer", "h1", "h2", "h3", "p",
           "table", "caption", "thead", "tbody", "tr", "th", "td", "ol", "ul", "li", "span", "small", "code", "a", "br"}
ATTRIBUTES = {"html": {"lang"}, "meta": {"charset", "http-equiv", "content", "name"}, "th": {"scope"}, "a": {"href"}, "span": {"class", "lang"}, "ol": {"class"},
              "article": {"class", "aria-labelledby"}, "section": {"class", "aria-labelledby"}, "h2": {"id"}}
POLICY = "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'"
FOUL = ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp")

class Page(HTMLParser):
    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.wrong, self.stack, self.seen, self.texts, self.headings = [], [], [], {}, []
        self.ids, self.refs, self.rows, self.style, self.lang, self.metas = [], [], [], "", None, []
        self.articles, self.cell = 0, None
        self.feed(text); self.close()
        if self.stack: self.bad("not closed:", self.stack)
    def bad(self, *what): self.wrong.append(" ".join(map(str, what))[:300])
    def handle_decl(self, decl):
        if decl != "DOCTYPE html" or self.seen: self.bad("declaration", decl)
    def handle_comment(self, data): self.bad("a comment:", data)
    def handle_pi(self, data): self.bad("an instruction:", data)
    def unknown_decl(self, data): self.bad("a declaration:", data)
    def handle_startendtag(self, tag, attrs): self.handle_starttag(tag, attrs)
    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in ALLOWED: self.bad("element", tag)
        a = dict(attrs)
        if len(a) != len(attrs): self.bad("attribute twice in", tag)
        for k in a:
            if k not in ATTRIBUTES.get(tag, set()): self.bad("attribute", k, "of", tag)
        if tag == "html": self.lang = a.get("lang")
        if tag == "meta": self.metas.append(a)
        if tag == "th" and a.get("scope") not in ("row", "col"): self.bad("th without scope")
        if "id" in a: self.ids.append(a["id"])
        if "aria-labelledby" in a: self.refs.append(a["aria-labelledby"])
        if tag == "a":
            if not a.get("href", "").startswith("#"): self.bad("a link out:", a)
            self.refs.append(a.get("href", "#")[1:])
        if tag == "article": self.articles += 1
        if tag in ("h1", "h2", "h3"): self.headings.append([int(tag[1]), ""])
        if tag == "tr": self.rows.append([])
        if tag in ("th", "td"): self.rows[-1].append("")
        if tag == "br" and self.stack and self.stack[-1] in ("td", "th"): self.rows[-1][-1] += "\n"
        if tag not in VOID: self.stack.append(tag)
    def handle_endtag(self, tag):
        if tag in VOID: return
        if not self.stack or self.stack[-1] != tag: self.bad("closes", tag, "inside of", self.stack[-3:])
        else: self.stack.pop()
    def handle_data(self, data):
        if any(c != "\n" and unicodedata.category(c) in FOUL for c in data): self.bad("foreign characters:", ascii(data))
        if not self.stack:
            if data.strip(): self.bad("text outside:", data)
            return
        if self.stack[-1] == "style": self.style += data
        for h in ("h1", "h2", "h3"):
            if h in self.stack: self.headings[-1][1] += data
        if "th" in self.stack or "td" in self.stack: self.rows[-1][-1] += data
        if self.stack[-1] in ("table", "thead", "tbody", "tr", "ol", "ul") and data.strip(): self.bad("text loose in", self.stack[-1], data)

def judge(raw, lang, sheets):
    """The page and what is wrong with it."""
    text = raw.decode("utf-8")
    p = Page(text)
    try: ET.fromstring(text.replace("<!DOCTYPE html>", "", 1))
    except ET.ParseError as e: p.bad("not well-formed:", e)
    foul = {c for c in text if c != "\n" and unicodedata.category(c) in FOUL}
    if foul: p.bad("foreign characters:", ascii(foul))
    if not text.startswith("<!DOCTYPE html>\n<html lang="): p.bad("begins with", text[:40])
    if p.lang != lang: p.bad("language", p.lang)
    if text.count(' lang="vi"') > (1 if lang == "vi" else text.count('<span lang="vi">')): p.bad("a language for nothing")
    want = POLICY % base64.b64encode(hashlib.sha256(p.style.encode()).digest()).decode()
    if {"http-equiv": "Content-Security-Policy", "content": want} != p.metas[1]: p.bad("policy:", p.metas[1:2])
    if p.metas[0] != {"charset": "utf-8"}: p.bad("charset", p.metas[0])
    if re.search(r"url\(|@import|expression|javascript:", p.style, re.I): p.bad("the style loads something")
    if "@page{size:A4" not in p.style or "break-before:page" not in p.style: p.bad("not made for A4")
    for one in ("main", "header", "footer", "h1", "title", "style"):
        if p.seen.count(one) != 1: p.bad(p.seen.count(one), "times", one)
    if p.articles != sheets: p.bad(p.articles, "sheets instead of", sheets)
    level = 0
    for h, words in p.headings:
        if h > level + 1: p.bad("a heading of level", h, "below one of", level)
        if not words.strip(): p.bad("an empty heading")
        level = h
    if len(set(p.ids)) != len(p.ids): p.bad("an id twice")
    for r in p.refs:
        if r not in p.ids: p.bad("points to nothing:", r)
    if p.seen.count("table") != p.seen.count("caption") + p.seen.count("thead") - text.count("</caption><thead>"): p.bad("a table without caption or head")
    for row in p.rows:
        if len(row) < 2 or not row[0].strip(): p.bad("a row without a name:", row)
    return p

if __name__ == "__main__":
    wrong = 0
    for file in sys.argv[3:]:
        for w in judge(open(file, "rb").read(), sys.argv[1], int(sys.argv[2])).wrong:
            print(f"{file}: {w}"); wrong = 1
    sys.exit(wrong)
