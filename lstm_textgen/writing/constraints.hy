"What is asked of a text: that it matches a pattern, that it neither repeats itself nor copies."

(eval-when-compile (require hyrule [doto meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  dataclasses [replace]
  functools [lru-cache]
  math [inf]
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.text.items [ENDS]
  lstm-textgen.text.shingles [SHINGLE Shingles hash-of]
  lstm-textgen.writing.patterns [Guide]
  lstm-textgen.writing.rules [Rule usual-rules])

(setv
  SPARE 20  ; characters of room beyond what the pattern demands in which any unit may come
  WORD-ROOM 10  ; characters that must fit so that a text that is forced begins another word
  ENOUGH 0.1  ; probability of the units that may come, below which they would spoil a text
  KNOWN-PASSAGES 200_000  ; of a long text, those at its end, or a few times as many
  shingles-in ((lru-cache 8) Shingles)  ; also shared state: they count the units `refused`
  USUAL-COPY 60  ; characters: readers can't tell such texts from others (bench/log.md)
  guide-of ((lru-cache 8) Guide))  ; all texts of a request need the same


(defrecord Constraints
  #[[What is asked of each text.

  - `match`: a regular expression that matches all of it (of a list, the item with its seed), or a
    function from it to whether it is wanted.
  - `no-repeat`: no passage of this many characters occurs twice in it and its seed; None or 0: any
    may.
  - `no-copy`: no passage of more than this number of characters is in the training text, too; 0:
    any may. None: of running text, none of over `USUAL-COPY` that is in it just once.
  - `lines`: of an item, how many it has, if others may be drawn; None: any number.]]
  [ #^ object [match None]  #^ object [no-repeat None]  #^ object [no-copy None]
    #^ object [lines None]]

  (meth with-usual-lines [model ends temperature]
    "Return these, with the model's usual `lines` for a whole, drawn item; running text has none."
    (setv
      draws? (any (if (isinstance temperature list) temperature [temperature]))
      item? (and ends.item (not (or ends.stops ends.sentences ends.names))))  ; else a part of it
    (if (and item? draws? (not @match))
      (replace self :lines model.facts.item-lines)
      self))

  (meth [property] late? []
    "Whether only a whole text shows that it is as demanded."
    (bool (or @match @lines)))

  (meth guide [model stops]
    #[[Return the `Guide` of the pattern in texts by `model`, or None.

    A text ends with its item or, if there is just one, with a text of `stops`.]]
    (when (isinstance @match str)
      (setv [end] (if (= (len stops) 1) stops [""]))
      (guide-of @match model.vocabulary (.get ENDS model.settings.items end))))

  (meth one-line? [model stops]
    "Return whether the pattern keeps a text, of a chat or a paragraph, to one line by a dot."
    (and (isinstance @match str) (not stops)
      (or model.facts.people (= model.settings.items "paragraph"))
      (. (@guide model stops) one-line?)))

  (meth pattern [seed stops units characters patient sentences]
    #[[Return the `Pattern` of a text after `seed`, or None.

    The text ends before one of `stops` and has at most this number of `units` and `characters`;
    `patient` and `sentences` are as in `Pattern`. Raise `ValueError` if nothing after the
    seed can match.]]
    (setv guide (@guide seed.model stops))
    (unless guide (return None))
    (setv
      own (own-part seed.model seed.before)
      pattern (Pattern guide units characters patient))
    (.read pattern own)
    (setv pattern.sentences sentences)
    (when (> pattern.least pattern.room)
      (refuse 'match ": no text" (if own f" that begins with {own !r}" "") " can match"
        (if (= pattern.least inf) "" f" with room for only {pattern.room :,} characters")))
    pattern)

  (meth rules [seed pattern]
    "Return the list of the rules of a text after `seed`, which has been read, and of `pattern`."
    (setv
      model seed.model
      usual? (is @no-copy None)
      rules (usual-rules seed seed.memory))
    (when pattern (.append rules pattern))
    (when @no-repeat
      (.append rules (.copy (repeats-in seed.before @no-repeat model.vocabulary))))
    (when (and model.shingles (if usual? (not model.facts.people) @no-copy))
      (.append rules (Copies (shingles-in model.shingles model.refrains) seed
        (or @no-copy USUAL-COPY) usual?)))
    rules)

  (meth met? [seed stops text]
    "Return whether the whole `text` after `seed`, before one of `stops`, is as demanded."
    (setv own (+ (own-part seed.model seed.text) text))
    (cond
      (isinstance @match str) (.matches? (@guide seed.model stops) own)
      @match (bool (@match own))
      True (= @lines (+ 1 (.count own "\n"))))))


(defn own-part [model text]
  "Return the end of a seed's `text` that belongs to what follows: of a list, to its item."
  (setv items model.settings.items)
  (if items (get (.split text (get ENDS items)) -1) ""))


