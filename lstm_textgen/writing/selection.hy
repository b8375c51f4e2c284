"Which finished passages are wanted: those that fit, those that are new, the best of some."

(eval-when-compile (require hyrule [meth unless]))
(import
  collections [Counter]
  math [log]
  lstm-textgen.basics.messages [Message]
  lstm-textgen.basics.values [several]
  lstm-textgen.text.items [ENDS KnownItems MOST-DRAWS NewItems]
  lstm-textgen.text.lexicon [SHORT-WORD])

(setv
  USUAL-RIVALS 4    ; texts of which the likeliest is kept, as readers prefer it (bench/log.md), …
  COOLER 0.8        ; … drawn at this temperature, which does as much as ten at 1, …
  SHORT-RIVALS 8    ; … or this number of short items, which take no time
  OPENING 3)        ; words with which few texts begin alike


(defn rivals-for [model request seed-count]
  #[[Return of how many texts by `model` the likeliest is kept, as `request` or else as usual.

  A single running text comes as it is drawn, and texts that must match are rare.]]
  (setv
    short? (<= (or model.facts.median-item 0) model.vocabulary.short-item)
    own (.get request "temperature" model.settings.usual-temperature))
  (cond
    request.best-of request.best-of
    (or request.match (not (any (several own)))) 1
    model.settings.items (if short? SHORT-RIVALS USUAL-RIVALS)
    (= request.samples seed-count 1) 1
    True USUAL-RIVALS))


(defn temperature-for [model request seed-count]
  "Return the temperature at which `request` draws texts by `model`, or a list of them."
  (cond
    (in "temperature" request) request.temperature
    (and (not request.best-of) (= (rivals-for model request seed-count) USUAL-RIVALS)
        (is model.settings.temperature None))
      COOLER
    True model.settings.usual-temperature))


(defclass Selection []
  #[[Selects passages by `model` for what `request` wants after each of `seed-count` seeds.

  Passages have numbers from 0 on. Those that aren't wanted are drawn again, with numbers that
  follow those of all; if none of many is, `gave-up` is a `Message` that says why. `wanted` is the
  number of texts, for each of which there are several `rivals`.]]

  (meth __init__ [model request seed-count]
    (setv
      @wanted (* request.samples seed-count)
      @rivals (rivals-for model request seed-count)
      [@gave-up @_contests] [None {}]  ; lists of rivals
      @_misfits 0    ; in a row
      @_new? request.new
      @_end (.get ENDS model.settings.items)
      ;; The items of the list, and what was selected; its first words, and how many have each.
      @_known (if request.new (NewItems model) (KnownItems model.items))
      [@_openings @_used] [(set) (Counter)]))

  (meth final? [passage]
    "Return whether `passage`, which is under way, can't be refused."
    (not (or @_new? (> @rivals 1) passage.constraints.late?)))

  (meth number [passage]
    "Return the number of the text for which `passage` is drawn."
    (% (// passage.draw.number @rivals) @wanted))

  (meth select [passages add]
    #[[Yield those of `passages`, which are over, that are wanted; of rivals, the likeliest.

    One that was cut off loses against any other, then an item of the list or an earlier one, then
    one that begins like an earlier one; words that earlier ones have count as less likely. The
    function `add` gets the passages that are to be generated instead of others.]]
    (for [passage passages]
      (setv fits? (and (@_fits? passage) (or (not @_new?) (@_is-new? passage))))
      (when fits?
        (setv rivals (.setdefault @_contests (@number passage) []))
        (.append rivals passage)
        (when (= (len rivals) @rivals)
          (setv best (min rivals :key @_rank))
          (if (and @_new? (in (@_item best) @_known))  ; another contest had it, too
            (setv
              fits? False
              (cut rivals) (cut rivals 1 None))
            (do
              (del (get @_contests (@number passage)))
              (.add @_known (@_item best))
              (.add @_openings (tuple (cut (words-in best) OPENING)))
              (.update @_used (sfor w (words-in best) :if (> (len w) SHORT-WORD) w))
              (yield best)))))
      (unless fits?
        (add (.again passage (+ passage.draw.number (* @rivals @wanted))))
        (when @gave-up (return)))))

  (meth leading [passages]
    "Return, for texts that are missing, the best so far; some of `passages` are under way."
    (for [each passages  :if (not (or each.over @_new? each.constraints.late?))]
      (.append (.setdefault @_contests (@number each) []) each))
    (lfor [_ rivals] (sorted (.items @_contests))  (min rivals :key @_rank)))

  (meth _item [passage]
    "Return the last item of the text with its seed, which may have earlier ones, or all of it."
    (setv text (+ passage.seed.text passage.text))
    (if @_end (get (.split text @_end) -1) text))

  (meth _rank [passage]
    "Return what the best of rivals has least of."
    #( (= passage.over "cut off")
      (and (> @rivals 1) (in (@_item passage) @_known))
      (in (tuple (cut (words-in passage) OPENING)) @_openings)
      ;; Per letter: rows of stars are likely, but what is wanted is words.
      (/ (+ passage.surprise (sum (gfor word (words-in passage) (log (+ 1 (get @_used word))))))
        (or (sum (map str.isalnum passage.text)) passage.units 1))))

  (meth _fits? [passage]
    "Return whether `passage` is as demanded; give up if many in a row aren't."
    (setv fits? passage.fits?)
    (setv @_misfits (cond fits? 0  passage.patient? @_misfits  True (+ @_misfits 1)))
    (when (= @_misfits MOST-DRAWS)
      (setv @gave-up (Message f"{MOST-DRAWS} texts in a row didn't match; give a simpler " 'match
        ", or more room")))
    fits?)

  (meth _is-new? [passage]
    "Return whether the item of `passage` is new; give up if none has been."
    (setv new? (.new? @_known (@_item passage)))
    (when (and (not new?) (.memorized? @_known))
      (setv @gave-up (cond
        (not (any (several passage.draw.options.temperature)))
          (Message 'temperature " 0 repeats the same item; give a higher one, or leave out " 'new)
        passage.constraints.match (Message
          f"{MOST-DRAWS} matching items in a row weren't new, so few others may match; "
          "give a wider " 'match ", or a higher " 'temperature)
        True (Message f"{MOST-DRAWS} items in a row weren't new: the model has memorized its "
          "list; give a higher " 'temperature ", or train for fewer " 'epochs))))
    new?))


(defn words-in [passage]
  "Return a list of the words of `passage`, in small letters."
  (.split (.lower passage.text)))
