"""Has pyHanko sign PDF files: orders as lines of JSON on standard input.

A file that is encrypted is opened with the empty password. The time of signing is
that of the order, told by faketime.
"""

import json
import sys

from asn1crypto import keys, x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore


def read(name):
    with open(name, "rb") as f:
        return f.read()


def sign(order):
    registry = SimpleCertificateStore()
    registry.register_multiple([x509.Certificate.load(read(f)) for f in order["others"]])
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(read(order["certificate"])),
        signing_key=keys.PrivateKeyInfo.load(read(order["key"])),
        cert_registry=registry,
    )
    meta = signers.PdfSignatureMetadata(
        field_name=order["field"], md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason="Келісемін"
    )
    with open(order["file"], "rb") as f, open(order["out"], "wb") as out:
        writer = IncrementalPdfFileWriter(f, strict=False)
        if writer.prev.encrypted:
            writer.encrypt(b"")
        signers.sign_pdf(writer, meta, signer=signer, output=out)


def main():
    for line in sys.stdin:
        order = json.loads(line)
        try:
            sign(order)
            answer = ""
        except Exception as e:  # is told, and the row fails
            answer = f"{type(e).__name__}: {e}"
        print(json.dumps({"error": answer}), flush=True)


main()
