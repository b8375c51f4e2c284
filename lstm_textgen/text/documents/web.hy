"Web pages and e-books: the main text, without scripts, styles and navigation."

(eval-when-compile (require hyrule [unless]))
(import
  codecs
  collections [Counter]
  re
  urllib.parse [unquote :as percent-decoded]
  lstm-textgen.basics.machine [MB]
  lstm-textgen.basics.values [counted]
  lstm-textgen.text.decoding [NotText declared-encoding decode]
  lstm-textgen.text.documents.archives [read-xml target]
  lstm-textgen.text.documents.reading [HEAD MAX-DEPTH Summary read-whole refuse-damaged])

(setv
  ;; Left out: code, controls, pictures, notes and navigation.
  LEFT-OUT (.join ", " [
    "script, style, template, noscript, head, nav, form, button, select, svg, math, iframe, object"
    "audio, video, canvas, aside, [hidden], [aria-hidden=true], [role=navigation], [role=search]"
    "[role=banner], [role=contentinfo], [role=complementary], [role=doc-noteref], [role=doc-toc]"
    "[role=doc-footnote], [role=doc-endnotes]"
    ;; Notes and comments as Pandoc, LibreOffice and Wikipedia write them.
    "section.footnotes, a.footnote-ref, span.comment-start, [id^=sdfootnote], a.sdfootnoteanc"
    "[id^=sdendnote], a.sdendnoteanc, sup.reference, span.mw-editsection"
    ;; What surrounds an article of Wikipedia, and what Sphinx, Texinfo and DocBook add.
    "#siteSub, #catlinks, .printfooter, .mw-jump-link, .navbox, .toc, .headerlink"
    ".copiable-link, .nav-panel, .navheader, .navfooter, .docnav"
    ;; Notes in e-books of Project Gutenberg and Calibre; superscript links lead to notes.
    ".footnote, .footnotes, .endnote, .endnotes, .fnanchor, .noteref, h1.notes-header, p.foot"
    "a[href*='#Footnote'], a[href*='#linknote-'], p:has(> a[id^='linknote-']), dl[id^='note_']"
    "sup a[href*='#'], a[href*='#'] sup"
    ;; What mail programs quote, and signatures.
    "blockquote[type=cite], .gmail_quote, .gmail_signature, .moz-cite-prefix, .moz-signature"
    "body > header:not([id=title-block-header]), body > footer"
    "body > div > header, body > div > footer"
    #* (gfor
      kind ["noteref" "footnote" "footnotes" "endnote" "endnotes" "rearnotes" "toc" "landmarks"
        "page-list" "pagebreak"]
      f"[epub\\:type~={kind}]")])
  UNSEEN ":not(body)[style*='display:none' i], :not(body)[style*='display: none' i]"
  MOST-UNSEEN 0.5  ; of a page's text: if more is hidden, a script shows it
  MAIN "main, [role=main], article"
  MAIN-SHARE 0.25  ; of a page's text that its main part must have
  BLOCKS (.join "," (.split (+ "address article blockquote body br center dd details div dl dt "
    "fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main ol p pre section "
    "summary table tbody tfoot thead title tr ul")))
  LONE "td > p, td > div, th > p, th > div"  ; need no line of their own if nothing is beside them
  ;; Stand-ins: for line ends around elements, and for white space in preformatted text.
  LINE "\x1c"
  LAID-OUT (str.maketrans {LINE "\n"  "\r" " "  "\n" " "  "\t" " "  "\f" " "})
  KEPT (str.maketrans {" " "\x1e"  "\t" "\x1f"  "\n" LINE})
  UNKEPT (str.maketrans {"\x1e" " "  "\x1f" "\t"})
  ;; A self-closing XHTML element, which an HTML parser would take for an opening tag.
  SELF-ENDED (re.compile (+ "<(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|"
    r"wbr)[\s/])([A-Za-z][\w:.-]*+)(\s[^<>]*)?/>"))
  ;; What bytes say of their encoding: a byte order mark, an XML declaration, a <meta>.
  MARKS {codecs.BOM-UTF8 "utf-8-sig"  codecs.BOM-UTF16-LE "utf-16"  codecs.BOM-UTF16-BE "utf-16"}
  DECLARED (re.compile rb"<(?:\?xml|meta)\s[^<>]*?(?:encoding|charset)\s*=\s*[\"']?([\w:.-]+)"
    re.IGNORECASE)
  MAX-PAGE (* 16 MB)  ; bytes
  ;; By HTML's rules each tag searches all open elements: 200,000 took four minutes; browsers stop
  ;; at 512. Each attribute searches its tag's others: 300,000 took 90 seconds.
  MAX-ATTRIBUTES 1000  ; of a tag
  ATTRIBUTE (+ r"[^\s/>][^\s/>=]*+"
    r"(?:\s*+=\s*+(?:\"[^\"]*+\"?|'[^']*+'?|[^\s>]*+))?+")
  TAG (re.compile rf"<(/?)([A-Za-z][^\s/>]*+)((?:[\s/]++|{ATTRIBUTE})*+)")
  ;; Elements that hold no tags and end only at their own end tag, and comments; an unclosed one
  ;; extends to the end.
  CODE (re.compile r"(?is)<(script|style)\b.*?(?:</\1[^>]*>?|\Z)|<!--.*?(?:-->|\Z)")
  UNNESTED (set (.split (+ "area base br col embed hr img input link meta source track wbr p li "
    "dt dd td th tr tbody thead tfoot option optgroup colgroup rt rp html head body"))))


