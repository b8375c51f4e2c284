"Characters or words ↔ ids, and what an unknown one becomes."

(eval-when-compile (require hyrule [unless]))

(import
  collections [Counter]
  functools [cache]
  json
  re
  unicodedata
  numpy :as np
  lstm-textgen.basics.values [clip read-json])


(setv
  UNKNOWN "<unk>"  ; the tokens of a text are never this: it would be split into "<", "unk" and ">"
  CODE-POINTS 0x110000  ; Unicode ends here
  MAX-UNITS CODE-POINTS  ; of a vocabulary; as many as Unicode has room for
  MAX-LENGTH (** 2 23)  ; of all units together, in characters
  MAX-JSON (+ (* 12 MAX-LENGTH) (* 4 MAX-UNITS) 100)  ; an escaped emoji takes 12 characters
  CHUNK (** 2 16))  ; characters encoded at once: their arrays stay in the processor's cache


(defclass Vocabulary []
  #[[The units that a network knows, each with its id.

  `unit` is "characters" or "words", `units` a list of strings in which a unit's
  index is its id, `ids` a dict the other way round, `size` the number of units.
  `unknown` is the id that stands for every unknown word, and None with
  characters, where nothing stands for an unknown one. ::

      (setv vocabulary (Vocabulary.build "heylo" "characters"))
      vocabulary.units              ; => ["e" "h" "l" "o" "y"]
      (vocabulary.encode "hello")   ; => array([1, 0, 2, 2, 3], dtype=uint8)
      (vocabulary.decode [1 0 4])   ; => "hey"]]

  (defn __init__ [self unit units]
    "Raise `ValueError` if `units` can't be the vocabulary of any text."
    (_check unit units)
    (setv
      self.unit unit
      self.units units
      self.ids (dfor [i u] (enumerate units) u i)
      self.size (len units)
      self.unknown (if (= unit "words") 0 None)))

  (defn [classmethod] build [cls text [unit "characters"] [max-words None]]
    #[[Return the vocabulary of `text`, a string or an iterable of its consecutive parts.

    Characters are the text's code points, sorted. Words are `split-words`' units,
    the most frequent first, after the unknown unit, which has id 0; there are at
    most `max-words` of them (None: all). Words are whole within a part, as
    `corpus.cut-at-space` sees to. `ValueError` if the text is empty or holds
    lone surrogates, which are not characters.]]
    (when (and (is-not max-words None) (< max-words 1))
      (raise (ValueError f"the number of words must be at least 1, not {max-words}")))
    (setv units (_distinct-units text unit))
    (unless units
      (raise (ValueError "the text is empty: there is nothing to learn")))
    (cls unit (if (= unit "words") [UNKNOWN #* (cut units max-words)] units)))

  (defn extend [self text [max-words None]]
    #[[Return #(vocabulary added): a vocabulary in which every id keeps its meaning
    and the units of `text` that were unknown follow, and the list of these. `text`
    is as in `build`.

    Words are added, the most frequent first, until there are `max-words` (None: all).]]
    (setv added (lfor u (_distinct-units text self.unit) :if (not-in u self.ids) u))
    (when (and (= self.unit "words") (is-not max-words None))
      (setv added (cut added (max 0 (- max-words (- self.size 1))))))
    #((if added (Vocabulary self.unit (+ self.units added)) self) added))

  (defn __len__ [self]
    self.size)

  (defn __repr__ [self]
    f"<Vocabulary of {self.size} {self.unit}>")

  (defn encode [self text]
    #[[Return the ids of `text`: an array (time,) of the smallest unsigned integer
    type that holds them all.

    A word that is unknown becomes the same word with or without a space before
    it, and if that is unknown too, the unknown unit. An unknown character raises
    `ValueError`; a lone surrogate is one.]]
    (if (= self.unit "words")
      (np.fromiter (gfor w (split-words text) (._word-id self w)) (_type-for (- self.size 1)))
      (._encode-characters self text)))

  (defn encode-seed [self text]
    #[[Return #(ids unknowns) for a text to begin with: its ids (time,) and the list
    of its distinct unknown units, in order. Unknown characters are left out of
    the ids, unknown words become the unknown unit.]]
    (when (= self.unit "words")
      (setv ids (.encode self text))
      (setv unknowns (gfor
        [i w] (zip ids (split-words text))
        :if (= i self.unknown)
        w))
      (return #(ids (list (dict.fromkeys unknowns)))))
    (setv unknowns (lfor c (dict.fromkeys text) :if (not-in c self.ids) c))
    #((.encode self (.join "" (gfor c text :if (in c self.ids) c))) unknowns))

  (defn decode [self ids]
    "Return the text of `ids`, integers (time,). The unknown unit is written as nothing."
    (.join "" (gfor i ids :if (!= i self.unknown) (get self.units i))))

  (defn to-json [self]
    "Return the vocabulary as a JSON object in ASCII."
    (json.dumps {"unit" self.unit  "units" self.units}))

  (defn [classmethod] from-json [cls string]
    #[[Return the vocabulary that `to-json` wrote as `string`.

    The string may come from a stranger: whatever isn't a vocabulary raises
    `ValueError`, before it can take much more memory than the string does.]]
    ;; Each value but the outermost stands behind a comma, a colon or a bracket. So few values take
    ;; little memory, whatever they are. The spare thousand is for the units that hold such marks.
    (when (> (sum (gfor mark ",:[{" (.count string mark))) (+ MAX-UNITS 1000))
      (raise (ValueError f"the vocabulary has more than {MAX-UNITS :,} units")))
    (setv content (read-json (.encode string) "the vocabulary" dict MAX-JSON))
    (unless (= (set content) #{"unit" "units"})
      (raise (ValueError "the vocabulary must have a unit, units and nothing else")))
    (cls #** content))

  (defn _word-id [self word]
    (when (in word self.ids)
      (return (get self.ids word)))
    (.get self.ids
      (if (.startswith word " ") (cut word 1 None) (+ " " word))
      self.unknown))

  (defn _encode-characters [self text]
    ;; `size` marks the unknown, so the table's type must hold one more than the ids'.
    (setv
      table (np.full CODE-POINTS self.size (_type-for self.size))
      out (np.empty (len text) (_type-for (- self.size 1)))
      (get table (lfor u self.units (ord u))) (range self.size)
      start 0)
    (for [codes (_code-points text)]
      (setv ids (.take table codes))
      (when (= (.max ids) self.size)
        (setv unknown (np.unique (get codes (= ids self.size))))
        (raise (ValueError (+ "the vocabulary lacks these characters: "
          (describe-units (lfor c unknown (chr c)))))))
      (setv
        (get out (slice start (+ start (len ids)))) ids
        start (+ start (len ids))))
    out))


(defn split-words [text]
  #[[Yield the units of `text` of which a model by words is made.

  A unit is a word (with the apostrophes and hyphens inside it), a punctuation
  mark or other sign, a line break, or a run of other white space. One space before
  a word or sign belongs to it. So the units joined are the text again. ::

      (list (split-words "Don't stop, fox!"))   ; => ["Don't" " stop" "," " fox" "!"]

  Languages that write no spaces between words are better learnt by characters.]]
  (gfor m (.finditer (_word-pattern) text) (.group m)))


