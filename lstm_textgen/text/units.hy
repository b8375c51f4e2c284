"Vocabularies: the units of a text, such as characters; a class for each kind of unit."

(eval-when-compile (require hyrule [meth unless]))
(import
  collections [Counter]
  collections.abc [Iterable]
  functools [cache]
  itertools [chain]
  json
  re
  unicodedata
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.basics.values [Kind TEXT check-value clip])

(setv
  UNKNOWN-UNIT "<unk>"  ; never a unit of a text: it would be split into "<", "unk" and ">"
  CODE-POINTS 0x110000  ; Unicode ends here
  MAX-UNITS CODE-POINTS  ; of a vocabulary
  MAX-LENGTH (** 2 23)  ; of all units together, in characters
  ENCODED-AT-ONCE (** 2 16)  ; characters: their arrays stay in the processor's cache
  COUNTED-AT-ONCE (** 2 22)  ; ids
  CHUNKS (Kind "text, or texts"
    (fn [x] (and (isinstance x Iterable) (not (isinstance x #(bytes bytearray))))))
  ;; White space in Python's regular expressions, except the line break.
  WHITE-SPACE (+ r"\u0009\u000b-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a"
    r"\u2028\u2029\u202f\u205f\u3000"))


(defclass Vocabulary []
  #[[The units that a network knows, each with its id; a subclass is a kind of unit.

  `units` is a list of strings in which a unit's index is its id, `ids` the inverse dict, `size`
  the number of units, `dtype` the smallest unsigned type for ids. `unknown` is the id that stands
  for every unknown unit, or None. ::

      (import lstm-textgen [Characters])
      (setv vocabulary (Characters ["e" "h" "l" "o" "y"]))
      (vocabulary.encode "hello")   ; => array([1, 0, 2, 2, 3], dtype=uint8)
      (vocabulary.decode [1 0 4])   ; => "hey"
  ]]

  ;; A kind of unit has
  ;; - `unit` and `singular`: the names of such units, and of one;
  ;; - `split` (text): its units in order, a list, or a string of characters;
  ;; - `learn` (chunks, most), a class method: the list of distinct units of a text in `chunks`, in
  ;;   the order of their ids; if they are `limited`, at most `most` (None: all).

  (setv
    unit ""
    reserved []    ; units before those of the text; the first is the unknown one
    parts []       ; attributes that make a vocabulary besides `unit` and `units`
    measure None   ; the unit of a text's length, "characters" if not its own units …
    width 1        ; … and about how many characters it has
    short-item 24  ; units of an item up to which it is short
    merges []      ; see `Pieces`
    pattern None   ; in JavaScript (flag u): what a text is first split into, if not characters
    several True   ; whether a unit may have several characters
    limited False  ; whether `max_words` limits their number
    spaced False)  ; whether a space before a word belongs to its unit

  (meth __init__ [units]
    "Raise `ValueError` if `units` can't be the vocabulary of any text."
    (@check units)
    (setv
      [@units @size @unknown] [units (len units) (if @reserved 0 None)]
      @ids (dfor [i u] (enumerate units) u i)
      @dtype (np.min-scalar-type (- @size 1))))

  (defn [classmethod] build [cls chunks [most None]]
    "Return the vocabulary of a text, or of its `chunks`, with at most `most` words or pieces."
    (unless cls.unit
      (refuse "build `Characters` or `Words`; `Vocabulary` is only what they have in common"
        :kind TypeError))
    (setv chunks (check-value "`chunks`" CHUNKS (if (isinstance chunks str) [chunks] chunks)))
    (cls [#* cls.reserved #* (.learn cls chunks most)]))

  (meth with-units [units]
    "Return a vocabulary like this one with other `units`."
    ((type self) units #** (dfor name @parts name (getattr self name))))

  (meth __len__ [] @size)

  (meth [property] lengths []
    "The number of characters of each unit (size,); the unknown one has none."
    (np.array (lfor [id unit] (enumerate @units) (if (= id @unknown) 0 (len unit)))))

  (meth __repr__ [] f"<Vocabulary of {@size} {@unit}>")

  (meth check [units]
    "Raise `ValueError` unless `units` can be a vocabulary of this kind."
    (unless (and (isinstance units list) units (all (gfor u units (and (isinstance u str) u))))
      (refuse "the vocabulary must be a list of strings, none of them empty"))
    (when (or (> (len units) MAX-UNITS) (> (sum (map len units)) MAX-LENGTH))
      (refuse f"a vocabulary of {(len units) :,} {@unit} is too large; set a smaller "
        'max-words))
    (unless (= (len (set units)) (len units))
      (setv [[twice _]] (.most-common (Counter units) 1))
      (refuse f"the vocabulary lists {(clip (describe-units [twice]))} twice"))
    (when (re.search r"[\ud800-\udfff]" (.join "" units))
      (refuse "the text contains lone surrogates, which are not characters"))
    (unless (= (cut units (len @reserved)) @reserved)
      (refuse f"a vocabulary of {@unit} must begin with {(.join ", " @reserved)}"))
    (unless (or @several (= (sum (map len units)) (len units)))
      (refuse "the vocabulary has characters of more than one code point")))

  (meth extend [chunks [max-words None]]
    "Return this vocabulary with a text's new units at the end: characters, or `max-words` words."
    (setv added (lfor u (@learn chunks) :if (not-in u @ids) u))
    (when (and @limited (not @parts) (is-not max-words None))
      (setv added (cut added (max 0 (- max-words (- @size (len @reserved)))))))
    (if added (@with-units (+ @units added)) self))

  (meth find [unit]
    "Return the id of `unit`, `unknown` if it has none."
    (.get @ids unit @unknown))

  (meth encode [text]
    "Return the ids of `text` (time,); raise `TypeError` unless it is text."
    (setv
      units (@split (check-value "`text`" TEXT text))
      all-known? (is @unknown None))
    (when all-known? (@check-known units))
    (np.fromiter (map (if all-known? @ids.__getitem__ @find) units) @dtype))  ; a dict's is faster

  (meth check-known [units]
    "Raise `ValueError` if the vocabulary lacks any of `units`, which are characters then."
    (setv unknown (sorted (.difference (set units) @ids)))
    (when unknown
      (refuse f"the vocabulary lacks these characters: {(describe-units unknown)}")))

  (meth encode-seed [text]
    "Return #(ids unknowns): a seed's ids (time,), its distinct unknown units, which may lack ids."
    (setv
      units (@split text)
      unknowns (lfor u (dict.fromkeys units) :if (= (@find u) @unknown) u))
    #( (if (and unknowns (is @unknown None))
        (np.array (lfor u units :if (in u @ids) (get @ids u)) int)
        (@encode text))
      unknowns))

  (meth unfinished [seed]
    "Return the end of `seed`, maybe empty, that the next unit may begin with."
    "")

  (meth half-typed [seed]
    "Return the end of `seed` that a unit may begin with if the last word isn't whole."
    (@unfinished seed))

  (meth counted [units]
    "Return the sequence that a text's length counts: its `units`, or their characters."
    (if @measure (chain.from-iterable units) units))

  (meth decode [ids]
    #[[Return the text of `ids`, integers (time,); the unknown unit becomes an empty string.

    Raise `ValueError` for an id that is none, `TypeError` for what isn't one.]]
    (try
      (.join "" (gfor i ids :if (!= i @unknown) (get @units (if (< i 0) @size i))))
      (except [IndexError] (refuse f"an id must be from 0 to {(- @size 1)}"))
      (except [TypeError]
        (refuse f"`ids` must be a list of whole numbers, not {(clip (repr ids))}"
          :kind TypeError))))

  (meth counts [ids]
    "Return how often each unit occurs in `ids` (time,): numbers (size,)."
    (sum
      (gfor
        start (range 0 (len ids) COUNTED-AT-ONCE)
        (np.bincount (get ids (slice start (+ start COUNTED-AT-ONCE))) :minlength @size))
      (np.zeros @size int)))

  (meth to-json []
    "Return the vocabulary as a JSON object in ASCII, which `parse-vocabulary` reads."
    (json.dumps (dfor name ["unit" "units" #* @parts] name (getattr self name)))))


(defclass Characters [Vocabulary]
  "A `Vocabulary` of code points. An unknown one has no id, and a lone surrogate is unknown."

  (setv
    unit "characters"
    singular "character"
    several False
    split str)  ; a string is the sequence of its characters

  (defn [classmethod] learn [cls chunks [most None]]
    "Return the distinct code points of the text in `chunks`, sorted."
    (setv seen (np.zeros CODE-POINTS bool))
    (for [chunk chunks  codes (_code-points chunk)]
      ;; Testing takes a third of the time of setting, and usually nothing is new.
      (unless (.all (.take seen codes)) (setv (get seen codes) True)))
    (lfor code (np.flatnonzero seen) (chr code)))

  (meth encode [text]
    "Return the ids of `text`; raise `ValueError` for unknown characters, or `TypeError`."
    (check-value "`text`" TEXT text)
    ;; `size` marks the unknown, so the table's type must hold one more than the ids'.
    (setv
      table (np.full CODE-POINTS @size (np.min-scalar-type @size))
      (get table (lfor u @units (ord u))) (range @size)
      parts (lfor codes (_code-points text) (.take table codes))
      ids (np.concatenate [(np.empty 0 table.dtype) #* parts]))
    (when (= (.max ids :initial 0) @size) (@check-known text))
    (.astype ids @dtype :copy False)))


(defclass Words [Vocabulary]
  "A `Vocabulary` of words; its first unit, `<unk>`, stands for every unknown one."

  (setv
    unit "words"
    singular "word"
    width 5
    short-item 4
    reserved [UNKNOWN-UNIT]
    limited True
    spaced True)

  (defn [staticmethod] split [text]
    #[[Return the list of the units of `text`.

    A unit is a word (with the apostrophes and hyphens inside it), a punctuation mark or other
    sign, a line break, or a run of other white space. One space before a word or sign belongs to
    it. So the units, joined, are the text. ::

        (Words.split "Don't stop, fox!")   ; => ["Don't" " stop" "," " fox" "!"]

    Languages without spaces between words are better trained on characters.]]
    (.findall (_word-pattern) text))

  (meth [property] pattern []
    "The regular expression of words in JavaScript, with the flag u."
    (_words r"[\p{L}\p{N}_][\p{L}\p{N}_\p{M}\u200c\u200d]*"
      rf"[^\p{{L}}\p{{N}}_\u000a{WHITE-SPACE}][\p{{M}}\u200c\u200d]*" f"[{WHITE-SPACE}]"))

  (meth unfinished [seed]
    "Return the single space at the end of `seed`, if any: it belongs to the next word."
    (if (re.search r"\S \Z" seed) " " ""))

  (meth half-typed [seed]
    "Return the end of `seed` that some word begins with: a unit or two, as \" don\" and \"'\"."
    (setv
      units (@split seed)
      ends (gfor n [2 1] (.join "" (cut units (- n) None))))
    (next
      (gfor end ends :if (and end (any (gfor unit @units (.startswith unit end)))) end)
      (@unfinished seed)))

  (defn [classmethod] learn [cls chunks [most None]]
    "Return the distinct words of the text in `chunks`, the most frequent first, ties by text."
    (setv counts (Counter))
    (for [chunk chunks] (.update counts (cls.split chunk)))
    (cut (sorted counts :key (fn [word] #((- (get counts word)) word))) most))

  (meth find [unit]
    "Return the id of a word, or of the same word with or without a leading space, or `unknown`."
    (if (in unit @ids)
      (get @ids unit)
      (.find (super) (if (.startswith unit " ") (cut unit 1 None) (+ " " unit))))))


(defn describe-units [units]
  "Return `units` for a message: the first ten, quoted and escaped, and the number of others."
  (setv
    shown (gfor u (cut units 10) (if (= (len u) 1) f"{u !r} (U+{(ord u) :04X})" (repr u)))
    more (if (> (len units) 10) f" and {(- (len units) 10)} more" ""))
  (+ (.join ", " shown) more))


(defn [cache] _word-pattern []
  (re.compile (_words rf"\w[\w{(marks)}]*" rf"[^\w\s][{(marks)}]*" r"[^\S\n]")))


(defn _words [word sign blank]
  "Return the regular expression of words, given those of a plain word, a sign and white space."
  rf" ?{word}(?:['’-]{word})*| ?{sign}|\n|{blank}+")


(defn [cache] marks []
  #[[Return combining marks and joiners, for a character class of a regular expression.

  `\w` doesn't include them, and without them words of Hindi or Thai and composite emoji would
  fall apart. The marks' categories begin with M. Ranges match four times as fast as single ones.]]
  (setv
    first 0x300  ; no marks before it, and none after 0x20000 but the variation selectors
    categories (.join "" (gfor n (range first 0x20000) (get (unicodedata.category (chr n)) 0)))
    runs (.join "" (gfor
      m (re.finditer "M+" categories)
      f"{(chr (+ first (.start m)))}-{(chr (+ first (.end m) -1))}")))
  f"\u200c\u200d\U000E0100-\U000E01EF{runs}")


(defn _code-points [text]
  "Yield the code points of `text` in arrays of at most `ENCODED-AT-ONCE`."
  (for [start (range 0 (len text) ENCODED-AT-ONCE)]
    (yield (np.frombuffer
      ;; A lone surrogate passes here and is refused where its code is looked up.
      (.encode (cut text start (+ start ENCODED-AT-ONCE)) "utf-32-le" "surrogatepass")
      "<u4"))))
