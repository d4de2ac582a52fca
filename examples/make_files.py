"""Makes the example sources of the demo: ``python examples/make_files.py`` (needs python-docx)."""

from pathlib import Path

import docx

FILES = Path(__file__).parent / "files"
MARKDOWN = """\
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

if __name__ == "__main__":
    FILES.mkdir(exist_ok=True)
    (FILES / "harbour.md").write_text(MARKDOWN, encoding="utf-8", newline="\n")
    document = docx.Document()
    document.add_heading("Quarterly report", 1)
    paragraph = document.add_paragraph("Revenue grew by 12 % to ")
    paragraph.add_run("3.4 million").bold = True
    paragraph.add_run(", {name} told the board.")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text = "Region"
    table.rows[0].cells[1].text = "North"
    document.save(str(FILES / "report.docx"))
