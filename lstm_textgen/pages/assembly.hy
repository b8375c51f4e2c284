#[[Assembles pages: one HTML file that needs no other file and makes no requests.

A page's styles and scripts are built from source/, and are in built/. They are inlined under a
Content-Security-Policy that allows exactly them: no other script runs, no other style applies and
nothing is requested, whatever data the page holds.]]

(eval-when-compile (require hyrule [->]))
(import
  base64 [b64encode]
  gzip
  hashlib [sha256]
  html [escape]
  itertools [chain]
  json
  pathlib [Path]
  re
  string [Template]
  lstm-textgen [__version__]
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.terminal [SYMBOLS visible]
  lstm-textgen.pages.constants [LEARNING]
  lstm-textgen.prep [TYPOGRAPHIC]
  lstm-textgen.settings.layers [DIMENSIONS]
  lstm-textgen.settings.models [MOST-PEOPLE]
  lstm-textgen.settings.table [SETTINGS settings-in]
  lstm-textgen.text.breaks [BREAKS COMMAS OVERSIGHTS]
  lstm-textgen.text.corpus [MOST-MORE]
  lstm-textgen.text.decoding [FEW-CONTROLS]
  lstm-textgen.text.documents.entries [FEWEST-MARKS]
  lstm-textgen.text.items [FACTOR FINGERPRINT MOST-DRAWS]
  lstm-textgen.text.lexicon [AGAIN CLOSE LONGEST-READ MOST-NEW MOST-STRANGE SHORT-WORD TENTHS]
  lstm-textgen.text.lists [BRIEF BRIEF-LOOKBACK FEW MOST-COPIES MOST-ITEMS WINDOWS]
  lstm-textgen.text.looks [BROKEN-UP CLOSING CODE-SIGNS FEWEST-LINES FEWEST-STANZAS FULL-STOPS LIST
    LOOKED-THROUGH ODD PAUSES SHORT-LINES STANZA-LINES STANZAS TRIED]
  lstm-textgen.text.names [LONGEST-TEXT MOST-CAPITALS MOST-NAMES NAME-REACH RARER]
  lstm-textgen.text.shingles [SHINGLE]
  lstm-textgen.text.units [WHITE-SPACE]
  lstm-textgen.text.vocabulary [UNITS]
  lstm-textgen.text.wordends [LONGEST-WORD SPACELESS WORD-JOINERS WORD-TABLE ZERO-WIDTH]
  lstm-textgen.writing.ends [ABBREVIATION]
  lstm-textgen.writing.memory [APOSTROPHES ELSEWHERE PLACES RECALL SHARPNESS SPEAKERS
    SPELLED-SO-FAR TAIL TRACE WITHIN-NAMES]
  lstm-textgen.writing.passage [LONGER]
  lstm-textgen.writing.rules [SHORT-RUN]
  lstm-textgen.writing.seeds [KNOWN NEGLIGIBLE PATHS REMEMBERED-FROM SPELLED]
  lstm-textgen.writing.selection [OPENING SHORT-RIVALS USUAL-RIVALS]
  lstm-textgen.writing.words [CLAUSE-ENDS FIRST-WORDS LONGEST-OF-PHRASE PATHS-OF-PHRASE
    REMEMBERS-FROM SHORTEST-PHRASE STORED-EACH]
  lstm-textgen.writing.wordtree [BUDGET EXACT LEAST LEAST-COMPLETED LEAST-LONGER NEARLY
    PROBABLY-WHOLE SURE TOGETHER WAYS-BUDGET])