(defclass Pattern [Rule]
  #[[Refuses units of one text that can't lead to a match.

  The text must match the pattern of `guide` (a `Guide`), in at most `units` and `characters`. A
  `patient` one ends the text as `failed?` where the model wants to end it and can't, or hardly
  wants any unit that may come, or where nothing may follow within a word, as another text may
  match by itself. Otherwise the text is forced there, or where little room is left, but at the end
  of a word: only units that bring it nearer to a match are taken.

  `sentences`, if not None, is a `SentenceFinder` of the text's end. In a text that isn't patient,
  the last sentence only ends where the text matches; forced to match, it goes on to its end.]]

  (meth __init__ [@_guide @_units @_characters @_patient]
    (setv
      @sentences None
      @units _guide.vocabulary.units
      @_demanded _guide.start
      @_ending False
      @failed? False
      @_taken 0    ; units
      @_before ""  ; the text's last character
      @last None))  ; how many of them make the text to which nothing can be added

  (meth read [text]
    (when text (setv @_before (get text -1)))
    (when @sentences (.feed @sentences text))
    (setv @_demanded (.after @_guide @_demanded text)))

  (meth [property] least []
    "How many characters must follow at least, besides its end; ∞ if the text can't match."
    (- (.least @_guide @_demanded) (len @_guide.end)))

  (meth [property] room []
    "How many characters can follow at most."
    (min @_characters (* @_units (int (.max @_guide.lengths)))))

  (meth score [scores choice]
    "Set the scores of other units to -∞; if none is left, other rules don't count."
    (when (or (is-not @last None) (<= (min @_units @_characters) 0)) (return))
    (setv
      needs (.needs @_guide @_demanded)
      last? (bool (and @sentences (<= @sentences.left 1) (not @_patient)))
      refused (| (@_out-of-reach needs)
        (& last? @_guide.marked (> needs (len @_guide.end))))
      wish (int (.argmax (+ scores choice.noise)))
      unit (get @units wish)
      within-word? (and (.isalnum @_before) (.isalnum (get unit 0)))
      end (cut @_guide.end -1 None)
      ;; It can't end where it wants to.
      stuck? (and (get refused wish)
        (or (and end (in end unit)) (and last? (get @_guide.marked wish)))))
    (cond
      (= (.min needs) inf) (@_stop (and @_patient within-word?))  ; nothing can follow
      (not @_patient) (@_force needs refused stuck? (not within-word?))
      (and (get refused wish) (or stuck? (@_spoils? refused scores))) (@_stop True))
    (when (is-not @last None) (return))
    (setv (get scores refused) (- inf))
    (when (= (.max scores) (- inf))
      (setv (cut scores) (np.where refused (- inf) choice.free))))

  (meth _stop [failed?]
    "Let nothing be added to the text."
    (setv
      @last @_taken
      @failed? failed?))

  (meth _out-of-reach [needs]
    "Return which units (size,) can't come or, with these `needs`, leave too little room."
    (setv refused (= needs inf))
    (when @_little-room?
      (|= refused (> (+ needs @_guide.lengths) (+ @_characters (len @_guide.end))))
      (|= refused (> (+ needs 1) (+ @_units (len @_guide.end)))))
    refused)

  (meth [property] _little-room? []
    "Whether not just any unit fits; a unit has at least one character."
    (> (+ (.least @_guide @_demanded) SPARE) (min @_units @_characters)))

  (meth _spoils? [refused scores]
    "Return whether a text that has begun is improbable, by `scores`, without the `refused` units."
    (setv odds (np.exp (- scores (.max scores))))
    (and @_taken (< (.sum (get odds (bnot refused))) (* ENOUGH (.sum odds)))))

  (meth _force [needs refused stuck? word-ends?]
    #[[Add to the `refused` units (size,) those that don't bring the text nearer to a match.

    Begin to do so where the text is `stuck?` or, for lack of room, where a word ends; a space
    comes first. What matches by then is over, unless its last sentence can still end.]]
    (setv
      least (.least @_guide @_demanded)
      whole? (= least (len @_guide.end))
      space? (or (not @_before) (.isspace @_before))
      begins? (and (not @_ending) (or stuck? (and word-ends? @_taken
        (or @_little-room?
          (and whole? (not space?) (not (.room? @_guide @_demanded WORD-ROOM))))))))
    (setv @_ending (or @_ending begins?))
    (cond
      (not @_ending) (return)
      (and whole? @sentences (.any (& @_guide.marked (bnot refused)))) (do
        (setv @_ending False)
        (return))
      (and whole? (not @_guide.end)) (return (@_stop False)))
    (setv
      lengths @_guide.lengths
      blank @_guide.blank
      nearer (< needs least)
      direct (<= (- (+ needs lengths) blank) least)  ; with each of its characters
      fits (cond
        space? [(& direct (bnot blank)) direct nearer]
        (and begins? (not whole?))
          [(& blank (| direct (& (= lengths 1) (<= needs least)))) direct nearer]
        True [direct nearer]))
    (for [fit fits :if (.any (& fit (bnot refused)))]
      (|= refused (bnot fit))
      (break)))

  (meth take [id]
    (-= @_units 1)
    (-= @_characters (len (get @units id)))
    (+= @_taken 1)
    (.take (super) id)))


