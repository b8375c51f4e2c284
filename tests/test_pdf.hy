"PDFs: the text that a reader sees, in paragraphs, within limits."

(import
  pytest
  lstm-textgen.text.files [read-sources]
  tests.helpers [DOCUMENTS complaint noted write])

(setv
  pytestmark pytest.mark.quick
  LINE "the keeper climbed the stairs every evening and counted them")


(defn pdf [#* drawings]
  #[[Return a PDF whose pages have these `drawings`, instructions of PDF.

  /F is a font in which a hyphen is called U+00AD, ~ a ligature and & U+001F; /X draws 2^26 empty
  forms.]]
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
      4 (stream (+ "1 begincodespacerange <00> <ff> endcodespacerange 3 beginbfchar <26> <001f> "
        "<2d> <00ad> <7e> <fb03> endbfchar 1 beginbfrange <41> <7a> <0041> endbfrange"))
      #** (dfor n (range 5 (+ 5 depth)) n (stream "/X Do /X Do" (.format form (+ n 1))))
      #** (dfor [n drawing] (zip pages drawings) (+ n 1) (stream drawing))
      #** (dfor n pages n (.format page (+ n 1)))})
  (.encode (+ "%PDF-1.4\n"
    (.join "" (gfor [n text] (.items objects) f"{n} 0 obj{text}\nendobj\n"))
    "trailer<</Root 1 0 R>>")))


(defn lines [#* texts [size 12] [at 700]]
  (+ f"BT /F {size} Tf {(+ size 2)} TL 50 {at} Td "
    (.join " " (gfor text texts f"({text}) Tj T*")) " ET "))


(defn read [#* drawings]
  (write "a.pdf" (pdf #* drawings))
  (read-sources ["a.pdf"]))


(defn test-pages-are-read-without-notes-heads-and-numbers []
  (setv [text [[_ about]]] (noted (/ DOCUMENTS "pages.pdf")))
  (assert (= about.words "PDF, 5 pages"))
  (assert (not (any (gfor part ["Keeper’s Lamp" "A. Writer" "Page" "wrong" "  "] (in part text)))))
  (assert (= (.count text "\n") 10))
  (assert (= (.count text "tower was built. “Ninety-nine,” he said. The lamp") 10)))


(defn [(pytest.mark.parametrize #("drawn" "text") [
      #([LINE "although there were, as always, ninety nine of them in all, and" "fog."
          f"{LINE}."  "- a wick"]
        [f"{LINE} although there were, as always, ninety nine of them in all, and fog."
          f"{LINE}."  "- a wick"])
      #(["The sea is wide, the lamp is small," "The keeper minds it not at all" "And sings"] None)
      #(["MEMO" "To: Anna" "From: Ben" "Subject: Oil" f"Of late {LINE}" "and did so"]
        ["MEMO" "To: Anna" "From: Ben" "Subject: Oil" f"Of late {LINE} and did so"])
      #([f"2.1 On how {LINE}" f"A day came when {LINE}" "and sang"]
        [f"2.1 On how {LINE}" f"A day came when {LINE} and sang"])
      #([f"{LINE} of his self-preservation and coun-" "ted them"]
        [f"{LINE} of his self-preservation and counted them"])
      #([f"{LINE} in open-domain and in-" "charge of what was in his charge: pre- and post-"
          "war oil, open-" "domain and all, as did Jean-" "Paul"]
        [(+ f"{LINE} in open-domain and in-charge of what was in his charge: pre- and postwar "
          "oil, open-domain and all, as did Jean-Paul")])]
      :ids ["paragraphs" "verses" "a memo" "a heading" "a divided word" "compounds"])]
    test-lines-are-joined-to-paragraphs [here drawn text]
  (assert (= (.splitlines (read (lines #* drawn))) (or text drawn))))


(defn test-what-stands-apart-or-is-indented-or-of-another-size-is-a-paragraph [here]
  (setv [a b c] (gfor word ["fog" "oil" "Sea"] f"{word} where {LINE}"))
  (assert (= (read (+ (lines a b) (lines c :at 640)
      (.replace (lines f"{c}." b :at 612) "T*" "T* 15 0 Td") (lines a :size 13 :at 570)))
    f"{a} {b}\n{c}\n{c}.\n{b}\n{a}\n")))


(defn test-a-ligature-is-letters-and-one-without-a-name-a-space [here]
  (assert (= (read (lines "an o~ce to con&ne")) "an office to con ne\n")))


(defn test-notes-are-small-print-below-the-text-to-which-a-raised-mark-leads [here]
  (setv
    marked (+ (lines #* (* [LINE] 8))
      f"BT /F 12 Tf 50 580 Td ({LINE}.) Tj 4 Ts /F 8 Tf (7) Tj ET ")
    note (lines "7 a note" "that goes on" :size 8 :at 200))
  (assert (= (read (+ marked note)) f"{(.join " " (* [LINE] 9))}.\n"))
  (setv text (read (+ (lines #* (* [LINE] 9)) (lines "7 euro tax" "8 euro tax" :size 8 :at 200))))
  (for [row ["7 euro tax" "8 euro tax"]] (assert (in row text)))
  (setv text (read (+ (lines "7 abstract" "of it" :size 8 :at 760) marked note)))
  (assert (.startswith text "7 abstract\nof it\n")))


(defn test-equal-pages-are-text-and-their-numbers-are-not [here]
  (setv page (+ (lines LINE "fog." "oil.") (lines "{}" :at 50)))
  (assert (= (read (.format page 1) (.format page 2)) (* f"{LINE} fog.\noil.\n" 2))))


(defn test-text-may-be-turned [here]
  (setv drawn (lines LINE "and sang." f"{LINE}."))
  (for [turn ["0 1 -1 0 700 0" "-1 0 0 -1 600 800" ".7 .7 -.7 .7 300 -200"]]
    (assert (= (read f"q {turn} cm {drawn} Q") f"{LINE} and sang.\n{LINE}.\n"))))


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
