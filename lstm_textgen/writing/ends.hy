#[[Where a text ends, found while the text comes in chunks.

A finder is fed the chunks, returns what certainly precedes the end, and holds the rest back until
that is clear. Once the end is `found`, nothing follows. Finders stand in a row, each is fed what
the previous one returns.]]

(eval-when-compile (require hyrule [meth]  lstm-textgen.basics.forms [defrecord]))
(import
  re
  lstm-textgen.text.items [ENDS])

(setv
  CLOSERS "\"'”’»›)\\]」』）】"
  ;; White space follows the mark or, in scripts without spaces between sentences, anything but
  ;; another mark. Closing quotes and brackets may come between.
  SENTENCE-END (re.compile
    rf"(?:[.!?…][{CLOSERS}]*\s|[。！？][{CLOSERS}]*[^。！？…{CLOSERS}])\Z")
  SENTENCE-REACH 20  ; how many characters back its mark, or its last word, may be
  ;; An abbreviation that ends a text, for JavaScript, too: a letter that is no word, with a few
  ;; after its point, as in "p. ex."; a few without a vowel; these; the day of a German date. Of
  ;; about 10,000 sentence ends in 1 MB of English (modern), German, French and Spanish, 260 (413),
  ;; 42, 254 and 350 were wrong for lack of it, now 9 (44), 8, 5 and 10; up to 22 right ones go.
  LATIN "A-Za-zÀ-ɏ"
  CONSONANT "b-df-hj-np-tv-xz"
  ABBREVIATION (+ rf"(?:^|[^{LATIN}0-9'’])(?:[A-HJ-Zb-xz](?:\.\s?[{LATIN}]{{1,3}})?"
    rf"|[{(.upper CONSONANT)}{CONSONANT}][{CONSONANT}]{{1,3}}"
    "|[Mm](?:mes?|lles?|essrs)|M(?:M|RS?)|[Ss]r(?:as?|es|tas?)|[Dd]ra|[Uu]ds?|[Pp]rof"
    "|[Cc]apt|[Gg]en|Col|[Rr]ev|[Gg]ov|Sept|Oct|Nov|Dec|etc|usw|evtl|ca|oz|núm|pág"
    r"|(?:[Aa]m|[Dd]e[mnrs]|[Vv]om|[Zz]um|[Bb]is) [0-9]{1,2})\.$"))


(defrecord Ends
  #[[Where a text ends: at the first of these; without any it never ends.

  - `length`: after this many characters, or words in a word-level model. A text that has only
    other ends is cut off after a while, as it may never reach them.
  - `stop`: before this text, or any of these texts, would appear.
  - `sentences`: after this many sentences. A sentence ends with . ! ? or …, closing quotes and
    white space (which isn't part of the text), or with 。！？, but not with an abbreviation.
  - `names`: before a line that begins with one of these and a colon.
  - `item`: of a list, where its item ends.]]
  [ #^ object [length None]  #^ object [stop None]  #^ object [sentences None]
    #^ object [names None]  #^ bool [item True]]

  (meth [property] stops []
    "The list of the texts that it ends before."
    (if (isinstance @stop str) [@stop] (list (or @stop []))))

  (meth finders [items [line-begins? False]]
    #[[Return a list of finders of the ends, in a model of `items` (None: of no list).

    `line-begins?` is whether the text begins a line.]]
    (setv stops [#* @stops #* (if (and items @item) [(get ENDS items)] [])])
    [ #* (if @names [(NameFinder @names line-begins?)] [])
      #* (if stops [(StopFinder stops)] [])
      #* (if @sentences [(SentenceFinder @sentences)] [])]))


(defn abbreviated? [text]
  "Return whether `text` ends with an abbreviation, whose point ends no sentence."
  (bool (re.search ABBREVIATION text)))


(defn sure-text [finders text [last? False]]
  "Return what certainly precedes the end, of all held back and `text`, which may be the `last`."
  (for [finder finders]
    (setv text (.feed finder text))
    (when (or last? finder.found)  ; nothing comes to the next one any more
      (setv [text last?] [(+ text (if finder.found "" finder.held)) True])))
  text)


(defclass Finder []
  #[[What all finders have in common, besides `feed`: it reads a text and returns what is certain.

  What is `held` back belongs to the text if that ends without the end being `found`.]]
  (setv
    found False
    held ""))


(defclass StopFinder [Finder]
  "Finds the first of the texts `stops` to be complete."

  (meth __init__ [@stops])

  (meth feed [text]
    "Hold back what may become one of the stops."
    (setv
      held (+ @held text)
      end (min (gfor stop @stops :if (in stop held) (+ (.index held stop) (len stop))) :default 0)
      sure (if end
        (- end (max (gfor stop @stops :if (.endswith held stop 0 end) (len stop))))
        ;; The first characters of a stop, but not all of them, may end the text so far.
        (- (len held) (max :default 0 (gfor
          stop @stops
          n (range 1 (min (len stop) (+ 1 (len held))))
          :if (.endswith held (cut stop n))
          n))))
      @held (cut held sure None)
      @found (bool end))
    (cut held sure)))


(defclass NameFinder [Finder]
  "Finds the next line that begins with one of `names`; `line-begins?` as in `Ends.finders`."

  (meth __init__ [names line-begins?]
    (setv
      @_name (re.compile rf"\n(?:{(.join "|" (map re.escape names))}):")
      @_perhaps (re.compile rf"\n[^\n:]{{0,{(max (map len names))}}}\Z")
      @_line (if line-begins? "\n" "")  ; which may begin with a name, after its line break
      @_before (len @_line)))  ; how much of that precedes the text

  (meth feed [text]
    "Hold back a line that may begin with a name."
    (setv
      text (+ @_line text)
      name (.search @_name text)
      perhaps (or name (.search @_perhaps text))
      end (if perhaps (.start perhaps) (len text))
      sure (cut text @_before end)
      @_line (cut text end None)
      @_before (if end 0 @_before)
      @held (cut @_line @_before None)
      @found (bool name))
    sure))


(defclass SentenceFinder [Finder]
  "Finds the end of the last of `left` sentences."

  (meth __init__ [@left]
    (setv @_tail ""))  ; the last characters, which the mark is among

  (meth feed [text]
    "Return the sentences so far; nothing need be held back."
    (for [[n character] (enumerate text)]
      (setv tail (+ @_tail character))
      (when (and (.search SENTENCE-END tail) (not (abbreviated? (cut tail -1))))
        (-= @left 1)
        (when (= @left 0)
          (setv @found True)
          (return (cut text n))))
      (setv @_tail (cut tail (- SENTENCE-REACH) None)))
    text))
