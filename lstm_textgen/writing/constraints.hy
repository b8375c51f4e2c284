#[[What is asked of a text: that it matches a pattern, that it doesn't repeat itself.

A unit that a text can't have is refused, and the next is taken: the one with the next largest
score of the same draw, so nothing is drawn twice. Among the units that aren't refused, each comes
as often as the model and the draw's options would have it after the same text.]]

(eval-when-compile (require hyrule [meth unless]  lstm-textgen.basics.forms [defrecord]))
(import
  copy [copy]
  dataclasses [replace]
  functools [lru-cache]
  math [inf]
  numpy :as np
  lstm-textgen.basics.messages [refuse]
  lstm-textgen.text.items [ENDS]
  lstm-textgen.writing.patterns [Guide])

(setv
  SPARE 20  ; characters of room beyond what the pattern demands in which any unit may come
  WORD-ROOM 10  ; characters that must fit so that a text that is forced begins another word
  ENOUGH 0.1  ; probability of the units that may come, below which they would spoil a text
  KNOWN-PASSAGES 200_000  ; of a long text, those at its end, or a few times as many
  guide-of ((lru-cache 8) Guide))  ; all texts of a request need the same


(defrecord Demands
  #[[What is asked of each text.

  - `match`: a regular expression that matches all of it (of a list, the item with its seed), or a
    function from it to whether it is wanted.
  - `no-repeat`: no passage of this many characters occurs twice in it and its seed; None or 0: any
    may.
  - `lines`: of an item, how many it has, if others may be drawn; None: any number.]]
  [#^ object [match None]  #^ object [no-repeat None]  #^ object [lines None]]

  (meth usual [settings ends temperature]
    "Return those on a text up to `ends` by a model with `settings`, at one or more temperatures."
    (setv draws? (any (if (isinstance temperature list) temperature [temperature])))
    (if (and ends.only-item? draws? (not @match))
      (replace self :lines settings.item-lines)
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
      (or model.settings.people (= model.settings.items "paragraph"))
      (. (@guide model stops) one-line?)))

  (meth constraint [seed stops units characters patient]
    #[[Return the `Constraint` of a text after `seed`.

    The text ends before one of `stops` and has at most this number of `units` and `characters`;
    `patient` is as in `Constraint`. Raise `ValueError` if nothing after the seed can match.]]
    (setv
      own (own-part seed.model seed.before)
      constraint (Constraint seed.model.vocabulary (@guide seed.model stops)
        (repeats-in seed.before (or @no-repeat 0)) units characters patient))
    (.read constraint own)
    (when (> constraint.least constraint.room)
      (refuse 'match ": no text" (if own f" that begins with {own !r}" "") " can match"
        (if (= constraint.least inf) "" f" with room for only {constraint.room :,} characters")))
    constraint)

  (meth met? [seed stops text]
    "Return whether the whole `text` after `seed`, before one of `stops`, is as demanded."
    (setv own (+ (own-part seed.model seed.text) text))
    (cond
      (isinstance @match str) (.matches? (@guide seed.model stops) own)
      @match (bool (@match own))
      True (= @lines (+ 1 (.count own "\n"))))))


(defn own-part [model seed]
  "Return the end of the `seed` text that belongs to the text: of a list, to its item."
  (setv items model.settings.items)
  (if items (get (.split seed (get ENDS items)) -1) ""))


