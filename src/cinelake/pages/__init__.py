"""Self-contained HTML pages: the assembler, and the browser code of both pages in web/."""
