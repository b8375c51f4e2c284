#[[Rules: what each says of the next unit of one text.

Before a unit is drawn, each rule of the text changes the scores of the units. It may refuse the
unit that was drawn, so that another is taken: the one with the next highest score of the same
draw, so nothing is drawn twice. Then all take note of the unit. A new wish is a new rule.]]

(eval-when-compile (require hyrule [doto meth unless]))
(import
  copy [copy]
  functools [lru-cache]
  math [inf]
  lstm-textgen.text.breaks [FREE break-rules]
  lstm-textgen.text.lexicon [CLOSE Lexicon SPELLED-WORD])

(setv
  SHORT-RUN 8  ; characters of a run that any text may have
  lexicon-in ((lru-cache 8) Lexicon))


(defclass Rule []
  #[[What each rule of a text of these `units` (a list) can do; this one has no wish.

  A `choosy` one may refuse the unit that was drawn.]]
  (setv choosy False)

  (meth __init__ [@units])

  (meth copy []
    "Return a rule for a text that continues in its own way."
    (copy @,))

  (meth read [text]
    "Take note of `text`, which comes before the next unit."
    None)

  (meth score [scores choice]
    "Change the `scores` (size,) of the units, in place, at a `Choice` (of the sampler)."
    None)

  (meth refuses? [id strict]
    "Return whether the unit `id` may not come; if all may not, it is asked again, not `strict`."
    False)

  (meth take [id]
    "Take note of the unit `id`, which the text now has."
    (@read (get @units id))))


(defclass Breaks [Rule]
  #[[Breaks no line where the lines of the training text didn't end.

  `barred` lists the ids that may not follow in each state, an index or None; `next` lists the
  state after each id, for each state. A text begins in state `FREE`.]]

  (meth __init__ [@_barred @_next]
    (setv @_state FREE))

  (meth score [scores choice]
    (setv barred (get @_barred @_state))
    (unless (is barred None) (setv (get scores barred) (- inf))))

  (meth take [id]
    (setv @_state (get @_next @_state id))))


(defclass Runs [Rule]
  #[[Makes no run of one character of over `most` characters.

  A model that was hardly trained, or a text with wide gaps, may otherwise end in a run without end
  once all other units are too improbable for `min-p`.]]
  (setv choosy True)

  (meth __init__ [@units @_most]
    (setv [@_last @_length] ["" 0]))

  (meth read [text]
    (when text
      (setv
        last (get text -1)
        length (- (len text) (len (.rstrip text last)))
        goes-on? (and (= length (len text)) (= last @_last))
        [@_last @_length] [last (if goes-on? (+ @_length length) length)])))

  (meth refuses? [id strict]
    (setv
      unit (get @units id)
      run (- (len unit) (len (.lstrip unit (get unit 0)))))
    (> (+ run (if (= (get unit 0) @_last) @_length 0)) @_most)))


(defclass KeptNames [Rule]
  "Makes all names but those in `names` (`Names`) rarer, after the text `before`."

  (meth __init__ [@_names before]
    (setv @_state (.state _names before)))

  (meth read [text]
    (setv @_state (.state @_names (+ @_state.text text))))

  (meth score [scores choice]
    (when (is-not @_state.change None) (+= scores @_state.change)))

  (meth take [id]
    (setv @_state (.after @_names @_state id))))


(defclass KnownWords [Rule]
  #[[Spells no word that the `lexicon` (a `Lexicon`) lacks, and none that was just written.

  A word that was just written is refused only as a whole unit: within it, hardly any other may
  follow. What stands `before` may be any.]]
  (setv choosy True)

  (meth __init__ [@units @_lexicon before]
    (setv
      @_word ""       ; the letters of the last word, as they are, while it goes on
      @_recent #())   ; the words before it
    (@read before))

  (meth read [text]
    (setv [@_word @_recent _] (@_with text)))

  (meth refuses? [id strict]
    (and strict (not (get (@_with (get @units id)) 2))))

  (meth _with [text]
    "Return [word recent fine?] with `text` added; `fine?` tells whether that may come."
    (setv
      whole (+ @_word text)
      [word recent fine?] ["" @_recent True]
      strange? (not (.begins? @_lexicon (.lower @_word))))  ; what was given may go on
    (for [found (.finditer SPELLED-WORD whole)]
      (setv
        small (.lower (get found 0))
        begun? (< (.start found) (len @_word))
        over? (< (.end found) (len whole))
        known? (if over? (in small @_lexicon) (.begins? @_lexicon small))
        again? (any (gfor each recent
          (and (.startswith small each) (not (.comes-again? @_lexicon each))))))
      (unless (if begun? (or strange? known?) (and known? (not again?))) (setv fine? False))
      (if over?
        (setv recent #(#* (cut recent (- 2 CLOSE) None) small))
        (setv word (get found 0))))
    [word recent fine?]))


(defn usual-rules [seed memory]
  "Return the list of the rules of each text after `seed`, of which `memory` has what was read."
  (setv
    model seed.model
    table (_table-for model.vocabulary model.facts.item-ends model.facts.unbroken))
  [ #* (if seed.names [(KeptNames seed.names seed.before)] [])
    #* (if memory [(.copy memory)] [])
    #* (if table [(Breaks #* table)] [])
    #* (if (and model.lexicon (is model.vocabulary.unknown None))
      [(KnownWords model.vocabulary.units (lexicon-in model.lexicon) seed.before)]
      [])
    (doto (Runs model.vocabulary.units (longest-run model.facts)) (.read seed.before))])


(defn longest-run [facts]
  "Return how long a run of one character may be in a text by a model with these `facts`."
  (max SHORT-RUN (* 2 facts.longest-run)))


(defn [(lru-cache 8)] _table-for [vocabulary item-ends unbroken]
  #[[Return #(barred next) for `Breaks`: the `break-rules` in a form that is quick for one text.

  It is None if lines may end anywhere.]]
  (setv rules (break-rules vocabulary item-ends unbroken))
  (when rules
    (setv [barred next] rules)
    #( (lfor row barred :setv [ids] (.nonzero row) (if (len ids) ids None))
      (.tolist next))))