(setv
  PAGES (. (Path __file__) parent)
  LONGEST 20_000  ; units of a text, so that a page's memory is bounded
  MOST-HALVED 3_000_000  ; of a model: with more, its page of 16-bit weights would exceed 8 MB
  MOST-HELD 100_000  ; items whose fingerprints a page holds: 0.8 MB
  INDENTED 0.1  ; the share of indented lines from which a text is shown as code
  ;; How a page looks at a text and makes a corpus of it: see source/teaching/corpus.ts.
  CORPUS {
    "heldOut" (. (get SETTINGS "validation") default)  "mostMore" MOST-MORE
    "tried" TRIED  "lookedThrough" LOOKED-THROUGH  "brokenUp" BROKEN-UP
    "stanzas" STANZAS  "fewestStanzas" FEWEST-STANZAS  "stanzaLines" STANZA-LINES
    "fewestMarks" FEWEST-MARKS  "list" LIST  "fewestLines" FEWEST-LINES  "shortLines" SHORT-LINES
    "signs" {"code" CODE-SIGNS.pattern  "odd" ODD.pattern  "closing" CLOSING  "sentence" FULL-STOPS
      "pause" PAUSES}
    "oversights" OVERSIGHTS  "breaks" BREAKS  "commas" COMMAS
    "fewControls" FEW-CONTROLS  "few" FEW  "mostCopies" MOST-COPIES  "mostItems" MOST-ITEMS
    "windows" WINDOWS  "brief" BRIEF  "briefLookback" BRIEF-LOOKBACK
    ;; The share of lines that begin with someone's name from which a text is a chat; characters
    ;; of the median line of a verse.
    "mostlySpoken" 0.6  "verse" 60  "mostPeople" MOST-PEOPLE
    "embedding" DIMENSIONS  "shortRun" SHORT-RUN  "longer" LONGER
    "longest" LONGEST  "mostHalved" MOST-HALVED  "mostHeld" MOST-HELD  "indented" INDENTED}
  ;; By the unit: what a text is first split into.
  PATTERNS (dfor unit (.values UNITS) unit.unit (. (object.__new__ unit) pattern))
  ALTERNATIVES 5  ; to each unit of a text that a page shows
  ;; How a page finds words to choose from: see source/text/word-ends.ts
  ;; and source/writing/word-tree.ts.
  WORD-CHOICE {
    ;; The classes of characters of wordends.hy, in the same order; a sign is what is left.
    "classes" ["\\n" (+ "[\\p{M}" ZERO-WIDTH "]") f"[{SPACELESS}]" "[\\p{L}\\p{N}_]"
      f"[{WHITE-SPACE}]" f"[{WORD-JOINERS}]" ""]
    "table" WORD-TABLE  "joiners" WORD-JOINERS  "longest" LONGEST-WORD  "longer" LONGER
    "budget" BUDGET  "waysBudget" WAYS-BUDGET
    "milliseconds" 60  ; of a search, once it has as many words as it should find
    "sure" SURE  "exact" EXACT  "nearly" NEARLY  "whole" PROBABLY-WHOLE
    "least" LEAST  "leastCompleted" LEAST-COMPLETED  "leastLonger" LEAST-LONGER
    "clauseEnds" CLAUSE-ENDS  "fullStops" FULL-STOPS  "abbreviation" ABBREVIATION
    "paths" PATHS-OF-PHRASE  "unitsOfWord" LONGEST-OF-PHRASE  "shortestPhrase" SHORTEST-PHRASE
    "firstWords" FIRST-WORDS  "remembersFrom" REMEMBERS-FROM
    "together" TOGETHER  "storedEach" STORED-EACH}
  ;; What pages' scripts share with the program: see source/types.ts.
  SHARED {
    "paths" PATHS  "negligible" NEGLIGIBLE  "known" KNOWN  "spelled" SPELLED
    "alternatives" ALTERNATIVES  "mostDraws" MOST-DRAWS  "copied" SHINGLE  "quotes" TYPOGRAPHIC
    "fingerprint" FINGERPRINT  "factor" (str FACTOR)  ; of 64 bits, which a JSON number lacks
    "settings" (dfor s (settings-in "model") s.name s.default)
    "learning" LEARNING  "choosing" WORD-CHOICE
    "corpus" CORPUS
    "patterns" PATTERNS
    "lexicon" {
      "longest" LONGEST-READ  "tenths" TENTHS  "mostStrange" MOST-STRANGE  "mostNew" MOST-NEW
      "near" CLOSE  "short" SHORT-WORD  "again" AGAIN}
    "rivals" {
      "usual" USUAL-RIVALS  "short" SHORT-RIVALS  "opening" OPENING
      "shortItem" (dfor unit (.values UNITS) unit.unit unit.short-item)}
    "names" {
      "reach" NAME-REACH  "rarer" RARER  "most" MOST-NAMES  "mostCapitals" MOST-CAPITALS
      "longestText" LONGEST-TEXT}
    "blank" WHITE-SPACE  "symbols" SYMBOLS
    "memory" {
      "spelled" SPELLED-SO-FAR  "tail" TAIL  "apostrophes" APOSTROPHES  "sharpness" SHARPNESS
      "withinNames" WITHIN-NAMES  "elsewhere" ELSEWHERE  "places" PLACES  "speakers" SPEAKERS
      "trace" TRACE  "recall" RECALL  "from" REMEMBERED-FROM}}
  HOLE "\0"  ; stands in HTML for what comes later
  ;; How a page of this program begins (see page.html): one may replace another.
  OUR-PAGE rb"(?s)<!DOCTYPE html>.{,99}<meta name=\"generator\" content=\"lstm_textgen")


