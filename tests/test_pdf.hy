"PDFs: the text that a reader sees, in paragraphs, within limits."

(import
  pytest
  lstm-textgen.text.documents.pdf [paragraphs]
  lstm-textgen.text.files [read-sources]
  tests.helpers [ROOT complaint empty-folder noted write])

(setv
  pytestmark pytest.mark.quick
  here (pytest.fixture empty-folder)
  DOCUMENTS (/ ROOT "tests" "documents")  ; tools/fixtures.hy has made them
  LINE "the keeper climbed the stairs every evening and counted them")


(defn pdf [#* drawings]
  #[[Return a PDF whose pages have these `drawings`, instructions of PDF.

  /F is a font, in which a hyphen is called U+00AD; /X draws 2^26 empty forms.]]
  (setv
    depth 26
    pages (lfor [n _] (enumerate drawings) (+ 40 (* 2 n)))
    stream (fn [text [more ""]] f"<</Length {(len text)}{more}>>stream\n{text}\nendstream")
    form "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X {} 0 R>>>>"
    page (+ "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents {} 0 R"
      "/Resources<</Font<</F 3 0 R>>/XObject<</X 5 0 R>>>>>>")
    objects {
      1 "<</Type/Catalog/Pages 2 0 R>>"
      2 f"<</Type/Pages/Count {(len pages)}/Kids[{(.join " " (gfor n pages f"{n} 0 R"))}]>>"
      3 "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 4 0 R>>"
      4 (stream (+ "1 begincodespacerange <00> <ff> endcodespacerange 1 beginbfchar <2d> <00ad> "
        "endbfchar 1 beginbfrange <41> <7a> <0041> endbfrange"))
      #** (dfor n (range 5 (+ 5 depth)) n (stream "/X Do /X Do" (.format form (+ n 1))))
      #** (dfor [n drawing] (zip pages drawings) (+ n 1) (stream drawing))
      #** (dfor n pages n (.format page (+ n 1)))})
  (.encode (+ "%PDF-1.4\n"
    (.join "" (gfor [n text] (.items objects) f"{n} 0 obj{text}\nendobj\n"))
    "trailer<</Root 1 0 R>>")))


(defn lines [#* texts [size 12] [at 700]]
  "Return the instructions that draw each of `texts` on a line of its own."
  (+ f"BT /F {size} Tf {(+ size 2)} TL 50 {at} Td "
    (.join " " (gfor text texts f"({text}) Tj T*")) " ET "))


(defn read [#* drawings]
  "Return the text of a PDF with these pages."
  (write "a.pdf" (pdf #* drawings))
  (read-sources ["a.pdf"]))


(defn test-pages-are-read-without-notes-heads-and-numbers []
  (setv [text [[_ about]]] (noted (/ DOCUMENTS "pages.pdf")))
  (assert (= about.words "PDF, 5 pages"))
  (assert (not (any (gfor part ["Keeper’s Lamp" "A. Writer" "Page" "wrong" "  "] (in part text)))))
  (assert (= (.count text "\n") 10))
  (assert (= (.count text "tower was built. “Ninety-nine,” he said. The lamp") 10)))


(defn test-lines-are-joined-to-paragraphs []
  (assert (= (list (paragraphs [
      "The keeper climbed the stairs every evening, and he coun-"
      "ted them, although their number had never changed since"
      "the tower was built by the men of the harbour."
      "on clear nights he could see the far coast, and on other"
      "nights not."
      "• a wick"]))
    [(+ "The keeper climbed the stairs every evening, and he counted them, although their number "
        "had never changed since the tower was built by the men of the harbour.")
      "on clear nights he could see the far coast, and on other nights not."
      "• a wick"])))


(defn test-verses-stay-lines []
  (setv verse ["The sea is wide, the lamp is small," "The keeper minds it not at all" "And"])
  (assert (= (list (paragraphs verse)) verse)))


(defn test-a-hyphen-that-its-font-calls-soft-stays-within-a-line [here]
  (assert (= (read (lines (+ LINE " of his self-preservation and coun-") "ted them"))
    (+ LINE " of his self-preservation and counted them\n"))))


(defn test-small-print-that-begins-with-a-number-is-text-unless-the-text-leads-to-it [here]
  (setv text (read (+ (lines #* (* [LINE] 9) f"{LINE}.7")
    (lines "7 a note" "that goes on" :size 8 :at 200))))
  (assert (not-in "note" text))
  (setv text (read (+ (lines #* (* [LINE] 9)) (lines "7 euro tax" "8 euro tax" :size 8 :at 200))))
  (assert (in "7 euro tax" text))
  (assert (in "8 euro tax" text)))


(defn test-text-drawn-twice-is-read-once [here]
  (setv [a b] [(lines LINE) (.replace (lines LINE) " 50 " " 50.3 ")])
  (assert (= (read (+ a b)) (+ LINE "\n"))))


(defn [(pytest.mark.parametrize "apart" [100 200 300 600])]
    test-letter-spaced-words-are-words [here apart]
  (setv letters (.join f" -{apart} " (gfor letter "RangeRs of sand" f"({letter})")))
  (assert (= (read f"BT /F 16 Tf 50 700 Td [{letters}] TJ ET") "RangeRs of sand\n")))


(defn test-an-invalid-instruction-costs-no-page [here]
  (setv broken (+ (lines LINE) "(x) Tf [ /a Td 1 Tm ' BT Tz >> ] " (lines "fog" :at 300)))
  (assert (in LINE (read broken (lines "a lamp"))))
  (assert (in "a lamp" (read broken (lines "a lamp")))))


(defn test-a-pdf-is-decrypted-if-it-needs-no-password []
  (assert (= (read-sources [(/ DOCUMENTS "encrypted.pdf")]) "A fox sings.\n")))


(defn test-a-scanned-pdf-and-a-locked-one-are-refused [here]
  (write "scan.pdf" (pdf "0 0 9 9 re f"))
  (assert (in "'scan.pdf' is a PDF without text, perhaps scanned" (complaint ["scan.pdf"])))
  (assert (.endswith (complaint [(str (/ DOCUMENTS "locked.pdf"))])
    "is protected by a password; save it without one")))


(defn test-a-page-that-draws-for-ever-is-given-up [here monkeypatch]
  (.setattr monkeypatch "lstm_textgen.text.documents.pdf.PAGE_SECONDS" 0.1)
  (write "a.pdf" (pdf (lines LINE) "/X Do"))
  (assert (= (complaint ["a.pdf"])
    "'a.pdf' takes too long to read; give its text as a .txt file")))
