"""Write ``examples/files/``: one small, real document for each format with text, most of them about one company.

Run it manually to change the content (it needs the dependency group ``test``). The files are committed. The same
content always produces the same bytes: office archives have a fixed date. The demo, the docs and the tests use them.
"""

from __future__ import annotations

import csv
import datetime
import io
import struct
import sys
import textwrap
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from odf.opendocument import OpenDocumentText
from odf.style import Style, TextProperties
from odf.text import A, H, P, Span
from pptx import Presentation
from pptx.util import Inches
from xlsxwriter import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

TITLE = "Northwind Cycles: annual report 2025"
SUMMARY = (
    "Northwind Cycles sold 18,420 bicycles in 2025, 12.5% more than the year before. "
    "Repairs and leasing now bring in a third of the revenue."
)
OUTLOOK = (
    "In 2026 we open two workshops, in Utrecht and in Ghent. Questions about this report go to "
    "investors@northwind.example, figures are at https://northwind.example/reports/2025?lang=en."
)
GREETING = "Dear {customer_name}, thank you for riding with us for %d years."
FIGURES = (("City bikes", 9120, 6384000), ("Cargo bikes", 3300, 11550000), ("Children's bikes", 6000, 1980000))
WRITTEN = datetime.datetime(2026, 2, 3, 9, 0)