(defn describe-units [units]
  #[[Return units as a message shows them: quoted, control characters escaped, the
  first ten and how many more there are. ::

      (describe-units ["é" "\t"])   ; => "'é' (U+00E9), '\\t' (U+0009)"]]
  (setv shown (.join ", " (gfor
    u (cut units 10)
    (if (= (len u) 1) f"{u !r} (U+{(ord u) :04X})" (repr u)))))
  (if (> (len units) 10)
    f"{shown} and {(- (len units) 10)} more"
    shown))


(defn [cache] _word-pattern []
  "Return the regular expression of `split-words`."
  ;; `\w` has no combining marks and no joiners, without which the words of Hindi
  ;; or Thai, and emoji of several parts, would fall into pieces. The marks' categories
  ;; begin with M. As ranges they match four times as fast as one by one.
  (setv
    first 0x300  ; no marks before it, and none after 0x20000 but the variation selectors
    categories (.join "" (gfor
      code (range first 0x20000)
      (get (unicodedata.category (chr code)) 0)))
    runs (.join "" (gfor
      m (re.finditer "M+" categories)
      f"{(chr (+ first (.start m)))}-{(chr (+ first (.end m) -1))}"))
    marks f"\u200c\u200d\U000E0100-\U000E01EF{runs}"
    word rf"\w[\w{marks}]*")
  (re.compile rf" ?{word}(?:['’-]{word})*| ?[^\w\s][{marks}]*|\n|[^\S\n]+"))


