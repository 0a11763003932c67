"""Asks LibreOffice how it sees the signatures of PDF files.

usage: office_judge.py PIPE FILE...   (run by the distribution's python3, which has uno)
Prints a line per file: name, number of signatures, then per signature "valid" or "invalid",
"whole" or "partial".
"""
import sys
import time

import uno
from com.sun.star.beans import PropertyValue


def connect(pipe):
    context = uno.getComponentContext()
    resolver = context.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", context)
    for _ in range(120):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except Exception:  # the office is still starting
            time.sleep(0.5)
    raise SystemExit("LibreOffice did not start")


def main():
    context = connect(sys.argv[1])
    manager = context.ServiceManager
    access = manager.createInstanceWithContext("com.sun.star.ucb.SimpleFileAccess", context)
    for path in sys.argv[2:]:
        judge = manager.createInstanceWithArgumentsAndContext(
            "com.sun.star.security.DocumentDigitalSignatures", ("1.2",), context)
        stream = access.openFileRead(uno.systemPathToFileUrl(path))
        found = judge.verifyDocumentContentSignatures(None, stream)
        words = [f"{'valid' if s.SignatureIsValid else 'invalid'} "
                 f"{'partial' if s.PartialDocumentSignature else 'whole'}" for s in found]
        print(path.rsplit("/", 1)[-1], len(found), "; ".join(words), flush=True)
    try:
        manager.createInstanceWithContext("com.sun.star.frame.Desktop", context).terminate()
    except Exception:  # the connection ends with the office
        pass


if __name__ == "__main__":
    main()
