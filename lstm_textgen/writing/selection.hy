"Which finished passages are wanted: those that fit, those that are new, the best of some."

(eval-when-compile (require hyrule [meth unless]))
(import
  lstm-textgen.basics.messages [Message]
  lstm-textgen.text.items [MOST-DRAWS NewItems])


(defclass Selection []
  #[[Selects passages by `model` for what `request` wants of each of some `seeds`, a number.

  Passages have numbers from 0 on. Those that aren't wanted are drawn again, with numbers that
  follow those of all; if none of many is, `gave-up` is a `Message` that says why. `wanted` is the
  number of texts.]]

  (meth __init__ [model request seeds]
    (setv
      @wanted (* request.samples seeds)
      @gave-up None
      @_rivals request.best-of
      @_contests {}  ; lists of rivals
      @_misfits 0    ; in a row
      @_items (when request.new (NewItems model))))

  (meth final? [passage]
    "Return whether `passage`, which is under way, can't be refused."
    (not (or @_items (> @_rivals 1) passage.constraints.late?)))

  (meth number [passage]
    "Return the number of the text for which `passage` is drawn."
    (% (// passage.draw.number @_rivals) @wanted))

  (meth select [passages add]
    #[[Yield those of `passages`, which are over, that are wanted.

    The function `add` gets the passages that are to be generated instead of others.]]
    (defn draw-again [passage]
      (add (.again passage (+ passage.draw.number (* @_rivals @wanted)))))
    (@_best (@_unseen (@_fitting passages draw-again) draw-again)))

  (meth _fitting [passages draw-again]
    "Yield the `passages` that are as demanded."
    (for [passage passages]
      (if passage.fits?
        (do
          (setv @_misfits 0)
          (yield passage))
        (do
          (unless passage.patient? (+= @_misfits 1))
          (draw-again passage)
          (when (>= @_misfits MOST-DRAWS)
            (setv @gave-up (Message f"{MOST-DRAWS} texts in a row didn't match; give a simpler "
              'match ", or more room"))
            (return))))))

  (meth _unseen [passages draw-again]
    "Yield the `passages` whose items are new, if only these are wanted."
    (for [passage passages]
      (if (or (not @_items) (.new? @_items passage.with-seed))
        (yield passage)
        (do
          (draw-again passage)
          (when (.memorized? @_items)
            (setv @gave-up (if passage.constraints.match
              (Message f"{MOST-DRAWS} matching items in a row weren't new, so few others may "
                "match; give a wider " 'match ", or a higher " 'temperature)
              (Message f"{MOST-DRAWS} items in a row weren't new: the model has memorized its "
                "list; give a higher " 'temperature ", or train for fewer " 'epochs)))
            (return))))))

  (meth _best [passages]
    "Yield the most likely of all `passages` for the same text, per unit."
    (for [passage passages]
      (setv rivals (.setdefault @_contests (@number passage) []))
      (.append rivals passage)
      (when (= (len rivals) @_rivals)
        (del (get @_contests (@number passage)))
        (yield (min rivals :key (fn [each] (/ each.surprise (max 1 each.units)))))))))
