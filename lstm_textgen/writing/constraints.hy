#[[What is asked of a text: that it matches a pattern, that it doesn't repeat itself.

A unit that a text can't have is refused, and the next is taken: the one with the next largest
score of the same draw, so nothing is drawn twice. Among the units that aren't refused, each comes
as often as the model and the draw's options would have it after the same text.]]

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  functools [lru-cache]
  math [inf]
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.text.items [ENDS]
  lstm-textgen.writing.patterns [Guide])

(setv
  SPARE 20  ; characters of room beyond what the pattern demands in which any unit may come
  KNOWN-PASSAGES 100_000)  ; passages, or up to twice as many, at the end of a long text


(defrecord Demands
  #[[What is asked of each text.

  - `match`: a regular expression that matches all of it (of a list, the item with its seed), or a
    function from it to whether it is wanted.
  - `no-repeat`: no passage of this many characters occurs twice in it and its seed.]]
  [#^ object [match None]  #^ object [no-repeat None]]

  (defn guide [self model [stops #()]]
    #[[Return the `Guide` of the pattern in texts by `model`, or None.

    A text ends with its item or, if there is just one, with a text of `stops`.]]
    (when (isinstance self.match str)
      (setv [end] (if (= (len stops) 1) stops [""]))
      (guide-of self.match model.vocabulary (.get ENDS model.settings.items end))))

  (defn constraint [self seed stops units characters patient]
    #[[Return the `Constraint` of a text after `seed`, or None without demands.

    The text ends before one of `stops` and has at most this number of `units` and `characters`;
    `patient` is as in `Constraint`.
    Raise `ValueError` if nothing after the seed can match.]]
    (when (= self (Demands)) (return None))
    (setv
      text (.join "" [(.removesuffix seed.text seed.rest) #* seed.opening])
      constraint (Constraint seed.model.vocabulary (.guide self seed.model stops)
        (or self.no-repeat 0) units characters patient))
    (.read constraint text (own-part seed.model text))
    (unless constraint.possible?
      (refuse 'match f": no text that begins with {(repr (own-part seed.model text))} can match"))
    constraint)

  (defn met? [self seed text]
    "Return whether the whole `text` after `seed` is as demanded."
    (setv own (+ (own-part seed.model seed.text) text))
    (cond
      (isinstance self.match str) (.matches? (.guide self seed.model) own)
      self.match (bool (self.match own))
      True True)))


(defn own-part [model seed]
  "Return the end of the `seed` text that belongs to the text: of a list, to its item."
  (setv items model.settings.items)
  (if items (get (.split seed (get ENDS items)) -1) ""))


(defn [(lru-cache 8)] guide-of [pattern vocabulary end]
  "Return a `Guide`; the last few are kept, as all texts of a request need the same."
  (Guide pattern vocabulary end))


(defclass Constraint []
  #[[Refuses units of one text of the units of `vocabulary`.

  The text must match the pattern of `guide` (a `Guide` or None), in at most `units` and
  `characters`, and no `no-repeat` characters of it may occur twice (0: any may). If there is
  little room left, only units that bring the text nearer to a match are taken. So they are once
  the model has wanted to end the text and couldn't; but a `patient` constraint ends it there, as
  another text may match by itself.]]

  (meth __init__ [@vocabulary [@guide None] [no-repeat 0] [@units inf] [@characters inf]
      [@patient False]]
    (setv
      @_demanded (when guide guide.start)
      @_repeats (Repeats no-repeat)
      @_ending False
      @_taken 0    ; units
      @last None))  ; how many of them make the text to which nothing can be added

  (meth read [text own]
    "Take note of a seed, `text`, whose end `own` belongs to the text that must match."
    (.add @_repeats text)
    (when @guide (setv @_demanded (.after @guide @_demanded own))))

  (meth [property] possible? []
    "Whether the text can match, as far as it is known."
    (not (and @guide (= (.least @guide @_demanded) inf))))

  (meth restrict [scores noise [free None]]
    #[[Set the `scores` (size,) of the units that can't lead to a match to -∞.

    With the `noise` (size,) of this draw they say which unit the model wants. If none is left, the
    scores are those in `free` (size,), which other rules haven't lowered.]]
    (when (or (not @guide) (is-not @last None)) (return))
    (setv
      needs (.needs @guide @_demanded)
      least (.least @guide @_demanded)
      end (cut @guide.end -1 None)
      wish (.argmax (+ scores noise)))
    (when (and end (= (get needs wish) inf) (in end (get @vocabulary.units wish)))
      (if @patient (setv @last @_taken) (setv @_ending True)))
    (setv
      refused (>= needs (if @_ending least inf)))
    (when (> (+ least SPARE) (min @units @characters))  ; a unit has at least one character
      (|= refused (> (+ needs @guide.lengths) (+ @characters (len @guide.end))))
      (|= refused (> (+ needs 1) (+ @units (len @guide.end)))))
    (setv (get scores refused) (- inf))
    (when (and (is-not free None) (= (.max scores) (- inf)))
      (setv (cut scores) (np.where refused (- inf) free))))

  (meth choose [scores]
    "Return the id of the unit with the largest of `scores` (size,) that isn't refused."
    (setv
      first (int (.argmax scores))
      id first)
    (while (.complete? @_repeats (get @vocabulary.units id))
      (setv (get scores id) (- inf))
      (setv id (int (.argmax scores)))
      (when (= (get scores id) (- inf))  ; all are refused
        (setv id first)
        (break)))
    (@take id)
    id)

  (meth take [id]
    "Take note of the unit `id`, which the text now has."
    (setv unit (get @vocabulary.units id))
    (.add @_repeats unit)
    (-= @units 1)
    (-= @characters (len unit))
    (+= @_taken 1)
    (when @guide
      (setv @_demanded (.after @guide @_demanded unit))
      (when (and (is @last None) (= (.min (.needs @guide @_demanded)) inf))
        (setv @last @_taken)))))


(defclass Repeats []
  "Knows the passages of `length` characters in a text that comes unit by unit (0: none)."

  (meth __init__ [@length]
    (setv [@_known @_earlier @_tail] [(set) (set) ""]))

  (meth complete? [unit]
    "Return whether `unit` would complete a passage that the text already has."
    (and @length (any (gfor
      passage (@_passages unit)
      (or (in passage @_known) (in passage @_earlier))))))

  (meth add [text]
    "Take note of `text`, which follows what there is."
    (when @length
      (.update @_known (@_passages text))
      (setv @_tail (cut (+ @_tail text) (- 1 @length) None))
      (when (> (len @_known) KNOWN-PASSAGES) (setv [@_earlier @_known] [@_known (set)]))))

  (meth _passages [text]
    "Return the passages that `text` completes."
    (setv whole (+ @_tail text))
    (lfor end (range (max @length (+ 1 (len @_tail))) (+ 1 (len whole)))
      (cut whole (- end @length) end))))
