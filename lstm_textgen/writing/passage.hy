"A text under way: it takes ids, gives text, and knows when it is over and why."

(eval-when-compile (require hyrule [meth]))
(import
  collections [deque]
  itertools [islice]
  sys [maxsize]
  numpy :as np
  lstm-textgen.basics.messages [Message]
  lstm-textgen.writing.constraints [Constraints]
  lstm-textgen.writing.ends [Ends SentenceFinder sure-text]
  lstm-textgen.writing.scoring [compare])

(setv
  ;; An item is cut off after `LONGER` times the units that 95% of those in training have at most;
  ;; in 18 real lists up to 0.08% are longer. Four times the longest may be many screens.
  LONGER 4
  LONGEST-ITEM 100_000  ; units, and never later: a file may say anything
  CUT-OFF 20_000  ; characters (or words) of a text that ends only by `stop` or `sentences` …
  CUT-OFF-PER-SENTENCE 1000  ; … or, if that is more, this number for each wanted sentence
  ;; Texts that may fail to match before one is made to: this many, more if they are short, and
  ;; only this many if they fail to have the lines that were drawn for them.
  PATIENT-TRIES 50
  MOST-TRIES 500
  PATIENT-UNITS 10_000)  ; of those texts


(defclass Passage []
  #[[A text after a `seed` (a `Seed`), of units that a `draw` draws, up to the first of its `ends`.

  `chunks` is a deque of the text that nobody has read yet: units or characters, one each, unless
  an end is looked for. `over` is None, then why the text is over: "length", "stop", or "cut off"
  if it didn't reach its end, which a `warning` says then; it may still be refused, as it isn't as
  demanded by the `constraints`. `units` counts those that the text has, and `surprise` is the sum
  of theirs, in nats, if the draw keeps the logits. `rules` are those for its next unit.

  `tries` texts in place of this one, of `spent` units, were refused.]]

  (meth __init__ [@seed @draw [@ends (Ends)] [@constraints (Constraints)] [@tries 0] [@spent 0]]
    (setv
      @chunks (deque)
      @over None
      @warning None
      @units 0
      @surprise 0.0
      @rules []
      @_typed 0  ; characters of the first unit that the seed has
      @_failed? False
      items seed.model.settings.items
      ;; The pattern of running text is of what follows.
      @_opening (if (and (isinstance constraints.match str) (not items)) [] seed.opening)
      @_finders (.finders ends items (.endswith seed.text "\n"))
      [[@_units-left @_units-warning] [@_counted-left @_counted-warning]] (limits ends seed.model)
      measure seed.model.vocabulary.measure
      @pattern (.pattern constraints seed ends.stops
        (if measure @_units-left @left)
        (if measure @_counted-left maxsize)
        @patient?
        (when ends.sentences (SentenceFinder ends.sentences))))
    (@_add @_opening))

  (meth again [number]
    "Return another passage in place of this one, with the random numbers of the `number`."
    (Passage @seed (.again @draw number) @ends @constraints (+ @tries 1) (+ @spent @units)))

  (meth [property] patient? []
    "Whether the text needn't match, as others will be tried."
    (or (and (or (isinstance @constraints.match str) @constraints.lines) (< @tries PATIENT-TRIES))
      (and (isinstance @constraints.match str) (< @tries MOST-TRIES) (< @spent PATIENT-UNITS))))

  (meth [property] left []
    "How many units, at most, are still wanted."
    (min @_units-left @_counted-left))

  (meth [property] text []
    "The text that nobody has read yet."
    (.join "" @chunks))

  (meth [property] fits? []
    "Whether the text, of which nobody has read any, is as demanded."
    (or (not @constraints.late?)
      (and @constraints.lines (or (not @patient?) (!= @over "stop")))
      (and (not @_failed?) (.met? @constraints @seed @ends.stops @text))))

  (meth begin [engine run]
    "Let `engine` read the seed, as in `Seed.feed-to`; return its state before the first unit."
    (.feed-to @seed engine run)
    (setv
      @rules (.rules @constraints @seed @pattern)
      [state @_typed] (.start @seed engine @draw)
      rest @seed.rest)
    (when rest
      (for [rule @rules] (.read rule (cut rest (- (len rest) @_typed)))))
    state)

  (meth take [ids [logits None]]
    #[[Add the units of the list `ids`, at least one, until the text is over.

    If the draw keeps them, `logits` (time, vocabulary) are those that they were drawn from.]]
    (setv
      all @seed.model.vocabulary.units
      units (lfor id ids (get all id))
      (get units 0) (cut (get units 0) @_typed None)
      @_typed 0
      before @units
      whole? (and @pattern (is-not @pattern.last None)))
    (when whole?  ; what was drawn after the whole text doesn't belong to it
      (setv
        @_units-left (- (+ @pattern.last (len @_opening)) @units)
        @_units-warning None))
    (@_add units)
    (when (and @over whole?)
      (setv
        @over "stop"
        @_failed? (and @pattern.failed? (= @_units-left 0))))
    (when (and @draw.logits (setx n (- @units before)))
      (setv [nats _] (compare (cut logits n) (np.array (cut ids n))))
      (+= @surprise (float (.sum nats)))))

  (meth _add [units]
    "Add `units`, texts, until the text is over: one by one if there are finders of its end."
    (for [some (if @_finders (lfor unit units [unit]) [units])  :if (not @over)]
      (setv
        some (cut some @_units-left)
        chunks (list (islice (.counted @seed.model.vocabulary some) @_counted-left)))
      (+= @units (len some))
      (-= @_units-left (len some))
      (-= @_counted-left (len chunks))
      (setv last? (= @left 0))
      (when @_finders
        (setv
          sure (sure-text @_finders (.join "" chunks) last?)
          chunks (if sure [sure] [])))
      (.extend @chunks chunks)
      (cond
        (any (gfor finder @_finders finder.found)) (setv @over "stop")
        last? (do
          (setv
            warning (if @_counted-left @_units-warning @_counted-warning)
            @over (if warning "cut off" "length"))
          (setv @warning warning))))))


(defn limits [ends model]
  #[[Return the limits of a text up to `ends` by `model`: two pairs [most warning].

  The first is of units, the second of what its length counts, units or their characters. A
  warning says that the text was cut off before its end; if it is None, the limit was asked for.]]
  (setv
    items? (and ends.item model.settings.items)
    usual model.facts.long-item
    most-in-item (min LONGEST-ITEM (* LONGER (or usual LONGEST-ITEM)))
    most (max CUT-OFF (* CUT-OFF-PER-SENTENCE (or ends.sentences 0))))
  [ (if items?
      [most-in-item (+ f"an item was cut off after {most-in-item :,} "
        f"{model.settings.unit}, before its end"
        (if usual f"; most in training have at most {usual :,}" ""))]
      [maxsize None])
    (cond
      (is-not ends.length None) [ends.length None]
      (or ends.stop ends.sentences) [most (Message
        f"a sample was cut off after {most :,} characters (or words), before its end; "
        "for a longer one, give " 'length)]
      True [maxsize None])])
