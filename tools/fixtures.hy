#[[Makes the documents in tests/documents/ by the programs that write them in life.

    python -m hy tools/fixtures.hy

Run it from the project's root. It needs LibreOffice, Pandoc and QPDF (on Debian: `apt install
libreoffice-writer-nogui libreoffice-calc-nogui pandoc qpdf`). The first two write the same story
in each of their formats.]]

(import
  pathlib [Path]
  shutil
  subprocess
  tempfile [TemporaryDirectory])

(setv
  FOLDER (Path "tests/documents")
  BY-PANDOC ["docx" "epub" "html" "odt" "pptx" "rtf"]
  BY-LIBREOFFICE ["docx" "epub" "html" "odt" "pdf" "rtf"]
  WORKBOOKS ["ods" "xls" "xlsx"]
  ;; For Pandoc: a footnote, a comment, a list, a table, a verse, a link.
  STORY #[[---
title: The Keeper’s Lamp
lang: en
---

# One

The keeper climbed the stairs every evening, and every evening he counted them, although their
number had never changed since the tower was built. “Ninety-nine,” he said.[^1] The lamp did not
answer.

On clear nights he could see the *far* coast.[Could he?]{.comment-start id="0" author="Ben"
date="2025-01-04T12:00:00Z"}[]{.comment-end id="0"} On others he asked
[the fog](https://example.com/fog).

- oil
- a wick

[^1]: He was wrong: there were a hundred.

# Two

| day   | weather  |
|-------|----------|
| one   | fog      |
| two   | more fog |

| The sea is wide,
| the lamp is small.

Zażółć gęślą jaźń. 狐が歌う。 🦊 & \<tags\> stay.
]]
  PARAGRAPH (+ "<text:p text:style-name=\"Body\">The keeper climbed the stairs every evening, and "
    "every evening he counted them, although their number had never changed since the tower was "
    "built.<text:note text:note-class=\"footnote\"><text:note-citation>1</text:note-citation>"
    "<text:note-body><text:p>He was wrong: there were a hundred.</text:p></text:note-body>"
    "</text:note> “Ninety-nine,” he said. The lamp did not answer, and he climbed down again, for "
    "nobody had ever seen the lamp answer when the fog was in the bay.</text:p>")
  ;; For workbooks: dates, numbers, formulas, lines within a cell, an empty row, a second sheet.
  PEOPLE #[[<?xml version="1.0" encoding="UTF-8"?>
<office:document office:version="1.2"
  office:mimetype="application/vnd.oasis.opendocument.spreadsheet"
  xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
  xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2"
  xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"
  xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
  xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0">
<office:automatic-styles>
<number:date-style style:name="N1"><number:day/><number:text>.</number:text><number:month/>
<number:text>.</number:text><number:year number:style="long"/></number:date-style>
<number:boolean-style style:name="N2"><number:boolean/></number:boolean-style>
<style:style style:name="day" style:family="table-cell" style:data-style-name="N1"/>
<style:style style:name="truth" style:family="table-cell" style:data-style-name="N2"/>
</office:automatic-styles>
<office:body><office:spreadsheet>
<table:table table:name="People">
<table:table-row>
<table:table-cell office:value-type="string"><text:p>Name</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Born</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Height</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Double</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Keeper?</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Story</text:p></table:table-cell>
</table:table-row>
<table:table-row>
<table:table-cell office:value-type="string"><text:p>Anna  Björn</text:p></table:table-cell>
<table:table-cell table:style-name="day" office:value-type="date" office:date-value="1990-05-04"/>
<table:table-cell office:value-type="float" office:value="1.75"/>
<table:table-cell table:formula="of:=[.C2]*2" office:value-type="float" office:value="3.5"/>
<table:table-cell table:style-name="truth" office:value-type="boolean"
 office:boolean-value="true"/>
<table:table-cell office:value-type="string"><text:p>She sings.</text:p><text:p/>
<text:p>She rests.</text:p></table:table-cell>
</table:table-row>
<table:table-row><table:table-cell table:number-columns-repeated="6"/></table:table-row>
<table:table-row>
<table:table-cell office:value-type="string"><text:p>Ben</text:p></table:table-cell>
<table:table-cell table:style-name="day" office:value-type="date" office:date-value="2001-12-31"/>
<table:table-cell office:value-type="float" office:value="2"/>
<table:table-cell table:formula="of:=[.C4]*2" office:value-type="float" office:value="4"/>
<table:table-cell table:style-name="truth" office:value-type="boolean"
 office:boolean-value="false"/>
<table:table-cell office:value-type="string"><text:p>A "fox", &amp; fog</text:p>
</table:table-cell>
</table:table-row>
</table:table>
<table:table table:name="Places">
<table:table-row><table:table-cell office:value-type="string"><text:p>Place</text:p>
</table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Rome</text:p>
</table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Paris</text:p>
</table:table-cell></table:table-row>
</table:table>
</office:spreadsheet></office:body></office:document>
]]
  ;; For encrypted ones.
  FOX #[[%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources<</Font<</F
5 0 R>>>>>>endobj
4 0 obj<</Length 40>>stream
BT /F 12 Tf 9 99 Td (A fox sings.) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>]]
  ;; For a PDF with notes, running heads and feet: many small pages.
  PAGES (+ #[[<?xml version="1.0" encoding="UTF-8"?>
<office:document office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text"
  xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
  xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"
  xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">
<office:automatic-styles>
<style:page-layout style:name="Small"><style:page-layout-properties fo:page-width="14cm"
 fo:page-height="14cm" fo:margin-left="2cm" fo:margin-right="2cm"/><style:header-style/>
<style:footer-style/></style:page-layout>
<style:style style:name="Body" style:family="paragraph"><style:paragraph-properties
 fo:text-align="justify" fo:text-indent="6mm"/></style:style></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="Small">
<style:header><text:p>The Keeper’s Lamp</text:p><text:p>A. Writer</text:p></style:header>
<style:footer><text:p>Page <text:page-number/></text:p></style:footer></style:master-page>
</office:master-styles><office:body><office:text>]]
    (* PARAGRAPH 10) "</office:text></office:body></office:document>")
  ;; For LibreOffice: besides, a deleted passage, a table of contents, a frame, many spaces.
  FLAT #[[<?xml version="1.0" encoding="UTF-8"?>
<office:document office:version="1.2" office:mimetype="application/vnd.oasis.opendocument.text"
  xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
  xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
  xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
  xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
  xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/">
<office:body><office:text>
<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info>
<dc:creator>Ben</dc:creator><dc:date>2025-01-04T12:00:00</dc:date></office:change-info>
<text:p>He never sang.</text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:p>The Keeper’s Lamp</text:p>
<text:table-of-content text:name="Contents"><text:table-of-content-source
 text:outline-level="3"/><text:index-body><text:index-title text:name="T"><text:p>What is
 where</text:p></text:index-title><text:p>One<text:tab/>1</text:p><text:p>Two<text:tab/>1</text:p>
</text:index-body></text:table-of-content>
<text:h text:outline-level="1">One</text:h>
<text:p>The keeper climbed the stairs every evening, and every evening he counted them, although
 their number had never changed since the tower was built. “Ninety-nine,” he said.<text:note
 text:id="n1" text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>
<text:p>He was wrong: there were a hundred.</text:p></text:note-body></text:note> The lamp did not
 answer.</text:p>
<text:p>On clear nights he could see the <text:span>far</text:span> coast.<office:annotation>
<dc:creator>Ben</dc:creator><dc:date>2025-01-04T12:00:00</dc:date><text:p>Could he?</text:p>
</office:annotation> On others he asked <text:a
 xlink:type="simple" xlink:href="https://example.com/fog">the
 fog</text:a>.<text:change text:change-id="c1"/></text:p>
<text:list><text:list-item><text:p>oil</text:p></text:list-item>
<text:list-item><text:p>a wick</text:p></text:list-item></text:list>
<text:h text:outline-level="1">Two</text:h>
<table:table><table:table-column table:number-columns-repeated="2"/>
<table:table-row><table:table-cell><text:p>day</text:p></table:table-cell>
<table:table-cell><text:p>weather</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell><text:p>one</text:p></table:table-cell>
<table:table-cell><text:p>fog</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell><text:p>two</text:p></table:table-cell>
<table:table-cell><text:p>more fog</text:p></table:table-cell></table:table-row></table:table>
<text:p>The sea is wide,<text:line-break/>the lamp is small.</text:p>
<text:p>Zażółć gęślą jaźń. 狐が歌う。 🦊 &amp; &lt;tags&gt; stay.</text:p>
</office:text></office:body></office:document>
]])


(defn run [folder #* command]
  "Run a `command` in `folder`, which is its home, too; raise an error if it fails."
  (subprocess.run command :cwd folder :check True :timeout 300 :capture-output True
    :env {"HOME" (str folder)  "PATH" "/usr/local/bin:/usr/bin:/bin"}))


(defn main []
  "Write the documents of both programs."
  (.mkdir FOLDER :exist-ok True)
  (with [temporary (TemporaryDirectory)]
    (setv folder (Path temporary))
    (.write-text (/ folder "pandoc.md") STORY :encoding "utf-8")
    (.write-text (/ folder "libreoffice.fodt") FLAT :encoding "utf-8")
    (.write-text (/ folder "pages.fodt") PAGES :encoding "utf-8")
    (.write-text (/ folder "people.fods") PEOPLE :encoding "utf-8")
    (run folder "soffice" "--headless" "--convert-to" "pdf" "pages.fodt")
    (.write-text (/ folder "fox") FOX)
    (for [[name password] [["encrypted" ""] ["locked" "secret"]]]
      (run folder "qpdf" "--warning-exit-0" "--encrypt" password "owner" "256" "--" "fox"
        f"{name}.pdf"))
    (for [ending BY-PANDOC]
      (run folder "pandoc" "-s" "pandoc.md" "-o" f"pandoc.{ending}"))
    (for [ending BY-LIBREOFFICE]
      (run folder "soffice" "--headless" "--convert-to" ending "libreoffice.fodt"))
    (for [ending WORKBOOKS]
      (run folder "soffice" "--headless" "--convert-to" ending "people.fods"))
    (for [path (sorted (.iterdir folder))]
      (when (in (cut path.suffix 1 None) [#* BY-PANDOC #* BY-LIBREOFFICE #* WORKBOOKS])
        (shutil.copy path FOLDER)
        (print path.name (. (.stat path) st-size))))))


(when (= __name__ "__main__") (main))