def png() -> bytes:
    """Return the company's logo: a green square of 48 pixels with a white bar."""
    rows = b"".join(
        b"\0" + b"".join(b"\xff\xff\xff" if 20 <= y < 28 else b"\x1b\x7f\x4b" for _ in range(48)) for y in range(48)
    )

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 48, 48, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def with_fixed_date(content: bytes) -> bytes:
    """Return the archive with the same date for all parts, so that it is reproducible."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w") as target:
        for info in source.infolist():
            entry = zipfile.ZipInfo(info.filename, WRITTEN.timetuple()[:6])
            entry.compress_type, entry.external_attr = info.compress_type, 0o644 << 16
            target.writestr(entry, source.read(info))
    return result.getvalue()


def docx() -> bytes:
    """Return two pages with a header, formatted runs, a link, a picture and a table."""
    document: Any = Document()
    document.core_properties.author, document.core_properties.title = "Northwind Cycles", TITLE
    document.core_properties.created = document.core_properties.modified = WRITTEN
    document.sections[0].header.paragraphs[0].text = "Northwind Cycles, for shareholders"
    document.add_heading(TITLE, 0)
    paragraph = document.add_paragraph("Revenue grew by ")
    paragraph.add_run("12.5%").bold = True
    paragraph.add_run(", the best year since ")
    paragraph.add_run("the company was founded").italic = True
    paragraph.add_run(" in 1987.")
    document.add_paragraph(SUMMARY)
    document.add_picture(io.BytesIO(png()))
    table = document.add_table(rows=1, cols=3, style="Light Grid Accent 1")
    for cell, heading in zip(table.rows[0].cells, ("Product", "Sold", "Revenue in euros"), strict=True):
        cell.text = heading
    for name, sold, revenue in FIGURES:
        for cell, value in zip(table.add_row().cells, (name, f"{sold:,}", f"{revenue:,}"), strict=True):
            cell.text = value
    document.add_page_break()
    document.add_heading("Outlook", 1)
    document.add_paragraph(OUTLOOK)
    paragraph = document.add_paragraph("Read more on ")
    link = OxmlElement("w:hyperlink")
    target = document.part.relate_to("https://northwind.example/about", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link.set(qn("r:id"), target)
    run = paragraph.add_run("our website")
    link.append(run._r)
    paragraph._p.append(link)
    greeting = document.add_paragraph(GREETING[:9])  # the placeholder is split into two runs, as often in Word
    greeting.add_run(GREETING[9:]).bold = True
    return with_fixed_date(saved(document.save))


def xlsx() -> bytes:
    """Return two worksheets with shared strings, formulas, dates and number formats."""
    stream = io.BytesIO()
    with Workbook(stream) as workbook:
        workbook.set_properties({"author": "Northwind Cycles", "title": TITLE, "created": WRITTEN})
        bold = workbook.add_format({"bold": True})
        money, day = workbook.add_format({"num_format": "#,##0 €"}), workbook.add_format({"num_format": "yyyy-mm-dd"})
        sales = workbook.add_worksheet("Sales")
        sales.set_column(0, 3, 18)
        sales.write_row(0, 0, ["Product", "Sold", "Revenue in euros", "Counted on"], bold)
        for row, (name, sold, revenue) in enumerate(FIGURES, 1):
            sales.write_row(row, 0, [name, sold])
            sales.write_number(row, 2, revenue, money)
            sales.write_datetime(row, 3, datetime.date(2025, 12, 31), day)
        sales.write_string(4, 0, "Total", bold)
        sales.write_formula(4, 1, "=SUM(B2:B4)", bold, sum(sold for _, sold, _ in FIGURES))
        sales.write_formula(4, 2, "=SUM(C2:C4)", money, sum(revenue for _, _, revenue in FIGURES))
        stock = workbook.add_worksheet("Stock")
        stock.set_column(0, 2, 34)
        stock.write_row(0, 0, ["Product", "In stock", "Remark"], bold)
        stock.write_row(1, 0, ["City bikes", 812, "New colours arrive in March."])
        stock.write_row(2, 0, ["Cargo bikes", 95, "Order early: delivery takes 6 weeks."])
    return with_fixed_date(stream.getvalue())


def pptx() -> bytes:
    """Return three slides with a title, a list, a picture and notes."""
    deck: Any = Presentation()
    deck.core_properties.author, deck.core_properties.title = "Northwind Cycles", TITLE
    deck.core_properties.created = deck.core_properties.modified = WRITTEN
    first = deck.slides.add_slide(deck.slide_layouts[0])
    first.shapes.title.text, first.placeholders[1].text = TITLE, "Presented to the shareholders"
    second = deck.slides.add_slide(deck.slide_layouts[1])
    second.shapes.title.text = "What we sold"
    body = second.placeholders[1].text_frame
    body.text = SUMMARY
    for name, sold, _ in FIGURES:
        body.add_paragraph().text = f"{name}: {sold:,}"
    second.notes_slide.notes_text_frame.text = "Mention the new workshop first."
    third = deck.slides.add_slide(deck.slide_layouts[5])
    third.shapes.title.text = "Outlook"
    third.shapes.add_picture(io.BytesIO(png()), Inches(1), Inches(2))
    third.shapes.add_textbox(Inches(3), Inches(2), Inches(5), Inches(2)).text_frame.text = OUTLOOK
    return with_fixed_date(saved(deck.save))


def odt() -> bytes:
    """Return a letter with a heading, a formatted span and a link."""
    document: Any = OpenDocumentText()
    document.meta.childNodes.clear()  # the library adds a creation date
    bold = Style(name="Bold", family="text")
    bold.addElement(TextProperties(fontweight="bold"))
    document.automaticstyles.addElement(bold)
    document.text.addElement(H(outlinelevel=1, text="A letter to our customers"))
    document.text.addElement(P(text=GREETING))
    paragraph = P(text="Your next service is ")
    paragraph.addElement(Span(stylename=bold, text="free of charge"))
    paragraph.addText(" until 30 June 2026. Book it on ")
    paragraph.addElement(A(href="https://northwind.example/service", text="our website"))
    paragraph.addText(".")
    document.text.addElement(paragraph)
    return with_fixed_date(saved(document.write))


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    """Return the bytes that a library writes to a stream."""
    stream = io.BytesIO()
    save(stream)
    return stream.getvalue()


def pdf() -> bytes:
    """Return two pages of text in a standard font, without a library."""
    pages = [[TITLE, *textwrap.wrap(SUMMARY, 80)], ["Outlook", *textwrap.wrap(OUTLOOK, 80)]]
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [4 0 R 6 0 R] /Count 2 >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for lines in pages:
        shown = "".join(f"({line}) Tj T*\n" for line in lines)
        content = f"BT /F1 12 Tf 18 TL 60 780 Td\n{shown}ET\n"
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] "
            f"/Resources << /Font << /F1 3 0 R >> >> /Contents {len(objects) + 2} 0 R >>"
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}endstream")
    result, offsets = "%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        offsets.append(len(result))
        result += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    result += f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return f"{result}startxref\n{result.rindex('xref')}\n%%EOF\n".encode("latin-1")


def table() -> str:
    """Return the price list."""
    stream = io.StringIO()
    rows = csv.writer(stream, lineterminator="\n")
    rows.writerow(["id", "product", "description", "price"])
    rows.writerow(["C-100", "City bike", "Light, quiet and made for every day", "699.00"])
    rows.writerow(["L-200", "Cargo bike", 'Carries children, shopping, and a "small" sofa', "3499.00"])
    rows.writerow(["K-050", "Children's bike", "Grows with the child, from 4 to 8 years", "329.00"])
    return stream.getvalue()


MARKDOWN = f"""\
---
title: "Choosing a bicycle"
description: What to look for before you buy
date: 2026-02-03
draft: false
tags: [bicycles, advice]
author:
  name: Anna de Vries
  email: anna@northwind.example
