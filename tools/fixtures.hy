#[[Makes the documents in tests/documents/ by the programs that write them in life.

    python -m hy tools/fixtures.hy

Run it from the project's root. It needs LibreOffice, Pandoc and QPDF (on Debian: `apt install
libreoffice-writer-nogui libreoffice-calc-nogui pandoc qpdf`). The first two write the same story
in each of their formats. What they are made from is in tests/documents/sources/: for Pandoc with a
footnote, a comment, a list, a table, a verse and a link; for LibreOffice also with a deleted
passage, a table of contents and many spaces; small pages with notes, running heads and feet; a
workbook with dates, formulas and lines within a cell; and a page to encrypt.]]

(import
  pathlib [Path]
  shutil
  subprocess
  tempfile [TemporaryDirectory])

(setv
  FOLDER (Path "tests/documents")
  BY-PANDOC ["docx" "epub" "html" "odt" "rtf"]
  BY-LIBREOFFICE ["docx" "epub" "html" "odt" "pdf" "rtf"]
  WORKBOOKS ["ods" "xls" "xlsx"])


(defn run [folder #* command]
  "Run a `command` in `folder`, which is its home, too; raise an error if it fails."
  (subprocess.run command :cwd folder :check True :timeout 300 :capture-output True
    :env {"HOME" (str folder)  "PATH" "/usr/local/bin:/usr/bin:/bin"}))


(defn main []
  "Write all documents."
  (with [temporary (TemporaryDirectory)]
    (setv folder (shutil.copytree (/ FOLDER "sources") (/ (Path temporary) "sources")))
    (run folder "soffice" "--headless" "--convert-to" "pdf" "pages.fodt")
    (for [[name password] [["encrypted" ""] ["locked" "secret"]]]
      (run folder "qpdf" "--warning-exit-0" "--encrypt" password "owner" "256" "--" "fox.txt"
        f"{name}.pdf"))
    (for [ending BY-PANDOC]
      (run folder "pandoc" "-s" "pandoc.md" "-o" f"pandoc.{ending}"))
    (for [[source endings] [["libreoffice.fodt" BY-LIBREOFFICE] ["people.fods" WORKBOOKS]]
          ending endings]
      (run folder "soffice" "--headless" "--convert-to" ending source))
    (for [path (sorted (.iterdir folder))  :if (not (.exists (/ FOLDER "sources" path.name)))]
      (when path.suffix
        (shutil.copy path FOLDER)
        (print path.name (. (.stat path) st-size))))))


(when (= __name__ "__main__") (main))
