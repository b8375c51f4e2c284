"Which finished passages are wanted: those that fit, those that are new, the best of some."

(eval-when-compile (require hyrule [meth]))
(import
  lstm-textgen.basics.messages [Message]
  lstm-textgen.basics.values [several]
  lstm-textgen.text.items [MOST-DRAWS NewItems])


(defclass Selection []
  #[[Selects passages by `model` for what `request` wants after each of `seed-count` seeds.

  Passages have numbers from 0 on. Those that aren't wanted are drawn again, with numbers that
  follow those of all; if none of many is, `gave-up` is a `Message` that says why. `wanted` is the
  number of texts.]]

  (meth __init__ [model request seed-count]
    (setv
      @wanted (* request.samples seed-count)
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
    #[[Yield those of `passages`, which are over, that are wanted; of rivals, the likeliest.

    The function `add` gets the passages that are to be generated instead of others.]]
    (for [passage passages]
      (if (and (@_fits? passage) (@_new? passage))
        (do
          (setv rivals (.setdefault @_contests (@number passage) []))
          (.append rivals passage)
          (when (= (len rivals) @_rivals)
            (del (get @_contests (@number passage)))
            (yield (min rivals :key (fn [each] (/ each.surprise (max 1 each.units)))))))
        (do
          (add (.again passage (+ passage.draw.number (* @_rivals @wanted))))
          (when @gave-up (return))))))

  (meth _fits? [passage]
    "Return whether `passage` is as demanded; give up if many in a row aren't."
    (setv fits? passage.fits?)
    (setv @_misfits (cond fits? 0  passage.patient? @_misfits  True (+ @_misfits 1)))
    (when (= @_misfits MOST-DRAWS)
      (setv @gave-up (Message f"{MOST-DRAWS} texts in a row didn't match; give a simpler " 'match
        ", or more room")))
    fits?)

  (meth _new? [passage]
    "Return whether the item of `passage` is new, if that is wanted; give up if none has been."
    (setv new? (or (not @_items) (.new? @_items (+ passage.seed.text passage.text))))
    (when (and (not new?) (.memorized? @_items))
      (setv @gave-up (cond
        (not (any (several passage.draw.options.temperature)))
          (Message 'temperature " 0 repeats the same item; give a higher one, or leave out " 'new)
        passage.constraints.match (Message
          f"{MOST-DRAWS} matching items in a row weren't new, so few others may match; "
          "give a wider " 'match ", or a higher " 'temperature)
        True (Message f"{MOST-DRAWS} items in a row weren't new: the model has memorized its "
          "list; give a higher " 'temperature ", or train for fewer " 'epochs))))
    new?))
