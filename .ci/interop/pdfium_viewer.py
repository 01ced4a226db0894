"""Shows PDF files with PDFium: names of files on standard input, one a line.

For each the number of pages on a line (-1 for a file that it does not open), and
for each page its width and height on a line and its samples, red, green, blue.
"""

import sys

import pypdfium2

SCALE = float(sys.argv[1])


def pages(name):
    document = pypdfium2.PdfDocument(name)
    try:
        if document.get_formtype():
            document.init_forms()
        for page in document:
            bitmap = page.render(scale=SCALE, rev_byteorder=True, force_bitmap_format=pypdfium2.raw.FPDFBitmap_BGR)
            rows = bytes(bitmap.buffer)
            width = 3 * bitmap.width
            yield bitmap.width, bitmap.height, b"".join(rows[at:at + width] for at in range(0, len(rows), bitmap.stride))
    finally:
        document.close()


for line in sys.stdin:
    try:
        shown = list(pages(line.rstrip("\n")))
    except pypdfium2.PdfiumError:
        shown = None
    out = sys.stdout.buffer
    out.write(b"%d\n" % (-1 if shown is None else len(shown)))
    for width, height, samples in shown or []:
        out.write(b"%d %d\n" % (width, height))
        out.write(samples)
    out.flush()