(defn assemble [title body script * [worker ""] [blocks {}] [packed {}]]
  #[[Return a page (str) with this `title` and `body`, the latter being HTML.

  - `script`: the file in built/ that runs on the page, and `worker`: that which its workers run.
    They are compressed with `packed`, and source/loader.ts runs the first.
  - `blocks`: a dict from ids of elements to what each holds for the scripts to read: text without
    <, such as base64, or another value as JSON.
  - `packed`: a dict from names to text, or values of JSON, for the scripts to read.]]
  (setv
    style (.join "\n" [(built "page.css") #* (map _shade (range 1 9))])
    [loader code] (map built ["loader.js" script])
    parts (.split
      (fill "page.html"
        :version __version__  :policy (_policy style [loader code])  :body body
        #** (dfor name ["title" "style" "blocks" "script"] name HOLE))
      HOLE)
    content (json.dumps :ensure-ascii False {
      #** packed
      "code" code  "worker" (if worker (built worker) "")
      ;; For source/models/page-file.ts, which saves the page with other models: what is around its
      ;; holes and around a block.
      "parts" {"html" parts  "block" (.split (_block HOLE HOLE) HOLE)}})
    ;; Without a time, the same page has the same bytes.
    blocks {#** blocks  "packed" (base64 (gzip.compress (.encode content) :mtime 0))})
  (.join "" (chain.from-iterable (zip parts [
    (escaped title)
    style
    (.join "" (gfor [name value] (.items blocks) (_block name value)))
    loader
    "\n"]))))


(defn _policy [style scripts]
  "Return the Content-Security-Policy of a page with this `style` and these `scripts`."
  (.join "; " [
    "default-src 'none'"
    f"style-src {(_hash style)}"
    ;; A worker may compile the WebAssembly that the page holds; eval stays forbidden.
    f"script-src {(.join " " (map _hash scripts))} 'wasm-unsafe-eval'"
    "worker-src blob:"
    "base-uri 'none'"
    "form-action 'none'"]))


(defn _shade [bits]
  "Return the style of a unit with `bits` of surprise, or up to one more; of 8, any number more."
  (setv [light dark] (gfor faintest [1 12]
    f"color-mix(in srgb, var(--shade) {(+ faintest (* 6 bits))}%, transparent)"))
  (.format ".s{} {{ background: light-dark({}, {}); }}" bits light dark))


(defn built [name]
  "Return the text of the file `name` in built/."
  (.strip (.read-text (/ PAGES "built" name) :encoding "utf-8")))


(defn fill [name / #** values]
  "Return the HTML in the file `name` of source/ with `values`, HTML or numbers, for its $names."
  (setv template (Template (.strip (.read-text (/ PAGES "source" name) :encoding "utf-8"))))
  (.substitute template #** values))


(defn escaped [text]
  "Return the HTML that shows `text`, and its control characters as symbols."
  (escape (visible text)))


(defn phrases []
  "Return all phrases of pages, a dict from keys to languages to texts."
  (json.loads (.read-text (/ PAGES "source" "phrases.json") :encoding "utf-8")))


(defn base64 [data]
  "Return `data` (bytes) in base64 (str), as a block of a page holds it."
  (.decode (b64encode data)))


(defn _block [name value]
  #[[Return the element `name` that holds `value` for scripts to read; browsers don't run it.

  Raise `ValueError` if text would end the element or change its parsing.]]
  (setv text (if (isinstance value str)
    value
    (.replace (json.dumps value :separators #("," ":")) "<" "\\u003c")))  ; in ASCII
  (when (re.search r"</script|<script|<!--" text re.IGNORECASE)
    (refuse f"the block {name} of a page contains a tag"))
  f"<script type=\"text/plain\" id=\"{name}\">{text}</script>\n")


(defn _hash [text]
  "Return the source expression that allows the inline element with this `text`."
  f"'sha256-{(-> text (.encode "utf-8") (sha256) (.digest) (base64))}'")