(defn _distinct-units [text unit]
  "Return the distinct units of `text`, a string or an iterable of them, in order of their ids."
  (setv pieces (if (isinstance text str) [text] text))
  (if (= unit "words") (_by-frequency pieces) (_distinct-characters pieces)))


(defn _by-frequency [pieces]
  "Return the distinct words of the text in `pieces`, the most frequent first, ties by their text."
  (setv counts (Counter))
  (for [piece pieces]
    (.update counts (split-words piece)))
  (sorted counts :key (fn [word] #((- (get counts word)) word))))


(defn _distinct-characters [pieces]
  "Return the distinct code points of the text in `pieces`, sorted."
  (setv seen (np.zeros CODE-POINTS bool))
  (for [piece pieces  codes (_code-points piece)]
    ;; Looking takes a third of the time of noting, and mostly there is nothing new.
    (unless (.all (.take seen codes))
      (setv (get seen codes) True)))
  (lfor code (np.flatnonzero seen) (chr code)))


(defn _code-points [text]
  "Yield the code points of `text` in arrays of at most `CHUNK`: a long text needs little memory."
  (for [start (range 0 (len text) CHUNK)]
    (yield (np.frombuffer
      ;; A lone surrogate passes here and is refused where its code is looked up.
      (.encode (cut text start (+ start CHUNK)) "utf-32-le" "surrogatepass")
      "<u4"))))


(defn _type-for [largest]
  "Return the smallest unsigned integer type that holds `largest`."
  (np.min-scalar-type largest))


(defn _check [unit units]
  "Raise `ValueError` unless `units` can be a vocabulary of that `unit`."
  (unless (in unit ["characters" "words"])
    (raise (ValueError f"the unit of a vocabulary is `characters` or `words`, not {unit !r}")))
  (unless (and (isinstance units list) units (all (gfor u units (and (isinstance u str) u))))
    (raise (ValueError "the vocabulary must be a list of strings, none of them empty")))
  (setv length (sum (map len units)))
  (when (or (> (len units) MAX-UNITS) (> length MAX-LENGTH))
    (raise (ValueError
      f"a vocabulary of {(len units) :,} {unit} is too large; set a smaller `max_words`")))
  (unless (= (len (set units)) (len units))
    (setv [[twice _]] (.most-common (Counter units) 1))
    (raise (ValueError f"the vocabulary lists {(clip (describe-units [twice]))} twice")))
  (when (re.search r"[\ud800-\udfff]" (.join "" units))
    (raise (ValueError "the text contains lone surrogates, which are not characters")))
  (when (and (= unit "characters") (!= length (len units)))
    (raise (ValueError "the vocabulary has characters of more than one code point")))
  (when (and (= unit "words") (!= (get units 0) UNKNOWN))
    (raise (ValueError f"a vocabulary of words must begin with {UNKNOWN}"))))