---

# Choosing a bicycle

{SUMMARY}

## Before you buy

- Sit on it: your feet must **reach the ground**.
- Read our [guide to sizes](https://northwind.example/sizes "Sizes") and the [terms][terms].
- Set `frame_size` in the configurator:

```python
bike.configure(frame_size=54, colour="green")
```

{{{{< figure src="/images/city.jpg" alt="A green city bike" caption="Our best seller in 2025" >}}}}

| Model | Good for | Price |
|-------|----------|------:|
| City  | Short ways | 699 € |
| Cargo | Families | 3,499 € |

{{{{% notice tip %}}}}
Try it first: {GREETING}
{{{{% /notice %}}}}

[terms]: https://northwind.example/terms
"""

HARBOUR = """\
---
title: "Harbour report"
draft: false
---
# Harbour report

The ferry to **Ærø** left {time} minutes late on 12 of 30 days.

- Tickets: [book here](https://ferry.example/book)
- Questions: harbour@ferry.example

```sh
ferry --status
```
"""

HTML = f"""\
<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>{TITLE}</title>
  <style>h1 {{ color: #1b7f4b }}</style>
</head>
<body>
  <h1>{TITLE}</h1>
  <p>Revenue grew by <b>12.5%</b>, the <em>best year</em> since the company was founded.</p>
  <p>{SUMMARY.replace("Repairs and", "Repairs &amp;")}</p>
  <img src="logo.png" alt="The company's logo">
  <ul>
    <li><a href="https://northwind.example/about" title="About the company">About us</a></li>
    <li>Call <code>config.set("lang")</code> to change the language of the shop.</li>
  </ul>
  <script>console.log("loaded");</script>
</body>
</html>
"""

SRT = """\
1
00:00:01,000 --> 00:00:04,000
Welcome to Northwind Cycles.
Today we repair a flat tyre.

2
00:00:04,500 --> 00:00:08,250
<i>First, take off the wheel.</i>

3
00:00:09,000 --> 00:00:12,000
You will need {0} tools and 10 minutes.
"""

XML = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- The shop's catalogue, as the website reads it. -->
<catalogue xmlns="https://northwind.example/catalogue" currency="EUR">
  <product id="C-100">
    <sku>CITY-100-GREEN</sku>
    <name>City bike</name>
    <text>Light and <em>quiet</em>, with lights &amp; lock.</text>
    <price>699.00</price>
  </product>
  <product id="L-200">
    <sku>CARGO-200-BLUE</sku>
    <name>Cargo bike</name>
    <text>Carries up to 120 kg.</text>
    <price>3499.00</price>
  </product>
</catalogue>
"""

RESX = """\
<?xml version="1.0" encoding="utf-8"?>
<root>
  <resheader name="resmimetype"><value>text/microsoft-resx</value></resheader>
  <resheader name="version"><value>2.0</value></resheader>
  <data name="Greeting" xml:space="preserve">
    <value>Welcome back, {0}!</value>
    <comment>{0} is the customer's first name</comment>
  </data>
  <data name="CartEmpty" xml:space="preserve">
    <value>Your cart is empty.</value>
  </data>
  <data name="Window.Size" type="System.Drawing.Size, System.Drawing">
    <value>640, 480</value>
  </data>
</root>
"""

TEXT = f"{TITLE}\n\n{SUMMARY}\n\n{OUTLOOK}\n\n{GREETING}\n"


def main() -> int:
    """Write all files and print their paths."""
    folder = Path(__file__).parent / "files"
    folder.mkdir(exist_ok=True)
    contents: dict[str, bytes | str] = {
        "report.docx": docx(),
        "report.pdf": pdf(),
        "report.html": HTML,
        "report.txt": TEXT,
        "sales.xlsx": xlsx(),
        "talk.pptx": pptx(),
        "letter.odt": odt(),
        "advice.md": MARKDOWN,
        "harbour.md": HARBOUR,
        "prices.csv": table(),
        "repair.srt": SRT,
        "catalogue.xml": XML,
        "Messages.resx": RESX,
    }
    for name, content in contents.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)
        print(f"{folder / name}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