(defclass Copies [Rule]
  #[[Copies no passage of more than `most` characters after `seed`, by `shingles` (`Shingles`).

  From half of them on, it refuses to copy on more and more often. Chance decides, but one that
  follows from the text, so that the units drawn next stay the same.

  With `refrains`, what comes more than once in the training text doesn't count.]]
  (setv choosy True)

  (meth __init__ [@_shingles seed @_most @_refrains]
    (setv
      @units seed.model.vocabulary.units
      @_tail ""  ; the last characters
      @_copied 0  ; how many of them are copied
      @_seen #(None None)  ; the unit last asked about, and what `_with` returned
      @_refused? False)  ; whether any unit was, in this place
    (@read (cut seed.before (- (+ SHINGLE _most)) None)))

  (meth read [text]
    (setv [@_tail @_copied _] (@_with text)))

  (meth _with [text]
    "Return [tail copied longest] with `text` added; it makes passages up to the `longest`."
    (setv
      tail @_tail
      copied @_copied
      longest 0)
    (for [c text]
      (setv
        tail (+ (cut tail (- 1 SHINGLE) None) c)
        copied (cond
          (or (< (len tail) SHINGLE) (not (.copied? @_shingles tail @_refrains))) 0
          copied (+ copied 1)
          True SHINGLE)
        longest (max longest copied)))
    [tail copied longest])

  (meth refuses? [id strict]
    (setv [tail copied longest] (@_with (get @units id)))
    (setv
      @_seen #(id [tail copied longest])
      too-often? (and strict (< (/ (hash-of tail) (** 2 32)) (- (/ (* 2 longest) @_most) 1)))
      refused? (and (> longest 0) (or (> longest @_most) too-often?))
      @_refused? (or @_refused? refused?))
    refused?)

  (meth take [id]
    (+= @_shingles.refused @_refused?)
    (setv @_refused? False)
    (setv [known state] @_seen)
    (setv [@_tail @_copied _] (if (= id known) state (@_with (get @units id))))))


(defclass Repeats [Rule]
  #[[Refuses to repeat a passage of `length` characters in one text.

  A passage that breaks off within a word would leave half a word. So a passage that ends with a
  word is to break off before it, and the beginnings of that word are known, too.]]
  (setv choosy True)

  (meth __init__ [@units @length]
    (setv
      @_tail ""
      @_known [(set)]))  ; sets of hashes, the last of which grows

  (meth copy []
    (setv twin (.copy (super)))
    (setv twin._known [#* (cut @_known -2 None) (set)])  ; what they know is shared
    twin)

  (meth refuses? [id strict]
    ((if strict @begins? @completes?) (get @units id)))

  (meth begins? [unit]
    "Return whether `unit` would complete a passage, or begin the word that would."
    (setv
      whole (+ @_tail unit)
      n (len (.lstrip unit)))
    (or (@completes? unit)
      (and n (.isspace (cut whole (- -1 n) (- n)))
        (@_has-any (gfor k (range (+ n 1) @length) (cut whole (- k) None))))))

  (meth completes? [unit]
    "Return whether `unit` would complete a passage that the text already has."
    (@_has-any (@_passages unit)))

  (meth read [text]
    (setv known (get @_known -1))
    (for [passage (@_passages text)]
      (.add known (hash passage))
      (when (.isspace (get passage -1))
        (setv
          word (get (or (.rsplit passage None 1) [""]) -1)
          before (- (len (.rstrip passage)) (len word)))
        (.update known
          (gfor end (range (+ 1 before) @length) (hash (cut passage end))))))
    (setv @_tail (cut (+ @_tail text) (- 1 @length) None))
    (when (> (len known) KNOWN-PASSAGES) (setv @_known [known (set)])))

  (meth _has-any [passages]
    (any (gfor each passages  known @_known (in (hash each) known))))

  (meth _passages [text]
    "Return the passages that `text` completes."
    (setv whole (+ @_tail text))
    (gfor end (range (max @length (+ 1 (len @_tail))) (+ 1 (len whole)))
      (cut whole (- end @length) end))))


(defn [(lru-cache 2)] repeats-in [text length vocabulary]
  "Return the `Repeats` of a seed `text`; the last are kept, as all texts of a request need them."
  (doto (Repeats vocabulary.units length) (.read text)))