(defn read-html [file reading]
  "Yield the text of the web page in `file`; return a `Summary`."
  (setv lines (html-lines (page-source (read-whole file reading MAX-PAGE) reading) reading))
  (unless lines
    (raise (NotText (+ f"{reading.name} is a web page without text, perhaps filled in by a "
      "script; save the complete page from a browser"))))
  (yield (.join "" (gfor line lines (+ line "\n"))))
  (Summary f"web page, {(counted (len lines) "paragraphs")}; navigation and scripts left out"))


(defn read-epub [archive]
  "Yield the text of the e-book in `archive` by chapter; return a `Summary`."
  (setv
    reading archive.reading
    found (.find (read-xml archive "META-INF/container.xml") ".//{*}rootfile[@full-path]")
    package (if (is found None) "content.opf" (.get found "full-path"))  ; as most call it
    root (read-xml archive package)
    items (dfor
      item (.iterfind root ".//{*}item")
      :if (not-in "nav" (.split (.get item "properties" "")))
      (.get item "id") (target package (percent-decoded (.get item "href" ""))))
    chapters (lfor  ; in reading order
      each (.iterfind root ".//{*}itemref")
      :if (!= (.get each "linear") "no")
      (.get items (.get each "idref")))
    encrypted (read-xml archive "META-INF/encryption.xml" :needed False)
    locked (sfor  ; often only fonts
      node (.iterfind encrypted ".//{*}CipherReference")
      (percent-decoded (.get node "URI" "")))
    count 0)
  (for [name (dict.fromkeys chapters)  :if (in name archive.names)]
    (when (in name locked)
      (raise (NotText (+ f"{reading.name} is protected by DRM; "
        "give a copy without DRM, or its text as a .txt file"))))
    (setv source (page-source (.read archive name MAX-PAGE) reading))
    (when (setx lines (html-lines (.sub SELF-ENDED r"<\1\2></\1>" source) reading))
      (yield (.join "" (gfor line [#* lines ""] (+ line "\n"))))
      (+= count 1)))
  (Summary f"e-book, {(counted count "chapters")}"))


;; * Bytes to HTML

(defn page-source [data reading]
  "Return the text of a page's bytes in the declared encoding, or else in the reading's."
  (setv
    marked (next (gfor [mark name] (.items MARKS) :if (.startswith data mark) name) None)
    said (.search DECLARED (cut data HEAD))
    own (or marked (declared-encoding (if said (.decode (get said 1) "ascii" "replace") ""))))
  (try
    (when own (return (.decode data own)))
    (except [UnicodeDecodeError]))
  (.join "" (decode reading.name [data] reading.encoding)))


(defn _check-tags [source reading]
  "Raise `NotText` if tags in the HTML `source` have too many attributes or are nested too deeply."
  (setv [open depth] [(Counter) 0])  ; `open`: by name, as an end tag may have no counterpart
  (for [tag (.finditer TAG source)]
    (setv
      [closing name attributes] (.groups tag)
      name (.lower name)
      step (if closing (- (min 1 (get open name))) 1)
      many (and (> (len attributes) MAX-ATTRIBUTES)
        (> (len (re.findall ATTRIBUTE attributes)) MAX-ATTRIBUTES)))
    (unless (in name UNNESTED)
      (+= (get open name) step)
      (+= depth step))
    (when (or many (> depth MAX-DEPTH))
      (refuse-damaged reading "a web page or e-book" (if many
        f"it has a tag with more than {MAX-ATTRIBUTES} attributes"
        f"its elements are nested more than {MAX-DEPTH} deep")))))


;; * HTML to lines

(defn page-tree [source reading]
  "Return the tree of the HTML `source`, without code and comments."
  (import selectolax.lexbor [LexborHTMLParser])  ; here, as web pages are rarer than plain text
  (setv source (.sub CODE "" source))
  (_check-tags source reading)
  (LexborHTMLParser source))


(defn html-lines [source reading]
  "Return the list of paragraphs, headings, list items and rows of the HTML `source`."
  (setv
    tree (page-tree source reading)
    body tree.body)
  (unless body (return []))
  (for [node (.css tree LEFT-OUT)] (.remove node))
  (setv hidden (.css body UNSEEN))
  (when (< (sum (gfor node hidden (len (.text node)))) (* MOST-UNSEEN (len (.text body))))
    (for [node hidden] (.remove node)))
  (setv
    found (list (.values (dfor each (.css body MAIN) each.mem-id each)))  ; each once
    least (* MAIN-SHARE (len (.text body)))
    main (next
      (gfor
        nodes [(lfor node found :if (!= node.tag "article") node) found]
        :if (and (= (len nodes) 1) (> (len (.text (get nodes 0))) least))
        (get nodes 0))
      body))
  (lfor
    line (.split (layout main) "\n")
    :setv line (.strip (re.sub " +" " " line) " ")
    :if line
    (.rstrip (.translate line UNKEPT))))


(defn layout [node]
  "Return the text in `node`, with a line end around each block and a space after each cell."
  (for [pre (.css node "pre")
        text (lfor each (.traverse pre :include-text True) :if (= each.tag "-text") each)]
    (.replace-with text (.translate text.text-content KEPT)))
  (setv lone (sfor
    each (.css node LONE)
    :if (not (any (gfor
      beside [each.prev each.next]
      (and beside (or (!= beside.tag "-text") (.strip beside.text-content))))))
    each.mem-id))
  (for [block (.css node BLOCKS)  :if (not-in block.mem-id lone)]
    (.insert-before block LINE)
    (.insert-after block LINE))
  (for [cell (.css node "td, th")] (.insert-after cell " "))
  (.translate (.text node) LAID-OUT))