(defclass Constraint []
  #[[Refuses units of one text of the units of `vocabulary`.

  The text must match the pattern of `guide` (a `Guide` or None), in at most `units` and
  `characters`, and continue without a passage of its `repeats` (`Repeats` of the seed). A
  `patient` constraint ends the text as `failed?` where the model wants to end it and can't, or
  hardly wants any unit that may come, as another text may match by itself. Otherwise the text is
  forced there, or where little room is left, but at the end of a word: only units that bring it
  nearer to a match are taken.]]

  (meth __init__ [@vocabulary @guide repeats @units @characters @patient]
    (setv
      @_demanded (when guide guide.start)
      @_repeats (.copy repeats)
      @_ending False
      @failed? False
      @_taken 0    ; units
      @_before ""  ; the text's last character
      @last None))  ; how many of them make the text to which nothing can be added

  (meth read [own]
    "Take note of the end `own` of a seed, which belongs to the text that must match."
    (when @guide
      (setv
        @_demanded (.after @guide @_demanded own)
        @_before (cut own -1 None))))

  (meth [property] least []
    "How many characters must follow at least, besides its end; ∞ if the text can't match."
    (if @guide (- (.least @guide @_demanded) (len @guide.end)) 0))

  (meth [property] room []
    "How many characters can follow at most; ∞ where nothing must match."
    (if @guide (min @characters (* @units (int (.max @guide.lengths)))) inf))

  (meth restrict [scores noise free]
    #[[Set the `scores` (size,) of the units that can't lead to a match to -∞.

    With the `noise` (size,) of this draw they say which unit the model wants. If none is left, the
    scores are those in `free` (size,), which other rules haven't lowered.]]
    (when (or (not @guide) (is-not @last None) (<= (min @units @characters) 0)) (return))
    (setv
      needs (.needs @guide @_demanded)
      wish (int (.argmax (+ scores noise)))
      unit (get @vocabulary.units wish)
      refused (@_out-of-reach needs)
      stuck? (and (get refused wish)
        (bool (and @guide.end (in (get @guide.end -1) unit)))))  ; it can't end where it wants to
    (if @patient
      (when (and (get refused wish) (or stuck? (@_spoils? refused scores)))
        (setv [@last @failed?] [@_taken True]))
      (@_force needs refused stuck? (not (and (.isalnum @_before) (.isalnum (get unit 0))))))
    (when (is-not @last None) (return))
    (setv (get scores refused) (- inf))
    (when (= (.max scores) (- inf))
      (setv (cut scores) (np.where refused (- inf) free))))

  (meth _out-of-reach [needs]
    "Return which units (size,) can't come or, with these `needs`, leave too little room."
    (setv refused (= needs inf))
    (when @_little-room?
      (|= refused (> (+ needs @guide.lengths) (+ @characters (len @guide.end))))
      (|= refused (> (+ needs 1) (+ @units (len @guide.end)))))
    refused)

  (meth [property] _little-room? []
    "Whether not just any unit fits; a unit has at least one character."
    (> (+ (.least @guide @_demanded) SPARE) (min @units @characters)))

  (meth _spoils? [refused scores]
    "Return whether a text that has begun is improbable, by `scores`, without the `refused` units."
    (setv odds (np.exp (- scores (.max scores))))
    (and @_taken (< (.sum (get odds (bnot refused))) (* ENOUGH (.sum odds)))))

  (meth _force [needs refused stuck? word-ends?]
    #[[Add to the `refused` units (size,) those that don't bring the text nearer to a match.

    Begin to do so where the text is `stuck?` or, for lack of room, where a word ends; a space
    comes first. What matches by then is over.]]
    (setv
      least (.least @guide @_demanded)
      whole? (= least (len @guide.end))
      space? (or (not @_before) (.isspace @_before))
      begins? (and (not @_ending)
        (or stuck? (and word-ends? @_taken (or @_little-room?
          (and whole? (not space?) (not (.room? @guide @_demanded WORD-ROOM))))))))
    (when begins? (setv @_ending True))
    (when @_ending
      (setv
        [lengths blank] [@guide.lengths @guide.blank]
        nearer (< needs least)
        direct (<= (- (+ needs lengths) blank) least)  ; with each of its characters
        spaces (& blank (| direct (& (= lengths 1) (<= needs least)))))
      (if (and whole? (not @guide.end))
        (setv @last @_taken)
        (for [fit (cond
            space? [(& direct (bnot blank)) direct nearer]
            (and begins? (not whole?)) [spaces direct nearer]
            True [direct nearer])]
          (unless (.all (| refused (bnot fit)))
            (|= refused (bnot fit))
            (break))))))

  (meth choose [scores free noise]
    #[[Return the id of the unit with the largest of `scores` (size,) that isn't refused.

    If all are refused, others may come by `free` (size,), the scores without the draw's limits
    and this `noise` (size,), then those that only begin to repeat a passage, then any.]]
    (setv
      units @vocabulary.units
      first (int (.argmax scores))
      id (if (.begins? @_repeats (get units first))
        (next
          (gfor
            [scores refused?] [
              [scores @_repeats.begins?]
              [(+ free noise) @_repeats.begins?]
              [(+ free noise) @_repeats.completes?]]
            id (.tolist (.argsort (- scores)))
            :if (and (> (get scores id) (- inf)) (not (refused? (get units id))))
            id)
          first)
        first))
    (@take id)
    id)

  (meth take [id]
    "Take note of the unit `id`, which the text now has."
    (setv unit (get @vocabulary.units id))
    (.add @_repeats unit)
    (-= @units 1)
    (-= @characters (len unit))
    (+= @_taken 1)
    (setv @_before (get unit -1))
    (when @guide
      (setv @_demanded (.after @guide @_demanded unit))
      (when (and (is @last None) (= (.min (.needs @guide @_demanded)) inf))
        (setv @last @_taken)))))


(defclass Repeats []
  #[[Knows the passages of `length` characters in a text that comes unit by unit (0: none).

  A passage that breaks off within a word would leave half a word. So a passage that ends with a
  word is to break off before it, and the beginnings of that word are known, too.]]

  (meth __init__ [@length]
    (setv [@_known @_tail] [[(set)] ""]))  ; sets of hashes, the last of which grows

  (meth copy []
    "Return one of the same text, which may continue in another way; what they know is shared."
    (setv
      twin (copy @,)
      twin._known [#* (cut @_known -2 None) (set)])
    twin)

  (meth begins? [unit]
    "Return whether `unit` would complete a passage, or begin the word that would."
    (setv
      whole (+ @_tail unit)
      n (len (.lstrip unit)))
    (or (.completes? self unit)
      (and @length n (.isspace (cut whole (- -1 n) (- n)))
        (@_has-any (gfor k (range (+ n 1) @length) (cut whole (- k) None))))))

  (meth completes? [unit]
    "Return whether `unit` would complete a passage that the text already has."
    (and @length (@_has-any (@_passages unit))))

  (meth add [text]
    "Take note of `text`, which follows what there is."
    (when @length
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
      (when (> (len known) KNOWN-PASSAGES) (setv @_known [known (set)]))))

  (meth _has-any [passages]
    (any (gfor each passages  known @_known (in (hash each) known))))

  (meth _passages [text]
    "Return the passages that `text` completes."
    (setv whole (+ @_tail text))
    (gfor end (range (max @length (+ 1 (len @_tail))) (+ 1 (len whole)))
      (cut whole (- end @length) end))))


(defn [(lru-cache 2)] repeats-in [text length]
  "Return the `Repeats` of a seed `text`; the last are kept, as all texts of a request need them."
  (setv repeats (Repeats length))
  (.add repeats text)
  repeats)
