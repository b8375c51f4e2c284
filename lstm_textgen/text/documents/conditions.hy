"Conditions on the rows of tables, such as `lang=en`: which rows are read."

(eval-when-compile (require hyrule [meth]))
(import
  collections [Counter]
  unicodedata [normalize]
  lstm-textgen.basics.messages [Message refuse]
  lstm-textgen.basics.terminal [printable]
  lstm-textgen.basics.values [CONDITION clip]
  lstm-textgen.text.documents.reading [one-line])

(setv
  MOST-VALUES 1000  ; different values of a column that are counted
  VALUES-SHOWN 8  ; of these in a message
  LONGEST-VALUE 40)  ; characters of each there


(defclass Condition []
  #[[A condition on the cells of a column, `name=value` or `name!=value`.

  It counts the column's values in all tables that are read, for the message if none of them is
  its own.]]

  (meth __init__ [@text]
    (setv
      [name unequal value] (.groups (.fullmatch CONDITION text))
      @name (one-line name)
      @equal (not unequal)
      @value (comparable value)
      @found False  ; whether a row has that value
      @values (Counter)))

  (meth met? [cell]
    "Return whether a row with this `cell` (text) is read; each line of a cell is a value, too."
    (setv
      lines (or (list (filter None (map comparable (.splitlines cell)))) [""])
      same (in @value [(comparable cell) #* lines]))
    (for [value (dict.fromkeys (gfor line lines (clip line LONGEST-VALUE)))]
      (when (or (in value @values) (< (len @values) MOST-VALUES)) (+= (get @values value) 1)))
    (|= @found same)
    (= same @equal)))


(defn comparable [text]
  "Return `text` as it is compared: in normal form C, any white space as one space."
  (normalize "NFC" (one-line text)))


(defn in-words [conditions]
  "Return ` where` and the `conditions`, or nothing without any."
  (if conditions
    f" where {(clip (printable (.join " and " (gfor each conditions each.text))) 100)}"
    ""))


(defn tested? [conditions]
  "Return whether rows were read for which the `conditions` (a list) held or not."
  (any (gfor each conditions each.values)))


(defn check-conditions [conditions empty warn]
  #[[Raise `ValueError` if a value of the `conditions` is in no row read, or no row met them all.

  `empty` is whether no text was read. A value of no row that was to be left out is no error, but
  may be misspelled; `warn`, a function or None, is called with a line about it.]]
  (for [each conditions  :if (and each.values each.value (not each.found))]
    (setv
      wanted (.casefold each.value)
      ;; Those that contain it come first, such as those in another case.
      counts (sorted (.most-common each.values)
        :key (fn [pair] (not-in wanted (.casefold (get pair 0)))))
      values (lfor
        [value n] (cut counts VALUES-SHOWN)
        f"{(or value "no text")} ({n :,})")
      more (cond
        (= (len counts) MOST-VALUES) " and many more"
        (> (len counts) VALUES-SHOWN) f" and {(- (len counts) VALUES-SHOWN)} more"
        True "")
      line (Message 'where ": " (printable (+ f"no row has '{(clip each.value)}' in column "
        f"{(clip each.name)}; its values are {(.join ", " values)}{more}"))))
    (cond
      each.equal (refuse line)
      warn (warn line)))
  (when (and empty (tested? conditions))
    (refuse 'where f": there is no row with text{(in-words conditions)}")))
