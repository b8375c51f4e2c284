#[[One table of the functions that both halves have: in Hy, and in TypeScript for pages.

`python -m hy tests/parity.hy` writes parity.json: inputs of each, and what Hy makes of them.]]

(eval-when-compile (require hyrule [doto]  lstm-textgen.basics.forms [defrecord]))
(import
  json
  pathlib [Path]
  random [Random]
  unicodedata [ucd-3-2-0]
  unittest.mock [patch]
  numpy :as np
  lstm-textgen [prep]
  lstm-textgen.learning [bases batches schedule]
  lstm-textgen.pages [packing]
  lstm-textgen.settings [sizing]
  lstm-textgen.text [breaks corpus decoding items lexicon looks names pieces units wordends]
  lstm-textgen.writing [constraints engine originality rules sampling])

(setv
  PATH (.with-name (Path __file__) "parity.json")
  SAMPLES ["the cats'  theory\n\tof 2048 cafe\u0301s, don't_do-it!" "Ⅻ x² ½ ٣٤ ⑦" "½ cup\n⅓ cup"
    "नमस्ते दुनिया हिन्दी" "สวัสดีชาวโลก" "سلام دنیا می‌خواهم" "שָׁלוֹם" "日本語の文章。「はい」" "한국어 문장"
    "👩‍👩‍👧 ❤️ 🇩🇪 𝔘𝔫𝔦 𐐷𐑌" "a\u0301\u0302\u0303\u0304\u0305b" " \u2003\u3000\u200b" (* "long" 20)
    (* "1" 40) (* " " 70) "ǅ ß İ ﬁ ª" "\r\x00\x7f\u2028" "„Ah“, ‘he-he’ “Größe”" "a's. don't- x"
    "Rose und Veilchen,\nblau ist der Rhein.\n\n" "春眠不覺曉，\n處處聞啼鳥。\n" "用Python写 ไทย ok…"]
  WORDS ["the" "an" "old" "reads" "read" "I" "Ann" "Bo" "Mary" "éa" "Анна" "шли" "𐐀𐐨" "𐐨𐐩" "ΟΔΟΣ"
    "οδος" "ǅa" "ªª" "½" "x²" "Mr." "e. g." "etc." "GmbH." "日本" "p. ex." "12." "Größe" "🙂" "‘so’"]
  SIGNS [#* (* [" "] 7) ", " ". " "? " " – " ": " "; " "\n" ".\n\n" ",\n" "  " " (" ")\n" "…"]
  LETTERS (sorted (set (.join "" ["\n ,." #* WORDS])))
  PAIRS [" t" "th" "he" " A" "An" " r" "re" "ea" " B" "ds" "éa" "ǅa" "日本" " 𐐀" "𐐀𐐨"]
  PIECES (pieces.Pieces [#* LETTERS #* PAIRS] (lfor pair PAIRS (list (map LETTERS.index pair))))
  VOCABULARIES {
    "characters" (units.Characters.build (.join "" SAMPLES))  "pieces" PIECES
    "words" (units.Words.build [#* SAMPLES (.join " " WORDS)])}
  BLANKS "\x1c\x1d\x1e\x1f\x85\ufeff"  ; white space in Python or in JavaScript alone
  ;; By categories: what Unicode 3.2 had, except the letters that changed after Unicode 14.
  CHARACTERS {})
(for [n (range 0x30000)  :if (not-in (chr n) (+ BLANKS "\u0295\u019b\u0264"))]
  (.append (.setdefault CHARACTERS (ucd-3-2-0.category (chr n)) []) (chr n)))
(for [kind ["Cn" "Co" "Cs"]] (del (get CHARACTERS kind)))


;; * Inputs, of random numbers `r`

(defn text [r]
  "Return a text of a few characters, or a sample."
  (setv
    kinds [(.choice r SAMPLES) #* (.values CHARACTERS)]
    some [#* "aB \n" #* (gfor _ (range 8) (.choice r (.choice r kinds)))])
  (.choice r [(.choice r SAMPLES) (.join "" (.choices r some :k (.randrange r 60)))]))


(defn lines [r]
  "Return lines that begin alike and end alike, or not; in stanzas, or not."
  (setv
    some (fn [all] (.choices r all :k (.choice r [1 1 2 4])))
    begin (some ["" "the " "½ " "3 " "Ann: " "- " "\t" "A"])
    end (some [" x" "." "," ")" " é" "!”"])
    height (.choice r [1 2 3 60 60])
    line (fn [] (+ (.choice r begin) (.join " " (.choices r WORDS :k 3)) (.choice r end))))
  (lfor n (range 80) (if (= (% n (+ height 1)) height) "" (line))))


(setv
  of (fn [#* values] (fn [r] (.choice r values)))
  made-of (fn [parts most] (fn [r] (.join "" (.choices r parts :k (.randrange r most)))))
  blank (fn [r] (.replace (text r) " " (.choice r (+ "  " BLANKS))))  ; with any white space
  prose (made-of (lfor word WORDS sign SIGNS (+ word sign)) 60)
  size (fn [r] (int (* 200 (** 1.2 (* 50 (.random r))))))
  share (fn [r] (.choice r [0 1 (.random r)]))
  bool? (of True False))


;; * The table

(defrecord Row
  "A function in Hy, and its `twin` by a module of source/: both of the arguments a b c d."
  [#^ object function  #^ str module  #^ str twin  #^ list inputs  #^ float [tolerance 0]])


(setv TABLE {
  "fingerprint-of" (Row items.fingerprint-of "text/fingerprint"
    "return fingerprinter(constants)(a)" [blank])
  "split-items" (Row items.split-items "text/items" "return splitItems(a, b, blank)"
    [blank (of "line" "paragraph")])
  "look-at" (Row
    (fn [a]
      (with [text (corpus.Text)] (.add text (.join "\n" a)) (setv found (looks.look-at text 9)))
      [(bool found.lines) found.stanzas found.unbroken found.run])
    "text/looks" "const { kind, ...look } = lookOf(new Passage(a.join('\\n')), corpus);
      return [kind === 'list', look.stanzas, look.unbroken, look.run]" [lines])
  "measures" (Row (fn [a b] (looks.measures [(+ "." (.rstrip a)) #* (filter None b)]))
    "text/looks" "const all = ['.' + a.trimEnd(), ...b.filter(Boolean)];
      const { small, words, ...rest } = measuresOf(all, corpus); return rest" [text lines])
  "unbroken-in" (Row (fn [a b] (breaks.unbroken-in [a b])) "text/looks"
    "return unbrokenIn([a, b], corpus)" [text prose])
  "Text.kept" (Row (fn [a] (with [text (corpus.Text)] (.add text (* 9 a)) (.kept text 0.1)))
    "teaching/corpus" "return keptOf(new Passage(a.repeat(9)), corpus)" [prose])
  "names-in" (Row names.names-in "text/names"
    "return namesIn(new Passage(a), constants.names)" [prose])
  "Names" (Row
    (fn [a b c]
      (setv change (. (.state (names.names-for PIECES a b) c) change))
      (if (is change None) [] (.tolist (np.flatnonzero change))))
    "text/names" "const { units } = vocabularies.pieces; const scores = units.map(() => 0);
      new Names(units, a, b, constants.names).score(scores, { text: c });
      return units.map((_, id) => id).filter((id) => scores[id])"
    [(of "Ann" "𐐀 Bo") text (made-of PIECES.units 30)])
  "lexicon-of" (Row
    (fn [a b] (sorted (.marked (lexicon.Lexicon (lexicon.lexicon-of (* 5 a) (.encode b))))))
    "text/lexicon" "const found = lexiconOf(new Passage(a.repeat(5)), b, lexicon);
      return new Lexicon(found).marked.sort(inOrder)" [prose (of "" "0read4er4s2d+0𐐨𐐩")])
  "KnownWords" (Row
    (fn [a b c] (.refuses? (rules.KnownWords [c] (lexicon.Lexicon (.encode a)) b) 0 True))
    "text/lexicon" "return new KnownWords([c], a, lexicon).refuses(0, { text: b })"
    [ (of (.decode (lexicon.packed (map str.lower (filter str.isalpha WORDS)))))
      (made-of [#* WORDS " " " " "r"] 30) (made-of ["ea" " " "ǅ" "th" #* WORDS] 4)])
  "default-prep" (Row (fn [a b c] (prep.default-prep (.sub decoding.REMOVED "" (+ a b)) c))
    "text/intake" "return prepared(a + b, c)"
    [(of "" "\ufeff" "\x01\ufeff" "Σ\r\nΑΣ") blank bool?])
  "Vocabulary" (Row
    (fn [a b]
      (setv each (get VOCABULARIES a))
      [(lfor u (.split each b) [u (.find each u)]) (.unfinished each b) (.half-typed each b)])
    "text/units" "const about = { pattern: patterns[a], unknown: a === 'words' ? 0 : null };
      const each = new UNITS[a]({ ...vocabularies[a], ...about });
      const idOf = (own) => (each.id(own) < 0 ? null : each.id(own));
      return [[...each.split(b)].map((own) => [own, idOf(own)]), each.unfinished(b),
        each.halfTyped(b)]" [(of #* VOCABULARIES) blank])
  "wordends" (Row
    (fn [a b]
      (setv [state typed] (wordends.typed-at-end a))
      [(lfor c a (wordends.class-of c)) (lfor s "SLTUCI" (get (wordends.follow s a) 0))
        (wordends.words-of a) state typed (bool (wordends.completes? state (+ b "x")))])
    "text/word-ends" "const ends = new WordEnds([], choosing);
      const [state, typed] = ends.typedAtEnd(a);
      return [Array.from(a, (each) => ends.classOf(each)),
        [...'SLTUCI'].map((each) => ends.follow(each, a)[0]), ends.wordsOf(a), state, typed,
        ends.completes(state, b + 'x')]" [blank blank])
  "as-seen" (Row wordends.as-seen "text/word-ends" "return asSeen(a, quotes)" [text])
  "break-rules" (Row
    (fn [a b]
      (setv [barred following] (breaks.break-rules PIECES a b))
      [(.join "" (map str (get following 0))) (.tolist (np.flatnonzero (get barred -1)))])
    "teaching/new-facts" "const { units } = vocabularies.pieces;
      return Object.values(breakRules(units, a, b, corpus))"
    [(of None "a.日" "Bn") (of "letters" "commas" "sentences" "letters commas sentences")])
  "originality" (Row (fn [a b] (get (originality.originality [(+ (* "." 20) a)] b) 1))
    "text/copies" "const codes = codesOf('.'.repeat(20) + a);
      return new Passages(b, copied).placesIn(codes).length / (codes.length - copied + 1)"
    (* 2 [(made-of ["over the sea 🙂 " "under, " "far away. "] 12)]))
  "Runs" (Row (fn [a b] (.refuses? (doto (rules.Runs [b] 4) (.read a)) 0 True))
    "writing/rules" "return new Runs([b], 4).refuses(0, { text: a })"
    [(made-of "aaa🙂" 9) (of "a" "aab" "aaaaa" "🙂🙂" "b")])
  "Repeats" (Row (fn [a b c] (bool (.begins? (doto (constraints.Repeats [] c) (.read a)) b)))
    "writing/rules" "return new Repeats([b], c).refuses(0, { text: a })"
    [(made-of "ab🙂 \n" 400) (of "a" " b" " 🙂" "ab" "\na" " ") (of 5 8 11)])
  "make-limits" (Row
    (fn [a b c d]
      (setv scores (/ (np.array a) b))
      (for [limit (sampling.make-limits (len a) None c d)]
        (setv (get scores (< scores (limit scores))) (- np.inf)))
      (.tolist (engine.softmax scores)))
    "writing/sampler" "const scores = scoresAt({ logits: a }, [], b);
      const odds = limitedOdds(scores, { topP: c, minP: d });
      return Array.from(odds, (each) => each / odds.reduce((m, n) => m + n))"
    [(fn [r] (lfor _ "logits" (.gauss r 0 2))) (of 0.5 1 2) (of 1 0.5 0.9) (of 0 0.1 0.02)] 1e-6)
  "learning-rate" (Row schedule.learning-rate "teaching/recipe"
    "return rateAt({ rate: a, tuned: d }, b, c, learning.rate)"
    [(of 0.01) (of 0 1 50 99 100 700) share bool?] 1e-9)
  "choose-tuning" (Row
    (fn [a b c]
      (setv own (sizing.choose-tuning a (/ (+ c sizing.BESIDE) 60) {} b "pieces"))
      [own.epochs own.batch-size own.dropout own.before own.rate])
    "teaching/recipe" "const sought = { units: a, familiar: b, byClock: c / a / 6.7e-6 };
      return Object.values(chooseTuning({ ...sought, rule: learning.rules.pieces }, learning))"
    [size bool? (of 1 9 60 300)])
  "choose-layers" (Row
    (fn [a b c]
      (with [_ (patch.dict sizing.RULES {"page" sizing.ON-PAGE})]
        (setv [[lstm #* rest] _] (sizing.choose-layers a b (/ (+ c sizing.BESIDE) 60) "page")))
      [lstm.size (sum (gfor each rest each.size))])
    "teaching/recipe" "const sought = { units: a, epochs: b, seconds: c };
      return Object.values(chooseSize(sought, learning))" [size (of 3 9) (of 3 24 180)])
  "item-windows" (Row (fn [a] (.tolist (batches.item-windows (np.append 0 (np.cumsum a)) 12)))
    "teaching/batches" "return windowsOf(a.map((size) => new Int32Array(size)), 12)"
    [(fn [r] (lfor _ (range (.randrange r 1 30)) (.randrange r 1 30)))])
  "packed" (Row
    (fn [a b]
      (setv
        shapes [#(2 3) #(3 2) #(2)]
        parts (np.split (np.array b "float32") [6 12])
        data (packing.packed (lfor [part shape] (zip parts shapes) (.reshape part shape)) a))
      [(list data) #* (lfor w (packing.unpacked data shapes a) n (.ravel w) (float n))])
    "network/packing" "const facts = { bits: a, units: ['a', 'b'], embedding: 3, layers: [] };
      const data = packed(Float32Array.from(b), facts);
      return [[...data], ...unpacked(data, facts)]"
    [(of 16 8) (fn [r] (lfor _ (range 14) (* (.choice r [0 1 -1]) (** 2 (.uniform r -27 15.9)))))])
  "relative-of" (Row (fn [a] (bases.relative-of a (get VOCABULARIES "characters")))
    "teaching/beginning" "const { ids } = new UNITS.characters(vocabularies.characters);
      return relativeOf(a, ids, quotes)" [(fn [r] (.choice r (+ "a" (text r))))])})


(defn new-cases [r count]
  "Return a dict from the names of rows to `count` of their inputs."
  (dfor [name row] (.items TABLE) name (lfor _ (range count) (lfor make row.inputs (make r)))))


(defn answers [cases]
  "Return what Hy makes of `cases`, as of `new-cases`."
  (dfor [name row] (.items TABLE) name (lfor given (get cases name) (.function row #* given))))


(when (= __name__ "__main__")
  (setv cases (new-cases (Random 1) 12))
  (.write-text PATH (.replace (json.dumps [cases (answers cases)]) "]], " "]],\n")))
